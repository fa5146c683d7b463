/* io: who waits for which handle.
 *
 *   vm->waiters ─> {handle, process} ─> {handle, process} ─> NULL        one entry a waiting process
 */
#include "io/io.h"

#include "plat.h"

_Static_assert((int)PLAT_OK == ST_OK && (int)PLAT_NOMEM == ST_NOMEM && (int)PLAT_BADARG == ST_BADARG &&
                   (int)PLAT_AGAIN == ST_AGAIN && (int)PLAT_CLOSED == ST_CLOSED &&
                   (int)PLAT_LIMIT == ST_LIMIT && (int)PLAT_IO == ST_IO,
               "the machine and the VM number their results alike");

struct bif_wait {
    struct bif_wait *next;
    struct process *process;
    int handle;
};

static void waiter_drop(struct vm *vm, struct bif_wait **at) {
    struct bif_wait *w = *at;
    *at = w->next;
    alloc_put(vm->alloc, w);
}

term io_wait(struct process *p, int handle) {
    struct bif_wait *w = alloc_get(p->vm->alloc, sizeof *w);
    if (!w) return raise_system_limit(p);
    io_process_ended(p->vm, p); /* woken by something else, and waiting again */
    *w = (struct bif_wait){p->vm->waiters, p, handle};
    p->vm->waiters = w;
    return bif_wait(p);
}

void io_event(struct vm *vm, int handle) {
    for (struct bif_wait **at = &vm->waiters; *at;) {
        if ((*at)->handle != handle) {
            at = &(*at)->next;
            continue;
        }
        struct process *p = (*at)->process;
        waiter_drop(vm, at);
        process_make_ready(vm, p);
    }
}

void io_process_ended(struct vm *vm, struct process *p) {
    for (struct bif_wait **at = &vm->waiters; *at;) {
        if ((*at)->process == p)
            waiter_drop(vm, at);
        else
            at = &(*at)->next;
    }
}
