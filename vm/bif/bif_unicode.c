/* bif_unicode: character data (nested lists of code points and binaries) as UTF-8 or as a list of code
 * points.
 *
 * Two passes of the same walk. The first counts bytes and characters up to the first offence; the second
 * writes them.
 *
 *     [$a, [<<195>>, <<165,255>>], $c]
 *           kept ───> joins  ^offence        {error, <<"a\303\245">>, [[<<255>>], $c]}
 *
 * A sequence cut by the end of a binary is kept (at most 3 bytes) and continues in the next binary. Bytes
 * kept at the end give {incomplete, Done, Kept}; bytes kept before what cannot continue them give {error,
 * Done, [Kept, Rest]}. Rest is built from the inside out: what is left of the innermost list, consed onto the
 * tails on the way out. Invariant: the stack holds the tail of every list being walked, [] too, since the
 * shape of Rest shows them. Source: stdlib's unicode(3); erl(25) as the oracle. */
#include "bif/bytes.h"
#include "term/workstack.h"

enum { KEPT_MAX = 4, CODE_POINT_MAX = 0x10ffff };

/* Where good characters go: counted always, written where a pointer is set. */
struct out {
    uint8_t *utf8;
    term *cells;
    size_t n_bytes, n_chars;
};

struct chars {
    struct process *p;
    bool latin1;
    struct out out;
    struct workstack tails;
    uint8_t kept[KEPT_MAX];
    size_t n_kept;
    bool badarg, error;
    term rest; /* with error: from the offence to the end of its list */
};

static void out_cell(struct out *o, uint32_t c) {
    o->cells[0] = small_make(c);
    o->cells[1] = list_make(o->cells + 2);
    o->cells += 2;
}

static void out_utf8(uint8_t *s, unsigned n, uint32_t c) {
    if (n == 1) {
        s[0] = (uint8_t)c;
        return;
    }
    for (unsigned i = n; i-- > 1; c >>= 6) s[i] = (uint8_t)(0x80 | (c & 0x3f));
    s[0] = (uint8_t)((0xf00 >> n & 0xff) | c);
}

static void out_char(struct out *o, uint32_t c) {
    unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (o->cells) out_cell(o, c);
    if (o->utf8) out_utf8(o->utf8 + o->n_bytes, n, c);
    o->n_bytes += n;
    o->n_chars++;
}

/* ascii_run: how many bytes from s on are below 128. */
static size_t ascii_run(const uint8_t *s, size_t n) {
    size_t i = 0;
    for (uint64_t w; i + 8 <= n; i += 8) {
        memcpy(&w, s + i, 8);
        if (w & UINT64_C(0x8080808080808080)) break;
    }
    while (i < n && s[i] < 0x80) i++;
    return i;
}

static void out_ascii(struct out *o, const uint8_t *s, size_t n) {
    if (o->utf8) memcpy(o->utf8 + o->n_bytes, s, n);
    if (o->cells)
        for (size_t i = 0; i < n; i++) out_cell(o, s[i]);
    o->n_bytes += n;
    o->n_chars += n;
}

static bool is_code_point(uint32_t c) {
    return c < 0xd800 || (c > 0xdfff && c <= CODE_POINT_MAX);
}

/* sequence_bytes: how many bytes a sequence with this lead byte has; 0: no lead byte. */
static size_t sequence_bytes(uint8_t lead) {
    if (lead < 0xc0 || lead > 0xf7) return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* sequence_value: of a whole sequence of n bytes. false: wrong. */
static bool sequence_value(const uint8_t *s, size_t n, uint32_t *c) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t v = s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return false;
        v = v << 6 | (s[i] & 0x3f);
    }
    *c = v;
    return v >= least[n] && is_code_point(v);
}

/* kept_is_good: may more bytes make the kept ones a sequence? Judged at the end only, as OTP does. */
static bool kept_is_good(const struct chars *w) {
    for (size_t i = 1; i < w->n_kept; i++)
        if ((w->kept[i] & 0xc0) != 0x80) return false;
    return true;
}

static void keep(struct chars *w, struct view *v, size_t n) {
    memcpy(w->kept + w->n_kept, view_bytes(v, n), n);
    w->n_kept += n;
}

