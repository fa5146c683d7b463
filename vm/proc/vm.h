/* vm: the whole mutable state of a running system, in one place. Lives at the start of the arena. */
#ifndef LING_VM_H
#define LING_VM_H

#include <setjmp.h>

#include "code/code.h"
#include "proc/process.h"
#include "proc/timer.h"

enum { X_REGS = 1024, F_REGS = 256, PRIORITIES = 4 }; /* priorities: low, normal, high, max = 0..3 */

enum { LOG_ERROR = 3, LOG_NOTICE = 5 }; /* as OTP's logger numbers its levels */

/* Moments of an instance's life that the report gives, in order. */
enum vm_phase {
    PHASE_ENTRY,
    PHASE_VM,
    PHASE_ERLANG,
    PHASE_LISTENING,
    PHASE_REQUEST,
    PHASE_RESPONSE,
    PHASE_EXIT,
    VM_PHASES
};

struct run_queue {
    struct process *head[PRIORITIES], *tail[PRIORITIES];
    uint32_t length, skipped_low;
};

/* All links, monitors and aliases, see proc/relation.c. */
struct relation_table {
    struct relation **buckets;
    uint32_t cap, n; /* cap: a power of two, or 0 */
};

struct vm {
    struct alloc *alloc;
    struct code code;

    /* registers of the process that runs now */
    term x[X_REGS + 16]; /* beyond X_REGS: scratch registers of the translator and of guard BIF calls */
    double f[F_REGS];
    struct process *current;
    jmp_buf oom_exit; /* where heap->oom of the current process ends up: in the scheduler */
    bool oom_armed;
    size_t oom_words; /* what was asked for when it was not there */

    /* processes */
    struct process **table; /* slot = number & (table_size-1) */
    uint32_t table_size, n_processes, next_number, peak_processes;
    struct run_queue ready;
    size_t max_heap_words; /* of processes that ask for none themselves; 0: no limit */
    struct timers timers;
    struct relation_table relations;
    struct process *dying; /* processes that signals have ended, while process_terminate works on them */
    bool ending;           /* process_terminate is at work */
    struct msg_timers *msg_timers; /* see proc/msg_timer.c */
    void (*process_ended)(struct vm *vm,
                          struct process *p); /* NULL, or told of every end, before p's memory goes */
    struct name_entry *names;                 /* registered names, see proc/name.c */
    uint32_t n_names, cap_names;
    const uint64_t *exit_code; /* interp_exit_code(), interp_apply_code(): set at boot */
    const uint64_t *apply_code;
    term (*stacktrace)(
        struct process *p);   /* interp_stacktrace, set at boot; for BIFs, which know no interpreter */
    struct bif_wait *waiters; /* processes blocked in a BIF on a plat handle, see io/ */

    /* identity: made fresh at every start, never saved */
    uint64_t ref_hi, ref_lo;
    uint64_t start_mono_ns, start_wall_ns;
    uint64_t unique_integer;

    /* state of higher layers, owned by them */
    struct io *io;
    struct http *http;
    struct ets *ets;
    struct persistent *persistent; /* persistent_term, see bif/bif_persistent.c */
    struct bif_state *bifs;        /* what BIFs remember between calls, see bif/state.h */
    struct options *options;       /* the parsed command line (proc/options.h) */
    struct random *random;

    struct vm_stats {
        uint64_t reductions, context_switches, gc_minor, gc_major, words_reclaimed, spawned, exited, crashed;
        uint64_t io_in, io_out, requests, busy_ns;
        size_t peak_bytes;
    } stats;

    uint64_t phase_ns[VM_PHASES]; /* plat_clock_mono when first reached, 0: not yet; see vm_mark */

    int log_level;           /* below LOG_ERROR no crash is printed */
    uint64_t stop_by_ns;     /* an orderly stop was asked for: it ends at this time at the latest; 0: none */
    int exit_status;         /* set with `stopping` */
    bool stopping;           /* leave the scheduler loop (erlang:halt, request count served, fatal) */
    const char *stop_reason; /* static text for the report: "served", "halt", "timeout", "nomem", … */
    const struct plat_boot *boot;
};

/* vm_mark: this phase is reached now; only the first time counts. */
void vm_mark(struct vm *vm, enum vm_phase phase);
/* vm_stop: leave the scheduler loop after this slice; the first call decides. reason: static text for the
 * report. */
void vm_stop(struct vm *vm, int status, const char *reason);

#endif
