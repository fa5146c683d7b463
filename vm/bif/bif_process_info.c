/* bif_process_info: process_info/1,2.
 *
 * A table of items: each has a function that builds the value on the heap of the process that asks; terms of
 * the other process are copied there. Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"
#include "bif/monitor.h"

#include "data/map.h"

enum { MIN_BIN_VHEAP_WORDS = 46422 };

struct question {
    struct process *p;   /* who asks */
    struct process *who; /* about whom */
};

/* -- building */

static term own(const struct question *q, term t) {
    return q->p == q->who || term_is_imm(t) ? t : heap_copy(&q->p->heap, t);
}
static term number(const struct question *q, uint64_t n) {
    return int_from_u64(&q->p->heap, n);
}
static term pair(const struct question *q, term key, term value) {
    return TUPLE(&q->p->heap, key, value);
}
static term cons(const struct question *q, term head, term tail) {
    return heap_cons(&q->p->heap, head, tail);
}

/* -- what it does */

static term item_registered_name(const struct question *q) {
    return q->who->name;
} /* NONE: none */

static term item_initial_call(const struct question *q) {
    return TUPLE(&q->p->heap, q->who->initial_m, q->who->initial_f, small_make(q->who->initial_arity));
}

static term item_status(const struct question *q) {
    if (q->p == q->who) return A_RUNNING;
    switch (q->who->state) {
    case PROC_READY: return A_RUNNABLE;
    case PROC_RUNNING: return A_RUNNING;
    case PROC_WAITING: return q->who->flags & PROC_SUSPENDED ? A_SUSPENDED : A_WAITING;
    default: return A_EXITING;
    }
}

/* A process that waits with live registers hibernates: they are the arguments of the call to come. (A receive
 * keeps none, and a BIF that waits is marked.) */
static bool is_hibernating(const struct process *who) {
    return who->state == PROC_WAITING && who->live > 0 && !(who->flags & PROC_BIF_WAIT);
}

/* The stack trace of who, innermost frame first; NIL without an interpreter to ask. */
static term trace(const struct question *q) {
    struct vm *vm = q->p->vm;
    if (is_hibernating(q->who))
        return cons(q, TUPLE(&q->p->heap, A_ERLANG, A_HIBERNATE, small_make(3), NIL), NIL);
    return vm->stacktrace ? own(q, vm->stacktrace(q->who)) : NIL;
}

static term item_current_location(const struct question *q) {
    term frames = trace(q);
    return term_is_list(frames) ? list_head(frames) : A_UNDEFINED;
}

static term item_current_function(const struct question *q) {
    term frame = item_current_location(q);
    if (!term_is_tuple(frame) || tuple_size(frame) < 3) return A_UNDEFINED;
    const term *e = tuple_elements(frame);
    return TUPLE(&q->p->heap, e[0], e[1], e[2]);
}

/* -- messages, dictionary, relations */

static term item_message_queue_len(const struct question *q) {
    return number(q, q->who->mailbox.length);
}

static term item_messages(const struct question *q) {
    size_t n = 0;
    for (const struct message *m = q->who->mailbox.first; m; m = m->next) n++;
    if (n == 0) return NIL;
    term *cells = heap_alloc(&q->p->heap, 2 * n), *c = cells;
    for (size_t i = 0; i < 2 * n; i++) cells[i] = NIL;
    for (const struct message *m = q->who->mailbox.first; m; m = m->next, c += 2) {
        /* a message not looked at yet lies off the heap, so also one's own is copied */
        c[0] = term_is_imm(m->term) ? m->term : heap_copy(&q->p->heap, m->term);
        c[1] = list_make(c + 2);
    }
    c[-1] = NIL;
    return list_make(cells);
}

static term item_dictionary(const struct question *q) {
    return own(q, dict_list(q->who));
}

static term relations(const struct question *q, enum relation_kind kind,
                      term (*entry)(const struct question *q, const struct relation *r)) {
    term list = NIL;
    for (const struct relation *r = q->who->relations; r; r = r->next)
        if (r->kind == kind) list = cons(q, entry(q, r), list);
    return list;
}

static term entry_pid(const struct question *q, const struct relation *r) {
    return r->other;
}
static term entry_monitor(const struct question *q, const struct relation *r) {
    return pair(q, A_PROCESS, r->name == NONE ? r->other : pair(q, r->name, A_NONODE_NOHOST));
}

