/* bits: what the bit syntax does: reading fields through a match context, and building bitstrings.
 * Field flags as in the BEAM: BITS_LITTLE, BITS_SIGNED, BITS_NATIVE (little here). */
#ifndef LING_BITS_H
#define LING_BITS_H

#include "heap/bin.h"

enum { BITS_LITTLE = 2, BITS_SIGNED = 4, BITS_NATIVE = 16 }; /* 16: OTP's BSF_NATIVE */

/* -- matching. ctx is a match context term; on success its offset moves on, on failure it is untouched. */
/* bits_match_start: context for bitstring or context t; NONE: not a bitstring. May reuse t when it is a
 * context and `reuse`. */
term bits_match_start(struct heap *h, term t, bool reuse);
static inline size_t bits_match_left(term ctx) {
    return (size_t)(small_value(boxed_ptr(ctx)[CTX_END]) - small_value(boxed_ptr(ctx)[CTX_OFFSET]));
}
/* bits_orig_bytes: the bytes of an original (heap or refc binary), as in CTX_ORIG and SUB_ORIG. */
static inline const uint8_t *bits_orig_bytes(term orig) {
    const term *p = boxed_ptr(orig);
    return header_kind(*p) == KIND_HEAP_BIN ? (const uint8_t *)(p + 2)
                                            : ((const struct bin *)p[REFC_BIN])->data;
}
/* bits_match_byte: 8 unsigned bits, inline: the hot field of byte scanners. NONE: fewer are left. */
static inline term bits_match_byte(term ctx) {
    term *c = boxed_ptr(ctx);
    size_t at = (size_t)small_value(c[CTX_OFFSET]);
    if ((size_t)small_value(c[CTX_END]) - at < 8) return NONE;
    const uint8_t *p = bits_orig_bytes(c[CTX_ORIG]) + (at >> 3);
    unsigned shift = at & 7;
    c[CTX_OFFSET] += small_make(8);
    return small_make(shift == 0 ? p[0] : ((p[0] << 8 | p[1]) >> (8 - shift) & 0xff));
}
/* bits_match_integer: a field of n_bits (0 gives 0). Fields that make an integer beyond BIG_MAX_LIMBS do not
 * match. */
term bits_match_integer(struct heap *h, term ctx, size_t n_bits,
                        unsigned flags);                                        /* NONE: no match, as below */
term bits_match_float(struct heap *h, term ctx, size_t n_bits, unsigned flags); /* 16, 32, 64; 0 gives 0.0 */
term bits_match_binary(struct heap *h, term ctx, size_t n_bits);                /* a sub binary of n_bits */
term bits_match_tail(struct heap *h,
                     term ctx); /* the rest, context not moved (bs_get_tail, bs_context_to_binary) */
bool bits_match_skip(term ctx, size_t n_bits);
bool bits_match_string(term ctx, const uint8_t *bytes, size_t n_bits);
term bits_match_utf8(term ctx); /* code point as a small, or NONE */
term bits_match_utf16(term ctx, unsigned flags);
term bits_match_utf32(term ctx, unsigned flags);

/* -- building. A builder is filled front to back; its size is known before. */
struct bits_builder {
    uint8_t *data;
    size_t offset_bits, end_bits;
    term result;
};
/* bits_build: a new bitstring of exactly n_bits (heap, refc, or a sub binary for a ragged end). */
void bits_build(struct heap *h, struct bits_builder *b, size_t n_bits);
/* bits_build_append: as <<Bin/binary, …>>: extends `bin` by n_bits, in place when it is the writable tail of
 * a refc binary with room (amortised growth), else by copying. false: bin is not a bitstring or not a
 * multiple of unit bits. */
bool bits_build_append(struct heap *h, struct bits_builder *b, term bin, size_t n_bits, unsigned unit);
/* bits_build_init_writable: <<>> for bs_init_writable with a capacity. */
term bits_build_init_writable(struct heap *h, size_t capacity_bytes);
/* The puts return false when the value does not have the right type or size (badarg). */
bool bits_put_integer(struct bits_builder *b, term t, size_t n_bits, unsigned flags);
bool bits_put_float(struct bits_builder *b, term t, size_t n_bits, unsigned flags);
bool bits_put_binary(struct bits_builder *b, term t, size_t n_bits); /* first n_bits of t */
bool bits_put_binary_all(struct bits_builder *b, term t, unsigned unit);
void bits_put_string(struct bits_builder *b, const uint8_t *bytes, size_t n_bytes);
bool bits_put_utf8(struct bits_builder *b, term code_point);
bool bits_put_utf16(struct bits_builder *b, term code_point, unsigned flags);
bool bits_put_utf32(struct bits_builder *b, term code_point, unsigned flags);
int bits_utf8_bytes(term code_point);  /* 1..4; for bad code points 4 (bs_utf8_size) */
int bits_utf16_bytes(term code_point); /* 2 or 4 */

/* -- iodata.c: iolists. Nesting of any depth: walks use a workstack (and leave by its oom when memory is
 * out). */
/* iodata_size: bytes of an iolist/binary. ST_BADARG: not iodata. */
enum status iodata_size(term t, size_t *bytes) MUST_CHECK;
/* iodata_write: all of t into out[0..bytes-1] (size from iodata_size). */
void iodata_write(term t, uint8_t *out);
/* iodata_bits_size, iodata_put: the same for bitstring lists (list_to_bitstring): leaves may end anywhere. */
enum status iodata_bits_size(term t, size_t *bits) MUST_CHECK;
void iodata_put(struct bits_builder *b, term t);

#endif
