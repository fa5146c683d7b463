/* etf_decode: hostile bytes to terms. Source: OTP erl_ext_dist.
 *
 * Objects are allocated when their head is read, their elements filled in later: the work stack holds the
 * places still to be filled, runs of them as one frame (last word on top):
 *
 *   [place][n << 8 | stride << 4 | FILL]     n terms, at place, place + stride, …
 *   [block][n << 8 | FLAT]                   n pairs at block + 3 … are complete: make a flat map of the
 * block [struct pairs *][TRIE]                   its pairs are complete: make a trie
 *
 * Invariant: `promised`, the places on the stack, never exceeds the bytes left, as each takes a byte at
 * least. So what is allocated is bounded by the input's length, whatever sizes it claims.
 */
#include <math.h>

#include "data/big.h"
#include "data/etf.h"
#include "data/etf_tags.h"
#include "data/map.h"
#include "heap/bin.h"
#include "format/image.h"
#include "term/bits_view.h"
#include "term/float_text.h"
#include "term/ref_text.h"
#include "term/workstack.h"

_Static_assert(offsetof(struct bin, data) == BIN_HEAD_WORDS * sizeof(uint64_t), "bits_view.h relies on it");

enum frame { FILL, FLAT, TRIE };

/* Pairs of a map too large to be flat, outside the heap. */
struct pairs {
    struct pairs *next;
    term *place;
    size_t n;
    term kv[];
};

struct decoder {
    struct heap *heap;
    const struct etf_env *env;
    struct view in;
    struct workstack stack;
    size_t promised;
    struct pairs *pairs; /* the innermost open one */
};

static void push_fill(struct decoder *d, term *place, size_t n, size_t stride) {
    if (n == 0) return;
    workstack_push2(&d->stack, (uint64_t)place, (uint64_t)n << 8 | stride << 4 | FILL);
    d->promised += n;
}

/* Can n more terms follow, of at least one byte each? */
static bool may_follow(const struct decoder *d, size_t n) {
    size_t left = view_left(&d->in);
    return d->promised <= left && n <= left - d->promised;
}

/* -- atoms */

static size_t latin1_to_utf8(const uint8_t *s, size_t n, uint8_t *out) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] >= 0x80) out[at++] = (uint8_t)(0xc0 | s[i] >> 6);
        out[at++] = s[i] < 0x80 ? s[i] : (uint8_t)(0x80 | (s[i] & 0x3f));
    }
    return at;
}

static enum status atom_of(struct decoder *d, size_t n, bool latin1, term *out) {
    uint8_t utf8[510];
    const uint8_t *text = view_bytes(&d->in, n);
    if (!text || (latin1 && n > 255)) return ST_CORRUPT;
    if (latin1) {
        n = latin1_to_utf8(text, n, utf8);
        text = utf8;
    }
    term t = d->env->atom(d->env->ctx, text, n);
    if (t == NONE) return ST_NOTFOUND;
    *out = t;
    return ST_OK;
}

static enum status decode_atom(struct decoder *d, uint8_t tag, term *out) {
    switch (tag) {
    case ETF_ATOM: return atom_of(d, view_be16(&d->in), true, out);
    case ETF_SMALL_ATOM: return atom_of(d, view_u8(&d->in), true, out);
    case ETF_ATOM_UTF8: return atom_of(d, view_be16(&d->in), false, out);
    case ETF_SMALL_ATOM_UTF8: return atom_of(d, view_u8(&d->in), false, out);
    default: return ST_CORRUPT;
    }
}

/* An atom inside another object. */
static enum status read_atom(struct decoder *d, term *out) {
    return decode_atom(d, view_u8(&d->in), out);
}

static bool text_is(const uint8_t *s, size_t n, const char *what) {
    return n == strlen(what) && !memcmp(s, what, n);
}

