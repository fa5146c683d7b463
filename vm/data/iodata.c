/* iodata: iolists and bitstring lists: sizes, and flattening into bytes or bits.
 *
 *     [H | T] with H a list: visit H, T waits on the stack        stack: tails still to visit
 *
 * Invariant: the walk only pushes non-empty tails, so that plain strings and [[[…], x], y] stay shallow where
 * they can. Source: reference manual, types iolist(), bitstring_list(). */
#include "data/bits.h"
#include "data/bits_word.h"
#include "term/workstack.h"

/* A walk over the leaves of one iolist. */
struct walk {
    struct workstack stack;
    term at; /* where we are: a list, NIL, or a bitstring tail */
    bool bad;
};

static void walk_init(struct walk *w, term t) {
    workstack_init(&w->stack);
    w->at = t;
    w->bad = false;
}

/* walk_next: the next leaf: a small 0..255 or a bitstring. NONE at the end, also at what is no iodata
 * (`bad`). */
static inline term walk_next(struct walk *w) {
    for (;;) {
        if (term_is_list(w->at)) {
            term head = list_head(w->at), tail = list_tail(w->at);
            w->at = tail;
            if (term_is_small(head) && (uint64_t)small_value(head) < 256) return head;
            if (term_is_bitstring(head)) return head;
            if (term_is_list(head)) {
                if (tail != NIL) workstack_push(&w->stack, tail);
                w->at = head;
            } else if (head != NIL) {
                w->bad = true;
                return NONE;
            }
        } else {
            term leaf = w->at;
            w->at = NIL;
            if (leaf == NIL) {
                if (workstack_empty(&w->stack)) return NONE;
                w->at = workstack_pop(&w->stack);
                continue;
            }
            if (term_is_bitstring(leaf)) return leaf;
            w->bad = true;
            return NONE;
        }
    }
}

enum status iodata_bits_size(term t, size_t *bits) {
    struct walk w;
    size_t n = 0;
    walk_init(&w, t);
    for (term leaf; (leaf = walk_next(&w)) != NONE;) n += term_is_small(leaf) ? 8 : term_bits(leaf).size_bits;
    workstack_free(&w.stack);
    if (w.bad) return ST_BADARG;
    *bits = n;
    return ST_OK;
}

enum status iodata_size(term t, size_t *bytes) {
    struct walk w;
    size_t n = 0;
    walk_init(&w, t);
    for (term leaf; (leaf = walk_next(&w)) != NONE;) {
        if (term_is_small(leaf)) {
            n++;
            continue;
        }
        size_t bits = term_bits(leaf).size_bits;
        if (bits & 7) {
            w.bad = true;
            break;
        }
        n += bits / 8;
    }
    workstack_free(&w.stack);
    if (w.bad) return ST_BADARG;
    *bytes = n;
    return ST_OK;
}

static size_t write_leaf(uint8_t *out, term leaf) {
    struct bits from = term_bits(leaf);
    size_t bytes = from.size_bits / 8;
    if ((from.offset_bits & 7) == 0)
        memcpy(out, from.bytes + from.offset_bits / 8, bytes);
    else
        bits_copy(out, 0, from.bytes, from.offset_bits, from.size_bits);
    return bytes;
}

void iodata_write(term t, uint8_t *out) {
    struct walk w;
    walk_init(&w, t);
    for (term leaf; (leaf = walk_next(&w)) != NONE;) {
        if (term_is_small(leaf))
            *out++ = (uint8_t)small_value(leaf);
        else
            out += write_leaf(out, leaf);
    }
    workstack_free(&w.stack);
}

void iodata_put(struct bits_builder *b, term t) {
    struct walk w;
    walk_init(&w, t);
    for (term leaf; (leaf = walk_next(&w)) != NONE;) {
        if (term_is_small(leaf))
            bits_put_integer(b, leaf, 8, 0);
        else
            bits_put_binary_all(b, leaf, 1);
    }
    workstack_free(&w.stack);
}