/* take_kept: continue the kept bytes with those at the front of v. false: the sequence comes out wrong. */
static bool take_kept(struct chars *w, struct view *v) {
    size_t need = sequence_bytes(w->kept[0]), more = need - w->n_kept;
    uint32_t c;
    if (view_left(v) < more) {
        keep(w, v, view_left(v));
        return true;
    }
    memcpy(w->kept + w->n_kept, v->p, more);
    if (!sequence_value(w->kept, need, &c)) return false;
    view_bytes(v, more);
    out_char(&w->out, c);
    w->n_kept = 0;
    return true;
}

/* take_utf8: as much of v as is good. false: v->p is at an offence. */
static bool take_utf8(struct chars *w, struct view *v) {
    if (w->n_kept > 0 && view_left(v) > 0 && !take_kept(w, v)) return false;
    while (view_left(v) > 0) {
        size_t n = ascii_run(v->p, view_left(v));
        if (n > 0) {
            out_ascii(&w->out, v->p, n);
            v->p += n;
            continue;
        }
        uint32_t c;
        size_t need = sequence_bytes(*v->p);
        if (need > view_left(v)) {
            keep(w, v, view_left(v));
            return true;
        }
        if (need == 0 || !sequence_value(v->p, need, &c)) return false;
        out_char(&w->out, c);
        v->p += need;
    }
    return true;
}

static void take_latin1(struct chars *w, const struct view *v) {
    for (const uint8_t *s = v->p; s < v->end;) {
        size_t n = ascii_run(s, (size_t)(v->end - s));
        out_ascii(&w->out, s, n);
        s += n;
        if (s < v->end) out_char(&w->out, *s++);
    }
}

static void offence(struct chars *w, term rest) {
    w->error = true;
    w->rest = rest;
}

/* take_binary: leaf t; tail: what comes after it in its list, NONE when t is itself a tail. false: stop. */
static bool take_binary(struct chars *w, term t, term tail) {
    struct view v;
    if (!bytes_of(w->p, t, &v)) {
        w->badarg = true;
        return false;
    }
    const uint8_t *start = v.p;
    if (w->latin1) {
        take_latin1(w, &v);
        return true;
    }
    if (take_utf8(w, &v)) return true;
    term left = heap_sub_bin(&w->p->heap, t, (size_t)(v.p - start) * 8, view_left(&v) * 8);
    /* characters_to_binary leaves [Bad] as Bad, characters_to_list does not */
    bool unwrap = w->out.utf8 && term_is_nil(tail) && w->n_kept == 0 && workstack_empty(&w->tails);
    offence(w, tail == NONE || unwrap ? left : heap_cons(&w->p->heap, left, tail));
    return false;
}

/* take_integer: the head of list. false: stop. */
static bool take_integer(struct chars *w, term list) {
    size_t c;
    bool good = w->n_kept == 0 && arg_size(list_head(list), w->latin1 ? 255 : CODE_POINT_MAX, &c) &&
                is_code_point((uint32_t)c);
    if (good)
        out_char(&w->out, (uint32_t)c);
    else
        offence(w, list);
    return good;
}

/* take_head: one element of a list. false: stop. *at: where to go on. */
static bool take_head(struct chars *w, term *at) {
    term list = *at, head = list_head(list), tail = list_tail(list);
    *at = tail;
    if (term_is_integer(head)) return take_integer(w, list);
    if (term_is_bitstring(head)) return take_binary(w, head, tail);
    if (term_is_list(head)) {
        workstack_push(&w->tails, tail);
        *at = head;
    } else if (!term_is_nil(head)) {
        w->badarg = true;
        return false;
    }
    return true;
}

static void rest_outwards(struct chars *w) {
    while (!workstack_empty(&w->tails)) w->rest = heap_cons(&w->p->heap, w->rest, workstack_pop(&w->tails));
}

/* chars_walk: t until its end or an offence. */
static void chars_walk(struct chars *w, term t) {
    workstack_init(&w->tails);
    for (term at = t;;) {
        if (term_is_list(at)) {
            if (!take_head(w, &at)) break;
        } else if (term_is_nil(at)) {
            if (workstack_empty(&w->tails)) break;
            at = workstack_pop(&w->tails);
        } else {
            w->badarg = !term_is_bitstring(at);
            if (w->badarg || !take_binary(w, at, NONE)) break;
            at = NIL;
        }
    }
    if (w->error && (w->out.utf8 || w->out.cells)) rest_outwards(w);
    workstack_free(&w->tails);
}

