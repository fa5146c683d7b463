/* binaries: bs_create_bin: sizes are added up first, then the bitstring is built and filled front to back.
 *
 *   segment   [type 8 | flags 8 | unit 16 | number 32][value or bytes][size]
 *
 * Errors name the segment as erl_erts_errors:format_bs_fail wants it: {Segment, Type, What, Value}.
 * Source: OTP beam_ssa_codegen (the operands), erl(25) as the oracle (the errors).
 */
#include "data/big.h"
#include "data/bits.h"
#include "data/map.h"
#include "format/segment.h"
#include "interp/inside.h"

enum { BITS_MAX_LOG2 = 40 };

struct segment {
    enum segment_type type;
    unsigned flags, unit;
    uint32_t number; /* of a string: bytes; else the position in the source, for errors */
    term value, size;
    const uint8_t *string;
};

static struct segment segment_read(const uint64_t *at, term *x, term *E) {
    uint64_t w = at[0];
    struct segment s = {
        (enum segment_type)(w & 0xff), w >> 8 & 0xff, w >> 16 & 0xffff, w >> 32, NIL, NIL, NULL};
    if (s.type == SEG_STRING) {
        s.string = (const uint8_t *)at[1];
    } else {
        s.value = operand_wide(x, E, at[1]);
        s.size = operand_wide(x, E, at[2]);
    }
    return s;
}

static term type_atom(enum segment_type t) {
    switch (t) {
    case SEG_INTEGER: return A_INTEGER;
    case SEG_FLOAT: return A_FLOAT;
    case SEG_UTF8: return A_UTF8;
    case SEG_UTF16: return A_UTF16;
    case SEG_UTF32: return A_UTF32;
    default: return A_BINARY;
    }
}

/* The error of a segment. Returns NONE. */
static term fail(struct process *p, const struct segment *s, term what, term value, term reason) {
    struct heap *h = &p->heap;
    term cause = TUPLE(h, small_make(s->number), type_atom(s->type), what, value);
    raise_error(p, reason);
    p->exc.of_caller = true;
    p->exc.info = map_from_pairs(
        h, (term[]){A_CAUSE, cause, A_FUNCTION, A_FORMAT_BS_FAIL, A_MODULE, A_ERL_ERTS_ERRORS}, 3);
    return NONE;
}

bool interp_bit_size(term size, uint32_t unit, size_t *bits) {
    if (!term_is_small(size) || small_value(size) < 0) return false;
    uint64_t n = (uint64_t)small_value(size);
    if (n >> BITS_MAX_LOG2) return false;
    *bits = n * unit;
    return true;
}

/* Size of a segment that states it; false: raised. */
static bool stated_bits(struct process *p, const struct segment *s, size_t *bits) {
    if (interp_bit_size(s->size, s->unit, bits)) return true;
    bool too_large = term_is_integer(s->size) && int_sign(s->size) > 0;
    fail(p, s, A_SIZE, s->size, too_large ? A_SYSTEM_LIMIT : A_BADARG);
    return false;
}

static bool all_bits(struct process *p, const struct segment *s, size_t *bits) {
    if (!term_is_bitstring(s->value)) {
        fail(p, s, A_TYPE, s->value, A_BADARG);
        return false;
    }
    *bits = term_bits(s->value).size_bits;
    return true;
}

static bool segment_bits(struct process *p, const struct segment *s, size_t *bits) {
    switch (s->type) {
    case SEG_INTEGER:
    case SEG_FLOAT:
    case SEG_BINARY: return stated_bits(p, s, bits);
    case SEG_BINARY_ALL: return all_bits(p, s, bits);
    case SEG_STRING: *bits = s->number * 8; return true;
    case SEG_UTF8: *bits = (size_t)bits_utf8_bytes(s->value) * 8; return true;
    case SEG_UTF16: *bits = (size_t)bits_utf16_bytes(s->value) * 8; return true;
    case SEG_UTF32: *bits = 32; return true;
    default: *bits = 0; return true; /* appended to: counted apart */
    }
}

static bool segment_put(struct bits_builder *b, const struct segment *s, size_t bits) {
    switch (s->type) {
    case SEG_INTEGER: return bits_put_integer(b, s->value, bits, s->flags);
    case SEG_FLOAT: return bits_put_float(b, s->value, bits, s->flags);
    case SEG_BINARY: return bits_put_binary(b, s->value, bits);
    case SEG_BINARY_ALL: return bits_put_binary_all(b, s->value, s->unit);
    case SEG_STRING: bits_put_string(b, s->string, s->number); return true;
    case SEG_UTF8: return bits_put_utf8(b, s->value);
    case SEG_UTF16: return bits_put_utf16(b, s->value, s->flags);
    case SEG_UTF32: return bits_put_utf32(b, s->value, s->flags);
    default: return true;
    }
}

/* Why a put refused the value. */
static term put_fail(struct process *p, const struct segment *s, size_t bits) {
    if (s->type == SEG_FLOAT && bits != 16 && bits != 32 && bits != 64)
        return fail(p, s, A_INVALID, s->size, A_BADARG);
    if (s->type == SEG_FLOAT && term_is_number(s->value)) return fail(p, s, A_NO_FLOAT, s->value, A_BADARG);
    if (s->type == SEG_BINARY && term_is_bitstring(s->value)) return fail(p, s, A_SHORT, s->value, A_BADARG);
    if (s->type == SEG_BINARY_ALL) return fail(p, s, A_UNIT, s->value, A_BADARG);
    return fail(p, s, A_TYPE, s->value, A_BADARG);
}

static bool is_append(const struct segment *s) {
    return s->type == SEG_APPEND || s->type == SEG_PRIVATE_APPEND;
}

static bool builder_start(struct process *p, struct bits_builder *b, const struct segment *first,
                          size_t bits) {
    if (!is_append(first)) {
        bits_build(&p->heap, b, bits);
        return true;
    }
    if (bits_build_append(&p->heap, b, first->value, bits, first->unit)) return true;
    fail(p, first, term_is_bitstring(first->value) ? A_UNIT : A_TYPE, first->value, A_BADARG);
    return false;
}

term interp_create_bin(struct process *p, term *x, const uint64_t *at, uint32_t n) {
    term *E = p->heap.stop;
    size_t total = 0, bits = 0;
    struct bits_builder b;
    struct segment first = segment_read(at, x, E);
    for (uint32_t i = 0; i < n; i++) {
        struct segment s = segment_read(at + i * SEGMENT_WORDS, x, E);
        if (!segment_bits(p, &s, &bits)) return NONE;
        total += bits;
        if (total >> BITS_MAX_LOG2) return fail(p, &s, A_SIZE, s.size, A_SYSTEM_LIMIT);
    }
    if (!builder_start(p, &b, &first, total)) return NONE;
    for (uint32_t i = 0; i < n; i++) {
        struct segment s = segment_read(at + i * SEGMENT_WORDS, x, E);
        if (!segment_bits(p, &s, &bits)) return NONE;
        if (!segment_put(&b, &s, bits)) return put_fail(p, &s, bits);
    }
    return b.result;
}
