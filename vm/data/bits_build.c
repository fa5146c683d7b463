/* bits_build: making bitstrings, front to back.
 *
 * A builder is a window [offset, end) of bits in the bytes of a fresh object. Results of whole bytes are heap
 * or refc binaries; a ragged end is a sub binary over one.
 *
 * Appending: <<Acc/binary, …>> repeated must not copy Acc each time.
 *
 *     old sub binary  (flag cleared)──┐
 *     new sub binary  (writable) ─────┴> refc object (writable) ──> struct bin [used ....|growth room ......]
 *
 * Invariant: of the sub binaries over a writable refc object at most one is flagged writable: the last
 * result, which ends where `used` ends. Only it may be extended in place, and only while the bin has a single
 * reference: a copy that went to another heap keeps its bytes at their place and makes the next append copy.
 * The bytes before the end never change, so every older sub binary stays right. The bytes may move; all
 * access is through the refc object. Source: OTP efficiency guide "Constructing binaries". */
#include "data/bits.h"
#include "data/bits_float.h"
#include "data/bits_word.h"
#include "data/big.h"

enum { APPEND_MIN_BYTES = 256 };

void bits_build(struct heap *h, struct bits_builder *b, size_t n_bits) {
    size_t bytes = n_bits / 8 + ((n_bits & 7) != 0);
    b->result = heap_bin_new(h, bytes, &b->data);
    b->offset_bits = 0;
    b->end_bits = n_bits;
    if (n_bits & 7) {
        b->data[bytes - 1] = 0;
        b->result = heap_sub_new(h, b->result, 0, n_bits, 0);
    }
}

/* append_object: a writable refc object of `bits` used bits with room to grow, under a writable sub binary.
 */
static term append_object(struct heap *h, size_t bits, struct bin **out) {
    size_t used = (bits + 7) / 8, capacity = max_size(used * 2, APPEND_MIN_BYTES);
    struct bin *b = bin_new(h->alloc, capacity);
    if (!b) {
        h->oom(h, words_of_bytes(capacity));
        panic("out of memory: %zu bytes for a binary", capacity);
    }
    b->size = used;
    term orig = heap_bin_wrap(h, b);
    term *r = boxed_ptr(orig);
    r[REFC_SIZE] = used;
    r[REFC_FLAGS] = BIN_WRITABLE;
    *out = b;
    return heap_sub_new(h, orig, 0, bits, BIN_WRITABLE);
}

/* appendable: the refc object that t may be extended in, or NULL. */
static term *appendable(term t) {
    term *s = boxed_ptr(t);
    if (header_kind(*s) != KIND_SUB_BIN || !(small_value(s[SUB_FLAGS]) & BIN_WRITABLE)) return NULL;
    term *r = boxed_ptr(s[SUB_ORIG]);
    if (header_kind(*r) != KIND_REFC_BIN || !(r[REFC_FLAGS] & BIN_WRITABLE)) return NULL;
    struct bin *b = (struct bin *)r[REFC_BIN];
    size_t end = (size_t)small_value(s[SUB_OFFSET]) + (size_t)small_value(s[SUB_BITS]);
    return b->refs == 1 && small_value(s[SUB_OFFSET]) == 0 && (end + 7) / 8 == b->size ? r : NULL;
}

/* bin_grow: room for `used` bytes; doubles, so that appending costs O(1) a byte. */
static struct bin *bin_grow(struct heap *h, struct bin *b, size_t used) {
    size_t capacity = used * 2;
    struct bin *bigger = alloc_resize(b->alloc, b, sizeof *b + capacity);
    if (!bigger) {
        h->oom(h, words_of_bytes(capacity));
        panic("out of memory: %zu bytes for a binary", capacity);
    }
    h->bin_bytes += capacity - bigger->capacity;
    bigger->capacity = capacity;
    return bigger;
}

static void append_in_place(struct heap *h, struct bits_builder *b, term t, term *refc, size_t n_bits) {
    term *s = boxed_ptr(t);
    struct bin *bin = (struct bin *)refc[REFC_BIN];
    b->offset_bits = (size_t)small_value(s[SUB_BITS]);
    b->end_bits = b->offset_bits + n_bits;
    size_t used = (b->end_bits + 7) / 8;
    if (used > bin->capacity) {
        bin = bin_grow(h, bin, used);
        refc[REFC_BIN] = (term)bin;
    }
    bin->size = used;
    refc[REFC_SIZE] = used;
    b->data = bin->data;
    s[SUB_FLAGS] = small_make(0);
    b->result = heap_sub_new(h, s[SUB_ORIG], 0, b->end_bits, BIN_WRITABLE);
}

