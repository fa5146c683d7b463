/* bif_ets_select: ets: what takes patterns and match specifications.
 *
 * All go through `scan`: objects in the table's order, or only those of the key when the pattern binds it. A
 * limit cuts the whole result into pieces: the continuation is {Table, Limit, Rest of the result}. Source:
 * stdlib's ets manual page; erl(25) as the oracle.
 */
#include "bif/ets_access.h"
#include "bif/match_spec.h"

/* What to do with an object and its value; false ends the scan (an exception is raised). */
typedef bool (*visit_fn)(struct process *p, struct ets_table *t, struct ets_object *o, term value, void *ctx);

static bool scan(struct process *p, struct ets_table *t, const struct match_spec *s, visit_fn visit,
                 void *ctx) {
    term key = match_spec_key(s, t->key_pos);
    struct ets_object *o = key == NONE ? ets_first(t) : ets_lookup(t, key);
    bool ok = true;
    ets_fix(t);
    while (ok && o) {
        term value = match_spec_run(p, s, o->tuple);
        struct ets_object *next = key == NONE ? ets_next(t, o) : ets_same_key_next(t, o);
        if (value != NONE) ok = visit(p, t, o, value, ctx);
        o = next;
        p->reds -= 1;
    }
    ets_unfix(t);
    return ok;
}

static bool collect(struct process *p, struct ets_table *t, struct ets_object *o, term value, void *ctx) {
    term *list = ctx;
    *list = heap_cons(&p->heap, value, *list);
    return true;
}

static term reverse(struct process *p, term list) {
    term out = NIL;
    for (; term_is_list(list); list = list_tail(list)) out = heap_cons(&p->heap, list_head(list), out);
    return out;
}

static term raise_spec(struct process *p, enum status st) {
    return st == ST_NOMEM ? raise_system_limit(p) : raise_badarg(p);
}

/* Values of all objects that match, in the table's order or the reverse. Frees the specification. */
static term select_all(struct process *p, struct ets_table *t, struct match_spec *s, bool backwards) {
    term list = NIL;
    scan(p, t, s, collect, &list);
    match_spec_free(s);
    return backwards && t->type == ETS_ORDERED_SET ? list : reverse(p, list);
}

static term select_spec(struct process *p, const term *a, bool backwards) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    struct match_spec s;
    if (!t) return NONE;
    enum status st = match_spec_compile(p, a[1], &s);
    return st == ST_OK ? select_all(p, t, &s, backwards) : raise_spec(p, st);
}

static term select_pattern(struct process *p, const term *a, term body) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    struct match_spec s;
    if (!t) return NONE;
    enum status st = match_spec_of_pattern(p, a[1], body, &s);
    return st == ST_OK ? select_all(p, t, &s, false) : raise_spec(p, st);
}

term bif_ets_select_2(struct process *p, const term *a) {
    return select_spec(p, a, false);
}
term bif_ets_select_reverse_2(struct process *p, const term *a) {
    return select_spec(p, a, true);
}
term bif_ets_match_2(struct process *p, const term *a) {
    return select_pattern(p, a, A_DOLLAR_LIST);
}
term bif_ets_match_object_2(struct process *p, const term *a) {
    return select_pattern(p, a, A_DOLLAR_ALL);
}

/* -- with a limit */

/* The first `limit` of list, and a continuation for the rest. */
static term piece(struct process *p, term table, term limit, term list) {
    if (term_is_nil(list)) return A_END_OF_TABLE;
    term head = NIL;
    for (int64_t n = small_value(limit); n > 0 && term_is_list(list); n--, list = list_tail(list))
        head = heap_cons(&p->heap, list_head(list), head);
    term rest = term_is_nil(list) ? A_END_OF_TABLE : TUPLE(&p->heap, table, limit, list);
    return TUPLE(&p->heap, reverse(p, head), rest);
}

static term limited(struct process *p, const term *a, term all) {
    return all == NONE ? NONE : piece(p, a[0], a[2], all);
}

static bool limit_ok(term t) {
    return term_is_small(t) && small_value(t) > 0;
}

