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

/* The link to the relation with this reference, of a kind in the set; NULL: none. */
static struct relation **relation_find(struct process *p, struct ref_words ref, unsigned kinds) {
    for (struct relation **at = &p->relations; *at; at = &(*at)->next)
        if ((*at)->ref_hi == ref.hi && (*at)->ref_lo == ref.lo && (kinds >> (*at)->kind & 1)) return at;
    return NULL;
}

static bool relation_add_alias(struct process *p, struct ref_words ref, bool reply) {
    struct relation *r = alloc_get_zeroed(p->vm->alloc, sizeof *r);
    if (!r) return false;
    *r = (struct relation){.next = p->relations,
                           .kind = REL_ALIAS,
                           .other = p->pid,
                           .ref_hi = ref.hi,
                           .ref_lo = ref.lo,
                           .name = NONE,
                           .tag = NONE,
                           .alias = true,
                           .alias_reply_demonitor = reply};
    p->relations = r;
    return true;
}

term alias_make(struct process *p, bool reply) {
    struct ref_words ref = alias_ref_new(p);
    if (!relation_add_alias(p, ref, reply)) return NONE;
    return heap_ref(&p->heap, ref.hi, ref.lo);
}

/* Both sides of the monitor get the new reference. No relation: 'DOWN' has been sent already, with the old
 * one. */
static bool monitor_rename(struct process *p, struct ref_words from, struct ref_words to,
                           struct relation **mine) {
    struct relation **out = relation_find(p, from, 1u << REL_MONITOR_OUT);
    if (!out) return false;
    struct process *target = process_find(p->vm, (*out)->other);
    struct relation **in = target ? relation_find(target, from, 1u << REL_MONITOR_IN) : NULL;
    if (in) {
        (*in)->ref_hi = to.hi;
        (*in)->ref_lo = to.lo;
    }
    (*out)->ref_hi = to.hi;
    (*out)->ref_lo = to.lo;
    *mine = *out;
    return true;
}

term alias_of_monitor(struct process *p, term ref, enum alias_kind kind) {
    struct ref_words from = ref_words(ref), to = alias_ref_new(p);
    struct relation *monitor = NULL;
    if (!monitor_rename(p, from, to, &monitor)) return ref;
    if (kind == ALIAS_EXPLICIT) {
        if (!relation_add_alias(p, to, false)) return NONE;
    } else {
        monitor->alias = true;
        monitor->alias_demonitor = kind == ALIAS_DEMONITOR;
        monitor->alias_reply_demonitor = kind == ALIAS_REPLY_DEMONITOR;
    }
    return heap_ref(&p->heap, to.hi, to.lo);
}

static void relation_free_alias(struct process *p, struct relation **at) {
    struct relation *r = *at;
    *at = r->next;
    alloc_put(p->vm->alloc, r);
}

/* The active alias relation of p for ref; NULL: none. */
static struct relation **alias_find(struct process *p, struct ref_words ref) {
    struct relation **at = relation_find(p, ref, 1u << REL_ALIAS | 1u << REL_MONITOR_OUT);
    while (at && !(*at)->alias) { /* a monitor without alias before the explicit one */
        for (at = &(*at)->next; *at && !((*at)->ref_hi == ref.hi && (*at)->ref_lo == ref.lo);
             at = &(*at)->next) {
        }
        if (!*at) at = NULL;
    }
    return at;
}

bool alias_drop(struct process *p, term t) {
    struct relation **at = alias_find(p, ref_words(t));
    if (!at) return false;
    if ((*at)->kind == REL_ALIAS)
        relation_free_alias(p, at);
    else
        (*at)->alias = false;
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
    struct relation **at = p ? alias_find(p, ref) : NULL;
    if (!at) return ST_OK;
    enum status st = message_send(vm, p, t);
    if (st != ST_OK || !(*at)->alias_reply_demonitor) return st;
    if ((*at)->kind == REL_ALIAS)
        relation_free_alias(p, at);
    else
        monitor_break(vm, p, t_ref);
    return ST_OK;
}
