/* bif_maps: maps: and the map functions of erts_internal. Maps themselves are data/map. Source: stdlib's maps
 * manual page; which errors come first is real erl's. */
#include "bif/args.h"
#include "data/map.h"

term bif_maps_get_2(struct process *p, const term *a) {
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    term v = map_get(a[1], a[0]);
    return v == NONE ? raise_badkey(p, a[0]) : v;
}

term bif_maps_find_2(struct process *p, const term *a) {
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    term v = map_get(a[1], a[0]);
    return v == NONE ? A_ERROR : TUPLE(&p->heap, A_OK, v);
}

term bif_maps_is_key_2(struct process *p, const term *a) {
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    return term_of_bool(map_get(a[1], a[0]) != NONE);
}

term bif_maps_keys_1(struct process *p, const term *a) {
    if (!term_is_map(a[0])) return raise_badmap(p, a[0]);
    reds_charge(p, map_size(a[0]));
    return map_keys(&p->heap, a[0]);
}

term bif_maps_values_1(struct process *p, const term *a) {
    if (!term_is_map(a[0])) return raise_badmap(p, a[0]);
    reds_charge(p, map_size(a[0]));
    return map_values(&p->heap, a[0]);
}

term bif_maps_merge_2(struct process *p, const term *a) {
    for (int i = 0; i < 2; i++)
        if (!term_is_map(a[i])) return raise_badmap(p, a[i]);
    reds_charge(p, map_size(a[0]) + map_size(a[1]));
    return map_merge(&p->heap, a[0], a[1]);
}

term bif_maps_put_3(struct process *p, const term *a) {
    if (!term_is_map(a[2])) return raise_badmap(p, a[2]);
    return map_put(&p->heap, a[2], a[0], a[1]);
}

term bif_maps_remove_2(struct process *p, const term *a) {
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    return map_remove(&p->heap, a[1], a[0]);
}

term bif_maps_take_2(struct process *p, const term *a) {
    term value;
    if (!term_is_map(a[1])) return raise_badmap(p, a[1]);
    term rest = map_take(&p->heap, a[1], a[0], &value);
    return rest == NONE ? A_ERROR : TUPLE(&p->heap, value, rest);
}

term bif_maps_update_3(struct process *p, const term *a) {
    if (!term_is_map(a[2])) return raise_badmap(p, a[2]);
    term m = map_update(&p->heap, a[2], a[0], a[1]);
    return m == NONE ? raise_badkey(p, a[0]) : m;
}

/* -- from lists. Pairs are gathered in working memory, or on the C stack while they may make a flat map. */

static term *pairs_room(struct process *p, term *local, size_t n) {
    if (n <= MAP_FLAT_MAX) return local;
    term *kv = alloc_get(p->vm->alloc, 2 * n * sizeof *kv);
    if (!kv) {
        p->heap.oom(&p->heap, 2 * n);
        panic("maps: out of memory, and the handler returned");
    }
    return kv;
}

static term map_of_room(struct process *p, term *local, term *kv, size_t n) {
    reds_charge(p, 4 * n);
    term m = map_from_pairs(&p->heap, kv, n);
    if (kv != local) alloc_put(p->vm->alloc, kv);
    return m;
}

static bool all_pairs(term list) {
    for (; term_is_list(list); list = list_tail(list))
        if (!term_is_tuple_of(list_head(list), 2)) return false;
    return true;
}

term bif_maps_from_list_1(struct process *p, const term *a) {
    term local[2 * MAP_FLAT_MAX];
    size_t n;
    if (!arg_list_length(a[0], &n) || !all_pairs(a[0])) return raise_badarg(p);
    term *kv = pairs_room(p, local, n), *at = kv;
    for (term l = a[0]; term_is_list(l); l = list_tail(l), at += 2)
        memcpy(at, tuple_elements(list_head(l)), 2 * sizeof *at);
    return map_of_room(p, local, kv, n);
}

term bif_maps_from_keys_2(struct process *p, const term *a) {
    term local[2 * MAP_FLAT_MAX];
    size_t n;
    if (!arg_list_length(a[0], &n)) return raise_badarg(p);
    term *kv = pairs_room(p, local, n), *at = kv;
    for (term l = a[0]; term_is_list(l); l = list_tail(l), at += 2) {
        at[0] = list_head(l);
        at[1] = a[1];
    }
    return map_of_room(p, local, kv, n);
}

/* -- erts_internal */

term bif_erts_internal_map_next_3(struct process *p, const term *a) {
    bool nested = a[2] == A_ITERATOR;
    if (!term_is_small(a[0]) || !term_is_map(a[1])) return raise_badarg(p);
    if (!nested && !term_is_list(a[2]) && !term_is_nil(a[2])) return raise_badarg(p);
    reds_charge(p, min_size(map_size(a[1]), 512));
    term r = map_next(&p->heap, small_value(a[0]), a[1], nested ? NONE : a[2], A_NONE);
    return r == NONE ? raise_badarg(p) : r;
}

term bif_erts_internal_map_to_tuple_keys_1(struct process *p, const term *a) {
    if (!term_is_map(a[0])) return raise_badmap(p, a[0]);
    return map_is_flat(a[0]) ? flatmap_keys(a[0]) : raise_badarg(p);
}

term bif_erts_internal_cmp_term_2(struct process *p, const term *a) {
    int d = term_compare_exact(a[0], a[1]);
    return small_make((d > 0) - (d < 0));
}
