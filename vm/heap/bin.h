/* bin: binaries: off-heap reference-counted bytes, and the byte-level view of any bitstring term. */
#ifndef LING_BIN_H
#define LING_BIN_H

#include "heap/heap.h"

/* Off-heap bytes, shared by reference count (single core: plain counter). `alloc` lets any holder free it. */
struct bin {
    uint64_t refs;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated in data[] (> size for writable binaries being appended to) */
    struct alloc *alloc;
    uint8_t data[];
};
struct bin *bin_new(struct alloc *a,
                    size_t size) MUST_CHECK; /* refs = 1; contents undefined; NULL: no memory */
static inline void bin_ref(struct bin *b) {
    b->refs++;
}
void bin_unref(struct bin *b); /* frees at 0 */

/* words of a refc binary object, from its header */
enum { REFC_SIZE = 1, REFC_BIN = 2, REFC_NEXT = 3, REFC_FLAGS = 4, REFC_WORDS = 5 };
enum { SUB_ORIG = 1, SUB_OFFSET = 2, SUB_BITS = 3, SUB_FLAGS = 4, SUB_WORDS = 5 };
enum { CTX_ORIG = 1, CTX_OFFSET = 2, CTX_END = 3, CTX_BASE = 4, CTX_WORDS = 5 };
enum { BIN_WRITABLE = 1 };

/* heap_bin_new: a binary of `size` bytes on h (heap or refc by size); *data points at its bytes, to be
 * filled. */
term heap_bin_new(struct heap *h, size_t size, uint8_t **data);
term heap_bin_copy(struct heap *h, const void *bytes, size_t size);
/* heap_bin_wrap: a refc binary object for b; takes over one reference. */
term heap_bin_wrap(struct heap *h, struct bin *b);
/* heap_sub_bin: bits [offset, offset+bits) of bitstring `t` (any kind, also a sub binary or match context:
 * resolved to the original). For a match context the offset counts from the start of its original. May return
 * t itself when it is all of t, or a copy when that is no larger. */
term heap_sub_bin(struct heap *h, term t, size_t offset_bits, size_t size_bits);
/* heap_sub_new: a sub binary of exactly these bits of an original (a heap or refc binary). flags: BIN_WRITABLE or 0 */
term heap_sub_new(struct heap *h, term orig, size_t offset_bits, size_t size_bits, int flags);

/* A resolved bitstring: bits [offset_bits, offset_bits+size_bits) from `bytes`. */
struct bits {
    const uint8_t *bytes;
    size_t offset_bits; /* 0..: from bytes */
    size_t size_bits;
};
/* term_bits: t must satisfy term_is_bitstring. Valid until the next collection. */
struct bits term_bits(term t);
/* term_bytes: a binary (whole bytes) as a contiguous byte range. When t does not start on a byte boundary the
 * bytes are copied into scratch memory: *owned is then non-NULL and must be given to alloc_put. ST_BADARG:
 * not a binary. */
enum status term_bytes(struct alloc *a, term t, const uint8_t **bytes, size_t *size, void **owned) MUST_CHECK;
/* bits_copy: n bits from src (at bit src_off) to dst (at bit dst_off); other bits of dst are kept. */
void bits_copy(uint8_t *dst, size_t dst_off, const uint8_t *src, size_t src_off, size_t n);
int bits_compare(struct bits a, struct bits b); /* <0 0 >0: Erlang's order of bitstrings */

#endif
