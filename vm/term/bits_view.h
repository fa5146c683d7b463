/* bits_view: any bitstring term as a run of bits, for comparing, hashing and printing below the heap layer.
 */
#ifndef LING_BITS_VIEW_H
#define LING_BITS_VIEW_H

#include "term/term.h"

/* The bytes of a struct bin (heap/bin.h) start behind this many words of bookkeeping; data/etf.c asserts it.
 */
enum { BIN_HEAD_WORDS = 4 };

struct bits_view {
    const uint8_t *bytes;
    size_t shift; /* bits of bytes[0] that come before the first one: 0..7 */
    size_t size;  /* bits */
};

/* bits_view_of: t must satisfy term_is_bitstring. Valid until the next collection. */
struct bits_view bits_view_of(term t);
/* bits_view_byte: whole byte i, or the last, partial one: its bits at the top, zeros below. */
static inline uint8_t bits_view_byte(const struct bits_view *v, size_t i) {
    size_t left = v->size - 8 * i, b = v->bytes[i];
    if (v->shift) {
        b <<= v->shift;
        if (left > 8 - v->shift) b |= (size_t)v->bytes[i + 1] >> (8 - v->shift);
    }
    return (uint8_t)(left >= 8 ? b : b & (0xff00u >> left));
}
/* bits_view_copy: whole bytes [at, at+n) into out. */
void bits_view_copy(const struct bits_view *v, size_t at, size_t n, uint8_t *out);
/* bits_view_compare: Erlang's order of bitstrings: bit by bit, then the shorter first. */
int bits_view_compare(const struct bits_view *a, const struct bits_view *b);
bool bits_view_equal(const struct bits_view *a, const struct bits_view *b);

#endif
