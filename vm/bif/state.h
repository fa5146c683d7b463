/* state: what BIFs remember between calls: one struct, hung on struct vm, made at the first use. */
#ifndef LING_BIF_STATE_H
#define LING_BIF_STATE_H

#include "proc/vm.h"

struct env_var;
struct atomics;
struct bif_state {
    uint64_t last_now_us;                                    /* erlang:now/0: the last answer */
    uint64_t last_reductions, last_runtime_ms, last_wall_ms; /* statistics/1: since the last call */
    term system_logger;                                      /* atom or pid */
    struct env_var *env;                                     /* os:putenv: changes over vm->options->env */
    struct atomics **atomics;                                /* by number; see bif_atomics.c */
    uint32_t n_atomics, cap_atomics;
};

/* bif_state: NULL: no memory. */
struct bif_state *bif_state(struct vm *vm);

#endif