static term item_links(const struct question *q) {
    return relations(q, REL_LINK, entry_pid);
}
static term item_monitors(const struct question *q) {
    return relations(q, REL_MONITOR_OUT, entry_monitor);
}
static term item_monitored_by(const struct question *q) {
    return relations(q, REL_MONITOR_IN, entry_pid);
}
static term item_none(const struct question *q) {
    return NIL;
}

/* -- settings */

static term item_trap_exit(const struct question *q) {
    return term_of_bool(q->who->flags & PROC_TRAP_EXIT);
}
static term item_error_handler(const struct question *q) {
    return A_ERROR_HANDLER;
}
static term item_priority(const struct question *q) {
    return priority_atom(q->who->priority);
}
static term item_group_leader(const struct question *q) {
    return q->who->group_leader;
}
static term item_queue_data(const struct question *q) {
    return A_ON_HEAP;
}
static term item_parent(const struct question *q) {
    return q->who->parent == NONE ? A_UNDEFINED : q->who->parent;
}
static term item_min_heap_size(const struct question *q) {
    return number(q, q->who->heap.min_words);
}
static term item_min_bin_vheap(const struct question *q) {
    return small_make(MIN_BIN_VHEAP_WORDS);
}
static term item_fullsweep_after(const struct question *q) {
    return small_make(q->who->heap.fullsweep_after);
}
static term item_max_heap_size(const struct question *q) {
    return max_heap_term(q->p, q->who->heap.max_words);
}

/* -- sizes */

static size_t stack_words(const struct process *who) {
    return (size_t)(who->heap.end - who->heap.stop);
}

static term item_total_heap_size(const struct question *q) {
    return number(q, heap_block_words(&q->who->heap) + q->who->heap.frag_words);
}
static term item_heap_size(const struct question *q) {
    return number(q, (size_t)(q->who->heap.end - q->who->heap.start));
}
static term item_stack_size(const struct question *q) {
    return number(q, stack_words(q->who));
}
static term item_reductions(const struct question *q) {
    int64_t now = q->who == q->p ? SLICE_REDS - (int64_t)q->p->reds : 0;
    return number(q, q->who->reductions + (uint64_t)(now > 0 ? now : 0));
}
static term item_catchlevel(const struct question *q) {
    return number(q, q->who->catches);
}

static term item_memory(const struct question *q) {
    const struct process *who = q->who;
    size_t words = heap_block_words(&who->heap) + who->heap.frag_words;
    return number(q, sizeof *who + words * sizeof(term) + who->mailbox.length * sizeof(struct message) +
                         2 * sizeof(term) * who->dict_cap);
}

static term item_garbage_collection(const struct question *q) {
    term list = cons(q, pair(q, A_MINOR_GCS, small_make(q->who->heap.minor_since_major)), NIL);
    list = cons(q, pair(q, A_FULLSWEEP_AFTER, item_fullsweep_after(q)), list);
    list = cons(q, pair(q, A_MIN_HEAP_SIZE, item_min_heap_size(q)), list);
    list = cons(q, pair(q, A_MIN_BIN_VHEAP_SIZE, item_min_bin_vheap(q)), list);
    return cons(q, pair(q, A_MAX_HEAP_SIZE, item_max_heap_size(q)), list);
}

static term item_gc_info(const struct question *q) {
    const struct heap *h = &q->who->heap;
    const struct {
        term name;
        size_t words;
    } sizes[] = {
        {A_OLD_HEAP_BLOCK_SIZE, (size_t)(h->old_end - h->old_start)},
        {A_HEAP_BLOCK_SIZE, (size_t)(h->end - h->start)},
        {A_MBUF_SIZE, h->frag_words},
        {A_RECENT_SIZE, (size_t)(h->high - h->start)},
        {A_STACK_SIZE, stack_words(q->who)},
        {A_OLD_HEAP_SIZE, (size_t)(h->old_top - h->old_start)},
        {A_HEAP_SIZE, (size_t)(h->top - h->start)},
        {A_BIN_VHEAP_SIZE, words_of_bytes(h->bin_bytes)},
    };
    term list = NIL;
    for (size_t i = ARRAY_LEN(sizes); i-- > 0;)
        list = cons(q, pair(q, sizes[i].name, number(q, sizes[i].words)), list);
    return list;
}

