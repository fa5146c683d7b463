/* map: building maps: flat maps up to MAP_FLAT_MAX pairs (keys sorted by term_compare_exact), hash array
 * mapped tries beyond. Layouts, lookups (map_size, map_get) and iteration (struct map_iter): term/map_read.h.
 * Functions allocate by heap_alloc and never collect. `map` must satisfy term_is_map.
 */
#ifndef LING_MAP_H
#define LING_MAP_H

#include "heap/heap.h"
#include "term/map_read.h"

term map_put(struct heap *h, term map, term key, term value); /* insert or replace */
/* map_update: replace; NONE when the key is absent. Shares the keys tuple. */
term map_update(struct heap *h, term map, term key, term value);
term map_remove(struct heap *h, term map, term key);            /* map itself when absent */
term map_take(struct heap *h, term map, term key, term *value); /* NONE: absent */
term map_empty(struct heap *h);
/* map_from_pairs: kv[0]=k, kv[1]=v, …; later duplicates win. kv may be reordered. */
term map_from_pairs(struct heap *h, term *kv, size_t pairs);
term map_merge(struct heap *h, term a, term b); /* b wins */
term map_keys(struct heap *h, term map);        /* lists, in iteration order */
term map_values(struct heap *h, term map);
term map_to_list(struct heap *h, term map); /* [{K,V}] */

/* map_next: iteration that survives between calls, as erts_internal:map_next/3 does it. `path` is 0 or what a
 * call before returned; a bounded number of pairs is taken from a trie, all of a flat map. acc NONE     {K1,
 * V1, {K2, V2, … Rest}} with Rest = [Path | Map], or `end` when nothing is left acc a list   [{K, V}, … |
 * acc], with Path and Map in front when something is left Returns NONE when path can't be a position in a
 * map. */
term map_next(struct heap *h, int64_t path, term map, term acc, term end);

#endif
