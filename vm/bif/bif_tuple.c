/* bif_tuple: tuples, and the guards that look into maps.
 *
 *   tuple   [hdr n][e1]..[en]        indices in Erlang are 1..n
 *
 * Invariant: a tuple is never changed: every "set" makes a new one. Source: erl(25) as the oracle.
 */
#include "bif/args.h"

#include "data/map.h"

enum { TUPLE_MAX = (1 << 24) - 1 };

/* A new tuple whose elements the caller fills. */
static term tuple_new(struct process *p, size_t n, term **elements) {
    term *t = heap_alloc(&p->heap, 1 + n);
    t[0] = header_make(KIND_TUPLE, n);
    *elements = t + 1;
    return boxed_make(t);
}

/* The 0-based index that `index` names in 1..n. */
static bool tuple_index(term index, size_t n, size_t *at) {
    if (!arg_size(index, n, at) || *at == 0) return false;
    (*at)--;
    return true;
}

term bif_erlang_element_2(struct process *p, const term *a) {
    size_t at;
    if (!term_is_tuple(a[1]) || !tuple_index(a[0], tuple_size(a[1]), &at)) return raise_badarg(p);
    return tuple_elements(a[1])[at];
}

term bif_erlang_setelement_3(struct process *p, const term *a) {
    size_t at;
    if (!term_is_tuple(a[1]) || !tuple_index(a[0], tuple_size(a[1]), &at)) return raise_badarg(p);
    size_t n = tuple_size(a[1]);
    term *to, t = tuple_new(p, n, &to);
    memcpy(to, tuple_elements(a[1]), n * sizeof(term));
    to[at] = a[2];
    return t;
}

term bif_erlang_tuple_size_1(struct process *p, const term *a) {
    return term_is_tuple(a[0]) ? small_make((int64_t)tuple_size(a[0])) : raise_badarg(p);
}

term bif_erlang_size_1(struct process *p, const term *a) {
    if (term_is_tuple(a[0])) return small_make((int64_t)tuple_size(a[0]));
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    return small_make((int64_t)(term_bits(a[0]).size_bits / 8));
}

/* -- making */

static term tuple_filled(struct process *p, size_t n, term value, term **elements) {
    term t = tuple_new(p, n, elements);
    for (size_t i = 0; i < n; i++) (*elements)[i] = value;
    return t;
}

term bif_erlang_make_tuple_2(struct process *p, const term *a) {
    size_t n;
    term *to;
    if (!arg_size(a[0], TUPLE_MAX, &n)) return raise_badarg(p);
    reds_charge(p, n);
    return tuple_filled(p, n, a[1], &to);
}

/* Is every element of the list {Index, Value} with Index in 1..n? */
static bool init_list_is_valid(term list, size_t n) {
    size_t at;
    for (; term_is_list(list); list = list_tail(list)) {
        term pair = list_head(list);
        if (!term_is_tuple_of(pair, 2) || !tuple_index(tuple_elements(pair)[0], n, &at)) return false;
    }
    return term_is_nil(list);
}

term bif_erlang_make_tuple_3(struct process *p, const term *a) {
    size_t n;
    if (!arg_size(a[0], TUPLE_MAX, &n) || !init_list_is_valid(a[2], n)) return raise_badarg(p);
    reds_charge(p, n);
    term *to, t = tuple_filled(p, n, a[1], &to);
    for (term list = a[2]; term_is_list(list); list = list_tail(list)) {
        const term *pair = tuple_elements(list_head(list));
        to[small_value(pair[0]) - 1] = pair[1];
    }
    return t;
}

/* `from` with value put in before element `at` (0-based). */
static term tuple_insert(struct process *p, term from, size_t at, term value) {
    size_t n = tuple_size(from);
    if (n >= TUPLE_MAX) return raise_badarg(p);
    term *to, t = tuple_new(p, n + 1, &to);
    memcpy(to, tuple_elements(from), at * sizeof(term));
    to[at] = value;
    memcpy(to + at + 1, tuple_elements(from) + at, (n - at) * sizeof(term));
    return t;
}

term bif_erlang_append_element_2(struct process *p, const term *a) {
    return term_is_tuple(a[0]) ? tuple_insert(p, a[0], tuple_size(a[0]), a[1]) : raise_badarg(p);
}

term bif_erlang_insert_element_3(struct process *p, const term *a) {
    size_t at;
    if (!term_is_tuple(a[1]) || !tuple_index(a[0], tuple_size(a[1]) + 1, &at)) return raise_badarg(p);
    return tuple_insert(p, a[1], at, a[2]);
}

term bif_erlang_delete_element_2(struct process *p, const term *a) {
    size_t at;
    if (!term_is_tuple(a[1]) || !tuple_index(a[0], tuple_size(a[1]), &at)) return raise_badarg(p);
    size_t n = tuple_size(a[1]);
    term *to, t = tuple_new(p, n - 1, &to);
    memcpy(to, tuple_elements(a[1]), at * sizeof(term));
    memcpy(to + at, tuple_elements(a[1]) + at + 1, (n - at - 1) * sizeof(term));
    return t;
}

/* -- to and from lists */

term bif_erlang_tuple_to_list_1(struct process *p, const term *a) {
    if (!term_is_tuple(a[0])) return raise_badarg(p);
    size_t n = tuple_size(a[0]);
    const term *from = tuple_elements(a[0]);
    term *cells = heap_alloc(&p->heap, 2 * n), list = NIL;
    for (size_t i = n; i-- > 0;) {
        cells[2 * i] = from[i];
        cells[2 * i + 1] = list;
        list = list_make(cells + 2 * i);
    }
    reds_charge(p, n);
    return list;
}

term bif_erlang_list_to_tuple_1(struct process *p, const term *a) {
    size_t n;
    if (!arg_list_length(a[0], &n) || n > TUPLE_MAX) return raise_badarg(p);
    term *to, t = tuple_new(p, n, &to);
    for (term list = a[0]; term_is_list(list); list = list_tail(list)) *to++ = list_head(list);
    reds_charge(p, n);
    return t;
}

/* -- maps in guards */

term bif_erlang_map_size_1(struct process *p, const term *a) {
    return term_is_map(a[0]) ? small_make((int64_t)map_size(a[0])) : raise_badmap(p, a[0]);
}

term bif_erlang_map_get_2(struct process *p, const term *a) {
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    term value = map_get(a[1], a[0]);
    return value == NONE ? raise_badkey(p, a[0]) : value;
}

term bif_erlang_is_map_key_2(struct process *p, const term *a) {
    return term_is_map(a[1]) ? term_of_bool(map_get(a[1], a[0]) != NONE) : raise_badmap(p, a[1]);
}
