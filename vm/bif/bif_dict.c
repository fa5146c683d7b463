/* bif_dict: the process dictionary: put, get, erase, get_keys. Storage: proc/dict.c. */
#include "bif/args.h"

#include "term/order.h"

static term or_undefined(term t) {
    return t == NONE ? A_UNDEFINED : t;
}

term bif_erlang_put_2(struct process *p, const term *a) {
    return or_undefined(dict_put(p, a[0], a[1]));
}
term bif_erlang_get_1(struct process *p, const term *a) {
    return or_undefined(dict_get(p, a[0]));
}
term bif_erlang_get_0(struct process *p, const term *a) {
    return dict_list(p);
}
term bif_erlang_erase_1(struct process *p, const term *a) {
    return or_undefined(dict_erase(p, a[0]));
}
term bif_erlang_get_keys_0(struct process *p, const term *a) {
    return dict_keys(p);
}

term bif_erlang_erase_0(struct process *p, const term *a) {
    term all = dict_list(p);
    for (term t = all; term_is_list(t); t = list_tail(t)) dict_erase(p, tuple_elements(list_head(t))[0]);
    return all;
}

term bif_erlang_get_keys_1(struct process *p, const term *a) {
    term found = NIL;
    for (term t = dict_list(p); term_is_list(t); t = list_tail(t)) {
        const term *pair = tuple_elements(list_head(t));
        if (term_same(pair[1], a[0])) found = heap_cons(&p->heap, pair[0], found);
    }
    return found;
}
