/* bif_list: hd, tl, length, ++ and --.
 *
 *   L ++ R   copies L, shares R                                   O(|L|)
 *   L -- R   removes from L the first occurrence of each of R     O(|L|·|R|) below a bound, else O((|L|+|R|)
 * log |R|):
 *
 *            an array of R's elements, sorted, with a count each:  [value|left] … ; L is walked once, each
 * element looked up by binary search; the tail after the last removal is shared
 *
 * Source: erl(25) as the oracle; elements are compared by =:= (EEP for `--`: "the first occurrence, if any").
 */
#include "bif/args.h"

#include "term/order.h"

term bif_erlang_hd_1(struct process *p, const term *a) {
    return term_is_list(a[0]) ? list_head(a[0]) : raise_badarg(p);
}
term bif_erlang_tl_1(struct process *p, const term *a) {
    return term_is_list(a[0]) ? list_tail(a[0]) : raise_badarg(p);
}

term bif_erlang_length_1(struct process *p, const term *a) {
    size_t n;
    if (!arg_list_length(a[0], &n)) return raise_badarg(p);
    reds_charge(p, n / 4);
    return small_make((int64_t)n);
}

term bif_erlang_append_2(struct process *p, const term *a) {
    size_t n;
    if (!arg_list_length(a[0], &n)) return raise_badarg(p);
    if (n == 0) return a[1];
    term *cells = heap_alloc(&p->heap, 2 * n), *c = cells;
    for (term list = a[0]; term_is_list(list); list = list_tail(list), c += 2) {
        c[0] = list_head(list);
        c[1] = list_make(c + 2);
    }
    c[-1] = a[1];
    reds_charge(p, n);
    return list_make(cells);
}

/* -- subtraction */

struct removal {
    term value;
    size_t left;
};

static void removals_sift(struct removal *r, size_t at, size_t n) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && term_compare_exact(r[child].value, r[child + 1].value) < 0) child++;
        if (term_compare_exact(r[at].value, r[child].value) >= 0) return;
        struct removal swap = r[at];
        r[at] = r[child];
        r[child] = swap;
    }
}

/* Heap sort: in place, and no input makes it slow. */
static void removals_sort(struct removal *r, size_t n) {
    for (size_t i = n / 2; i-- > 0;) removals_sift(r, i, n);
    for (size_t end = n; end > 1;) {
        struct removal swap = r[0];
        r[0] = r[--end];
        r[end] = swap;
        removals_sift(r, 0, end);
    }
}

/* The sorted, counted values of `list` (n elements); *count gets how many differ. */
static struct removal *removals_make(struct process *p, term list, size_t n, size_t *count) {
    struct removal *r = alloc_get(p->vm->alloc, n * sizeof *r);
    if (!r) return NULL;
    for (size_t i = 0; i < n; i++, list = list_tail(list)) r[i] = (struct removal){list_head(list), 1};
    removals_sort(r, n);
    size_t last = 0;
    for (size_t i = 1; i < n; i++) {
        if (term_same(r[last].value, r[i].value))
            r[last].left++;
        else
            r[++last] = r[i];
    }
    *count = last + 1;
    return r;
}

static bool removals_take(struct removal *r, size_t count, term value) {
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = term_compare_exact(r[mid].value, value);
        if (c == 0) {
            if (r[mid].left == 0) return false;
            r[mid].left--;
            return true;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

/* For few removals: an array searched front to back. Taken values leave the array. */
static bool removals_take_linear(struct removal *r, size_t *count, term value) {
    for (size_t i = 0; i < *count; i++) {
        if (!term_same(r[i].value, value)) continue;
        r[i] = r[--*count];
        return true;
    }
    return false;
}

enum { LINEAR_MAX = 16 };

struct subtraction {
    struct removal *removals, few[LINEAR_MAX];
    size_t count, left; /* entries; removals still to happen */
    bool sorted;
};

static bool subtraction_init(struct subtraction *s, struct process *p, term list, size_t n) {
    s->left = s->count = n;
    s->sorted = n > LINEAR_MAX;
    s->removals = s->few;
    if (s->sorted) return (s->removals = removals_make(p, list, n, &s->count)) != NULL;
    for (size_t i = 0; i < n; i++, list = list_tail(list)) s->few[i].value = list_head(list);
    return true;
}

static bool subtraction_removes(struct subtraction *s, term value) {
    bool found = s->sorted ? removals_take(s->removals, s->count, value)
                           : removals_take_linear(s->removals, &s->count, value);
    if (found) s->left--;
    return found;
}

/* Mark what stays: the kept elements before the last removal are copied, the rest is shared. */
static term subtract(struct process *p, term list, size_t n, struct subtraction *s) {
    term *cells = heap_alloc(&p->heap, 2 * n), *c = cells;
    for (; term_is_list(list) && s->left > 0; list = list_tail(list)) {
        term head = list_head(list);
        if (subtraction_removes(s, head)) continue;
        c[0] = head;
        c[1] = list_make(c + 2);
        c += 2;
    }
    heap_shrink_last(&p->heap, c, 2 * n - (size_t)(c - cells));
    if (c == cells) return list;
    c[-1] = list;
    return list_make(cells);
}

term bif_erlang_subtract_2(struct process *p, const term *a) {
    size_t n, m;
    if (!arg_list_length(a[0], &n) || !arg_list_length(a[1], &m)) return raise_badarg(p);
    if (n == 0 || m == 0) return a[0];
    struct subtraction s;
    if (!subtraction_init(&s, p, a[1], m)) return raise_system_limit(p);
    term rest = subtract(p, a[0], n, &s);
    if (s.sorted) alloc_put(p->vm->alloc, s.removals);
    reds_charge(p, (n + m) * 4);
    return rest;
}