/* The node of a pid, port or reference: only this one. Not made an atom. */
static enum status read_node(struct decoder *d) {
    uint8_t tag = view_u8(&d->in);
    size_t n = tag == ETF_ATOM || tag == ETF_ATOM_UTF8 ? view_be16(&d->in) : view_u8(&d->in);
    if (tag != ETF_ATOM && tag != ETF_ATOM_UTF8 && tag != ETF_SMALL_ATOM && tag != ETF_SMALL_ATOM_UTF8)
        return ST_CORRUPT;
    const uint8_t *text = view_bytes(&d->in, n);
    if (!text) return ST_CORRUPT;
    return text_is(text, n, ETF_NODE) ? ST_OK : ST_UNSUPPORTED;
}

/* -- numbers */

static enum status decode_big(struct decoder *d, size_t n, term *out) {
    uint8_t sign = view_u8(&d->in);
    const uint8_t *p = view_bytes(&d->in, n);
    if (!p || sign > 1) return ST_CORRUPT;
    while (n > 0 && p[n - 1] == 0) n--;
    term t = int_from_bytes(d->heap, p, n, true, false);
    if (t == NONE) return ST_LIMIT;
    *out = sign ? int_neg(d->heap, t) : t;
    return ST_OK;
}

static enum status decode_double(struct decoder *d, term *out) {
    uint64_t u = view_be64(&d->in);
    double v;
    memcpy(&v, &u, sizeof v);
    if (d->in.bad || !isfinite(v)) return ST_CORRUPT;
    *out = heap_float(d->heap, v);
    return ST_OK;
}

static enum status decode_text_float(struct decoder *d, term *out) {
    const char *text = (const char *)view_bytes(&d->in, 31);
    double v;
    if (!text) return ST_CORRUPT;
    const char *end = memchr(text, 0, 31);
    if (!float_from_text(text, end ? (size_t)(end - text) : 31, &v)) return ST_CORRUPT;
    *out = heap_float(d->heap, v);
    return ST_OK;
}

/* -- pids, ports, references */

static enum status decode_pid(struct decoder *d, bool wide_creation, term *out) {
    enum status st = read_node(d);
    if (st) return st;
    uint32_t number = view_be32(&d->in), serial = view_be32(&d->in);
    uint32_t creation = wide_creation ? view_be32(&d->in) : view_u8(&d->in);
    if (d->in.bad || number >> 28 || serial >> 28) return ST_CORRUPT;
    if (creation != 0) return ST_UNSUPPORTED;
    *out = pid_make((uint64_t)serial << 28 | number);
    return ST_OK;
}

static enum status decode_port(struct decoder *d, uint8_t tag, term *out) {
    enum status st = read_node(d);
    if (st) return st;
    uint64_t number = tag == ETF_V4_PORT ? view_be64(&d->in) : view_be32(&d->in);
    uint32_t creation = tag == ETF_PORT ? view_u8(&d->in) : view_be32(&d->in);
    if (d->in.bad || number >> 56) return ST_CORRUPT;
    if (creation != 0) return ST_UNSUPPORTED;
    *out = port_make(number);
    return ST_OK;
}

static enum status decode_ref(struct decoder *d, uint8_t tag, term *out) {
    uint32_t numbers[REF_NUMBERS_MAX] = {0};
    size_t n = tag == ETF_REFERENCE ? 1 : view_be16(&d->in);
    enum status st = read_node(d);
    if (st) return st;
    if (n == 0 || n > REF_NUMBERS_MAX) return ST_CORRUPT;
    if (tag == ETF_REFERENCE) numbers[0] = view_be32(&d->in);
    uint32_t creation = tag == ETF_NEWER_REFERENCE ? view_be32(&d->in) : view_u8(&d->in);
    if (tag != ETF_REFERENCE)
        for (size_t i = 0; i < n; i++) numbers[i] = view_be32(&d->in);
    if (d->in.bad) return ST_CORRUPT;
    if (creation != 0) return ST_UNSUPPORTED;
    uint64_t hi, lo;
    ref_from_numbers(numbers, &hi, &lo);
    *out = heap_ref(d->heap, hi, lo);
    return ST_OK;
}

