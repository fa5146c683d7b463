/* bif_lists: the functions of lists: that OTP has in C. Source: stdlib's lists manual page.
 *
 * member/2 matches (=:=); the key functions compare (==), so that 1 finds 1.0. */
#include "bif/args.h"
#include "term/order.h"

term bif_lists_member_2(struct process *p, const term *a) {
    term l = a[1];
    size_t n = 0;
    if (term_is_imm(a[0]))
        for (; term_is_list(l) && list_head(l) != a[0]; n++) l = list_tail(l);
    else
        for (; term_is_list(l) && !term_same(list_head(l), a[0]); n++) l = list_tail(l);
    reds_charge(p, n);
    if (term_is_list(l)) return A_TRUE;
    return term_is_nil(l) ? A_FALSE : raise_badarg(p);
}

term bif_lists_reverse_2(struct process *p, const term *a) {
    size_t n;
    if (!arg_list_length(a[0], &n)) return raise_badarg(p);
    if (n == 0) return a[1];
    term *cell = heap_alloc(&p->heap, 2 * n), tail = a[1];
    for (term l = a[0]; term_is_list(l); l = list_tail(l), cell += 2) {
        cell[0] = list_head(l);
        cell[1] = tail;
        tail = list_make(cell);
    }
    reds_charge(p, n);
    return tail;
}

static bool key_matches(term t, size_t pos, term key, bool by_word) {
    if (!term_is_tuple(t) || tuple_size(t) < pos) return false;
    term e = tuple_elements(t)[pos - 1];
    return by_word ? e == key : term_equal(e, key);
}

enum key_result { KEY_FOUND, KEY_ABSENT, KEY_BADARG };

static enum key_result key_search(struct process *p, const term *a, term *found) {
    size_t pos, n = 0;
    if (!arg_size(a[1], SMALL_MAX, &pos) || pos == 0) return KEY_BADARG;
    bool by_word = term_is_imm(a[0]) && !term_is_small(a[0]);
    term l = a[2];
    for (; term_is_list(l); l = list_tail(l), n++) {
        if (!key_matches(list_head(l), pos, a[0], by_word)) continue;
        reds_charge(p, n);
        *found = list_head(l);
        return KEY_FOUND;
    }
    reds_charge(p, n);
    return term_is_nil(l) ? KEY_ABSENT : KEY_BADARG;
}

term bif_lists_keyfind_3(struct process *p, const term *a) {
    term t = A_FALSE;
    return key_search(p, a, &t) == KEY_BADARG ? raise_badarg(p) : t;
}

term bif_lists_keymember_3(struct process *p, const term *a) {
    term t;
    enum key_result r = key_search(p, a, &t);
    return r == KEY_BADARG ? raise_badarg(p) : term_of_bool(r == KEY_FOUND);
}

term bif_lists_keysearch_3(struct process *p, const term *a) {
    term t;
    enum key_result r = key_search(p, a, &t);
    if (r == KEY_BADARG) return raise_badarg(p);
    return r == KEY_FOUND ? TUPLE(&p->heap, A_VALUE, t) : A_FALSE;
}
