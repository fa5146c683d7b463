/* bits_match: reading fields of a bitstring through a match context.
 *
 *     orig bytes   |........|........|........|........|
 *                        ^base      ^offset         ^end       (bits, all within orig)
 *
 * Invariant: base <= offset <= end <= bits of orig. A match that fails leaves the context as it was.
 * The bytes are found through `orig` at every step, since appending may move them (bits_build.c).
 * Source: OTP efficiency guide "Constructing and matching binaries", reference manual "Bit syntax
 * expressions". */
#include "data/bits.h"
#include "data/bits_float.h"
#include "data/bits_word.h"
#include "data/big.h"

struct field {
    term *ctx;
    const uint8_t *bytes;
    size_t at, left;
};

static inline struct field field_here(term ctx) {
    term *c = boxed_ptr(ctx);
    size_t at = (size_t)small_value(c[CTX_OFFSET]);
    return (struct field){c, bits_orig_bytes(c[CTX_ORIG]), at, (size_t)small_value(c[CTX_END]) - at};
}
static inline void field_taken(struct field *f, size_t n_bits) {
    f->ctx[CTX_OFFSET] = small_make((int64_t)(f->at + n_bits));
}

static term context_new(struct heap *h, term orig, size_t offset_bits, size_t end_bits) {
    term *c = heap_alloc(h, CTX_WORDS);
    c[0] = header_make(KIND_MATCH_CTX, CTX_WORDS - 1);
    c[CTX_ORIG] = orig;
    c[CTX_OFFSET] = small_make((int64_t)offset_bits);
    c[CTX_END] = small_make((int64_t)end_bits);
    c[CTX_BASE] = small_make((int64_t)offset_bits);
    return boxed_make(c);
}

term bits_match_start(struct heap *h, term t, bool reuse) {
    if (!term_is_boxed(t)) return NONE;
    const term *p = boxed_ptr(t);
    switch (header_kind(*p)) {
    case KIND_HEAP_BIN:
    case KIND_REFC_BIN: return context_new(h, t, 0, (size_t)p[REFC_SIZE] * 8); /* size is word 1 in both */
    case KIND_SUB_BIN: {
        size_t at = (size_t)small_value(p[SUB_OFFSET]);
        return context_new(h, p[SUB_ORIG], at, at + (size_t)small_value(p[SUB_BITS]));
    }
    case KIND_MATCH_CTX:
        if (reuse) return t;
        return context_new(h, p[CTX_ORIG], (size_t)small_value(p[CTX_OFFSET]),
                           (size_t)small_value(p[CTX_END]));
    default: return NONE;
    }
}

static inline uint64_t load_endian(const uint8_t *bytes, size_t at, unsigned n, unsigned flags) {
    uint64_t v = bits_load(bytes, at, n);
    return flags & (BITS_LITTLE | BITS_NATIVE) ? bits_little_value(v, n) : v;
}

/* integer_of_limbs: a heap integer from limbs in limb[0..n-1] just allocated behind hdr, normalised. */
static term integer_of_limbs(struct heap *h, term *hdr, size_t n, bool negative) {
    size_t used = n;
    while (used > 0 && hdr[used] == 0) used--;
    uint64_t low = used == 0 ? 0 : hdr[1];
    if (used <= 1 && low <= (uint64_t)SMALL_MAX + negative) {
        heap_shrink_last(h, hdr, n + 1);
        return small_make(negative ? (int64_t)-low : (int64_t)low);
    }
    heap_shrink_last(h, hdr + 1 + used, n - used);
    *hdr = header_make(negative ? KIND_BIG_NEG : KIND_BIG_POS, used);
    return boxed_make(hdr);
}

/* match_wide: more than 64 bits: limb by limb, least significant first, two's complement turned into a
 * magnitude. */
static term match_wide(struct heap *h, const uint8_t *bytes, size_t at, size_t n_bits, unsigned flags) {
    size_t n = (n_bits + 63) / 64;
    unsigned top_bits = (unsigned)(n_bits - (n - 1) * 64);
    bool little = (flags & (BITS_LITTLE | BITS_NATIVE)) != 0;
    term *hdr = heap_alloc(h, 1 + n);
    for (size_t i = 0; i < n; i++) {
        unsigned width = i == n - 1 ? top_bits : 64;
        size_t from = little ? i * 64 : n_bits - i * 64 - width;
        hdr[1 + i] = load_endian(bytes, at + from, width, flags);
    }
    bool negative = (flags & BITS_SIGNED) && (hdr[n] >> (top_bits - 1) & 1);
    if (negative) {
        hdr[n] |= ~bits_mask(top_bits);
        bool carry = true;
        for (size_t i = 1; i <= n; i++) {
            hdr[i] = ~hdr[i] + carry;
            carry = carry && hdr[i] == 0;
        }
    }
    return integer_of_limbs(h, hdr, n, negative);
}