bool bits_build_append(struct heap *h, struct bits_builder *b, term bin, size_t n_bits, unsigned unit) {
    if (!term_is_bitstring(bin)) return false;
    struct bits from = term_bits(bin);
    if (unit > 1 && from.size_bits % unit != 0) return false;
    term *refc = appendable(bin);
    if (refc) {
        append_in_place(h, b, bin, refc, n_bits);
        return true;
    }
    size_t total = from.size_bits + n_bits;
    if (total <= HEAP_BIN_MAX * 8) { /* short: not worth an off-heap object; growth starts beyond */
        bits_build(h, b, total);
    } else {
        struct bin *fresh;
        b->result = append_object(h, total, &fresh);
        b->data = fresh->data;
        b->end_bits = total;
    }
    bits_copy(b->data, 0, from.bytes, from.offset_bits, from.size_bits);
    b->offset_bits = from.size_bits;
    return true;
}

term bits_build_init_writable(struct heap *h, size_t capacity_bytes) {
    struct bin *b;
    size_t want = min_size(capacity_bytes, (size_t)1 << 20); /* a hint from the program, not to be trusted */
    term t = append_object(h, want / 2 * 8, &b);
    term *s = boxed_ptr(t);
    b->size = 0;
    boxed_ptr(s[SUB_ORIG])[REFC_SIZE] = 0;
    s[SUB_BITS] = small_make(0);
    return t;
}

/* -- puts */

static inline bool room_for(const struct bits_builder *b, size_t n_bits) {
    return n_bits <= b->end_bits - b->offset_bits;
}

/* integer_limb: limb i of the two's complement of a bignum, of any i; `first` is its lowest limb that is not
 * 0. */
static uint64_t integer_limb(const term *big, size_t n, size_t first, bool negative, size_t i) {
    uint64_t m = i < n ? big[1 + i] : 0;
    if (!negative || i < first) return m;
    return i == first ? -m : ~m;
}

/* put_limbs: n_bits of a bignum, limb by limb, each where its bits belong in the field. */
static void put_limbs(struct bits_builder *b, const term *big, size_t n_bits, bool little) {
    size_t n = header_arity(*big), first = 0, count = (n_bits + 63) / 64;
    bool negative = header_kind(*big) == KIND_BIG_NEG;
    while (big[1 + first] == 0) first++;
    for (size_t i = 0; i < count; i++) {
        unsigned width = (unsigned)min_size(n_bits - i * 64, 64);
        uint64_t v = integer_limb(big, n, first, negative, i);
        if (little)
            bits_store(b->data, b->offset_bits + i * 64, width,
                       bits_little_stored(v & bits_mask(width), width));
        else
            bits_store(b->data, b->offset_bits + n_bits - i * 64 - width, width, v);
    }
}

/* The same in whole bytes, n > 8, on a byte boundary. */
static void put_small_bytes(uint8_t *to, int64_t v, size_t n, bool little) {
    memset(to, v < 0 ? 0xff : 0, n);
    for (size_t i = 0; i < sizeof v; i++) to[little ? i : n - 1 - i] = (uint8_t)((uint64_t)v >> 8 * i);
}

/* put_small_wide: more than 64 bits of a small: its word and copies of the sign. */
static void put_small_wide(struct bits_builder *b, int64_t v, size_t n_bits, bool little) {
    if (((b->offset_bits | n_bits) & 7) == 0) {
        put_small_bytes(b->data + b->offset_bits / 8, v, n_bits / 8, little);
        return;
    }
    uint64_t sign = v < 0 ? ~UINT64_C(0) : 0;
    size_t count = (n_bits + 63) / 64;
    for (size_t i = 0; i < count; i++) {
        unsigned width = (unsigned)min_size(n_bits - i * 64, 64);
        uint64_t limb = i == 0 ? (uint64_t)v : sign;
        if (little)
            bits_store(b->data, b->offset_bits + i * 64, width,
                       bits_little_stored(limb & bits_mask(width), width));
        else
            bits_store(b->data, b->offset_bits + n_bits - i * 64 - width, width, limb);
    }
}

