/* order: Erlang's term order and equality. Source: Erlang reference manual, "Term Comparisons".
 *
 * Both walks keep what is still to be compared, after the pair in hand, on a work stack of spans
 *
 *   [n << 1 | exact][b: pointer][a: pointer]        n pairs a[i], b[i], left to right
 *
 * and follow the last word of an object without pushing anything, so that lists take no room however long.
 * Invariant: below the top, the stack holds only pairs that decide nothing unless everything above them is
 * equal.
 *
 * Maps order by size, then keys in order (compared exactly), then values in the order of their keys. For
 * tries the deciding pair is searched: see compare_tries.
 */
#include "term/bits_view.h"
#include "term/map_read.h"
#include "term/number.h"
#include "term/workstack.h"
#include "term/callable.h"

struct atom_text (*atom_text)(term atom);

/* Tries nested in the keys or values of tries, one level of C recursion each. Beyond this many the order of
 * two different tries is that of their hashes: still an order, but not OTP's. */
enum { TRIE_NESTING_MAX = 24 };

enum rank {
    RANK_NUMBER,
    RANK_ATOM,
    RANK_REF,
    RANK_FUN,
    RANK_EXPORT,
    RANK_PORT,
    RANK_PID,
    RANK_TUPLE,
    RANK_MAP,
    RANK_NIL,
    RANK_LIST,
    RANK_BITS,
};

static const uint8_t rank_of_kind[16] = {
    [KIND_TUPLE] = RANK_TUPLE,    [KIND_FLATMAP] = RANK_MAP,    [KIND_HAMT_ROOT] = RANK_MAP,
    [KIND_HAMT_NODE] = RANK_MAP,  [KIND_FUN] = RANK_FUN,        [KIND_EXPORT] = RANK_EXPORT,
    [KIND_SUB_BIN] = RANK_BITS,   [KIND_MATCH_CTX] = RANK_BITS, [KIND_BIG_POS] = RANK_NUMBER,
    [KIND_BIG_NEG] = RANK_NUMBER, [KIND_FLOAT] = RANK_NUMBER,   [KIND_HEAP_BIN] = RANK_BITS,
    [KIND_REFC_BIN] = RANK_BITS,  [KIND_REF] = RANK_REF,
};

static enum rank rank_of(term t) {
    if (term_is_small(t)) return RANK_NUMBER;
    if (term_is_list(t)) return RANK_LIST;
    if (term_is_boxed(t)) return (enum rank)rank_of_kind[header_kind(*boxed_ptr(t))];
    if (term_is_atom(t)) return RANK_ATOM;
    if (term_is_pid(t)) return RANK_PID;
    return term_is_port(t) ? RANK_PORT : RANK_NIL;
}

