/* interp: the dispatch loop. */
#ifndef LING_INTERP_H
#define LING_INTERP_H

#include "proc/vm.h"

/* interp_run: run p (X registers loaded in vm->x, p->reds set) until it has no reductions left (state READY, X saved),
 * waits (WAITING, X saved), or has ended: state EXITING with p->exc as the uncaught exception or normal end (exc.class
 * EXC_EXIT, reason normal); the scheduler then calls process_terminate. GC: collects. */
void interp_run(struct vm *vm, struct process *p);

/* interp_handlers: offset of each specific op's code; in ELF section ".ling.handlers", from where lingpack reads it. */
extern const uint32_t interp_handlers[];
extern const uint32_t interp_handler_count;
/* interp_fingerprint: FNV-1a 64 of the handler table and the BIF table's names: an image is for one such VM. lingpack
 * computes the same from the ELF (handlers) and its own linked BIF table. */
uint64_t interp_fingerprint(void);

/* Code the VM itself needs, not any module's: where a process's first frame returns to, etc. */
extern const uint64_t *interp_exit_code(void);
/* interp_apply_code: entry of a process that starts with apply(X0, X1, X2) (live 3), or with the fun X0 of arity 0 when
 * X0 is a fun (live 1): for targets that are not EXPORT_CODE. */
extern const uint64_t *interp_apply_code(void);
/* interp_init: fills the VM-owned code; call once before the first interp_run. */
void interp_init(void);

/* interp_stacktrace: raw trace of p at the moment -> [{M,F,A,Loc}] on p's heap (system_flag backtrace_depth 8). */
term interp_stacktrace(struct process *p);

#endif
