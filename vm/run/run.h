/* run: what the files of this layer need of each other. vm_main itself is declared in plat.h.
 *
 * Exit statuses of an instance (docs/design/scheduler.md): */
#ifndef LING_RUN_H
#define LING_RUN_H

#include "proc/vm.h"

enum exit_status {
    EXIT_SERVED =
        0, /* served its requests, or the first process ended normally; a script gives its own by halt/1 */
    EXIT_CRASH = 1,      /* the first process ended by an error; nothing can run any more */
    EXIT_BAD_IMAGE = 65, /* no program, or not one for this VM */
    EXIT_BAD_OPTION = 64,
    EXIT_PANIC = 70,        /* the VM's own fault (kernel/lib/panic.h) */
    EXIT_TIMEOUT = 124,     /* ling.timeout_ms passed */
    EXIT_INTERRUPTED = 130, /* plat_stop_requested */
    EXIT_NO_MEMORY = 134,
    EXIT_TERMINATED = 143,
};

/* scheduler.c: run processes and serve events until vm->stopping. main_pid: the process whose end ends the
 * VM. */
void vm_run(struct vm *vm, term main_pid);

/* crash.c: console text about a process that ends abnormally. */
void crash_report(struct vm *vm, const struct process *p, term value); /* value: {Reason, Trace} */
void crash_report_memory(struct vm *vm, const struct process *p);
void console_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* report.c: the instance's report as JSON on one line; returns its length. vm->phase_ns, stats and
 * stop_reason say what happened. */
size_t report_write(const struct vm *vm, char *out, size_t cap);

#endif