/* -- binaries and strings */

static enum status decode_binary(struct decoder *d, term *out) {
    size_t n = view_be32(&d->in);
    const uint8_t *p = view_bytes(&d->in, n);
    if (!p) return ST_CORRUPT;
    *out = heap_bin_copy(d->heap, p, n);
    return ST_OK;
}

static enum status decode_bit_binary(struct decoder *d, term *out) {
    size_t n = view_be32(&d->in);
    uint8_t bits = view_u8(&d->in);
    const uint8_t *p = view_bytes(&d->in, n);
    if (!p || bits > 8 || (n == 0) != (bits == 0)) return ST_CORRUPT;
    term t = heap_bin_copy(d->heap, p, n);
    *out = bits == 8 || n == 0 ? t : heap_sub_bin(d->heap, t, 0, 8 * (n - 1) + bits);
    return ST_OK;
}

static enum status decode_string(struct decoder *d, term *out) {
    size_t n = view_be16(&d->in);
    const char *p = (const char *)view_bytes(&d->in, n);
    if (!p) return ST_CORRUPT;
    *out = heap_string(d->heap, p, n, NIL);
    return ST_OK;
}

/* -- compound terms: room for the elements, to be filled */

static enum status decode_tuple(struct decoder *d, size_t n, term *out) {
    if (!may_follow(d, n)) return ST_CORRUPT;
    term *obj = heap_alloc(d->heap, 1 + n);
    obj[0] = header_make(KIND_TUPLE, n);
    push_fill(d, obj + 1, n, 1);
    *out = boxed_make(obj);
    return ST_OK;
}

static enum status decode_list(struct decoder *d, term *out) {
    size_t n = view_be32(&d->in);
    if (!may_follow(d, n + 1)) return ST_CORRUPT;
    if (n == 0) { /* OTP reads it as its tail */
        push_fill(d, out, 1, 1);
        return ST_OK;
    }
    term *cells = heap_alloc(d->heap, 2 * n);
    for (size_t i = 0; i + 1 < n; i++) cells[2 * i + 1] = list_make(cells + 2 * i + 2);
    push_fill(d, cells + 2 * n - 1, 1, 1);
    push_fill(d, cells, n, 2);
    *out = list_make(cells);
    return ST_OK;
}

/* Room for a flat map and its keys, filled with k, v, k, v, … first:  [keys hdr][k]*n [map hdr][keys][v]*n */
static void open_flat(struct decoder *d, size_t n, term *out) {
    term *block = heap_alloc(d->heap, 2 * n + 3);
    workstack_push2(&d->stack, (uint64_t)block, (uint64_t)n << 8 | FLAT);
    push_fill(d, block + 3, 2 * n, 1);
    *out = boxed_make(block + n + 1);
}

static enum status open_trie(struct decoder *d, size_t n, term *out) {
    struct pairs *p = alloc_get(d->heap->alloc, sizeof *p + 2 * n * sizeof(term));
    if (!p) return ST_NOMEM;
    p->next = d->pairs;
    p->place = out;
    p->n = n;
    d->pairs = p;
    workstack_push2(&d->stack, (uint64_t)p, TRIE);
    push_fill(d, p->kv, 2 * n, 1);
    return ST_OK;
}

static enum status decode_map(struct decoder *d, term *out) {
    size_t n = view_be32(&d->in);
    if (!may_follow(d, 2 * n)) return ST_CORRUPT;
    if (n > MAP_FLAT_MAX) return open_trie(d, n, out);
    open_flat(d, n, out);
    return ST_OK;
}

