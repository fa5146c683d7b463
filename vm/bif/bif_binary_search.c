/* bif_binary_search: binary:match, matches, split, compile_pattern.
 *
 * A compiled pattern is {bm, Binary} or {ac, [Binary]}, checked when made and again when used: building the
 * automaton costs no more than reading the patterns. Source: stdlib's binary(3); erl(25) as the oracle. */
#include "bif/search.h"

static bool is_compiled(term t) {
    if (!term_is_tuple_of(t, 2)) return false;
    const term *e = tuple_elements(t);
    return (e[0] == A_BM && term_is_boxed(e[1])) || (e[0] == A_AC && term_is_list(e[1]));
}

term bif_binary_compile_pattern_1(struct process *p, const term *a) {
    struct search s;
    if (!search_compile(p, &s, a[0])) return raise_badarg(p);
    bool single = s.nodes == NULL;
    term pattern = single && term_is_list(a[0]) ? list_head(a[0]) : a[0];
    return TUPLE(&p->heap, single ? A_BM : A_AC, pattern);
}

/* What match, matches and split have in common: subject, pattern, and the range to look at. */
struct hunt {
    struct process *p;
    struct search search;
    term subject_term;
    struct view subject;
    size_t from, end;
    bool global, trim, trim_all;
};

static bool hunt_begin(struct hunt *h, struct process *p, term subject, term pattern) {
    *h = (struct hunt){.p = p, .subject_term = subject};
    if (!bytes_of(p, subject, &h->subject)) return false;
    h->end = view_left(&h->subject);
    if (h->end == 0) return true; /* nothing to be found, whatever the pattern: OTP does not look at it */
    return search_compile(p, &h->search, is_compiled(pattern) ? tuple_elements(pattern)[1] : pattern);
}

static bool scope_option(struct hunt *h, term option) {
    size_t n;
    if (!term_is_tuple_of(option, 2)) return false;
    const term *e = tuple_elements(option);
    if (e[0] != A_SCOPE || !term_is_tuple_of(e[1], 2)) return false;
    const term *range = tuple_elements(e[1]);
    if (!part_range(view_left(&h->subject), range[0], range[1], &h->from, &n)) return false;
    h->end = h->from + n;
    return true;
}

static bool split_option(struct hunt *h, term option) {
    if (option == A_GLOBAL)
        h->global = true;
    else if (option == A_TRIM)
        h->trim = true;
    else if (option == A_TRIM_ALL)
        h->trim = h->trim_all = true;
    else
        return scope_option(h, option);
    return true;
}

static bool hunt_options(struct hunt *h, term options, bool (*option)(struct hunt *h, term t)) {
    if (!term_is_list(options) && !term_is_nil(options)) return false;
    for (; term_is_list(options); options = list_tail(options)) {
        if (!option(h, list_head(options))) return false;
    }
    return true; /* like OTP, which does not look at the tail */
}

static bool hunt_next(struct hunt *h, size_t *at, size_t *n) {
    return search_next(&h->search, h->subject.p, h->from, h->end, at, n);
}

static term place(struct hunt *h, size_t at, size_t n) {
    return TUPLE(&h->p->heap, small_make((int64_t)at), small_make((int64_t)n));
}

static term match(struct process *p, const term *a, term options) {
    struct hunt h;
    size_t at, n;
    if (!hunt_begin(&h, p, a[0], a[1]) || !hunt_options(&h, options, scope_option)) return raise_badarg(p);
    bool found = hunt_next(&h, &at, &n);
    reds_charge(p, ((found ? at : h.end) - h.from) / 4);
    return found ? place(&h, at, n) : A_NOMATCH;
}

term bif_binary_match_2(struct process *p, const term *a) {
    return match(p, a, NIL);
}
term bif_binary_match_3(struct process *p, const term *a) {
    return match(p, a, a[2]);
}

static term matches(struct process *p, const term *a, term options) {
    struct hunt h;
    size_t at, n;
    if (!hunt_begin(&h, p, a[0], a[1]) || !hunt_options(&h, options, scope_option)) return raise_badarg(p);
    reds_charge(p, (h.end - h.from) / 4);
    term list = NIL, *link = &list;
    while (hunt_next(&h, &at, &n)) {
        *link = heap_cons(&p->heap, place(&h, at, n), NIL);
        link = list_ptr(*link) + 1;
        h.from = at + n;
    }
    return list;
}

term bif_binary_matches_2(struct process *p, const term *a) {
    return matches(p, a, NIL);
}
term bif_binary_matches_3(struct process *p, const term *a) {
    return matches(p, a, a[2]);
}

/* The parts of a split, in order; `kept` is the link after the last part that trim keeps. */
struct parts {
    term list, *link, *kept;
};

static void add_part(struct hunt *h, struct parts *parts, size_t from, size_t to) {
    if (h->trim_all && from == to) return;
    term part = heap_sub_bin(&h->p->heap, h->subject_term, from * 8, (to - from) * 8);
    *parts->link = heap_cons(&h->p->heap, part, NIL);
    parts->link = list_ptr(*parts->link) + 1;
    if (from != to) parts->kept = parts->link;
}

static term split(struct process *p, const term *a, term options) {
    struct hunt h;
    size_t at, n, part_from = 0;
    if (!hunt_begin(&h, p, a[0], a[1]) || !hunt_options(&h, options, split_option)) return raise_badarg(p);
    reds_charge(p, (h.end - h.from) / 4);
    struct parts parts = {.list = NIL};
    parts.link = parts.kept = &parts.list;
    while (hunt_next(&h, &at, &n)) {
        add_part(&h, &parts, part_from, at);
        part_from = h.from = at + n;
        if (!h.global) break;
    }
    add_part(&h, &parts, part_from, view_left(&h.subject));
    if (h.trim) *parts.kept = NIL;
    return parts.list;
}

term bif_binary_split_2(struct process *p, const term *a) {
    return split(p, a, NIL);
}
term bif_binary_split_3(struct process *p, const term *a) {
    return split(p, a, a[2]);
}
