/* alloc: general-purpose allocator over one contiguous arena handed in (two-level segregated fit: O(1),
 * little fragmentation). Holds no pointer outside the arena, so that the arena can be saved and mapped again.
 */
#ifndef LING_ALLOC_H
#define LING_ALLOC_H

#include "base.h"

struct alloc;

/* alloc_create: lay an allocator out at the start of arena[0..bytes-1] (16-byte aligned; at least 64 KiB).
 * Returns it, or NULL when the arena is too small. */
struct alloc *alloc_create(void *arena, size_t bytes);
/* alloc_get: bytes > 0; 16-byte aligned. Returns NULL when no block is large enough. Contents undefined. */
void *alloc_get(struct alloc *a, size_t bytes) MUST_CHECK;
void *alloc_get_zeroed(struct alloc *a, size_t bytes) MUST_CHECK;
/* alloc_resize: as realloc; p may be NULL. On failure returns NULL and p stays valid. */
void *alloc_resize(struct alloc *a, void *p, size_t bytes) MUST_CHECK;
void alloc_put(struct alloc *a, void *p); /* p may be NULL */
/* alloc_join_before: join p's block with the free one before it. Returns where its room begins now, at or before p; the
 * contents stay at their addresses within it. For a moment: it counts as peak only when it is resized. */
void *alloc_join_before(struct alloc *a, void *p);
/* alloc_extend: grow the block in place by up to more_bytes, as far as free memory lies behind it. Returns its usable
 * bytes. */
size_t alloc_extend(struct alloc *a, void *p, size_t more_bytes);
size_t alloc_size_of(const void *p); /* usable bytes of a block */

struct alloc_stats {
    size_t arena_bytes, used_bytes, peak_bytes; /* block headers included in used */
};
struct alloc_stats alloc_stats(const struct alloc *a);
/* alloc_get_spare: as alloc_get_zeroed, for what would come in addition to what runs already: not when memory is low. */
void *alloc_get_spare(struct alloc *a, size_t bytes) MUST_CHECK;
/* alloc_is_low: only the last sixteenth is left. */
bool alloc_is_low(const struct alloc *a);
/* alloc_reserve: set `bytes` (at least 64 KiB) aside, once; open at first. No memory for it: there is none. */
void alloc_reserve(struct alloc *a, size_t bytes);
/* alloc_reserve_open: may allocations from now on take from the reserve when the rest has nothing? */
void alloc_reserve_open(struct alloc *a, bool open);
/* alloc_check: walk the whole arena; panics on a broken invariant. For tests and GC-stress builds. */
void alloc_check(const struct alloc *a);
/* alloc_fail_after: for tests: the n-th allocation from now fails, and all later ones; n < 0 turns it off. */
void alloc_fail_after(struct alloc *a, long n);
/* alloc_fail_every: for tests: every n-th allocation (n > 0) fails. */
void alloc_fail_every(struct alloc *a, long n);

#endif
