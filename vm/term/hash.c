/* hash: term_phash2 (OTP's portable hash, value for value) and term_hash (ours, for tries and ETS).
 *
 * Both are folds over the same walk, left to right, on a work stack of frames (last word on top):
 *
 *   [p][n << 2 | SPAN]              hash the n terms at p
 *   [p][n << 2 | CHILDREN]          the n children of a trie node at p
 *   [values][keys][n << 2 | PAIRS]  n pairs of a flat map
 *   [xor][hash][PAIR_END or MAP_END] see below
 *
 * A map's pairs are hashed each from 0 and combined by xor, so that their order does not matter; MAP_END
 * restores what was hashed before the map.
 *
 * phash2 is built on Bob Jenkins' 1996 mix ("A hash function for hash table lookup", Dr. Dobb's 1997), with
 * the n-th multiple of the golden ratio as the salt of each kind of term. Checked against real OTP by
 * tests/unit/test_hash.c.
 */
#include "term/bits_view.h"
#include "term/map_read.h"
#include "term/workstack.h"
#include "term/callable.h"

enum frame { SPAN, CHILDREN, PAIRS, END };

struct hash_walk {
    struct workstack stack;
    uint64_t h;   /* hash so far */
    uint64_t sum; /* of the pairs of the map in hand */
};

/* What distinguishes the two hashes. head: mix t itself (not its elements) into h. list: the same for a list
 * cell; may consume cells: *t becomes the cell that is left, or the tail of the list. */
struct hash_kind {
    uint64_t (*head)(uint64_t h, term t);
    uint64_t (*list)(uint64_t h, term *t);
    uint64_t (*map_end)(uint64_t h, uint64_t sum);
};

static void push_frame(struct hash_walk *w, const term *p, size_t n, enum frame f) {
    if (n) workstack_push2(&w->stack, (uint64_t)p, (uint64_t)n << 2 | f);
}

/* END frames: n == 0 is the end of a pair, 1 the end of a map. */
static void push_map(struct hash_walk *w, term map) {
    size_t n = map_size(map);
    if (n == 0) return;
    workstack_reserve(&w->stack, 6);
    *w->stack.top++ = w->sum;
    *w->stack.top++ = w->h;
    *w->stack.top++ = 1 << 2 | END;
    w->h = w->sum = 0;
    if (map_is_flat(map)) {
        *w->stack.top++ = (uint64_t)flatmap_values(map);
        *w->stack.top++ = (uint64_t)tuple_elements(flatmap_keys(map));
        *w->stack.top++ = (uint64_t)n << 2 | PAIRS;
    } else {
        const term *children = hamt_children(boxed_ptr(map), &n);
        push_frame(w, children, n, CHILDREN);
    }
}

/* The elements of t, whose head is already in the hash. */
static void push_elements(struct hash_walk *w, term t) {
    if (!term_is_boxed(t)) return;
    const term *obj = boxed_ptr(t);
    switch (header_kind(obj[0])) {
    case KIND_TUPLE: push_frame(w, obj + 1, header_arity(obj[0]), SPAN); break;
    case KIND_FUN: push_frame(w, obj + 3, header_arity(obj[0]) - 2, SPAN); break;
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: push_map(w, t); break;
    default: break;
    }
}

static void hash_end(struct hash_walk *w, const struct hash_kind *k, uint64_t what) {
    if (what >> 2 == 0) {
        w->sum ^= w->h;
        w->h = 0;
        return;
    }
    uint64_t before = workstack_pop(&w->stack), sum = workstack_pop(&w->stack);
    w->h = k->map_end(before, w->sum);
    w->sum = sum;
}

/* A pair: its key is returned, its value and the end of the pair are pushed. */
static term start_pair(struct hash_walk *w, term key, const term *value) {
    workstack_push(&w->stack, END);
    push_frame(w, value, 1, SPAN);
    return key;
}

static term next_of_span(struct hash_walk *w, const term *p, size_t n) {
    push_frame(w, p + 1, n - 1, SPAN);
    return *p;
}

static term next_child(struct hash_walk *w, const term *p, size_t n) {
    push_frame(w, p + 1, n - 1, CHILDREN);
    if (term_is_list(*p)) return start_pair(w, list_head(*p), list_ptr(*p) + 1);
    const term *children = hamt_children(boxed_ptr(*p), &n);
    push_frame(w, children, n, CHILDREN);
    return NONE;
}