/* is_chardata: are all leaves of t of the right types, whatever their values? */
static bool is_chardata(term t) {
    struct workstack tails;
    bool good = true;
    workstack_init(&tails);
    while (good) {
        if (term_is_list(t)) {
            term head = list_head(t);
            t = list_tail(t);
            if (term_is_list(head)) {
                workstack_push(&tails, t);
                t = head;
            } else {
                good = term_is_integer(head) || term_is_binary(head) || term_is_nil(head);
            }
        } else if (term_is_nil(t)) {
            if (workstack_empty(&tails)) break;
            t = workstack_pop(&tails);
        } else {
            good = term_is_binary(t);
            t = NIL;
        }
    }
    workstack_free(&tails);
    return good;
}

/* wrapped: the result of a walk that produced `done`. */
static term wrapped(struct chars *w, term done) {
    struct heap *h = &w->p->heap;
    if (!w->error && w->n_kept == 0) return done;
    term kept = w->n_kept > 0 ? heap_bin_copy(h, w->kept, w->n_kept) : NONE;
    if (!w->error) return TUPLE(h, kept_is_good(w) ? A_INCOMPLETE : A_ERROR, done, kept);
    term rest = w->rest;
    if (kept != NONE) rest = heap_cons(h, kept, heap_cons(h, rest, NIL));
    return TUPLE(h, A_ERROR, done, rest);
}

/* other_encoding: what is no UTF-8 or Latin-1 is unicode.erl's own work, bad names included. When the program
 * was packed without that function, the call says so: undef. */
static term other_encoding(struct process *p, const term *a, term function) {
    const struct export_entry *to = code_export_make(&p->vm->code, A_UNICODE, function, 2);
    if (!to) return raise_system_limit(p);
    term data = a[0], encoding = a[1];
    p->vm->x[0] = data;
    p->vm->x[1] = encoding;
    return bif_trap(p, to);
}

static bool is_own_encoding(term t) {
    return t == A_LATIN1 || t == A_UTF8 || t == A_UNICODE;
}

/* chars_count: the first pass. false: badarg. */
static bool chars_count(struct chars *w, struct process *p, const term *a) {
    *w = (struct chars){.p = p, .latin1 = a[1] == A_LATIN1};
    chars_walk(w, a[0]);
    reds_charge(p, w->out.n_bytes);
    return !w->badarg && (!w->error || is_chardata(a[0]));
}

term bif_unicode_characters_to_binary_2(struct process *p, const term *a) {
    struct chars w;
    uint8_t *data;
    if (!is_own_encoding(a[1])) return other_encoding(p, a, A_CHARACTERS_TO_BINARY_INT);
    if (!chars_count(&w, p, a)) return raise_badarg(p);
    bool clean = !w.error && w.n_kept == 0;
    if (clean && term_is_binary(a[0]) && w.out.n_bytes == term_bits(a[0]).size_bits / 8) return a[0];
    term done = heap_bin_new(&p->heap, w.out.n_bytes, &data);
    w = (struct chars){.p = p, .latin1 = w.latin1, .out = {.utf8 = data}};
    chars_walk(&w, a[0]);
    return wrapped(&w, done);
}

term bif_unicode_characters_to_list_2(struct process *p, const term *a) {
    struct chars w;
    if (!is_own_encoding(a[1])) return other_encoding(p, a, A_CHARACTERS_TO_LIST_INT);
    if (!chars_count(&w, p, a)) return raise_badarg(p);
    size_t n = w.out.n_chars;
    term *cells = heap_alloc(&p->heap, 2 * n + 2); /* the last two keep the pointer set when n is 0 */
    w = (struct chars){.p = p, .latin1 = w.latin1, .out = {.cells = cells}};
    chars_walk(&w, a[0]);
    cells[2 * n] = cells[2 * n + 1] = NIL;
    if (n > 0) cells[2 * n - 1] = NIL;
    return wrapped(&w, n > 0 ? list_make(cells) : NIL);
}

term bif_unicode_bin_is_7bit_1(struct process *p, const term *a) {
    struct view v;
    if (!bytes_of(p, a[0], &v)) return A_FALSE;
    return term_of_bool(ascii_run(v.p, view_left(&v)) == view_left(&v));
}
