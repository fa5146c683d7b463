/* print: terms as text, in the form of erlang:display, but UTF-8 throughout and tries as the maps they are.
 *
 * The work stack holds what comes after the term in hand (last word on top):
 *
 *   [term *][n << 3 | SPAN]       elements, each after a comma      [term *][VALUE]     one term as it is
 *   [term *][n << 3 | CHILDREN]   of a trie                         [tail][TAIL]        the rest of a list
 *   [values][keys][n << 3 | PAIRS]   of a flat map                  [static text][TEXT]
 *
 * Invariant: when the limit is passed, "..." is written once and nothing after it.
 */
#include <stdio.h>

#include "data/big.h"
#include "data/print.h"
#include "format/image.h"
#include "term/bits_view.h"
#include "term/map_read.h"
#include "term/ref_text.h"
#include "term/workstack.h"

enum frame { SPAN, TAIL, TEXT, PAIRS, CHILDREN, VALUE };

struct printer {
    struct workstack stack;
    struct print_sink *to;
    size_t left;
    bool full;
};

static void put(struct printer *p, const char *s, size_t n) {
    if (p->full) return;
    if (n > p->left) {
        p->full = true;
        s = "...";
        n = 3;
    } else
        p->left -= n;
    p->to->put(p->to->ctx, s, n);
}
static void put_text(struct printer *p, const char *s) {
    put(p, s, strlen(s));
}

static void put_number(struct printer *p, uint64_t v) {
    char text[24];
    put(p, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)v));
}

static void push_frame(struct printer *p, const term *at, size_t n, enum frame f) {
    if (n) workstack_push2(&p->stack, (uint64_t)at, (uint64_t)n << 3 | f);
}
static void push_text(struct printer *p, const char *s) {
    workstack_push2(&p->stack, (uint64_t)s, TEXT);
}

/* -- atoms */

static bool is_lower(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7);
}
static bool is_upper(uint32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}
static bool is_name_char(uint32_t c) {
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_' || c == '@';
}

/* Code point at s[*at], known to be UTF-8, and moves on. Beyond two bytes the value does not matter here. */
static uint32_t next_char(struct atom_text t, uint32_t *at) {
    uint8_t c = t.utf8[(*at)++];
    if (c < 0x80) return c;
    uint32_t v = c & 0x1f;
    while (*at < t.bytes && (t.utf8[*at] & 0xc0) == 0x80) v = v << 6 | (t.utf8[(*at)++] & 0x3f);
    return c < 0xe0 ? v : 0x10000 | v;
}

static bool is_plain_atom(struct atom_text t) {
    uint32_t at = 0;
    if (t.bytes == 0 || !is_lower(next_char(t, &at))) return false;
    while (at < t.bytes)
        if (!is_name_char(next_char(t, &at))) return false;
    return true;
}

/* One byte of quoted text; `quote` and control characters escaped. */
static void put_quoted_char(struct printer *p, const char *c, char quote) {
    static const char from[] = "\n\t\r\b\f\v\\", to[] = "ntrbfv\\";
    const char *escape = *c ? strchr(from, *c) : NULL;
    char text[2] = {'\\', escape ? to[escape - from] : quote};
    if (escape || *c == quote)
        put(p, text, 2);
    else
        put(p, c, 1);
}

static void put_atom(struct printer *p, term atom) {
    struct atom_text t = atom_text(atom);
    if (is_plain_atom(t)) {
        put(p, (const char *)t.utf8, t.bytes);
        return;
    }
    put(p, "'", 1);
    for (uint32_t i = 0; i < t.bytes && !p->full; i++) put_quoted_char(p, (const char *)t.utf8 + i, '\'');
    put(p, "'", 1);
}

/* -- leaves */

static void put_integer(struct printer *p, term t) {
    char text[512]; /* more than 300 decimal digits: in hexadecimal, which needs no memory */
    if (int_text_max(t, 10) <= sizeof text) {
        put(p, text, int_to_text(t, 10, text));
        return;
    }
    const term *obj = boxed_ptr(t);
    size_t n = header_arity(obj[0]);
    put_text(p, int_sign(t) < 0 ? "-16#" : "16#");
    for (size_t i = n; i > 0 && !p->full; i--)
        put(p, text,
            (size_t)snprintf(text, sizeof text, i == n ? "%llX" : "%016llX", (unsigned long long)obj[i]));
}

static void put_float(struct printer *p, term t) {
    char text[32];
    put(p, text, float_scientific(float_value(t), 6, text, sizeof text));
}

