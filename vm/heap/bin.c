/* bin: off-heap bytes by reference count, and bits of any bitstring.
 *
 *   heap:  [refc object | size | bin * | next | flags] ──> off heap: [refs | size | capacity | alloc | bytes
 * …] heap:  [sub binary | orig | offset | bits | flags] ──> heap binary or refc object; never another sub
 * binary
 *
 * Invariant: refs is the number of refc objects (and C holders) that point at a bin.
 */
#include "heap/bin.h"

struct bin *bin_new(struct alloc *a, size_t size) {
    if (size > SIZE_MAX / 4) return NULL;
    struct bin *b = alloc_get(a, sizeof *b + size);
    if (!b) return NULL;
    *b = (struct bin){.refs = 1, .size = size, .capacity = size, .alloc = a};
    return b;
}

void bin_unref(struct bin *b) {
    if (--b->refs == 0) alloc_put(b->alloc, b);
}

term heap_bin_wrap(struct heap *h, struct bin *b) {
    term *o = heap_alloc(h, REFC_WORDS);
    o[0] = header_make(KIND_REFC_BIN, REFC_WORDS - 1);
    o[REFC_SIZE] = b->size;
    o[REFC_BIN] = (term)b;
    o[REFC_NEXT] = h->offheap;
    o[REFC_FLAGS] = 0;
    h->offheap = (term)o;
    h->bin_bytes += b->size;
    return boxed_make(o);
}

static term refc_new(struct heap *h, size_t size, uint8_t **data) {
    /* room for the object first: should it end in h->oom, no bytes are lost */
    term *room = heap_alloc(h, REFC_WORDS);
    heap_shrink_last(h, room, REFC_WORDS);
    struct bin *b = bin_new(h->alloc, size);
    if (!b) {
        h->oom(h, words_of_bytes(size));
        panic("heap: out of memory, and the handler returned");
    }
    *data = b->data;
    return heap_bin_wrap(h, b);
}

term heap_bin_new(struct heap *h, size_t size, uint8_t **data) {
    if (size > HEAP_BIN_MAX && !h->inline_bins) return refc_new(h, size, data);
    size_t words = words_of_bytes(size);
    term *o = heap_alloc(h, 2 + words);
    o[0] = header_make(KIND_HEAP_BIN, 1 + words);
    o[1] = size;
    o[1 + words] = words ? 0 : size; /* pad with zeros */
    *data = (uint8_t *)(o + 2);
    return boxed_make(o);
}

term heap_bin_copy(struct heap *h, const void *bytes, size_t size) {
    uint8_t *data;
    term t = heap_bin_new(h, size, &data);
    if (size > 0) memcpy(data, bytes, size);
    return t;
}

/* The bytes of an original (heap or refc binary). */
static const uint8_t *orig_bytes(term orig, size_t *size) {
    const term *o = boxed_ptr(orig);
    *size = o[1];
    return header_kind(o[0]) == KIND_REFC_BIN ? ((const struct bin *)o[REFC_BIN])->data
                                              : (const uint8_t *)(o + 2);
}
_Static_assert(REFC_SIZE == 1, "heap and refc binaries keep their size in the same word");

struct bits term_bits(term t) {
    const term *o = boxed_ptr(t);
    size_t size;
    if (header_kind(o[0]) != KIND_SUB_BIN) {
        const uint8_t *bytes = orig_bytes(t, &size);
        return (struct bits){bytes, 0, size * 8};
    }
    return (struct bits){orig_bytes(o[SUB_ORIG], &size), (size_t)small_value(o[SUB_OFFSET]),
                         (size_t)small_value(o[SUB_BITS])};
}

term heap_sub_new(struct heap *h, term orig, size_t offset_bits, size_t size_bits, int flags) {
    term *s = heap_alloc(h, SUB_WORDS);
    s[0] = header_make(KIND_SUB_BIN, SUB_WORDS - 1);
    s[SUB_ORIG] = orig;
    s[SUB_OFFSET] = small_make((int64_t)offset_bits);
    s[SUB_BITS] = small_make((int64_t)size_bits);
    s[SUB_FLAGS] = small_make(flags);
    return boxed_make(s);
}

enum {
    COPY_MAX_BYTES = 8 * (SUB_WORDS - 2)
}; /* a heap binary of so many bytes takes no more than a sub binary */

