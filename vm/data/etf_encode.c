/* etf_encode: terms to bytes, as OTP 25's term_to_binary. Source: OTP erl_ext_dist.
 *
 * One walk does both jobs: with out NULL it only counts. The work stack holds what comes after the term in
 * hand:
 *
 *   [term *][n << 3 | SPAN]          n terms              [cell][LIST]          the cells of a list from here
 * on [values][keys][n << 3 | PAIRS]   of a flat map        [term *][n << 3 | CHILDREN]   of a trie node
 *   [offset][PATCH]                  a closure ends here: its size goes to offset
 */
#include "data/big.h"
#include "data/etf.h"
#include "data/etf_tags.h"
#include "format/image.h"
#include "term/bits_view.h"
#include "term/float_text.h"
#include "term/map_read.h"
#include "term/ref_text.h"
#include "term/workstack.h"

enum frame { SPAN, LIST, PAIRS, CHILDREN, PATCH };

struct encoder {
    struct workstack stack;
    uint8_t *out; /* NULL: count only */
    size_t at;
    unsigned options;
};

static void put_bytes(struct encoder *e, const void *p, size_t n) {
    if (e->out) memcpy(e->out + e->at, p, n);
    e->at += n;
}
static void put_be(struct encoder *e, uint64_t v, unsigned bytes) {
    uint8_t b[8];
    for (unsigned i = 0; i < bytes; i++) b[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    put_bytes(e, b, bytes);
}
static void put_u8(struct encoder *e, unsigned v) {
    put_be(e, v, 1);
}

static void push_frame(struct encoder *e, const term *p, size_t n, enum frame f) {
    if (n) workstack_push2(&e->stack, (uint64_t)p, (uint64_t)n << 3 | f);
}

/* -- atoms: Latin-1 where it can be, unless asked for UTF-8 */

/* Length as Latin-1, or SIZE_MAX. */
static size_t latin1_length(struct atom_text t) {
    size_t n = 0;
    for (uint32_t i = 0; i < t.bytes; i++) {
        if (t.utf8[i] > 0xc3) return SIZE_MAX;
        n += (t.utf8[i] & 0xc0) != 0x80;
    }
    return n;
}

static void put_latin1(struct encoder *e, struct atom_text t) {
    for (uint32_t i = 0; i < t.bytes; i++) {
        uint8_t c = t.utf8[i];
        if (c >= 0xc0) c = (uint8_t)(c << 6 | (t.utf8[++i] & 0x3f));
        put_u8(e, c);
    }
}

static void put_atom(struct encoder *e, term atom) {
    struct atom_text t = atom_text(atom);
    size_t latin1 = e->options & ETF_UTF8_ATOMS ? SIZE_MAX : latin1_length(t);
    if (latin1 != SIZE_MAX) {
        put_u8(e, ETF_ATOM);
        put_be(e, latin1, 2);
        put_latin1(e, t);
        return;
    }
    put_u8(e, t.bytes > 255 ? ETF_ATOM_UTF8 : ETF_SMALL_ATOM_UTF8);
    put_be(e, t.bytes, t.bytes > 255 ? 2 : 1);
    put_bytes(e, t.utf8, t.bytes);
}

static void put_node(struct encoder *e) {
    bool utf8 = e->options & ETF_UTF8_ATOMS;
    put_u8(e, utf8 ? ETF_SMALL_ATOM_UTF8 : ETF_ATOM);
    put_be(e, sizeof ETF_NODE - 1, utf8 ? 1 : 2);
    put_bytes(e, ETF_NODE, sizeof ETF_NODE - 1);
}

/* -- leaves */

static void put_integer_32(struct encoder *e, uint32_t v) {
    put_u8(e, v < 256 ? ETF_SMALL_INTEGER : ETF_INTEGER);
    put_be(e, v, v < 256 ? 1 : 4);
}

static void put_big(struct encoder *e, term t) {
    size_t bytes = (int_bit_length(t) + 7) / 8;
    put_u8(e, bytes < 256 ? ETF_SMALL_BIG : ETF_LARGE_BIG);
    put_be(e, bytes, bytes < 256 ? 1 : 4);
    put_u8(e, int_sign(t) < 0);
    if (term_is_small(t)) {
        int64_t v = small_value(t);
        uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
        put_bytes(e, &magnitude, bytes); /* both ends are little-endian */
    } else
        put_bytes(e, boxed_ptr(t) + 1, bytes);
}

static void put_integer(struct encoder *e, term t) {
    int64_t v;
    if (!int_to_i64(t, &v) || v != (int32_t)v)
        put_big(e, t);
    else
        put_integer_32(e, (uint32_t)v);
}

static void put_float(struct encoder *e, term t) {
    if (e->options & ETF_TEXT_FLOATS) {
        char text[31] = {0};
        float_scientific(float_value(t), 20, text, sizeof text);
        put_u8(e, ETF_FLOAT);
        put_bytes(e, text, sizeof text);
        return;
    }
    put_u8(e, ETF_NEW_FLOAT);
    put_be(e, boxed_ptr(t)[1], 8);
}

static void put_pid(struct encoder *e, term t) {
    put_u8(e, ETF_NEW_PID);
    put_node(e);
    put_be(e, pid_data(t) & 0xfffffff, 4);
    put_be(e, pid_data(t) >> 28, 4);
    put_be(e, 0, 4);
}

static void put_port(struct encoder *e, term t) {
    bool wide = port_data(t) >> 28;
    put_u8(e, wide ? ETF_V4_PORT : ETF_NEW_PORT);
    put_node(e);
    put_be(e, port_data(t), wide ? 8 : 4);
    put_be(e, 0, 4);
}

static void put_ref(struct encoder *e, term t) {
    uint32_t numbers[REF_NUMBERS_MAX];
    unsigned n = ref_numbers(t, numbers);
    put_u8(e, ETF_NEWER_REFERENCE);
    put_be(e, n, 2);
    put_node(e);
    put_be(e, 0, 4);
    for (unsigned i = 0; i < n; i++) put_be(e, numbers[i], 4);
}

static void put_bits(struct encoder *e, term t) {
    struct bits_view v = bits_view_of(t);
    size_t whole = v.size / 8, odd = v.size & 7;
    put_u8(e, odd ? ETF_BIT_BINARY : ETF_BINARY);
    put_be(e, whole + (odd != 0), 4);
    if (odd) put_u8(e, (unsigned)odd);
    if (e->out) bits_view_copy(&v, 0, whole, e->out + e->at);
    e->at += whole;
    if (odd) put_u8(e, bits_view_byte(&v, whole));
}

static void put_export(struct encoder *e, const struct export_entry *x) {
    put_u8(e, ETF_EXPORT);
    put_atom(e, x->module);
    put_atom(e, x->function);
    put_u8(e, ETF_SMALL_INTEGER);
    put_u8(e, x->arity);
}

/* -- compound terms */

static void put_tuple(struct encoder *e, const term *obj) {
    size_t n = header_arity(obj[0]);
    put_u8(e, n < 256 ? ETF_SMALL_TUPLE : ETF_LARGE_TUPLE);
    put_be(e, n, n < 256 ? 1 : 4);
    push_frame(e, obj + 1, n, SPAN);
}

static void put_fun(struct encoder *e, const term *obj) {
    const struct fun_entry *f = (const struct fun_entry *)obj[1];
    size_t n_free = header_arity(obj[0]) - 2;
    put_u8(e, ETF_NEW_FUN);
    workstack_push2(&e->stack, e->at, PATCH);
    put_be(e, 0, 4);
    put_u8(e, f->arity);
    put_bytes(e, f->uniq, sizeof f->uniq);
    put_be(e, f->index, 4);
    put_be(e, n_free, 4);
    put_atom(e, f->module);
    put_integer_32(e, f->old_index);
    if (f->old_uniq >> 31)
        put_integer(e, small_make(f->old_uniq));
    else
        put_integer_32(e, f->old_uniq);
    put_pid(e, obj[2]);
    push_frame(e, obj + 3, n_free, SPAN);
}

static void patch_size(struct encoder *e, size_t offset) {
    size_t end = e->at;
    e->at = offset;
    put_be(e, end - offset, 4);
    e->at = end;
}

static void put_map(struct encoder *e, term t) {
    size_t n = map_size(t);
    put_u8(e, ETF_MAP);
    put_be(e, n, 4);
    if (n == 0) return;
    if (map_is_flat(t)) {
        workstack_push(&e->stack, (uint64_t)flatmap_values(t));
        push_frame(e, tuple_elements(flatmap_keys(t)), n, PAIRS);
    } else {
        const term *children = hamt_children(boxed_ptr(t), &n);
        push_frame(e, children, n, CHILDREN);
    }
}

/* Cells of a list, and whether they make a string. */
static size_t list_measure(term t, bool *string) {
    size_t n = 0;
    bool bytes = true;
    for (; term_is_list(t); t = list_tail(t), n++)
        bytes = bytes && list_head(t) <= small_make(255) && term_is_small(list_head(t));
    *string = bytes && t == NIL && n <= 0xffff;
    return n;
}

static void put_list(struct encoder *e, term t) {
    bool string;
    size_t n = list_measure(t, &string);
    put_u8(e, string ? ETF_STRING : ETF_LIST);
    put_be(e, n, string ? 2 : 4);
    if (!string) {
        workstack_push2(&e->stack, t, LIST);
        return;
    }
    for (; term_is_list(t); t = list_tail(t)) put_u8(e, (unsigned)small_value(list_head(t)));
}

static void put_boxed(struct encoder *e, term t) {
    const term *obj = boxed_ptr(t);
    switch (header_kind(obj[0])) {
    case KIND_TUPLE: put_tuple(e, obj); break;
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: put_map(e, t); break;
    case KIND_FUN: put_fun(e, obj); break;
    case KIND_EXPORT: put_export(e, (const struct export_entry *)obj[1]); break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: put_integer(e, t); break;
    case KIND_FLOAT: put_float(e, t); break;
    case KIND_REF: put_ref(e, t); break;
    case KIND_HEAP_BIN:
    case KIND_REFC_BIN:
    case KIND_SUB_BIN: put_bits(e, t); break;
    case KIND_HAMT_NODE:
    case KIND_MATCH_CTX: panic("etf: an object that is no term");
    }
}

static void put_term(struct encoder *e, term t) {
    if (term_is_list(t))
        put_list(e, t);
    else if (term_is_boxed(t))
        put_boxed(e, t);
    else if (term_is_small(t))
        put_integer(e, t);
    else if (term_is_atom(t))
        put_atom(e, t);
    else if (term_is_pid(t))
        put_pid(e, t);
    else if (term_is_port(t))
        put_port(e, t);
    else
        put_u8(e, ETF_NIL);
}

/* -- the loop: one frame from the stack */

static void step_pairs(struct encoder *e, const term *keys, size_t n) {
    const term *values = (const term *)workstack_pop(&e->stack);
    if (n > 1) {
        workstack_push(&e->stack, (uint64_t)(values + 1));
        push_frame(e, keys + 1, n - 1, PAIRS);
    }
    push_frame(e, values, 1, SPAN);
    put_term(e, keys[0]);
}

static void step_children(struct encoder *e, const term *p, size_t n) {
    push_frame(e, p + 1, n - 1, CHILDREN);
    if (term_is_list(*p)) { /* a leaf: key, value */
        push_frame(e, list_ptr(*p), 2, SPAN);
        return;
    }
    const term *children = hamt_children(boxed_ptr(*p), &n);
    push_frame(e, children, n, CHILDREN);
}

static void step_list(struct encoder *e, term t) {
    if (!term_is_list(t)) {
        put_term(e, t);
        return;
    }
    workstack_push2(&e->stack, list_tail(t), LIST);
    put_term(e, list_head(t));
}

static void step(struct encoder *e) {
    uint64_t what = workstack_pop(&e->stack), p = workstack_pop(&e->stack);
    size_t n = what >> 3;
    switch ((enum frame)(what & 7)) {
    case SPAN:
        push_frame(e, (const term *)p + 1, n - 1, SPAN);
        put_term(e, *(const term *)p);
        break;
    case LIST: step_list(e, p); break;
    case PAIRS: step_pairs(e, (const term *)p, n); break;
    case CHILDREN: step_children(e, (const term *)p, n); break;
    case PATCH: patch_size(e, p); break;
    }
}

size_t etf_encode_as(term t, unsigned options, uint8_t *out) {
    struct encoder e;
    workstack_init(&e.stack);
    e.out = out;
    e.at = 0;
    e.options = options;
    put_u8(&e, ETF_VERSION);
    put_term(&e, t);
    while (!workstack_empty(&e.stack)) step(&e);
    workstack_free(&e.stack);
    return e.at;
}

size_t etf_size_as(term t, unsigned options) {
    return etf_encode_as(t, options, NULL);
}
size_t etf_size(term t) {
    return etf_encode_as(t, 0, NULL);
}
size_t etf_encode(term t, uint8_t *out) {
    return etf_encode_as(t, 0, out);
}
