/* map: flat maps up to MAP_FLAT_MAX pairs (keys sorted by term_compare_exact), hash array mapped tries beyond.
 * Functions allocate by heap_alloc and never collect. `map` must satisfy term_is_map. */
#ifndef LING_MAP_H
#define LING_MAP_H

#include "heap/heap.h"
#include "term/order.h"

enum { MAP_FLAT_MAX = 32 };

size_t map_size(term map);
/* map_get: the value or NONE. */
term map_get(term map, term key);
term map_put(struct heap *h, term map, term key, term value);  /* insert or replace */
/* map_update: replace; NONE when the key is absent. Shares the keys tuple. */
term map_update(struct heap *h, term map, term key, term value);
term map_remove(struct heap *h, term map, term key);           /* map itself when absent */
term map_take(struct heap *h, term map, term key, term *value); /* NONE: absent */
term map_empty(struct heap *h);
/* map_from_pairs: kv[0]=k, kv[1]=v, …; later duplicates win. kv may be reordered. */
term map_from_pairs(struct heap *h, term *kv, size_t pairs);
term map_merge(struct heap *h, term a, term b); /* b wins */
term map_keys(struct heap *h, term map);        /* lists, in iteration order */
term map_values(struct heap *h, term map);
term map_to_list(struct heap *h, term map);     /* [{K,V}] */

/* Iteration: for flat maps in key order, for tries in hash order (as stable as the map). No allocation. */
struct map_iter {
    term map;
    size_t at;
    struct { const term *next; size_t left; } path[20];
    int depth;
};
void map_iter_init(struct map_iter *it, term map);
bool map_iter_next(struct map_iter *it, term *key, term *value);
/* map_path: iteration that survives between calls (erts_internal:map_next/3): the position is an integer path. */
term map_next(struct heap *h, term path, term map, term acc); /* acc: `iterator` or a list, see bif maps */

#endif
