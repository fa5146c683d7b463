/* map_read: lookups and iteration; the two layouts are drawn in the header. */
#include "term/map_read.h"

ptrdiff_t flatmap_find(const term *keys, size_t n, term key) {
    for (size_t i = 0; i < n; i++)
        if (keys[i] == key) return (ptrdiff_t)i;
    if (term_is_imm(key)) return -1;
    for (size_t i = 0; i < n; i++)
        if (!term_is_imm(keys[i]) && term_equal_exact(keys[i], key)) return (ptrdiff_t)i;
    return -1;
}

/* Cells of a collision node: alike in all 64 bits of hash, so few. */
static term collision_get(const term *node, term key) {
    size_t n = header_arity(node[0]);
    for (size_t i = 1; i <= n; i++)
        if (term_same(list_head(node[i]), key)) return list_tail(node[i]);
    return NONE;
}

term hamt_get(term map, term key, uint64_t hash) {
    const term *obj = boxed_ptr(map), *children = obj + 2;
    for (unsigned level = 0; level < HAMT_LEVELS; level++) {
        uint16_t bitmap = header_bitmap(obj[0]);
        unsigned nibble = hamt_nibble(hash, level);
        if (!(bitmap >> nibble & 1)) return NONE;
        term child = children[hamt_slot(bitmap, nibble)];
        if (term_is_list(child)) return term_same(list_head(child), key) ? list_tail(child) : NONE;
        obj = boxed_ptr(child);
        children = obj + 1;
    }
    return collision_get(obj, key);
}

term map_get(term map, term key) {
    if (!map_is_flat(map)) return hamt_get(map, key, term_hash(key));
    ptrdiff_t i = flatmap_find(tuple_elements(flatmap_keys(map)), map_size(map), key);
    return i < 0 ? NONE : flatmap_values(map)[i];
}

void map_iter_init(struct map_iter *it, term map) {
    it->map = map;
    it->at = 0;
    it->depth = -1;
    if (map_is_flat(map)) return;
    it->depth = 0;
    it->path[0].next = hamt_children(boxed_ptr(map), &it->path[0].left);
}

static bool flat_next(struct map_iter *it, term *key, term *value) {
    if (it->at >= map_size(it->map)) return false;
    *key = tuple_elements(flatmap_keys(it->map))[it->at];
    *value = flatmap_values(it->map)[it->at++];
    return true;
}

bool map_iter_next(struct map_iter *it, term *key, term *value) {
    if (map_is_flat(it->map)) return flat_next(it, key, value);
    while (it->depth >= 0) {
        if (it->path[it->depth].left == 0) {
            it->depth--;
            continue;
        }
        it->path[it->depth].left--;
        term child = *it->path[it->depth].next++;
        if (term_is_list(child)) {
            *key = list_head(child);
            *value = list_tail(child);
            return true;
        }
        it->depth++;
        it->path[it->depth].next = hamt_children(boxed_ptr(child), &it->path[it->depth].left);
    }
    return false;
}