static int compare_u64(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* By code points, which for UTF-8 is by bytes. */
static int compare_atoms(term a, term b) {
    struct atom_text x = atom_text(a), y = atom_text(b);
    int d = memcmp(x.utf8, y.utf8, min_size(x.bytes, y.bytes));
    return d ? d : compare_u64(x.bytes, y.bytes);
}

static int compare_refs(term a, term b) {
    const term *x = boxed_ptr(a), *y = boxed_ptr(b);
    int d = compare_u64(x[1], y[1]);
    return d ? d : compare_u64(x[2], y[2]);
}

static int compare_exports(term a, term b) {
    const struct export_entry *x = (const struct export_entry *)boxed_ptr(a)[1];
    const struct export_entry *y = (const struct export_entry *)boxed_ptr(b)[1];
    if (x == y) return 0;
    int d = x->module == y->module ? 0 : compare_atoms(x->module, y->module);
    if (!d && x->function != y->function) d = compare_atoms(x->function, y->function);
    return d ? d : compare_u64(x->arity, y->arity);
}

/* Everything of two funs but their environments. */
static int compare_fun_entries(const term *a, const term *b) {
    const struct fun_entry *x = (const struct fun_entry *)a[1], *y = (const struct fun_entry *)b[1];
    if (x != y) {
        int d = x->module == y->module ? 0 : compare_atoms(x->module, y->module);
        if (!d) d = compare_u64(x->index, y->index);
        if (!d) d = compare_u64(x->old_uniq, y->old_uniq);
        if (d) return d;
    }
    return compare_u64(header_arity(a[0]), header_arity(b[0]));
}

static int compare_bitstrings(term a, term b) {
    struct bits_view x = bits_view_of(a), y = bits_view_of(b);
    return bits_view_compare(&x, &y);
}

/* -- the work list */

struct pair_walk {
    struct workstack stack;
    term a, b; /* the pair in hand */
    bool exact;
    int depth; /* of tries in tries */
};

static void push_span(struct pair_walk *w, const term *a, const term *b, size_t n, bool exact) {
    if (n == 0) return;
    workstack_reserve(&w->stack, 3);
    *w->stack.top++ = (uint64_t)a;
    *w->stack.top++ = (uint64_t)b;
    *w->stack.top++ = (uint64_t)n << 1 | exact;
}

/* The next pair that is not one and the same word; false: none is left. */
static bool pop_pair(struct pair_walk *w) {
    while (!workstack_empty(&w->stack)) {
        uint64_t *top = w->stack.top;
        const term *a = (const term *)top[-3], *b = (const term *)top[-2];
        size_t n = top[-1] >> 1;
        w->exact = top[-1] & 1;
        while (n > 0 && *a == *b) a++, b++, n--;
        if (n <= 1) w->stack.top -= 3;
        if (n == 0) continue;
        if (n > 1) {
            top[-3] = (uint64_t)(a + 1);
            top[-2] = (uint64_t)(b + 1);
            top[-1] = (uint64_t)(n - 1) << 1 | w->exact;
        }
        w->a = *a;
        w->b = *b;
        return true;
    }
    return false;
}

static int compare(term a, term b, bool exact, int depth);

/* The smallest key of `of` that `in` lacks (NONE: no such key). */
static term smallest_missing(term of, term in, int depth) {
    struct map_iter it;
    term key, value, least = NONE;
    map_iter_init(&it, of);
    while (map_iter_next(&it, &key, &value)) {
        if (map_get(in, key) != NONE) continue;
        if (least == NONE || compare(key, least, true, depth) < 0) least = key;
    }
    return least;
}

/* Same keys: the pair of values under the smallest key where they differ. */
static int compare_trie_values(term a, term b, bool exact, int depth) {
    struct map_iter it;
    term key, value, least = NONE;
    int result = 0;
    map_iter_init(&it, a);
    while (map_iter_next(&it, &key, &value)) {
        term other = map_get(b, key);
        if (term_same(value, other) || (least != NONE && compare(key, least, true, depth) > 0)) continue;
        int d = compare(value, other, exact, depth);
        if (!d) continue;
        least = key;
        result = d;
    }
    return result;
}

/* Two different tries of one size. The smallest key that only one of them has comes first in that map's
 * sorted keys, where the other map has a larger one: so that map is the smaller. */
static int compare_tries(term a, term b, bool exact, int depth) {
    if (depth > TRIE_NESTING_MAX) {
        if (term_equal_exact(a, b)) return 0;
        return compare_u64(term_hash(a), term_hash(b));
    }
    term only_a = smallest_missing(a, b, depth);
    if (only_a == NONE) return compare_trie_values(a, b, exact, depth);
    return compare(only_a, smallest_missing(b, a, depth), true, depth);
}

static int compare_maps(struct pair_walk *w) {
    size_t n = map_size(w->a), m = map_size(w->b);
    if (n != m) return n < m ? -1 : 1;
    if (!map_is_flat(w->a)) return compare_tries(w->a, w->b, w->exact, w->depth + 1);
    push_span(w, flatmap_values(w->a), flatmap_values(w->b), n, w->exact);
    term x = flatmap_keys(w->a), y = flatmap_keys(w->b);
    if (x != y) push_span(w, tuple_elements(x), tuple_elements(y), n, true);
    return 0;
}

static int compare_tuples(struct pair_walk *w) {
    size_t n = tuple_size(w->a), m = tuple_size(w->b);
    if (n != m) return n < m ? -1 : 1;
    push_span(w, tuple_elements(w->a), tuple_elements(w->b), n, w->exact);
    return 0;
}

static int compare_funs(struct pair_walk *w) {
    const term *x = boxed_ptr(w->a), *y = boxed_ptr(w->b);
    int d = compare_fun_entries(x, y);
    if (!d) push_span(w, x + 3, y + 3, header_arity(x[0]) - 2, w->exact);
    return d;
}

static void compare_cells(struct pair_walk *w) {
    push_span(w, list_ptr(w->a), list_ptr(w->b), 2, w->exact);
}

/* The pair in hand: its order, or 0 with what is left to compare pushed. */
static int compare_step(struct pair_walk *w) {
    term a = w->a, b = w->b;
    enum rank r = rank_of(a), other = rank_of(b);
    if (r != other) return r < other ? -1 : 1;
    switch (r) {
    case RANK_NUMBER: return number_compare(a, b, w->exact);
    case RANK_ATOM: return compare_atoms(a, b);
    case RANK_REF: return compare_refs(a, b);
    case RANK_FUN: return compare_funs(w);
    case RANK_EXPORT: return compare_exports(a, b);
    case RANK_PORT: return compare_u64(port_data(a), port_data(b));
    case RANK_PID: return compare_u64(pid_data(a), pid_data(b));
    case RANK_TUPLE: return compare_tuples(w);
    case RANK_MAP: return compare_maps(w);
    case RANK_LIST: compare_cells(w); return 0;
    case RANK_BITS: return compare_bitstrings(a, b);
    case RANK_NIL: break;
    }
    return 0;
}

static int compare(term a, term b, bool exact, int depth) {
    if (a == b) return 0;
    if (term_both_small(a, b)) return (int64_t)a < (int64_t)b ? -1 : 1;
    struct pair_walk w;
    workstack_init(&w.stack);
    w.a = a;
    w.b = b;
    w.exact = exact;
    w.depth = depth;
    int d;
    do d = compare_step(&w);
    while (d == 0 && pop_pair(&w));
    workstack_free(&w.stack);
    return d;
}

int term_compare(term a, term b) {
    return compare(a, b, false, 0);
}
int term_compare_exact(term a, term b) {
    return compare(a, b, true, 0);
}

/* -- equality: like the above, but shapes must agree word by word, and a trie is a tree of plain objects */

static bool equal_objects(struct pair_walk *w, const term *x, const term *y) {
    switch (header_kind(x[0])) {
    case KIND_TUPLE:
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT:
    case KIND_HAMT_NODE: push_span(w, x + 1, y + 1, header_arity(x[0]), true); return true;
    case KIND_FUN:
        if (compare_fun_entries(x, y)) return false;
        push_span(w, x + 3, y + 3, header_arity(x[0]) - 2, true);
        return true;
    case KIND_EXPORT: return compare_exports(w->a, w->b) == 0;
    case KIND_FLOAT: return float_value(w->a) == float_value(w->b);
    case KIND_BIG_POS:
    case KIND_BIG_NEG: return number_big_equal(w->a, w->b);
    case KIND_REF: return x[1] == y[1] && x[2] == y[2];
    default: return false;
    }
}

static bool equal_step(struct pair_walk *w) {
    term a = w->a, b = w->b;
    if ((a & TAG_MASK) != (b & TAG_MASK) || term_is_imm(a)) return false; /* different words */
    if (term_is_list(a)) {
        compare_cells(w);
        return true;
    }
    const term *x = boxed_ptr(a), *y = boxed_ptr(b);
    if (term_is_bitstring(a) && term_is_bitstring(b)) {
        struct bits_view v = bits_view_of(a), u = bits_view_of(b);
        return bits_view_equal(&v, &u);
    }
    return x[0] == y[0] && equal_objects(w, x, y);
}

bool term_equal_exact(term a, term b) {
    if (a == b) return true;
    if (term_is_imm(a) || term_is_imm(b)) return false;
    struct pair_walk w;
    workstack_init(&w.stack);
    w.a = a;
    w.b = b;
    w.exact = true;
    w.depth = 0;
    bool same;
    do same = equal_step(&w);
    while (same && pop_pair(&w));
    workstack_free(&w.stack);
    return same;
}
