/* term: what a term is: 64-bit words, tagged in the low bits.
 *
 *   ...........................................00   small integer, 62 bits, value << 2
 *   ...........................................01   list cell: pointer to [head|tail]
 *   ...........................................10   boxed: pointer to a header word
 *   ..................................index  0011   atom, index << 4
 *   .............................data  kkkk  0111   other immediates: kind k in bits 4-7, data from bit 8
 *   ............................arity  kkkk  1011   header (on heaps only): kind k in bits 4-7, payload words from bit 8
 *   ...................code address << 1     1111   return address (on stacks only)
 *
 * Raw pointers aligned to 4 have low bits 00, so that inside an object they pass for a small integer and a scan over
 * the words skips them. Objects of the kinds >= KIND_FIRST_RAW hold raw bytes: a scan skips `arity` words.
 *
 *   tuple      [hdr n][e1]..[en]
 *   flatmap    [hdr 1+n][keys: tuple, sorted by exact term order][v1]..[vn]
 *   hamt root  [hdr 1+k | bitmap][count: small][child]*k      hamt node  [hdr k | bitmap][child]*k   see data/map.h
 *   fun        [hdr 2+free][struct fun_entry *][creator pid][env]*free
 *   export     [hdr 1][struct export_entry *]                 fun M:F/A
 *   sub binary [hdr 4][orig: heap or refc binary][offset_bits: small][size_bits: small][flags: small, bit 0 writable]
 *   match ctx  [hdr 4][orig][offset_bits: small][end_bits: small][base_bits: small]
 *   bignum     [hdr n][limb]*n, least significant first, top limb != 0; never a value that fits a small
 *   float      [hdr 1][IEEE double]
 *   heap bin   [hdr 1+w][size_bytes][bytes, zero padded]      up to HEAP_BIN_MAX bytes
 *   refc bin   [hdr 4][size_bytes][struct bin *][next refc bin on this heap][flags, bit 0 writable]   see heap/bin.h
 *   ref        [hdr 2][hi][lo]     external pid/port/ref: not before distribution
 *
 * Fun, list-cell and tuple words may be any term; none of the words of a live object is ever NONE.
 */
#ifndef LING_TERM_H
#define LING_TERM_H

#include "base/base.h"

typedef uint64_t term;

enum { TAG_SMALL = 0, TAG_LIST = 1, TAG_BOXED = 2, TAG_IMM = 3, TAG_MASK = 3 };
enum { IMM_ATOM = 0x3, IMM_OTHER = 0x7, IMM_HEADER = 0xb, IMM_CP = 0xf, IMM_MASK = 0xf };
enum {
    OTHER_NIL = 0x07,
    OTHER_NONE = 0x17,
    OTHER_PID = 0x27,
    OTHER_PORT = 0x37,
    OTHER_CATCH = 0x47,
    OTHER_MASK = 0xff
};

enum kind {
    KIND_TUPLE,
    KIND_FLATMAP,
    KIND_HAMT_ROOT,
    KIND_HAMT_NODE,
    KIND_FUN,
    KIND_EXPORT,
    KIND_SUB_BIN,
    KIND_MATCH_CTX,
    KIND_FIRST_RAW,
    KIND_BIG_POS = KIND_FIRST_RAW,
    KIND_BIG_NEG,
    KIND_FLOAT,
    KIND_HEAP_BIN,
    KIND_REFC_BIN,
    KIND_REF,
};

#define NIL          ((term)OTHER_NIL)
#define NONE         ((term)OTHER_NONE) /* not a term: "raised", "absent"; also marks a moved list cell during GC */
#define SMALL_MAX    ((INT64_C(1) << 61) - 1)
#define SMALL_MIN    (-(INT64_C(1) << 61))
#define HEAP_BIN_MAX 64 /* bytes; larger binaries are reference counted */

/* small integers */
static inline bool term_is_small(term t) {
    return (t & TAG_MASK) == TAG_SMALL;
}
static inline bool term_both_small(term a, term b) {
    return ((a | b) & TAG_MASK) == 0;
}
static inline bool small_fits(int64_t v) {
    return v >= SMALL_MIN && v <= SMALL_MAX;
}
static inline term small_make(int64_t v) {
    return (term)((uint64_t)v << 2);
}
static inline int64_t small_value(term t) {
    return (int64_t)t >> 2;
}

/* immediates */
static inline bool term_is_imm(term t) {
    return (t & TAG_MASK) == TAG_IMM || (t & TAG_MASK) == TAG_SMALL;
}
static inline bool term_is_atom(term t) {
    return (t & IMM_MASK) == IMM_ATOM;
}
static inline term atom_make(uint32_t index) {
    return (term)index << 4 | IMM_ATOM;
}
static inline uint32_t atom_index(term t) {
    return (uint32_t)(t >> 4);
}
static inline bool term_is_nil(term t) {
    return t == NIL;
}
static inline bool term_is_pid(term t) {
    return (t & OTHER_MASK) == OTHER_PID;
}
static inline bool term_is_port(term t) {
    return (t & OTHER_MASK) == OTHER_PORT;
}
/* pid data: process number (low 28 bits) | serial (bits 28..). Printed <0.number.serial>. */
static inline term pid_make(uint64_t data) {
    return data << 8 | OTHER_PID;
}
static inline uint64_t pid_data(term t) {
    return t >> 8;
}
static inline term port_make(uint64_t data) {
    return data << 8 | OTHER_PORT;
}
static inline uint64_t port_data(term t) {
    return t >> 8;
}