static term next_pair(struct hash_walk *w, const term *keys, size_t n) {
    const term *values = (const term *)workstack_pop(&w->stack);
    if (n > 1) {
        workstack_reserve(&w->stack, 3);
        *w->stack.top++ = (uint64_t)(values + 1);
        *w->stack.top++ = (uint64_t)(keys + 1);
        *w->stack.top++ = (uint64_t)(n - 1) << 2 | PAIRS;
    }
    return start_pair(w, keys[0], values);
}

/* The next term to hash; NONE: this frame gave none. */
static term pop_term(struct hash_walk *w, const struct hash_kind *k) {
    uint64_t what = workstack_pop(&w->stack);
    if ((what & 3) == END) {
        hash_end(w, k, what);
        return NONE;
    }
    const term *p = (const term *)workstack_pop(&w->stack);
    size_t n = what >> 2;
    switch ((enum frame)(what & 3)) {
    case SPAN: return next_of_span(w, p, n);
    case CHILDREN: return next_child(w, p, n);
    default: return next_pair(w, p, n);
    }
}

static void hash_one(struct hash_walk *w, const struct hash_kind *k, term t) {
    while (term_is_list(t)) {
        w->h = k->list(w->h, &t);
        if (!term_is_list(t)) break;
        push_frame(w, list_ptr(t) + 1, 1, SPAN);
        t = list_head(t);
    }
    w->h = k->head(w->h, t);
    push_elements(w, t);
}

/* The two zeros are equal, so they must hash alike. */
static uint64_t float_bits(term t) {
    double d = float_value(t);
    uint64_t u;
    memcpy(&u, &d, sizeof u);
    return d == 0 ? 0 : u;
}

static uint64_t hash_walk(term t, const struct hash_kind *k) {
    struct hash_walk w;
    workstack_init(&w.stack);
    w.h = w.sum = 0;
    hash_one(&w, k, t);
    while (!workstack_empty(&w.stack)) {
        t = pop_term(&w, k);
        if (t != NONE) hash_one(&w, k, t);
    }
    workstack_free(&w.stack);
    return w.h;
}

/* -- phash2 */

#define GOLDEN  UINT32_C(0x9e3779b9)
#define SALT(n) ((n)*GOLDEN)
enum { /* which multiple of the golden ratio salts what */
       SALT_SMALL = 1,
       SALT_NIL = 2,
       SALT_ATOM = 3,
       SALT_STRING = 4,
       SALT_PID = 5,
       SALT_PORT = 6,
       SALT_REF = 7,
       SALT_TUPLE = 9,
       SALT_BIG_NEG = 10,
       SALT_BIG_POS = 11,
       SALT_FLOAT = 12,
       SALT_BITS = 13,
       SALT_EXPORT_NAME = 14,
       SALT_ODD_BITS = 15,
       SALT_MAP = 16,
       SALT_MAP_END = 19,
};
#define HASH_OF_NIL UINT32_C(3468870702) /* when nothing comes before it */
#define NIL_WORD    2                    /* what OTP mixes for [] elsewhere: its number as a kind of term */

struct mix {
    uint32_t a, b, c;
};

static inline struct mix jenkins(struct mix m) {
    uint32_t a = m.a, b = m.b, c = m.c;
    a = (a - b - c) ^ (c >> 13);
    b = (b - c - a) ^ (a << 8);
    c = (c - a - b) ^ (b >> 13);
    a = (a - b - c) ^ (c >> 12);
    b = (b - c - a) ^ (a << 16);
    c = (c - a - b) ^ (b >> 5);
    a = (a - b - c) ^ (c >> 3);
    b = (b - c - a) ^ (a << 10);
    c = (c - a - b) ^ (b >> 15);
    return (struct mix){a, b, c};
}

static uint32_t mix2(uint32_t h, uint32_t x, uint32_t y, uint32_t salt) {
    return jenkins((struct mix){salt + x, salt + y, h}).c;
}
static uint32_t mix1(uint32_t h, uint32_t x, uint32_t salt) {
    return mix2(h, x, 0, salt);
}

