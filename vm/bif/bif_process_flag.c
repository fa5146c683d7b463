/* bif_process_flag: process_flag/2 and the settings it shares with spawn_opt.
 *
 * Settings that only tune OTP's own collector or message passing are checked, remembered where the process
 * has a place for them, and otherwise answered with the value that is in force here. Source: erl(25) as the
 * oracle; erlang(3).
 */
#include "bif/args.h"
#include "bif/monitor.h"

#include "data/map.h"

enum { MIN_BIN_VHEAP_WORDS = 46422 };

bool max_heap_read(term t, size_t *words) {
    if (!term_is_map(t)) return arg_size(t, SIZE_MAX >> 8, words);
    term size = map_get(t, A_SIZE), kill = map_get(t, A_KILL), report = map_get(t, A_ERROR_LOGGER);
    if (size == NONE || !arg_size(size, SIZE_MAX >> 8, words)) return false;
    if ((kill != NONE && !term_is_bool(kill)) || (report != NONE && !term_is_bool(report))) return false;
    if (kill == A_FALSE) *words = 0; /* OTP would only report */
    return true;
}

term max_heap_term(struct process *p, size_t words) {
    term kv[] = {A_SIZE, small_make((int64_t)words), A_KILL, A_TRUE, A_ERROR_LOGGER, A_TRUE};
    return map_from_pairs(&p->heap, kv, 3);
}

term priority_atom(uint8_t priority) {
    const term names[PRIORITIES] = {A_LOW, A_NORMAL, A_HIGH, A_MAX};
    return names[priority & (PRIORITIES - 1)];
}

static term flag_trap_exit(struct process *p, term value) {
    if (!term_is_bool(value)) return NONE;
    term old = term_of_bool(p->flags & PROC_TRAP_EXIT);
    p->flags = value == A_TRUE ? p->flags | PROC_TRAP_EXIT : p->flags & ~(uint32_t)PROC_TRAP_EXIT;
    return old;
}

static term flag_priority(struct process *p, term value) {
    term old = priority_atom(p->priority);
    return priority_of_atom(value, &p->priority) ? old : NONE;
}

static term flag_min_heap_size(struct process *p, term value) {
    term old = small_make((int64_t)p->heap.min_words);
    return arg_size(value, SIZE_MAX >> 8, &p->heap.min_words) ? old : NONE;
}

static term flag_max_heap_size(struct process *p, term value) {
    size_t words;
    if (!max_heap_read(value, &words)) return NONE;
    term old = max_heap_term(p, p->heap.max_words);
    p->heap.max_words = words;
    return old;
}

static term flag_fullsweep_after(struct process *p, term value) {
    size_t n;
    if (!arg_size(value, UINT32_MAX, &n)) return NONE;
    term old = small_make(p->heap.fullsweep_after);
    p->heap.fullsweep_after = (uint16_t)min_size(n, UINT16_MAX);
    return old;
}

static term flag_min_bin_vheap(struct process *p, term value) {
    size_t n;
    return arg_size(value, SIZE_MAX >> 8, &n) ? small_make(MIN_BIN_VHEAP_WORDS) : NONE;
}

/* Messages always wait off the heap until they are looked at. */
static term flag_queue_data(struct process *p, term value) {
    return value == A_ON_HEAP || value == A_OFF_HEAP ? A_ON_HEAP : NONE;
}

static term flag_sensitive(struct process *p, term value) {
    return term_is_bool(value) ? A_FALSE : NONE;
}

static term flag_error_handler(struct process *p, term value) {
    return value == A_ERROR_HANDLER ? A_ERROR_HANDLER
                                    : NONE; /* code is never loaded on demand: no other one would run */
}

static const struct {
    term name;
    term (*set)(struct process *p, term value); /* the old value; NONE: bad value */
} flags[] = {
    {A_TRAP_EXIT, flag_trap_exit},
    {A_PRIORITY, flag_priority},
    {A_MIN_HEAP_SIZE, flag_min_heap_size},
    {A_MAX_HEAP_SIZE, flag_max_heap_size},
    {A_FULLSWEEP_AFTER, flag_fullsweep_after},
    {A_MIN_BIN_VHEAP_SIZE, flag_min_bin_vheap},
    {A_MESSAGE_QUEUE_DATA, flag_queue_data},
    {A_SENSITIVE, flag_sensitive},
    {A_ERROR_HANDLER, flag_error_handler},
};

term bif_erlang_process_flag_2(struct process *p, const term *a) {
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].name != a[0]) continue;
        term old = flags[i].set(p, a[1]);
        return old == NONE ? raise_badarg(p) : old;
    }
    return raise_badarg_cause(p, A_BADOPT);
}