/* pointers */
static inline bool term_is_list(term t) {
    return (t & TAG_MASK) == TAG_LIST;
} /* non-empty */
static inline term *list_ptr(term t) {
    return (term *)(t - TAG_LIST);
}
static inline term list_make(const term *cell) {
    return (term)cell + TAG_LIST;
}
static inline term list_head(term t) {
    return list_ptr(t)[0];
}
static inline term list_tail(term t) {
    return list_ptr(t)[1];
}
static inline bool term_is_boxed(term t) {
    return (t & TAG_MASK) == TAG_BOXED;
}
static inline term *boxed_ptr(term t) {
    return (term *)(t - TAG_BOXED);
}
static inline term boxed_make(const term *hdr) {
    return (term)hdr + TAG_BOXED;
}

/* headers */
static inline term header_make(enum kind k, size_t arity_words) {
    return (term)arity_words << 8 | (term)k << 4 | IMM_HEADER;
}
static inline bool word_is_header(term w) {
    return (w & IMM_MASK) == IMM_HEADER;
}
static inline enum kind header_kind(term h) {
    return (enum kind)(h >> 4 & 0xf);
}
static inline size_t header_arity(term h) {
    return h >> 8 & 0xffffffffff;
} /* 40 bits; HAMT bitmap in bits 48-63 */
static inline uint16_t header_bitmap(term h) {
    return (uint16_t)(h >> 48);
}
static inline bool boxed_is(term t, enum kind k) {
    return term_is_boxed(t) && (*boxed_ptr(t) & 0xff) == ((term)k << 4 | IMM_HEADER);
}
static inline bool term_is_tuple(term t) {
    return boxed_is(t, KIND_TUPLE);
}
static inline size_t tuple_size(term t) {
    return *boxed_ptr(t) >> 8;
}
static inline term *tuple_elements(term t) {
    return boxed_ptr(t) + 1;
}
static inline bool term_is_tuple_of(term t, size_t n) {
    return term_is_boxed(t) && *boxed_ptr(t) == header_make(KIND_TUPLE, n);
}
static inline bool term_is_float(term t) {
    return boxed_is(t, KIND_FLOAT);
}
static inline double float_value(term t) {
    double d;
    memcpy(&d, boxed_ptr(t) + 1, sizeof d);
    return d;
}
static inline bool term_is_big(term t) {
    return term_is_boxed(t) && (header_kind(*boxed_ptr(t)) | 1) == (KIND_BIG_POS | 1);
}
_Static_assert((KIND_BIG_POS | 1) == KIND_BIG_NEG, "term_is_big tests both kinds at once");
static inline bool term_is_integer(term t) {
    return term_is_small(t) || term_is_big(t);
}
static inline bool term_is_number(term t) {
    return term_is_integer(t) || term_is_float(t);
}
static inline bool term_is_ref(term t) {
    return boxed_is(t, KIND_REF);
}
static inline bool term_is_fun(term t) {
    return boxed_is(t, KIND_FUN) || boxed_is(t, KIND_EXPORT);
}
static inline bool term_is_map(term t) {
    return boxed_is(t, KIND_FLATMAP) || boxed_is(t, KIND_HAMT_ROOT);
}
static inline bool term_is_bitstring(term t) {
    if (!term_is_boxed(t)) return false;
    enum kind k = header_kind(*boxed_ptr(t));
    return k == KIND_HEAP_BIN || k == KIND_REFC_BIN || k == KIND_SUB_BIN;
}
/* Whole number of bytes? Heap and refc binaries always are. */
static inline bool term_is_binary(term t) {
    return term_is_bitstring(t) &&
           (header_kind(*boxed_ptr(t)) != KIND_SUB_BIN || (small_value(boxed_ptr(t)[3]) & 7) == 0);
}

/* stacks */
static inline bool word_is_cp(term w) {
    return (w & IMM_MASK) == IMM_CP;
}
static inline term cp_make(const uint64_t *code) {
    return (term)code << 1 | IMM_CP;
} /* code is 8-byte aligned */
static inline const uint64_t *cp_code(term w) {
    return (const uint64_t *)(w >> 1 & ~UINT64_C(7));
}
static inline bool word_is_catch(term w) {
    return (w & OTHER_MASK) == OTHER_CATCH;
}
static inline term catch_make(const uint64_t *handler) {
    return (term)handler << 8 | OTHER_CATCH;
}
static inline const uint64_t *catch_handler(term w) {
    return (const uint64_t *)(w >> 8);
}

#endif
