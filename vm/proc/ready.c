/* ready: the run queue: one list a priority, first in, first out.
 *
 *   max ─> p ─> p        always first        normal ─> p ─> p ─> p     then these, and every LOW_SHARE-th
 * time high ─> p            then these          low ─> p                  one of low
 *
 * Invariant: a process is on a list exactly when it has PROC_ON_QUEUE; its state is then PROC_READY.
 * Source: OTP's documentation of process_flag(priority, Level).
 */
#include "proc/vm.h"

enum { LOW = 0, NORMAL = 1, LOW_SHARE = 8 };

void ready_push(struct vm *vm, struct process *p) {
    if (p->flags & PROC_ON_QUEUE) return;
    if (p->flags & PROC_SUSPENDED) { /* process_make_ready once it is resumed */
        p->state = PROC_WAITING;
        return;
    }
    struct run_queue *q = &vm->ready;
    unsigned level = p->priority;
    p->state = PROC_READY;
    p->flags |= PROC_ON_QUEUE;
    p->next_ready = NULL;
    p->prev_ready = q->tail[level];
    if (q->tail[level])
        q->tail[level]->next_ready = p;
    else
        q->head[level] = p;
    q->tail[level] = p;
    q->length++;
}

/* Unlink from the list of `level`: the process's own priority may have changed since it was queued. */
static void queue_unlink(struct run_queue *q, struct process *p) {
    for (unsigned level = 0; level < PRIORITIES; level++) {
        if (q->head[level] == p) q->head[level] = p->next_ready;
        if (q->tail[level] == p) q->tail[level] = p->prev_ready;
    }
    if (p->prev_ready) p->prev_ready->next_ready = p->next_ready;
    if (p->next_ready) p->next_ready->prev_ready = p->prev_ready;
    p->next_ready = p->prev_ready = NULL;
    p->flags &= ~(uint32_t)PROC_ON_QUEUE;
    q->length--;
}

void ready_remove(struct vm *vm, struct process *p) {
    if (p->flags & PROC_ON_QUEUE) queue_unlink(&vm->ready, p);
}

struct process *ready_pop(struct vm *vm) {
    struct run_queue *q = &vm->ready;
    for (unsigned level = PRIORITIES - 1; level > NORMAL; level--)
        if (q->head[level]) {
            struct process *p = q->head[level];
            queue_unlink(q, p);
            return p;
        }
    struct process *p = q->head[NORMAL];
    if (q->head[LOW] && (!p || ++q->skipped_low >= LOW_SHARE)) {
        q->skipped_low = 0;
        p = q->head[LOW];
    }
    if (p) queue_unlink(q, p);
    return p;
}

void process_make_ready(struct vm *vm, struct process *p) {
    if (p->state != PROC_WAITING) return;
    p->flags &= ~(uint32_t)PROC_BIF_WAIT;
    ready_push(vm, p);
}
