/* vm: the whole mutable state of a running system, in one place. Lives at the start of the arena. */
#ifndef LING_VM_H
#define LING_VM_H

#include <setjmp.h>

#include "code/code.h"
#include "proc/process.h"
#include "proc/timer.h"

enum { X_REGS = 1024, F_REGS = 16, PRIORITIES = 4 }; /* priorities: low, normal, high, max = 0..3 */

struct run_queue {
    struct process *head[PRIORITIES], *tail[PRIORITIES];
    uint32_t length, skipped_low;
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

    /* processes */
    struct process **table; /* slot = number & (table_size-1) */
    uint32_t table_size, n_processes, next_number, peak_processes;
    struct run_queue ready;
    struct timers timers;
    struct name_entry *names; /* registered names, see proc/name.c */
    uint32_t n_names, cap_names;
    struct bif_wait *waiters; /* processes blocked in a BIF on a plat handle, see io/ */

    /* identity: made fresh at every start, never saved */
    uint64_t ref_hi, ref_lo;
    uint64_t start_mono_ns, start_wall_ns;
    uint64_t unique_integer;

    /* state of higher layers, owned by them */
    struct io *io;
    struct http *http;
    struct ets *ets;
    struct persistent *persistent;
    struct options *options; /* the parsed command line (run/options.h) */
    struct random *random;

    struct vm_stats {
        uint64_t reductions, context_switches, gc_minor, gc_major, words_reclaimed, spawned, exited, crashed;
        uint64_t io_in, io_out, requests, busy_ns;
        size_t peak_bytes;
    } stats;

    int exit_status; /* set with `stopping` */
    bool stopping;   /* leave the scheduler loop (erlang:halt, request count served, fatal) */
    const char *stop_reason; /* static text for the report: "served", "halt", "timeout", "nomem", … */
    const struct plat_boot *boot;
};

#endif