term heap_sub_bin(struct heap *h, term t, size_t offset_bits, size_t size_bits) {
    const term *o = boxed_ptr(t);
    term orig = t;
    switch (header_kind(o[0])) {
    case KIND_SUB_BIN:
        if (offset_bits == 0 && size_bits == (size_t)small_value(o[SUB_BITS])) return t;
        orig = o[SUB_ORIG];
        offset_bits += (size_t)small_value(o[SUB_OFFSET]);
        break;
    case KIND_MATCH_CTX: orig = o[CTX_ORIG]; break;
    default: break;
    }
    size_t orig_size;
    const uint8_t *bytes = orig_bytes(orig, &orig_size);
    if (offset_bits == 0 && size_bits == orig_size * 8) return orig;
    if (((offset_bits | size_bits) & 7) == 0 && size_bits <= 8 * COPY_MAX_BYTES)
        return heap_bin_copy(h, bytes + offset_bits / 8, size_bits / 8);
    return heap_sub_new(h, orig, offset_bits, size_bits, 0);
}

enum status term_bytes(struct alloc *a, term t, const uint8_t **bytes, size_t *size, void **owned) {
    if (!term_is_binary(t)) return ST_BADARG;
    struct bits b = term_bits(t);
    if (b.offset_bits % 8 == 0) {
        *bytes = b.bytes + b.offset_bits / 8;
        *size = b.size_bits / 8;
        *owned = NULL;
        return ST_OK;
    }
    uint8_t *copy = alloc_get(a, max_size(b.size_bits / 8, 1));
    if (!copy) return ST_NOMEM;
    bits_copy(copy, 0, b.bytes, b.offset_bits, b.size_bits);
    *bytes = copy;
    *size = b.size_bits / 8;
    *owned = copy;
    return ST_OK;
}

/* -- bits. Bit 0 of a byte is its most significant one. */

/* n (1..8) bits from bit `off` on, at the low end of the result. Reads no byte that holds none of them. */
static unsigned bits_peek(const uint8_t *p, size_t off, unsigned n) {
    p += off / 8;
    unsigned skip = off % 8;
    unsigned two = (unsigned)p[0] << 8;
    if (skip + n > 8) two |= p[1];
    return two >> (16 - skip - n) & ((1u << n) - 1);
}

/* Write the low n bits (all within one byte) at bit `off`. */
static void bits_poke(uint8_t *p, size_t off, unsigned n, unsigned value) {
    unsigned shift = 8 - off % 8 - n;
    unsigned mask = ((1u << n) - 1) << shift;
    p[off / 8] = (uint8_t)((p[off / 8] & ~mask) | (value << shift & mask));
}

static uint64_t load_be64(const uint8_t *p) {
    uint64_t w;
    memcpy(&w, p, 8);
    return __builtin_bswap64(w);
}

static void store_be64(uint8_t *p, uint64_t w) {
    w = __builtin_bswap64(w);
    memcpy(p, &w, 8);
}

/* Whole bytes to dst from a source that is `skip` (1..7) bits off. */
static void bytes_copy_shifted(uint8_t *dst, const uint8_t *src, unsigned skip, size_t n) {
    while (n >= 8) { /* the ninth byte holds the last bits, so it exists */
        store_be64(dst, load_be64(src) << skip | src[8] >> (8 - skip));
        dst += 8;
        src += 8;
        n -= 8;
    }
    for (; n > 0; n--, src++) *dst++ = (uint8_t)(src[0] << skip | src[1] >> (8 - skip));
}

void bits_copy(uint8_t *dst, size_t dst_off, const uint8_t *src, size_t src_off, size_t n) {
    if (n == 0) return;
    unsigned lead = (unsigned)min_size((8 - dst_off % 8) % 8, n);
    if (lead > 0) {
        bits_poke(dst, dst_off, lead, bits_peek(src, src_off, lead));
        dst_off += lead;
        src_off += lead;
        n -= lead;
    }
    size_t bytes = n / 8;
    if (bytes > 0 && src_off % 8 == 0)
        memmove(dst + dst_off / 8, src + src_off / 8, bytes);
    else if (bytes > 0)
        bytes_copy_shifted(dst + dst_off / 8, src + src_off / 8, src_off % 8, bytes);
    unsigned rest = n % 8;
    if (rest > 0) bits_poke(dst, dst_off + bytes * 8, rest, bits_peek(src, src_off + bytes * 8, rest));
}

int bits_compare(struct bits a, struct bits b) {
    size_t n = min_size(a.size_bits, b.size_bits), at = 0;
    if (a.offset_bits % 8 == 0 && b.offset_bits % 8 == 0) {
        int c = n >= 8 ? memcmp(a.bytes + a.offset_bits / 8, b.bytes + b.offset_bits / 8, n / 8) : 0;
        if (c != 0) return c;
        at = n / 8 * 8;
    }
    while (at < n) {
        unsigned step = (unsigned)min_size(8, n - at);
        int c = (int)bits_peek(a.bytes, a.offset_bits + at, step) -
                (int)bits_peek(b.bytes, b.offset_bits + at, step);
        if (c != 0) return c;
        at += step;
    }
    return a.size_bits < b.size_bits ? -1 : a.size_bits > b.size_bits;
}
