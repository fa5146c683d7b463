/* alias: process aliases (EEP 53) without a table: the reference says which process to look at.
 *
 *   reference of an alias   hi = vm->ref_hi with bit 17 inverted      lo = serial << 28 | process number
 *
 *   process -> relations:   REL_MONITOR_OUT, alias set                monitor(…, [{alias, demonitor |
 * reply_demonitor}]) REL_ALIAS, alias set                      alias/1, [{alias, explicit_unalias}]
 *
 * Invariant: an alias is active exactly while a relation with its reference and `alias` set hangs on its
 * process. When the monitor goes (demonitor, 'DOWN'), its relation goes, and the alias with it.
 */
#include "bif/alias.h"

enum { PROCESS_NUMBER_BITS = 28 };
#define ALIAS_MARK          (UINT64_C(1) << 17)
#define PROCESS_NUMBER_MASK ((UINT64_C(1) << PROCESS_NUMBER_BITS) - 1)

struct ref_words {
    uint64_t hi, lo;
};

static struct ref_words ref_words(term ref) {
    return (struct ref_words){boxed_ptr(ref)[1], boxed_ptr(ref)[2]};
}

static struct ref_words alias_ref_new(const struct process *p) {
    uint64_t serial = p->vm->ref_lo++;
    return (struct ref_words){p->vm->ref_hi ^ ALIAS_MARK,
                              serial << PROCESS_NUMBER_BITS | (pid_data(p->pid) & PROCESS_NUMBER_MASK)};
}

static bool relation_add_alias(struct process *p, struct ref_words ref, bool reply) {
    struct relation *r = relation_add(p->vm, p, REL_ALIAS, p->pid, ref.hi, ref.lo);
    if (!r) return false;
    r->alias = true;
    r->alias_reply_demonitor = reply;
    return true;
}

term alias_make(struct process *p, bool reply) {
    struct ref_words ref = alias_ref_new(p);
    if (!relation_add_alias(p, ref, reply)) return NONE;
    return heap_ref(&p->heap, ref.hi, ref.lo);
}

/* Both sides of the monitor get the new reference. NULL: 'DOWN' has been sent already, with the old one. */
static struct relation *monitor_rename(struct process *p, struct ref_words from, struct ref_words to) {
    struct vm *vm = p->vm;
    struct relation *out = relation_find_ref(p, REL_MONITOR_OUT, from.hi, from.lo);
    if (!out) return NULL;
    struct process *target = process_find(vm, out->other);
    struct relation *in = target ? relation_find_ref(target, REL_MONITOR_IN, from.hi, from.lo) : NULL;
    if (in) relation_rename(vm, in, to.hi, to.lo);
    relation_rename(vm, out, to.hi, to.lo);
    return out;
}

term alias_of_monitor(struct process *p, term ref, enum alias_kind kind) {
    struct ref_words from = ref_words(ref), to = alias_ref_new(p);
    struct relation *monitor = monitor_rename(p, from, to);
    if (!monitor) return ref;
    if (kind == ALIAS_EXPLICIT) {
        if (!relation_add_alias(p, to, false)) return NONE;
    } else {
        monitor->alias = true;
        monitor->alias_demonitor = kind == ALIAS_DEMONITOR;
        monitor->alias_reply_demonitor = kind == ALIAS_REPLY_DEMONITOR;
    }
    return heap_ref(&p->heap, to.hi, to.lo);
}

/* The active alias relation of p for ref; NULL: none. */
static struct relation *alias_find(struct process *p, struct ref_words ref) {
    struct relation *r = relation_find_ref(p, REL_MONITOR_OUT, ref.hi, ref.lo);
    return r && r->alias ? r : relation_find_ref(p, REL_ALIAS, ref.hi, ref.lo);
}

bool alias_drop(struct process *p, term t) {
    struct relation *r = alias_find(p, ref_words(t));
    if (!r) return false;
    if (r->kind == REL_ALIAS)
        relation_remove(p->vm, r);
    else
        r->alias = false;
    return true;
}

static struct process *alias_process(const struct vm *vm, struct ref_words ref) {
    if (ref.hi != (vm->ref_hi ^ ALIAS_MARK)) return NULL;
    struct process *p = vm->table[(ref.lo & PROCESS_NUMBER_MASK) & (vm->table_size - 1)];
    return p && p->state != PROC_DEAD ? p : NULL;
}

enum status alias_send(struct vm *vm, term t_ref, term t) {
    struct ref_words ref = ref_words(t_ref);
    struct process *p = alias_process(vm, ref);
    struct relation *r = p ? alias_find(p, ref) : NULL;
    if (!r) return ST_OK;
    enum status st = message_send(vm, p, t);
    if (st != ST_OK || !r->alias_reply_demonitor) return st;
    if (r->kind == REL_ALIAS)
        relation_remove(vm, r);
    else
        monitor_break(vm, p, t_ref);
    return ST_OK;
}
