/* link: links, monitors, exit signals, and how a process ends.
 *
 *   a.relations ─> [LINK b] ─> [MONITOR_OUT c, ref] ─> NULL            relation.c
 *   b.relations ─> [LINK a] ─> NULL
 *   c.relations ─> [MONITOR_IN a, ref] ─> NULL
 *
 * Invariant: relations come in pairs, one node on either side (an alias has one side).
 * Signals take effect at once. One that ends a process puts it on vm->dying; process_terminate works on that
 * list until it is empty, so that a chain of links of any length needs no recursion. Source: Erlang reference
 * manual, "Processes": links, monitors, "Receiving Exit Signals".
 */
#include "proc/vm.h"

/* A relation, or the process that runs ends: no memory. */
static struct relation *relation_need(struct vm *vm, struct process *holder, enum relation_kind kind,
                                      term other, uint64_t hi, uint64_t lo) {
    struct relation *r = relation_add(vm, holder, kind, other, hi, lo);
    if (!r) process_oom(&holder->heap, words_of_bytes(sizeof *r));
    return r;
}

/* -- links */
void link_make(struct vm *vm, struct process *a, struct process *b) {
    if (a == b || relation_find_link(a, b->pid)) return;
    relation_need(vm, a, REL_LINK, b->pid, 0, 0);
    relation_need(vm, b, REL_LINK, a->pid, 0, 0);
}

void link_break(struct vm *vm, struct process *a, term other) {
    struct relation *mine = relation_find_link(a, other);
    if (!mine) return;
    relation_remove(vm, mine);
    struct process *b = process_find(vm, other);
    struct relation *theirs = b ? relation_find_link(b, a->pid) : NULL;
    if (theirs) relation_remove(vm, theirs);
}

/* -- monitors */

/* A reference as a term, in words on the C stack, for message_send_tuple to copy. */
struct ref_words {
    term w[3];
};
static struct ref_words ref_words(uint64_t hi, uint64_t lo) {
    return (struct ref_words){{header_make(KIND_REF, 2), hi, lo}};
}

/* {Tag, Ref, process, Object, Reason} to the process that monitors. Without memory for the reason it gets
 * system_limit; without memory for that either, the message is lost: the watcher could not have read it. */
static void down_send(struct vm *vm, struct process *to, const struct relation *out, term reason) {
    struct ref_words ref = ref_words(out->ref_hi, out->ref_lo);
    term object = out->other;
    struct ref_words named = {{header_make(KIND_TUPLE, 2), out->name, A_NONODE_NOHOST}};
    if (out->name != NONE) object = boxed_make(named.w);
    term down[5] = {out->tag == NONE ? A_DOWN : out->tag, boxed_make(ref.w), A_PROCESS, object, reason};
    if (message_send_tuple(vm, to, 5, down) == ST_OK) return;
    down[4] = A_SYSTEM_LIMIT;
    (void)!message_send_tuple(vm, to, 5, down);
}

term monitor_make(struct vm *vm, struct process *p, struct process *found, term target, term name, term tag) {
    if (found == p) return ref_make(p); /* nobody will ever read that message */
    uint64_t hi = vm->ref_hi, lo = vm->ref_lo++;
    struct relation *out = relation_need(vm, p, REL_MONITOR_OUT, found ? found->pid : target, hi, lo);
    out->name = name;
    out->tag = tag;
    if (!term_is_imm(tag)) {
        out->tag_frag = frag_copy(vm->alloc, tag, p->heap.literal_lo, p->heap.literal_hi, &out->tag);
        if (!out->tag_frag) process_oom(&p->heap, term_size(tag, p->heap.literal_lo, p->heap.literal_hi));
    }
    if (found) {
        relation_need(vm, found, REL_MONITOR_IN, p->pid, hi, lo);
    } else {
        down_send(vm, p, out, A_NOPROC);
        relation_remove(vm, out);
    }
    return heap_ref(&p->heap, hi, lo);
}

struct relation *monitor_find(const struct process *p, term ref) {
    return relation_find_ref(p, REL_MONITOR_OUT, ref_hi(ref), ref_lo(ref));
}

bool monitor_break(struct vm *vm, struct process *p, term ref) {
    struct relation *out = monitor_find(p, ref);
    if (!out) return false;
    struct process *target = process_find(vm, out->other);
    struct relation *in = target ? relation_find_ref(target, REL_MONITOR_IN, out->ref_hi, out->ref_lo) : NULL;
    relation_remove(vm, out);
    if (in) relation_remove(vm, in);
    return true;
}

