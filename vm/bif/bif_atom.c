/* bif_atom: atoms from and to text.
 *
 *   list / binary ──> UTF-8 in a local buffer ──> atom_intern (new atoms) or atom_find (existing only)
 *
 * Lengths are limited in characters (ATOM_MAX_CHARS), whatever the encoding. The first offence from the left
 * counts: a bad character is badarg, one character too many system_limit. Source: erl(25) as the oracle. */
#include "bif/bytes.h"
#include "term/order.h"

enum { ATOM_MAX_BYTES = ATOM_MAX_CHARS * 4 };

struct atom_utf8 {
    uint8_t s[ATOM_MAX_BYTES];
    size_t n, chars;
};

static void put_code_point(struct atom_utf8 *t, uint32_t c) {
    uint8_t *s = t->s + t->n;
    t->chars++;
    if (c < 0x80) {
        s[0] = (uint8_t)c;
        t->n += 1;
    } else if (c < 0x800) {
        s[0] = (uint8_t)(0xc0 | c >> 6);
        s[1] = (uint8_t)(0x80 | (c & 0x3f));
        t->n += 2;
    } else if (c < 0x10000) {
        s[0] = (uint8_t)(0xe0 | c >> 12);
        s[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        s[2] = (uint8_t)(0x80 | (c & 0x3f));
        t->n += 3;
    } else {
        s[0] = (uint8_t)(0xf0 | c >> 18);
        s[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        s[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        s[3] = (uint8_t)(0x80 | (c & 0x3f));
        t->n += 4;
    }
}

static enum status utf8_of_list(struct atom_utf8 *t, term list) {
    t->n = t->chars = 0;
    for (; term_is_list(list); list = list_tail(list)) {
        size_t c;
        if (!arg_size(list_head(list), 0x10ffff, &c) || (c >= 0xd800 && c <= 0xdfff)) return ST_BADARG;
        if (t->chars == ATOM_MAX_CHARS) return ST_LIMIT;
        put_code_point(t, (uint32_t)c);
    }
    return term_is_nil(list) ? ST_OK : ST_BADARG;
}

static enum status utf8_of_latin1(struct atom_utf8 *t, const struct view *v) {
    t->n = t->chars = 0;
    if (view_left(v) > ATOM_MAX_CHARS) return ST_LIMIT;
    for (const uint8_t *s = v->p; s < v->end; s++) put_code_point(t, *s);
    return ST_OK;
}

static term existing(struct process *p, const uint8_t *utf8, size_t n) {
    term atom;
    return atom_find(&p->vm->code, utf8, n, &atom) ? atom : raise_badarg(p);
}

static term interned(struct process *p, const uint8_t *utf8, size_t n) {
    term atom;
    switch (atom_intern(&p->vm->code, utf8, n, &atom)) {
    case ST_OK: return atom;
    case ST_LIMIT:
    case ST_NOMEM: return raise_system_limit(p);
    default: return raise_badarg(p);
    }
}

typedef term (*atom_lookup)(struct process *p, const uint8_t *utf8, size_t n);

static term atom_of_list(struct process *p, term list, atom_lookup lookup) {
    struct atom_utf8 t;
    enum status st = utf8_of_list(&t, list);
    if (st == ST_OK) return lookup(p, t.s, t.n);
    return st == ST_LIMIT && lookup == interned ? raise_system_limit(p) : raise_badarg(p);
}

term bif_erlang_list_to_atom_1(struct process *p, const term *a) {
    return atom_of_list(p, a[0], interned);
}
term bif_erlang_list_to_existing_atom_1(struct process *p, const term *a) {
    return atom_of_list(p, a[0], existing);
}

static bool is_utf8_name(term encoding) {
    return encoding == A_UTF8 || encoding == A_UNICODE;
}

static term atom_of_binary(struct process *p, term binary, term encoding, atom_lookup lookup) {
    struct view v;
    if (!bytes_of(p, binary, &v)) return raise_badarg(p);
    if (is_utf8_name(encoding)) return lookup(p, v.p, view_left(&v));
    if (encoding != A_LATIN1) return raise_badarg(p);
    struct atom_utf8 t;
    if (utf8_of_latin1(&t, &v) == ST_OK) return lookup(p, t.s, t.n);
    return lookup == interned ? raise_system_limit(p) : raise_badarg(p);
}

term bif_erlang_binary_to_atom_1(struct process *p, const term *a) {
    return atom_of_binary(p, a[0], A_UTF8, interned);
}
term bif_erlang_binary_to_atom_2(struct process *p, const term *a) {
    return atom_of_binary(p, a[0], a[1], interned);
}
term bif_erlang_binary_to_existing_atom_1(struct process *p, const term *a) {
    return atom_of_binary(p, a[0], A_UTF8, existing);
}
term bif_erlang_binary_to_existing_atom_2(struct process *p, const term *a) {
    return atom_of_binary(p, a[0], a[1], existing);
}

/* next_code_point: of an atom's text, which is valid UTF-8. */
static uint32_t next_code_point(const uint8_t **at) {
    const uint8_t *s = *at;
    uint32_t c = s[0];
    unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (more > 0) c &= 0x3f >> more;
    for (unsigned i = 1; i <= more; i++) c = c << 6 | (s[i] & 0x3f);
    *at = s + 1 + more;
    return c;
}

term bif_erlang_atom_to_list_1(struct process *p, const term *a) {
    if (!term_is_atom(a[0])) return raise_badarg(p);
    struct atom_text text = atom_text(a[0]);
    term list = NIL, *link = &list;
    for (const uint8_t *s = text.utf8, *end = s + text.bytes; s < end;) {
        uint32_t c = next_code_point(&s);
        *link = heap_cons(&p->heap, small_make(c), NIL);
        link = list_ptr(*link) + 1;
    }
    return list;
}

static term latin1_of_atom(struct process *p, struct atom_text text) {
    uint8_t out[ATOM_MAX_CHARS];
    size_t n = 0;
    for (const uint8_t *s = text.utf8, *end = s + text.bytes; s < end;) {
        uint32_t c = next_code_point(&s);
        if (c > 255 || n == sizeof out) return raise_badarg(p);
        out[n++] = (uint8_t)c;
    }
    return heap_bin_copy(&p->heap, out, n);
}

term bif_erlang_atom_to_binary_1(struct process *p, const term *a) {
    if (!term_is_atom(a[0])) return raise_badarg(p);
    struct atom_text text = atom_text(a[0]);
    return heap_bin_copy(&p->heap, text.utf8, text.bytes);
}

term bif_erlang_atom_to_binary_2(struct process *p, const term *a) {
    if (is_utf8_name(a[1])) return bif_erlang_atom_to_binary_1(p, a);
    if (!term_is_atom(a[0]) || a[1] != A_LATIN1) return raise_badarg(p);
    return latin1_of_atom(p, atom_text(a[0]));
}