/* Insertion sort of keys and values in step; false: a key is there twice. */
static bool place_pairs(const term *kv, size_t n, term *keys, term *values) {
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0; at--) {
            int c = term_compare_exact(keys[at - 1], kv[2 * i]);
            if (c == 0) return false;
            if (c < 0) break;
            keys[at] = keys[at - 1];
            values[at] = values[at - 1];
        }
        keys[at] = kv[2 * i];
        values[at] = kv[2 * i + 1];
    }
    return true;
}

static enum status close_flat(term *block, size_t n) {
    term kv[2 * MAP_FLAT_MAX];
    memcpy(kv, block + 3, 2 * n * sizeof *kv);
    term *map = block + n + 1;
    block[0] = header_make(KIND_TUPLE, n);
    map[0] = header_make(KIND_FLATMAP, 1 + n);
    map[1] = boxed_make(block);
    return place_pairs(kv, n, block + 1, map + 2) ? ST_OK : ST_CORRUPT;
}

static enum status close_trie(struct decoder *d) {
    struct pairs *p = d->pairs;
    term m = map_from_pairs(d->heap, p->kv, p->n);
    bool all = map_size(m) == p->n;
    *p->place = m;
    d->pairs = p->next;
    alloc_put(d->heap->alloc, p);
    return all ? ST_OK : ST_CORRUPT;
}

static enum status decode_export(struct decoder *d, term *out) {
    term m, f;
    enum status st = read_atom(d, &m);
    if (!st) st = read_atom(d, &f);
    if (st) return st;
    if (view_u8(&d->in) != ETF_SMALL_INTEGER) return ST_CORRUPT;
    uint8_t arity = view_u8(&d->in);
    if (d->in.bad) return ST_CORRUPT;
    const void *entry = d->env->export_entry ? d->env->export_entry(d->env->ctx, m, f, arity) : NULL;
    if (!entry) return ST_NOTFOUND;
    term *obj = heap_alloc(d->heap, 2);
    obj[0] = header_make(KIND_EXPORT, 1);
    obj[1] = (term)entry;
    *out = boxed_make(obj);
    return ST_OK;
}

static enum status skip_integer(struct decoder *d) {
    uint8_t tag = view_u8(&d->in);
    if (tag != ETF_SMALL_INTEGER && tag != ETF_INTEGER) return ST_CORRUPT;
    return view_bytes(&d->in, tag == ETF_INTEGER ? 4 : 1) ? ST_OK : ST_CORRUPT;
}

/* What comes between the uniq of a closure and its environment. */
static enum status read_fun_head(struct decoder *d, term *module, term *creator) {
    enum status st = read_atom(d, module);
    if (!st) st = skip_integer(d); /* old index and uniq: the entry has them */
    if (!st) st = skip_integer(d);
    if (st) return st;
    uint8_t tag = view_u8(&d->in);
    if (tag != ETF_NEW_PID && tag != ETF_PID) return ST_CORRUPT;
    return decode_pid(d, tag == ETF_NEW_PID, creator);
}

static enum status decode_fun(struct decoder *d, term *out) {
    term module, creator;
    view_be32(&d->in); /* size of it all: implied by its parts */
    uint8_t arity = view_u8(&d->in);
    const uint8_t *uniq = view_bytes(&d->in, 16);
    uint32_t index = view_be32(&d->in), n_free = view_be32(&d->in);
    if (!uniq || d->in.bad) return ST_CORRUPT;
    enum status st = read_fun_head(d, &module, &creator);
    if (st) return st;
    if (!may_follow(d, n_free) || n_free > 255) return ST_CORRUPT;
    const struct fun_entry *e =
        d->env->fun_entry ? d->env->fun_entry(d->env->ctx, module, index, uniq) : NULL;
    if (!e) return ST_NOTFOUND;
    if (e->arity != arity || e->num_free != n_free) return ST_CORRUPT;
    term *obj = heap_alloc(d->heap, 3 + n_free);
    obj[0] = header_make(KIND_FUN, 2 + n_free);
    obj[1] = (term)e;
    obj[2] = creator;
    push_fill(d, obj + 3, n_free, 1);
    *out = boxed_make(obj);
    return ST_OK;
}

