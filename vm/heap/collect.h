/* collect: what the two collectors, copying (collect.c) and in place (compact.c), know of each other. */
#ifndef LING_COLLECT_H
#define LING_COLLECT_H

#include "heap/bin.h"

/* heap_compact: everything stays in its block or fragment and is pushed together there; the young block grows into
 * free neighbours, or another is begun. For memory too short for a copy: takes a thirty-second of the heap for tables.
 * ST_NOMEM: no memory for these, nothing has changed; or the heap is in order, but lacks need_words and a
 * thirty-second of what lives as room to go on. GC: collects. */
enum status heap_compact(struct heap *h, size_t need_words, const struct roots *roots) MUST_CHECK;

/* heap_young_cut: give back what is beyond `words` of the young block; the stack moves to its new end. */
void heap_young_cut(struct heap *h, size_t words);

/* gc_binary_keep: a refc object survives: put it on the chain of its part. object: where its words are now; at: where
 * they will be. */
void gc_binary_keep(struct heap *h, term *object, const term *at, bool old);

#endif
