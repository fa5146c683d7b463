/* hamt: changing hash array mapped tries; the layout is drawn in term/map_read.h. For data/map*.c only. */
#ifndef LING_HAMT_H
#define LING_HAMT_H

#include "heap/heap.h"
#include "term/map_read.h"

term hamt_put(struct heap *h, term map, term key, term value);
/* hamt_replace: as hamt_put, but NONE when the key is absent. */
term hamt_replace(struct heap *h, term map, term key, term value);
/* hamt_remove: map itself when absent. May leave a trie of MAP_FLAT_MAX pairs: the caller makes it flat. */
term hamt_remove(struct heap *h, term map, term key);
/* hamt_build: of n > 0 pairs kv[0]=k, kv[1]=v, …; later duplicates win. May leave fewer than MAP_FLAT_MAX
 * pairs. Takes working memory from h->alloc. */
term hamt_build(struct heap *h, const term *kv, size_t n);

#endif