/* -- the loop */

static enum status decode_one(struct decoder *d, term *out) {
    uint8_t tag = view_u8(&d->in);
    switch (d->in.bad ? 0 : tag) {
    case ETF_SMALL_INTEGER: *out = small_make(view_u8(&d->in)); return ST_OK;
    case ETF_INTEGER: *out = small_make((int32_t)view_be32(&d->in)); return ST_OK;
    case ETF_SMALL_BIG: return decode_big(d, view_u8(&d->in), out);
    case ETF_LARGE_BIG: return decode_big(d, view_be32(&d->in), out);
    case ETF_NEW_FLOAT: return decode_double(d, out);
    case ETF_FLOAT: return decode_text_float(d, out);
    case ETF_ATOM:
    case ETF_SMALL_ATOM:
    case ETF_ATOM_UTF8:
    case ETF_SMALL_ATOM_UTF8: return decode_atom(d, tag, out);
    case ETF_NIL: *out = NIL; return ST_OK;
    case ETF_STRING: return decode_string(d, out);
    case ETF_LIST: return decode_list(d, out);
    case ETF_SMALL_TUPLE: return decode_tuple(d, view_u8(&d->in), out);
    case ETF_LARGE_TUPLE: return decode_tuple(d, view_be32(&d->in), out);
    case ETF_MAP: return decode_map(d, out);
    case ETF_BINARY: return decode_binary(d, out);
    case ETF_BIT_BINARY: return decode_bit_binary(d, out);
    case ETF_PID: return decode_pid(d, false, out);
    case ETF_NEW_PID: return decode_pid(d, true, out);
    case ETF_PORT:
    case ETF_NEW_PORT:
    case ETF_V4_PORT: return decode_port(d, tag, out);
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE: return decode_ref(d, tag, out);
    case ETF_EXPORT: return decode_export(d, out);
    case ETF_NEW_FUN: return decode_fun(d, out);
    case ETF_COMPRESSED: return ST_UNSUPPORTED;
    default: return ST_CORRUPT;
    }
}

/* Takes one place from the frame on top. */
static enum status fill_next(struct decoder *d) {
    uint64_t *top = d->stack.top;
    term *place = (term *)top[-2];
    size_t n = top[-1] >> 8, stride = top[-1] >> 4 & 15;
    if (n == 1)
        d->stack.top -= 2;
    else {
        top[-2] = (uint64_t)(place + stride);
        top[-1] -= 1 << 8;
    }
    d->promised--;
    return decode_one(d, place);
}

static enum status step(struct decoder *d) {
    uint64_t *top = d->stack.top;
    switch ((enum frame)(top[-1] & 15)) {
    case FILL: return fill_next(d);
    case FLAT: d->stack.top -= 2; return close_flat((term *)top[-2], top[-1] >> 8);
    default: d->stack.top -= 2; return close_trie(d);
    }
}

enum status etf_decode(struct heap *h, const struct etf_env *env, const uint8_t *bytes, size_t n,
                       size_t *used, term *out) {
    struct decoder d = {.heap = h, .env = env, .in = view_of(bytes, n)};
    term result = NIL;
    workstack_init(&d.stack);
    push_fill(&d, &result, 1, 1);
    enum status st = ST_OK;
    while (st == ST_OK && !d.in.bad && !workstack_empty(&d.stack)) st = step(&d);
    if (st == ST_OK && d.in.bad) st = ST_CORRUPT;
    while (d.pairs) {
        struct pairs *next = d.pairs->next;
        alloc_put(h->alloc, d.pairs);
        d.pairs = next;
    }
    workstack_free(&d.stack);
    if (st) return st;
    *used = (size_t)(d.in.p - bytes);
    *out = result;
    return ST_OK;
}