static void put_pid(struct printer *p, term t) {
    put_text(p, "<0.");
    put_number(p, pid_data(t) & 0xfffffff);
    put_text(p, ".");
    put_number(p, pid_data(t) >> 28);
    put_text(p, ">");
}

static void put_port(struct printer *p, term t) {
    put_text(p, "#Port<0.");
    put_number(p, port_data(t));
    put_text(p, ">");
}

static void put_ref(struct printer *p, term t) {
    uint32_t numbers[REF_NUMBERS_MAX];
    unsigned n = ref_numbers(t, numbers);
    put_text(p, "#Ref<0");
    while (n-- > 0) {
        put_text(p, ".");
        put_number(p, numbers[n]);
    }
    put_text(p, ">");
}

static void put_fun(struct printer *p, const struct fun_entry *f) {
    put_text(p, "#Fun<");
    put_atom(p, f->module);
    put_text(p, ".");
    put_number(p, f->index);
    put_text(p, ".");
    put_number(p, f->old_uniq);
    put_text(p, ">");
}

static void put_export(struct printer *p, const struct export_entry *e) {
    put_text(p, "fun ");
    put_atom(p, e->module);
    put_text(p, ":");
    put_atom(p, e->function);
    put_text(p, "/");
    put_number(p, e->arity);
}

static bool is_ascii_text(const struct bits_view *v) {
    if (v->size == 0 || v->size & 7) return false;
    for (size_t i = 0; i < v->size / 8; i++) {
        uint8_t c = bits_view_byte(v, i);
        if (c < ' ' || c > '~') return false;
    }
    return true;
}

static void put_binary_text(struct printer *p, const struct bits_view *v) {
    put_text(p, "\"");
    for (size_t i = 0; i < v->size / 8 && !p->full; i++) {
        char c = (char)bits_view_byte(v, i);
        put_quoted_char(p, &c, '"');
    }
    put_text(p, "\"");
}

static void put_binary_bytes(struct printer *p, const struct bits_view *v) {
    size_t whole = v->size / 8, odd = v->size & 7;
    for (size_t i = 0; i < whole && !p->full; i++) {
        if (i) put_text(p, ",");
        put_number(p, bits_view_byte(v, i));
    }
    if (!odd) return;
    if (whole) put_text(p, ",");
    put_number(p, bits_view_byte(v, whole) >> (8 - odd));
    put_text(p, ":");
    put_number(p, odd);
}

static void put_bits(struct printer *p, term t) {
    struct bits_view v = bits_view_of(t);
    put_text(p, "<<");
    if (is_ascii_text(&v))
        put_binary_text(p, &v);
    else
        put_binary_bytes(p, &v);
    put_text(p, ">>");
}

/* -- compound terms */

static bool is_text_char(term t) {
    int64_t c = term_is_small(t) ? small_value(t) : -1;
    return (c >= ' ' && c <= '~') || (c >= 0xa0 && c <= 0xff) || (c >= '\t' && c <= '\r');
}

static bool is_text(term t) {
    for (; term_is_list(t); t = list_tail(t))
        if (!is_text_char(list_head(t))) return false;
    return t == NIL;
}

static void put_string(struct printer *p, term t) {
    put_text(p, "\"");
    for (; term_is_list(t) && !p->full; t = list_tail(t)) {
        uint64_t c = (uint64_t)small_value(list_head(t));
        char utf8[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))}, ascii = (char)c;
        if (c >= 0x80)
            put(p, utf8, 2);
        else
            put_quoted_char(p, &ascii, '"');
    }
    put_text(p, "\"");
}

static void put_list(struct printer *p, term t) {
    if (is_text(t)) {
        put_string(p, t);
        return;
    }
    put_text(p, "[");
    workstack_push2(&p->stack, list_tail(t), TAIL);
    push_frame(p, list_ptr(t), 1, VALUE);
}

static void put_tuple(struct printer *p, const term *obj) {
    size_t n = header_arity(obj[0]);
    put_text(p, "{");
    push_text(p, "}");
    if (n == 0) return;
    push_frame(p, obj + 2, n - 1, SPAN);
    push_frame(p, obj + 1, 1, VALUE);
}

static void put_map(struct printer *p, term t) {
    size_t n = map_size(t);
    put_text(p, "#{");
    push_text(p, "}");
    if (n == 0) return;
    if (map_is_flat(t)) {
        workstack_push(&p->stack, (uint64_t)flatmap_values(t));
        push_frame(p, tuple_elements(flatmap_keys(t)), n, PAIRS);
    } else {
        const term *children = hamt_children(boxed_ptr(t), &n);
        push_frame(p, children, n, CHILDREN);
    }
}

