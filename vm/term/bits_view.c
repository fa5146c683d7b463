/* bits_view: bitstrings as runs of bits; layouts as drawn in term.h.
 *
 *   sub binary ──orig──> heap binary [hdr][size][bytes]
 *                    └─> refc binary [hdr][size][struct bin *]… ──> [4 words][bytes]
 */
#include "term/bits_view.h"

static const uint8_t *whole_bytes(const term *obj) {
    if (header_kind(obj[0]) == KIND_HEAP_BIN) return (const uint8_t *)(obj + 2);
    return (const uint8_t *)((const uint64_t *)obj[2] + BIN_HEAD_WORDS);
}

struct bits_view bits_view_of(term t) {
    const term *obj = boxed_ptr(t);
    if (header_kind(obj[0]) != KIND_SUB_BIN) return (struct bits_view){whole_bytes(obj), 0, obj[1] * 8};
    size_t offset = (size_t)small_value(obj[2]);
    return (struct bits_view){
        .bytes = whole_bytes(boxed_ptr(obj[1])) + offset / 8,
        .shift = offset & 7,
        .size = (size_t)small_value(obj[3]),
    };
}

void bits_view_copy(const struct bits_view *v, size_t at, size_t n, uint8_t *out) {
    if (!v->shift) {
        memcpy(out, v->bytes + at, n);
        return;
    }
    for (size_t i = 0; i < n; i++) out[i] = bits_view_byte(v, at + i);
}

/* The first n bytes, of which both have at least n*8 bits or end in a partial byte. */
static int compare_bytes(const struct bits_view *a, const struct bits_view *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int d = bits_view_byte(a, i) - bits_view_byte(b, i);
        if (d) return d;
    }
    return 0;
}

int bits_view_compare(const struct bits_view *a, const struct bits_view *b) {
    size_t common = min_size(a->size, b->size), whole = common / 8;
    int d = 0;
    if (whole) d = a->shift | b->shift ? compare_bytes(a, b, whole) : memcmp(a->bytes, b->bytes, whole);
    if (d) return d;
    if (common & 7) {
        uint8_t mask = (uint8_t)(0xff00u >> (common & 7));
        d = (bits_view_byte(a, whole) & mask) - (bits_view_byte(b, whole) & mask);
        if (d) return d;
    }
    return (a->size > b->size) - (a->size < b->size);
}

bool bits_view_equal(const struct bits_view *a, const struct bits_view *b) {
    return a->size == b->size && bits_view_compare(a, b) == 0;
}