/* Refc binaries as {Id, Size, References}. */
static term chain_binaries(const struct question *q, term at, term list) {
    for (const term *object; at; at = object[REFC_NEXT]) {
        object = (const term *)at;
        const struct bin *b = (const struct bin *)object[REFC_BIN];
        term id = number(q, (uintptr_t)b), size = number(q, b->size);
        list = cons(q, TUPLE(&q->p->heap, id, size, number(q, b->refs)), list);
    }
    return list;
}
static term item_binary(const struct question *q) {
    return chain_binaries(q, q->who->heap.offheap, chain_binaries(q, q->who->heap.old_offheap, NIL));
}

/* -- the table: the first items are what process_info/1 gives, in its order */

struct item {
    term name;
    term (*value)(const struct question *q);
};
enum { STANDARD_ITEMS = 17 };
static const struct item items[] = {
    {A_REGISTERED_NAME, item_registered_name},
    {A_CURRENT_FUNCTION, item_current_function},
    {A_INITIAL_CALL, item_initial_call},
    {A_STATUS, item_status},
    {A_MESSAGE_QUEUE_LEN, item_message_queue_len},
    {A_LINKS, item_links},
    {A_DICTIONARY, item_dictionary},
    {A_TRAP_EXIT, item_trap_exit},
    {A_ERROR_HANDLER, item_error_handler},
    {A_PRIORITY, item_priority},
    {A_GROUP_LEADER, item_group_leader},
    {A_TOTAL_HEAP_SIZE, item_total_heap_size},
    {A_HEAP_SIZE, item_heap_size},
    {A_STACK_SIZE, item_stack_size},
    {A_REDUCTIONS, item_reductions},
    {A_GARBAGE_COLLECTION, item_garbage_collection},
    {A_SUSPENDING, item_none},
    {A_MESSAGES, item_messages},
    {A_CURRENT_LOCATION, item_current_location},
    {A_CURRENT_STACKTRACE, trace},
    {A_MONITORS, item_monitors},
    {A_MONITORED_BY, item_monitored_by},
    {A_MEMORY, item_memory},
    {A_PARENT, item_parent},
    {A_CATCHLEVEL, item_catchlevel},
    {A_MIN_HEAP_SIZE, item_min_heap_size},
    {A_MIN_BIN_VHEAP_SIZE, item_min_bin_vheap},
    {A_MAX_HEAP_SIZE, item_max_heap_size},
    {A_MESSAGE_QUEUE_DATA, item_queue_data},
    {A_FULLSWEEP_AFTER, item_fullsweep_after},
    {A_GARBAGE_COLLECTION_INFO, item_gc_info},
    {A_BINARY, item_binary},
};

static const struct item *item_find(term name) {
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        if (items[i].name == name) return &items[i];
    return NULL;
}

/* {Name, Value}; a process without a name has `unnamed` for registered_name. */
static term item_pair(const struct question *q, const struct item *item, term unnamed) {
    term value = item->value(q);
    return value == NONE ? unnamed : pair(q, item->name, value);
}

static bool items_are_known(term list) {
    for (; term_is_list(list); list = list_tail(list))
        if (!item_find(list_head(list))) return false;
    return term_is_nil(list);
}

static term several(const struct question *q, term names) {
    size_t n = 0;
    for (term t = names; term_is_list(t); t = list_tail(t)) n++;
    if (n == 0) return NIL;
    term *cells = heap_alloc(&q->p->heap, 2 * n), *c = cells;
    for (size_t i = 0; i < 2 * n; i++) cells[i] = NIL;
    term unnamed = pair(q, A_REGISTERED_NAME, NIL);
    for (; term_is_list(names); names = list_tail(names), c += 2) {
        c[0] = item_pair(q, item_find(list_head(names)), unnamed);
        c[1] = list_make(c + 2);
    }
    c[-1] = NIL;
    return list_make(cells);
}

term bif_erlang_process_info_2(struct process *p, const term *a) {
    const struct item *item = item_find(a[1]);
    if (!term_is_pid(a[0]) || (!item && !items_are_known(a[1]))) return raise_badarg(p);
    struct question q = {p, process_find(p->vm, a[0])};
    if (!q.who || q.who->state == PROC_EXITING) return A_UNDEFINED;
    return item ? item_pair(&q, item, NIL) : several(&q, a[1]);
}

term bif_erlang_process_info_1(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    struct question q = {p, process_find(p->vm, a[0])};
    if (!q.who || q.who->state == PROC_EXITING) return A_UNDEFINED;
    term list = NIL;
    for (size_t i = STANDARD_ITEMS; i-- > 0;) {
        term entry = item_pair(&q, &items[i], NONE);
        if (entry != NONE) list = cons(&q, entry, list);
    }
    return list;
}