static inline term integer_of_word(struct heap *h, uint64_t v, unsigned n, unsigned flags) {
    if (flags & BITS_SIGNED) {
        int64_t s = (int64_t)(v << (64 - n)) >> (64 - n);
        return LIKELY(small_fits(s)) ? small_make(s) : int_from_i64(h, s);
    }
    return LIKELY(v <= (uint64_t)SMALL_MAX) ? small_make((int64_t)v) : int_from_u64(h, v);
}

term bits_match_integer(struct heap *h, term ctx, size_t n_bits, unsigned flags) {
    struct field f = field_here(ctx);
    if (UNLIKELY(n_bits > f.left)) return NONE;
    if (LIKELY(n_bits - 1 < 64)) {
        field_taken(&f, n_bits);
        return integer_of_word(h, load_endian(f.bytes, f.at, (unsigned)n_bits, flags), (unsigned)n_bits,
                               flags);
    }
    if (n_bits == 0) return small_make(0);
    if (n_bits > (size_t)BIG_MAX_LIMBS * 64) return NONE;
    field_taken(&f, n_bits);
    return match_wide(h, f.bytes, f.at, n_bits, flags);
}

term bits_match_float(struct heap *h, term ctx, size_t n_bits, unsigned flags) {
    struct field f = field_here(ctx);
    if (n_bits == 0) return heap_float(h, 0.0);
    if (n_bits > f.left || (n_bits != 16 && n_bits != 32 && n_bits != 64)) return NONE;
    double d = bits_float_decode(load_endian(f.bytes, f.at, (unsigned)n_bits, flags), (unsigned)n_bits);
    if (!__builtin_isfinite(d)) return NONE;
    field_taken(&f, n_bits);
    return heap_float(h, d);
}

term bits_match_binary(struct heap *h, term ctx, size_t n_bits) {
    struct field f = field_here(ctx);
    if (n_bits > f.left) return NONE;
    field_taken(&f, n_bits);
    return heap_sub_new(h, f.ctx[CTX_ORIG], f.at, n_bits, 0);
}

term bits_match_tail(struct heap *h, term ctx) {
    struct field f = field_here(ctx);
    return heap_sub_new(h, f.ctx[CTX_ORIG], f.at, f.left, 0);
}

bool bits_match_skip(term ctx, size_t n_bits) {
    struct field f = field_here(ctx);
    if (n_bits > f.left) return false;
    field_taken(&f, n_bits);
    return true;
}

bool bits_match_string(term ctx, const uint8_t *bytes, size_t n_bits) {
    struct field f = field_here(ctx);
    if (n_bits > f.left) return false;
    size_t done = 0;
    if ((f.at & 7) == 0) {
        done = n_bits & ~(size_t)7;
        if (done != 0 && memcmp(f.bytes + f.at / 8, bytes, done / 8) != 0) return false;
    }
    while (done < n_bits) {
        unsigned n = (unsigned)min_size(n_bits - done, 64);
        if (bits_load(f.bytes, f.at + done, n) != bits_load(bytes, done, n)) return false;
        done += n;
    }
    field_taken(&f, n_bits);
    return true;
}

/* -- code points */

static inline bool is_code_point(uint64_t c) {
    return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

/* utf8_length: bytes that a lead byte announces; 0: not a lead byte. */
static inline unsigned utf8_length(unsigned lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

term bits_match_utf8(term ctx) {
    struct field f = field_here(ctx);
    if (f.left < 8) return NONE;
    uint64_t c = bits_load(f.bytes, f.at, 8);
    unsigned n = utf8_length((unsigned)c);
    if (n == 0 || f.left < n * 8) return NONE;
    if (n > 1) {
        static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
        c &= 0x7f >> n;
        for (unsigned i = 1; i < n; i++) {
            uint64_t next = bits_load(f.bytes, f.at + i * 8, 8);
            if ((next & 0xc0) != 0x80) return NONE;
            c = c << 6 | (next & 0x3f);
        }
        if (c < least[n] || !is_code_point(c)) return NONE;
    }
    field_taken(&f, n * 8);
    return small_make((int64_t)c);
}

term bits_match_utf16(term ctx, unsigned flags) {
    struct field f = field_here(ctx);
    if (f.left < 16) return NONE;
    uint64_t c = load_endian(f.bytes, f.at, 16, flags);
    size_t n = 16;
    if (c >= 0xd800 && c <= 0xdfff) {
        if (c > 0xdbff || f.left < 32) return NONE;
        uint64_t low = load_endian(f.bytes, f.at + 16, 16, flags);
        if (low < 0xdc00 || low > 0xdfff) return NONE;
        c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
        n = 32;
    }
    field_taken(&f, n);
    return small_make((int64_t)c);
}

term bits_match_utf32(term ctx, unsigned flags) {
    struct field f = field_here(ctx);
    if (f.left < 32) return NONE;
    uint64_t c = load_endian(f.bytes, f.at, 32, flags);
    if (!is_code_point(c)) return NONE;
    field_taken(&f, 32);
    return small_make((int64_t)c);
}