/* -- exit signals */

/* reason on p's own heap, or system_limit when there is no memory for it. */
static term reason_for(struct vm *vm, struct process *p, term reason) {
    if (term_is_imm(reason)) return reason;
    term copy;
    struct frag *f = frag_copy(vm->alloc, reason, p->heap.literal_lo, p->heap.literal_hi, &copy);
    return f ? heap_adopt_term(&p->heap, f, copy) : A_SYSTEM_LIMIT;
}

static void process_doom(struct vm *vm, struct process *p, term reason) {
    bool running = p == vm->current && p->state == PROC_RUNNING;
    if (p->flags & PROC_KILLED) return;
    p->end_reason = reason_for(vm, p, reason);
    p->flags |= PROC_KILLED;
    if (running) {
        p->reds = 0; /* ended by the scheduler, soon */
        return;
    }
    ready_remove(vm, p);
    p->state = PROC_EXITING;
    p->next_ready = vm->dying;
    vm->dying = p;
}

static void signal_deliver(struct vm *vm, term from, struct process *to, term reason, bool link) {
    if (!link && reason == A_KILL) {
        process_doom(vm, to, A_KILLED);
    } else if (to->flags & PROC_TRAP_EXIT) {
        term message[3] = {A_EXIT_UPPER, from, reason};
        if (message_send_tuple(vm, to, 3, message) == ST_OK) return;
        message[2] = A_SYSTEM_LIMIT;
        (void)!message_send_tuple(vm, to, 3, message);
    } else if (reason != A_NORMAL || (!link && from == to->pid)) {
        process_doom(vm, to, reason);
    }
}

/* -- the end */

/* Tell the other side of one relation that p is gone. */
static void relation_end(struct vm *vm, struct process *p, const struct relation *r, term reason) {
    struct process *other = process_find(vm, r->other);
    if (!other) return;
    struct relation *theirs = NULL;
    switch (r->kind) {
    case REL_LINK: theirs = relation_find_link(other, p->pid); break;
    case REL_MONITOR_OUT: theirs = relation_find_ref(other, REL_MONITOR_IN, r->ref_hi, r->ref_lo); break;
    case REL_MONITOR_IN: theirs = relation_find_ref(other, REL_MONITOR_OUT, r->ref_hi, r->ref_lo); break;
    case REL_ALIAS: break;
    }
    if (theirs && r->kind == REL_MONITOR_IN) down_send(vm, other, theirs, reason);
    if (theirs) relation_remove(vm, theirs);
    if (r->kind == REL_LINK) signal_deliver(vm, p->pid, other, reason, true);
}

static void end_one(struct vm *vm, struct process *p, term reason) {
    ready_remove(vm, p);
    process_wait_cancel(p);
    msg_timers_drop_process(p);
    if (p->name != NONE) (void)!name_unregister(vm, p->name);
    p->state = PROC_DEAD;
    if (vm->process_ended) vm->process_ended(vm, p);
    /* Before the others are told, which takes memory: this may be the process that has used it up. */
    mailbox_free(p);
    if (term_is_imm(reason)) heap_deinit(&p->heap);
    vm->table[p->table_slot] = NULL;
    vm->n_processes--;
    vm->stats.exited++;
    for (struct relation *r; (r = p->relations);) {
        relation_end(vm, p, r, reason);
        relation_remove(vm, r);
    }
    if (p != vm->current) process_free(vm, p);
}

static void dying_end(struct vm *vm) {
    if (vm->ending) return;
    vm->ending = true;
    while (vm->dying) {
        struct process *p = vm->dying;
        vm->dying = p->next_ready;
        p->next_ready = NULL;
        end_one(vm, p, p->end_reason);
    }
    vm->ending = false;
}

void process_terminate(struct vm *vm, struct process *p, term reason) {
    bool outermost = !vm->ending;
    vm->ending = true;
    end_one(vm, p, reason);
    if (!outermost) return;
    vm->ending = false;
    dying_end(vm);
}

void exit_signal(struct vm *vm, term from, struct process *to, term reason, bool link) {
    signal_deliver(vm, from, to, reason, link);
    dying_end(vm);
}

void process_free(struct vm *vm, struct process *p) {
    mailbox_free(p);
    if (p->args != p->args_inline) alloc_put(vm->alloc, p->args);
    alloc_put(vm->alloc, p->dict);
    heap_deinit(&p->heap);
    alloc_put(vm->alloc, p);
}