term bif_ets_select_3(struct process *p, const term *a) {
    return limit_ok(a[2]) ? limited(p, a, select_spec(p, a, false)) : raise_badarg(p);
}
term bif_ets_select_reverse_3(struct process *p, const term *a) {
    return limit_ok(a[2]) ? limited(p, a, select_spec(p, a, true)) : raise_badarg(p);
}
term bif_ets_match_3(struct process *p, const term *a) {
    return limit_ok(a[2]) ? limited(p, a, select_pattern(p, a, A_DOLLAR_LIST)) : raise_badarg(p);
}
term bif_ets_match_object_3(struct process *p, const term *a) {
    return limit_ok(a[2]) ? limited(p, a, select_pattern(p, a, A_DOLLAR_ALL)) : raise_badarg(p);
}

term bif_ets_select_1(struct process *p, const term *a) {
    if (a[0] == A_END_OF_TABLE) return A_END_OF_TABLE;
    if (!term_is_tuple_of(a[0], 3)) return raise_badarg(p);
    const term *e = tuple_elements(a[0]);
    if (!limit_ok(e[1]) || !term_is_list(e[2])) return raise_badarg(p);
    return ets_access(p, e[0], ETS_READ) ? piece(p, e[0], e[1], e[2]) : NONE;
}

/* -- counting, deleting, replacing */

static bool count_true(struct process *p, struct ets_table *t, struct ets_object *o, term value, void *ctx) {
    *(size_t *)ctx += value == A_TRUE;
    return true;
}

static bool remove_true(struct process *p, struct ets_table *t, struct ets_object *o, term value, void *ctx) {
    if (value != A_TRUE) return true;
    ets_remove(t, o);
    ++*(size_t *)ctx;
    return true;
}

/* The new object must have the same key. */
static bool replace_object(struct process *p, struct ets_table *t, struct ets_object *o, term value,
                           void *ctx) {
    bool ok = term_is_tuple(value) && tuple_size(value) >= t->key_pos &&
              term_same(ets_key(t, value), ets_key(t, o->tuple));
    if (!ok)
        raise_badarg(p);
    else if (ets_replace(t, o, value) != ST_OK)
        raise_system_limit(p), ok = false;
    else
        ++*(size_t *)ctx;
    return ok;
}

static term scan_counting(struct process *p, const term *a, enum ets_right right, visit_fn visit) {
    struct ets_table *t = ets_access(p, a[0], right);
    struct match_spec s;
    if (!t) return NONE;
    enum status st = match_spec_compile(p, a[1], &s);
    if (st != ST_OK) return raise_spec(p, st);
    size_t n = 0;
    bool ok = scan(p, t, &s, visit, &n);
    match_spec_free(&s);
    return ok ? small_make((int64_t)n) : NONE;
}

term bif_ets_select_count_2(struct process *p, const term *a) {
    return scan_counting(p, a, ETS_READ, count_true);
}
term bif_ets_internal_select_delete_2(struct process *p, const term *a) {
    return scan_counting(p, a, ETS_WRITE, remove_true);
}
term bif_ets_select_replace_2(struct process *p, const term *a) {
    return scan_counting(p, a, ETS_WRITE, replace_object);
}

/* erlang:match_spec_test(Object, Spec, table): {ok,Value,Flags,Warnings}; false is the value when nothing
 * matches. {error,Errors}: no specification; OTP finds all its errors, we say that there are. */
term bif_erlang_match_spec_test_3(struct process *p, const term *a) {
    struct match_spec s;
    if (a[2] != A_TABLE || !term_is_tuple(a[0])) return raise_badarg(p);
    enum status st = match_spec_compile(p, a[1], &s);
    if (st == ST_NOMEM) return raise_system_limit(p);
    if (st != ST_OK) {
        term text = heap_string_of(p, "not a match specification that can be run on tables");
        return TUPLE(&p->heap, A_ERROR, heap_cons(&p->heap, TUPLE(&p->heap, A_ERROR, text), NIL));
    }
    term value = match_spec_run(p, &s, a[0]);
    match_spec_free(&s);
    return TUPLE(&p->heap, A_OK, value == NONE ? A_FALSE : value, NIL, NIL);
}
