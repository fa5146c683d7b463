/* maps: put_map_assoc, put_map_exact, update_record: several changes at once.
 *
 * A flat map whose keys all stay shares its keys tuple with the old one: only the values are copied.
 */
#include "data/map.h"
#include "interp/inside.h"

enum { PAIRS_AT_ONCE = 64 };

struct pairs {
    term *x, *E;
    const uint64_t *at;
    uint32_t n;
};
static term pair_key(const struct pairs *k, uint32_t i) {
    return operand_wide(k->x, k->E, k->at[2 * i]);
}
static term pair_value(const struct pairs *k, uint32_t i) {
    return operand_wide(k->x, k->E, k->at[2 * i + 1]);
}

/* The map with the values replaced; NONE when a key is not in it. */
static term flat_replace(struct process *p, term map, const struct pairs *k) {
    const term *m = boxed_ptr(map);
    term keys = flatmap_keys(map);
    size_t words = header_arity(m[0]) + 1, n = tuple_size(keys);
    term *copy = heap_alloc(&p->heap, words);
    memcpy(copy, m, words * sizeof(term));
    for (uint32_t i = 0; i < k->n; i++) {
        ptrdiff_t slot = flatmap_find(tuple_elements(keys), n, pair_key(k, i));
        if (slot < 0) {
            heap_shrink_last(&p->heap, copy, words);
            return NONE;
        }
        copy[2 + slot] = pair_value(k, i);
    }
    return boxed_make(copy);
}

/* A flat map and the pairs as a new map, built once. */
static term flat_merge(struct process *p, term map, const struct pairs *k) {
    term kv[2 * (MAP_FLAT_MAX + PAIRS_AT_ONCE)];
    size_t n = map_size(map);
    const term *keys = tuple_elements(flatmap_keys(map)), *values = flatmap_values(map);
    for (size_t i = 0; i < n; i++) {
        kv[2 * i] = keys[i];
        kv[2 * i + 1] = values[i];
    }
    for (uint32_t i = 0; i < k->n; i++) {
        kv[2 * (n + i)] = pair_key(k, i);
        kv[2 * (n + i) + 1] = pair_value(k, i);
    }
    return map_from_pairs(&p->heap, kv, n + k->n);
}

static term put_each(struct process *p, term map, const struct pairs *k, bool exact) {
    for (uint32_t i = 0; i < k->n; i++) {
        term key = pair_key(k, i), next;
        if (exact)
            next = map_update(&p->heap, map, key, pair_value(k, i));
        else
            next = map_put(&p->heap, map, key, pair_value(k, i));
        if (next == NONE) return raise_badkey(p, key);
        map = next;
    }
    return map;
}

term interp_map_put(struct process *p, term *x, term map, const uint64_t *at, uint32_t n, bool exact) {
    struct pairs k = {x, p->heap.stop, at, n};
    if (!term_is_map(map)) return raise_badmap(p, map);
    if (map_is_flat(map) && (exact || n > 1) && map_size(map) > 0) {
        term replaced = flat_replace(p, map, &k);
        if (replaced != NONE) return replaced;
    }
    if (!exact && map_is_flat(map) && n > 1 && n <= PAIRS_AT_ONCE) return flat_merge(p, map, &k);
    return put_each(p, map, &k, exact);
}

term interp_record_update(struct process *p, term *x, term tuple, uint32_t size, const uint64_t *at,
                          uint32_t n) {
    term *copy = heap_alloc(&p->heap, size + 1);
    memcpy(copy, boxed_ptr(tuple), (size + 1) * sizeof(term));
    for (uint32_t i = 0; i < n; i++) copy[at[2 * i]] = operand_wide(x, p->heap.stop, at[2 * i + 1]);
    return boxed_make(copy);
}
