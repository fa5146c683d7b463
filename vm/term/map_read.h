/* map_read: looking into maps: sizes, lookups, iteration. Needs no heap; building maps is data/map.h's.
 *
 *   flat map   up to MAP_FLAT_MAX pairs; keys tuple sorted by term_compare_exact
 *   trie       hash array mapped trie, 4 bits of term_hash a level, low bits first
 *       root [hdr 1+k | bitmap][count][child]*k        node [hdr k | bitmap][child]*k
 *       child: a list cell [K|V], or a node; a node below the root holds at least two pairs
 *       level HAMT_LEVELS (all 64 bits alike): a node with bitmap 0, its k cells in term_compare_exact order
 *   The shape of a trie depends on its keys only: equal maps have equal shapes.
 */
#ifndef LING_MAP_READ_H
#define LING_MAP_READ_H

#include "term/order.h"

enum { MAP_FLAT_MAX = 32, HAMT_BITS = 4, HAMT_LEVELS = 16 };

static inline bool map_is_flat(term map) {
    return boxed_is(map, KIND_FLATMAP);
}
static inline term flatmap_keys(term map) {
    return boxed_ptr(map)[1];
}
static inline const term *flatmap_values(term map) {
    return boxed_ptr(map) + 2;
}
static inline size_t map_size(term map) {
    const term *m = boxed_ptr(map);
    return map_is_flat(map) ? header_arity(m[0]) - 1 : (size_t)small_value(m[1]);
}
/* hamt_children: of a root or node object; *n gets their number. */
static inline const term *hamt_children(const term *obj, size_t *n) {
    size_t skip = header_kind(obj[0]) == KIND_HAMT_ROOT ? 1 : 0;
    *n = header_arity(obj[0]) - skip;
    return obj + 1 + skip;
}
static inline unsigned hamt_nibble(uint64_t hash, unsigned level) {
    return hash >> (HAMT_BITS * level) & 15;
}
static inline unsigned hamt_slot(uint16_t bitmap, unsigned nibble) {
    return (unsigned)__builtin_popcount(bitmap & ((1u << nibble) - 1));
}

/* map_get: the value or NONE. `map` must satisfy term_is_map, here and below. */
term map_get(term map, term key);
/* map_get_hashed: as map_get on a trie, for hash == term_hash(key). */
term hamt_get(term map, term key, uint64_t hash);
/* flatmap_find: index of key among n sorted keys, or -1. */
ptrdiff_t flatmap_find(const term *keys, size_t n, term key);

/* Iteration: for flat maps in key order, for tries in hash order (as stable as the map). No allocation. */
struct map_iter {
    term map;
    size_t at;
    struct {
        const term *next;
        size_t left;
    } path[HAMT_LEVELS + 1];
    int depth;
};
void map_iter_init(struct map_iter *it, term map);
bool map_iter_next(struct map_iter *it, term *key, term *value);

#endif