/* Atoms hash by their text (PJW); two-byte characters below U+0100 count as one. */
uint32_t term_atom_hash(term atom) {
    struct atom_text t = atom_text(atom);
    uint32_t h = 0;
    for (uint32_t i = 0; i < t.bytes; i++) {
        uint8_t c = t.utf8[i];
        if ((c & 0xfe) == 0xc2 && i + 1 < t.bytes) c = (uint8_t)(c << 6 | (t.utf8[++i] & 0x3f));
        h = (h << 4) + c;
        uint32_t high = h & 0xf0000000;
        h ^= high >> 24 ^ high;
    }
    return h;
}

static uint32_t le32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The whole bytes of v, 12 at a time; the length goes into the last block. */
static uint32_t phash2_bytes(const struct bits_view *v, size_t n, uint32_t h) {
    struct mix m = {GOLDEN, GOLDEN, h};
    uint8_t block[12];
    size_t at = 0;
    for (; n - at >= 12; at += 12) {
        bits_view_copy(v, at, 12, block);
        m = jenkins((struct mix){m.a + le32(block), m.b + le32(block + 4), m.c + le32(block + 8)});
    }
    memset(block, 0, sizeof block);
    size_t left = n - at;
    bits_view_copy(v, at, left, block);
    memmove(block + 9, block + 8, 3); /* the third word's low byte is the length's */
    block[8] = 0;
    return jenkins(
               (struct mix){m.a + le32(block), m.b + le32(block + 4), m.c + le32(block + 8) + (uint32_t)n})
        .c;
}

static uint32_t phash2_bits(uint32_t h, term t) {
    struct bits_view v = bits_view_of(t);
    size_t whole = v.size / 8, odd = v.size & 7;
    h += SALT(SALT_BITS);
    if (v.size == 0) return h;
    h = phash2_bytes(&v, whole, h);
    if (odd) h = mix2(h, (uint32_t)odd, bits_view_byte(&v, whole) >> (8 - odd), SALT(SALT_ODD_BITS));
    return h;
}

static uint32_t phash2_small(uint32_t h, int64_t v) {
    if (v >= -(1 << 27) && v < 1 << 27) {
        if (v < 0) h = mix1(h, (uint32_t)-v, SALT(SALT_SMALL));
        return mix1(h, (uint32_t)v, SALT(SALT_SMALL));
    }
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    return mix2(h, (uint32_t)u, (uint32_t)(u >> 32), SALT(v < 0 ? SALT_BIG_NEG : SALT_BIG_POS));
}

static uint32_t phash2_big(uint32_t h, const term *obj) {
    uint32_t salt = SALT(header_kind(obj[0]) == KIND_BIG_NEG ? SALT_BIG_NEG : SALT_BIG_POS);
    for (size_t i = 1; i <= header_arity(obj[0]); i++)
        h = mix2(h, (uint32_t)obj[i], (uint32_t)(obj[i] >> 32), salt);
    return h;
}

static uint32_t phash2_float(uint32_t h, term t) {
    uint64_t u = float_bits(t);
    return mix2(h, (uint32_t)(u >> 32), (uint32_t)u, SALT(SALT_FLOAT));
}

static uint32_t phash2_fun(uint32_t h, const term *obj) {
    const struct fun_entry *f = (const struct fun_entry *)obj[1];
    h = mix2(h, (uint32_t)header_arity(obj[0]) - 2, term_atom_hash(f->module), GOLDEN);
    return mix2(h, f->index, f->old_uniq, GOLDEN);
}

static uint32_t phash2_export(uint32_t h, const term *obj) {
    const struct export_entry *e = (const struct export_entry *)obj[1];
    h = mix2(h, e->arity, term_atom_hash(e->module), GOLDEN);
    return mix1(h, term_atom_hash(e->function), SALT(SALT_EXPORT_NAME));
}

static uint32_t phash2_imm(uint32_t h, term t) {
    if (term_is_small(t)) return phash2_small(h, small_value(t));
    if (term_is_atom(t)) return h ? mix1(h, term_atom_hash(t), SALT(SALT_ATOM)) : term_atom_hash(t);
    if (term_is_pid(t)) return mix1(h, (uint32_t)pid_data(t) & 0xfffffff, SALT(SALT_PID));
    if (term_is_port(t))
        return mix2(h, (uint32_t)port_data(t), (uint32_t)(port_data(t) >> 32), SALT(SALT_PORT));
    return h ? mix1(h, NIL_WORD, SALT(SALT_NIL)) : HASH_OF_NIL;
}