static void put_boxed(struct printer *p, term t) {
    const term *obj = boxed_ptr(t);
    switch (header_kind(obj[0])) {
    case KIND_TUPLE: put_tuple(p, obj); break;
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: put_map(p, t); break;
    case KIND_FUN: put_fun(p, (const struct fun_entry *)obj[1]); break;
    case KIND_EXPORT: put_export(p, (const struct export_entry *)obj[1]); break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: put_integer(p, t); break;
    case KIND_FLOAT: put_float(p, t); break;
    case KIND_REF: put_ref(p, t); break;
    case KIND_HEAP_BIN:
    case KIND_REFC_BIN:
    case KIND_SUB_BIN: put_bits(p, t); break;
    case KIND_MATCH_CTX: put_text(p, "#MatchContext"); break;
    case KIND_HAMT_NODE: put_text(p, "#MapNode"); break;
    }
}

/* Writes t as far as it goes without its elements, which are pushed. */
static void put_term(struct printer *p, term t) {
    if (term_is_list(t))
        put_list(p, t);
    else if (term_is_boxed(t))
        put_boxed(p, t);
    else if (term_is_small(t))
        put_integer(p, t);
    else if (term_is_atom(t))
        put_atom(p, t);
    else if (term_is_pid(t))
        put_pid(p, t);
    else if (term_is_port(t))
        put_port(p, t);
    else
        put_text(p, t == NIL ? "[]" : "#NoTerm");
}

/* -- the loop: one frame from the stack */

static void start_pair(struct printer *p, const term *key, const term *value) {
    push_frame(p, value, 1, VALUE);
    push_text(p, "=>");
    push_frame(p, key, 1, VALUE);
}

static void step_pairs(struct printer *p, const term *keys, size_t n) {
    const term *values = (const term *)workstack_pop(&p->stack);
    if (n > 1) {
        workstack_push(&p->stack, (uint64_t)(values + 1));
        push_frame(p, keys + 1, n - 1, PAIRS);
        push_text(p, ",");
    }
    start_pair(p, keys, values);
}

static void step_children(struct printer *p, const term *at, size_t n) {
    if (n > 1) {
        push_frame(p, at + 1, n - 1, CHILDREN);
        push_text(p, ",");
    }
    if (term_is_list(*at)) {
        start_pair(p, list_ptr(*at), list_ptr(*at) + 1);
        return;
    }
    const term *children = hamt_children(boxed_ptr(*at), &n);
    push_frame(p, children, n, CHILDREN);
}

static void step_tail(struct printer *p, term t) {
    if (t == NIL) {
        put_text(p, "]");
        return;
    }
    put_text(p, term_is_list(t) ? "," : "|");
    if (!term_is_list(t)) {
        push_text(p, "]");
        put_term(p, t);
        return;
    }
    workstack_push2(&p->stack, list_tail(t), TAIL);
    push_frame(p, list_ptr(t), 1, VALUE);
}

static void step(struct printer *p) {
    uint64_t what = workstack_pop(&p->stack), at = workstack_pop(&p->stack);
    size_t n = what >> 3;
    switch ((enum frame)(what & 7)) {
    case SPAN:
        put_text(p, ",");
        push_frame(p, (const term *)at + 1, n - 1, SPAN);
        put_term(p, *(const term *)at);
        break;
    case TAIL: step_tail(p, at); break;
    case TEXT: put_text(p, (const char *)at); break;
    case PAIRS: step_pairs(p, (const term *)at, n); break;
    case CHILDREN: step_children(p, (const term *)at, n); break;
    case VALUE: put_term(p, *(const term *)at); break;
    }
}

void print_term(struct print_sink *to, term t, size_t limit) {
    struct printer p = {.to = to, .left = limit};
    workstack_init(&p.stack);
    put_term(&p, t);
    while (!p.full && !workstack_empty(&p.stack)) step(&p);
    workstack_free(&p.stack);
}

struct text_buffer {
    char *at;
    size_t left;
};

static void buffer_put(void *ctx, const char *s, size_t n) {
    struct text_buffer *b = ctx;
    n = min_size(n, b->left);
    memcpy(b->at, s, n);
    b->at += n;
    b->left -= n;
}

size_t print_term_buf(char *out, size_t cap, term t) {
    struct text_buffer b = {out, cap ? cap - 1 : 0};
    print_term(&(struct print_sink){buffer_put, &b}, t, b.left > 3 ? b.left - 3 : 0);
    if (cap) *b.at = 0;
    return (size_t)(b.at - out);
}