static inline void put_word(struct bits_builder *b, uint64_t v, unsigned n, unsigned flags) {
    if (flags & (BITS_LITTLE | BITS_NATIVE)) v = bits_little_stored(v & bits_mask(n), n);
    if (((b->offset_bits | n) & 7) == 0) {
        uint8_t *p = b->data + b->offset_bits / 8;
        for (unsigned left = n; left != 0; left -= 8) *p++ = (uint8_t)(v >> (left - 8));
    } else {
        bits_store(b->data, b->offset_bits, n, v);
    }
    b->offset_bits += n;
}

bool bits_put_integer(struct bits_builder *b, term t, size_t n_bits, unsigned flags) {
    if (UNLIKELY(!room_for(b, n_bits))) return false;
    if (LIKELY(term_is_small(t) && n_bits - 1 < 64)) {
        put_word(b, (uint64_t)small_value(t), (unsigned)n_bits, flags);
        return true;
    }
    if (!term_is_integer(t)) return false;
    if (n_bits == 0) return true;
    bool little = (flags & (BITS_LITTLE | BITS_NATIVE)) != 0;
    if (term_is_small(t))
        put_small_wide(b, small_value(t), n_bits, little);
    else
        put_limbs(b, boxed_ptr(t), n_bits, little);
    b->offset_bits += n_bits;
    return true;
}

bool bits_put_float(struct bits_builder *b, term t, size_t n_bits, unsigned flags) {
    double d;
    if ((n_bits != 16 && n_bits != 32 && n_bits != 64) || !room_for(b, n_bits)) return false;
    if (term_is_float(t))
        d = float_value(t);
    else if (!term_is_integer(t) || !int_to_double(t, &d))
        return false;
    put_word(b, bits_float_encode(d, (unsigned)n_bits), (unsigned)n_bits, flags);
    return true;
}

static void put_bits(struct bits_builder *b, struct bits from, size_t n_bits) {
    bits_copy(b->data, b->offset_bits, from.bytes, from.offset_bits, n_bits);
    b->offset_bits += n_bits;
}

bool bits_put_binary(struct bits_builder *b, term t, size_t n_bits) {
    if (!term_is_bitstring(t)) return false;
    struct bits from = term_bits(t);
    if (n_bits > from.size_bits || !room_for(b, n_bits)) return false;
    put_bits(b, from, n_bits);
    return true;
}

bool bits_put_binary_all(struct bits_builder *b, term t, unsigned unit) {
    if (!term_is_bitstring(t)) return false;
    struct bits from = term_bits(t);
    if ((unit > 1 && from.size_bits % unit != 0) || !room_for(b, from.size_bits)) return false;
    put_bits(b, from, from.size_bits);
    return true;
}

void bits_put_string(struct bits_builder *b, const uint8_t *bytes, size_t n_bytes) {
    put_bits(b, (struct bits){bytes, 0, n_bytes * 8}, n_bytes * 8);
}

/* -- code points */

static bool code_point(term t, uint32_t *c) {
    if (!term_is_small(t)) return false;
    int64_t v = small_value(t);
    if (v < 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) return false;
    *c = (uint32_t)v;
    return true;
}

int bits_utf8_bytes(term t) {
    uint32_t c;
    if (!code_point(t, &c)) return 4;
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

int bits_utf16_bytes(term t) {
    uint32_t c;
    return !code_point(t, &c) || c >= 0x10000 ? 4 : 2;
}

bool bits_put_utf8(struct bits_builder *b, term t) {
    uint32_t c;
    if (!code_point(t, &c)) return false;
    unsigned n = (unsigned)bits_utf8_bytes(t);
    if (!room_for(b, n * 8)) return false;
    if (n == 1) {
        put_word(b, c, 8, 0);
        return true;
    }
    uint64_t v = (uint64_t)(0xf00 >> n & 0xff) | c >> (6 * (n - 1));
    for (unsigned i = n - 1; i-- > 0;) v = v << 8 | 0x80 | (c >> (6 * i) & 0x3f);
    put_word(b, v, n * 8, 0);
    return true;
}

bool bits_put_utf16(struct bits_builder *b, term t, unsigned flags) {
    uint32_t c;
    if (!code_point(t, &c) || !room_for(b, c >= 0x10000 ? 32 : 16)) return false;
    if (c >= 0x10000) {
        put_word(b, 0xd800 | (c - 0x10000) >> 10, 16, flags);
        c = 0xdc00 | (c & 0x3ff);
    }
    put_word(b, c, 16, flags);
    return true;
}

bool bits_put_utf32(struct bits_builder *b, term t, unsigned flags) {
    uint32_t c;
    if (!code_point(t, &c) || !room_for(b, 32)) return false;
    put_word(b, c, 32, flags);
    return true;
}