static uint64_t phash2_head(uint64_t hash, term t) {
    uint32_t h = (uint32_t)hash;
    if (term_is_imm(t)) return phash2_imm(h, t);
    const term *obj = boxed_ptr(t);
    switch (header_kind(obj[0])) {
    case KIND_TUPLE: return mix1(h, (uint32_t)header_arity(obj[0]), SALT(SALT_TUPLE));
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: return mix1(h, (uint32_t)map_size(t), SALT(SALT_MAP));
    case KIND_FUN: return phash2_fun(h, obj);
    case KIND_EXPORT: return phash2_export(h, obj);
    case KIND_BIG_POS:
    case KIND_BIG_NEG: return phash2_big(h, obj);
    case KIND_FLOAT: return phash2_float(h, t);
    case KIND_REF: return mix1(h, (uint32_t)obj[2] & 0x3ffff, SALT(SALT_REF));
    default: return phash2_bits(h, t);
    }
}

static bool is_byte(term t) {
    return term_is_small(t) && t <= small_make(255);
}

/* Runs of bytes are packed four at a time. */
static uint64_t phash2_list(uint64_t hash, term *t) {
    uint32_t h = (uint32_t)hash, packed = 0;
    unsigned n = 0;
    while (term_is_list(*t) && is_byte(list_head(*t))) {
        packed = packed << 8 | (uint32_t)small_value(list_head(*t));
        if (++n == 4) {
            h = mix1(h, packed, SALT(SALT_STRING));
            packed = n = 0;
        }
        *t = list_tail(*t);
    }
    return n ? mix1(h, packed, SALT(SALT_STRING)) : h;
}

static uint64_t phash2_map_end(uint64_t h, uint64_t sum) {
    return mix1((uint32_t)h, (uint32_t)sum, SALT(SALT_MAP_END));
}

uint32_t term_phash2(term t) {
    static const struct hash_kind kind = {phash2_head, phash2_list, phash2_map_end};
    return (uint32_t)hash_walk(t, &kind);
}

/* -- term_hash: 64 bits, every one of them good: tries use 4 at a time */

static inline uint64_t avalanche(uint64_t x) { /* splitmix64's finaliser: a permutation */
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}
static inline uint64_t absorb(uint64_t h, uint64_t word) {
    return avalanche(h * UINT64_C(0x9e3779b97f4a7c15) + word + 1);
}

static uint64_t hash_words(uint64_t h, const term *w, size_t n) {
    for (size_t i = 0; i < n; i++) h = absorb(h, w[i]);
    return h;
}

static uint64_t hash_bits(uint64_t h, term t) {
    struct bits_view v = bits_view_of(t);
    size_t n = (v.size + 7) / 8, at = 0;
    uint64_t word;
    h = absorb(h, v.size << 8 | KIND_HEAP_BIN);
    for (; v.size / 8 - at >= 8; at += 8) {
        bits_view_copy(&v, at, 8, (uint8_t *)&word);
        h = absorb(h, word);
    }
    word = 0;
    for (; at < n; at++) word = word << 8 | bits_view_byte(&v, at);
    return absorb(h, word);
}

static uint64_t hash_head(uint64_t h, term t) {
    if (term_is_imm(t)) return absorb(h, t);
    const term *obj = boxed_ptr(t);
    switch (header_kind(obj[0])) {
    case KIND_FLOAT: return absorb(absorb(h, KIND_FLOAT), float_bits(t));
    default: return absorb(h, obj[0]);
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: return absorb(absorb(h, KIND_FLATMAP), map_size(t));
    case KIND_FUN:
    case KIND_EXPORT: return absorb(absorb(h, obj[0]), obj[1]);
    case KIND_BIG_POS:
    case KIND_BIG_NEG:
    case KIND_REF: return hash_words(absorb(h, obj[0]), obj + 1, header_arity(obj[0]));
    case KIND_HEAP_BIN:
    case KIND_REFC_BIN:
    case KIND_SUB_BIN: return hash_bits(h, t);
    }
}

static uint64_t hash_list(uint64_t h, term *t) {
    return absorb(h, TAG_LIST);
}

static uint64_t hash_map_end(uint64_t h, uint64_t sum) {
    return absorb(h, sum);
}

uint64_t term_hash(term t) {
    static const struct hash_kind kind = {hash_head, hash_list, hash_map_end};
    if (term_is_imm(t)) return absorb(0, t);
    return hash_walk(t, &kind);
}
