/* scheduler: the one loop of a running instance.
 *
 *        ┌──────────────────────────────────────────────────────────────┐
 *        v                                                              │
 *   ready_pop ── a process ──> slice of SLICE_REDS reductions ── READY ─┤   WAITING: left alone until
 * something wakes it │                          └─ EXITING ─> process_terminate ────┤ └── none ──> plat_poll
 * until an event or the next deadline ────┘
 *
 * While processes are ready the machine is looked at (without waiting) every POLL_REDS reductions, so that a
 * busy program still answers. Nothing here is preempted: a slice ends by itself.
 *
 * An orderly stop (plat_stop_requested) lets requests in flight finish, for STOP_GRACE_NS at most; a program without
 * the responder ends at once.
 *
 * Invariant: vm->current is set exactly during a slice and the end of its process.
 */
#include "run/run.h"

#include "http/http.h"
#include "interp/interp.h"
#include "io/io.h"
#include "plat.h"
#include "proc/options.h"

#define STOP_GRACE_NS UINT64_C(5000000000)

enum { SWITCH_REDS = 64, POLL_REDS = 32000, EVENTS = 32 };

/* -- the machine */
static uint64_t instance_deadline(const struct vm *vm) {
    uint64_t ms = vm->options ? vm->options->timeout_ms : 0;
    return ms ? vm->start_mono_ns + ms * 1000000 : UINT64_MAX;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t http_deadline(const struct vm *vm) {
    return vm->http ? http_next_deadline(vm) : UINT64_MAX;
}

/* An orderly stop: begun once, over when nothing is in flight or the grace has passed. */
static void stop_check(struct vm *vm, uint64_t now) {
    enum plat_stop why = plat_stop_requested();
    if (why == PLAT_STOP_NONE) return;
    if (!vm->stop_by_ns) {
        vm->stop_by_ns = now + STOP_GRACE_NS;
        if (vm->http) http_drain(vm);
    }
    if (vm->http && !http_drained(vm) && now < vm->stop_by_ns) return;
    if (why == PLAT_STOP_INTERRUPT)
        vm_stop(vm, EXIT_INTERRUPTED, "interrupted");
    else
        vm_stop(vm, EXIT_TERMINATED, "terminated");
}

static void machine_poll(struct vm *vm, uint64_t deadline_ns) {
    struct plat_event events[EVENTS];
    size_t n = plat_poll(deadline_ns, events, EVENTS);
    for (size_t i = 0; i < n; i++) {
        const struct plat_event *e = &events[i];
        if (!vm->http || !http_event(vm, e->handle, e->readable, e->writable)) io_event(vm, e->handle);
    }
    uint64_t now = plat_clock_mono();
    timers_advance(vm, &vm->timers, now);
    if (now >= http_deadline(vm)) http_timeouts(vm, now);
    if (now >= instance_deadline(vm)) vm_stop(vm, EXIT_TIMEOUT, "timeout");
    stop_check(vm, now);
}

/* Nothing can run: sleep. Returns for how long, for the account of busy time. */
static uint64_t machine_wait(struct vm *vm) {
    uint64_t deadline = earlier(timers_next_ns(&vm->timers), http_deadline(vm));
    if (deadline == UINT64_MAX && !vm->http && !vm->waiters) {
        console_printf("ling: every process waits for a message that no one can send\n");
        vm_stop(vm, EXIT_CRASH, "deadlock");
        return 0;
    }
    uint64_t from = plat_clock_mono();
    if (vm->stop_by_ns) {
        stop_check(vm, from); /* what ran meanwhile may have been the last answer */
        if (vm->stopping) return 0;
        deadline = earlier(deadline, vm->stop_by_ns);
    }
    machine_poll(vm, earlier(deadline, instance_deadline(vm)));
    return plat_clock_mono() - from;
}

/* -- processes */

/* The exit reason of an uncaught exception. Errors and throws are reported, as erts does. */
static term uncaught(struct vm *vm, struct process *p) {
    const struct exception *e = &p->exc;
    if (e->class == EXC_EXIT) return e->reason;
    term reason = e->class == EXC_THROW ? TUPLE(&p->heap, A_NOCATCH, e->reason) : e->reason;
    reason = TUPLE(&p->heap, reason, e->trace == NONE ? NIL : e->trace);
    vm->stats.crashed++;
    crash_report(vm, p, reason);
    return reason;
}

/* interp_run, and back here also when memory ran out below it. Apart, so that no local of the caller lives
 * across setjmp. */
static NOINLINE bool run_guarded(struct vm *vm, struct process *p) {
    if (setjmp(vm->oom_exit) != 0) {
        vm->oom_armed = false;
        return false;
    }
    vm->oom_armed = true;
    interp_run(vm, p);
    if (p->state == PROC_EXITING && !(p->flags & PROC_KILLED)) {
        p->exc.reason = uncaught(vm, p);
        p->exc.class = EXC_EXIT;
    }
    vm->oom_armed = false;
    return true;
}

static void slice_account(struct vm *vm, struct process *p) {
    int64_t used = SLICE_REDS - (int64_t)p->reds;
    if (used < 0) used = 0;
    p->reductions += (uint64_t)used;
    vm->stats.reductions += (uint64_t)used;
    vm->stats.context_switches++;
}

static void process_end(struct vm *vm, struct process *p, term main_pid) {
    bool is_main = p->pid == main_pid;
    term reason = p->flags & PROC_KILLED ? p->end_reason : p->exc.reason;
    if (is_main && reason == A_NORMAL) vm_stop(vm, EXIT_SERVED, "ended");
    if (is_main) vm_stop(vm, EXIT_CRASH, "crash");
    process_terminate(vm, p, reason);
    process_free(vm, p);
}

/* The first process and those it started (console, main process) and the system's own may use the reserve; so may all
 * that happens between slices. */
static bool is_vital(const struct process *p, term main_pid) {
    return p->pid == main_pid || p->parent == main_pid || (p->flags & PROC_SYSTEM);
}

/* Run p for a slice; returns the reductions it took. */
static uint32_t slice_run(struct vm *vm, struct process *p, term main_pid) {
    vm->current = p;
    p->state = PROC_RUNNING;
    p->reds = SLICE_REDS;
    process_load_x(p);
    alloc_reserve_open(vm->alloc, is_vital(p, main_pid));
    bool in_memory = run_guarded(vm, p);
    alloc_reserve_open(vm->alloc, true);
    slice_account(vm, p);
    uint32_t used = p->reds < SLICE_REDS ? (uint32_t)(SLICE_REDS - p->reds) : 0;
    if (!in_memory) {
        vm->stats.crashed++;
        crash_report_memory(vm, p);
        if (p->pid == main_pid) vm_stop(vm, EXIT_NO_MEMORY, "nomem");
        p->exc = (struct exception){
            .class = EXC_EXIT, .reason = A_KILLED, .trace = NONE, .args = NONE, .info = NONE};
        p->state = PROC_EXITING;
    }
    if (p->state == PROC_EXITING || (p->flags & PROC_KILLED))
        process_end(vm, p, main_pid);
    else if (p->state != PROC_WAITING)
        ready_push(vm, p);
    vm->current = NULL;
    return used + SWITCH_REDS;
}

void vm_run(struct vm *vm, term main_pid) {
    uint32_t since_poll = 0;
    uint64_t from = plat_clock_mono(), idle = 0;
    while (!vm->stopping) {
        struct process *p = ready_pop(vm);
        if (!p) {
            idle += machine_wait(vm);
            since_poll = 0;
            continue;
        }
        since_poll += slice_run(vm, p, main_pid);
        if (since_poll < POLL_REDS) continue;
        since_poll = 0;
        machine_poll(vm, 0);
    }
    vm->stats.busy_ns += plat_clock_mono() - from - idle;
}
