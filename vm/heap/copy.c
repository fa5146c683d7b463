/* copy: deep copies of terms, as messages, spawn arguments and tables need them. Sharing inside a term is not
 * kept.
 *
 *   measure   a small explicit stack of (next word, words left); when it is full, pointer reversal
 *   copy      Cheney's queue over the target: [ scanned | copied, pointing into the source | free ]
 */
#include "heap/bin.h"
#include "heap/deep.h"

struct range {
    uintptr_t lo, hi;
};

static inline bool range_has(struct range r, const term *p) {
    return (uintptr_t)p - r.lo < r.hi - r.lo;
}

/* A pointer to something that must be copied? */
static inline bool is_copied(struct range literals, term t) {
    return !term_is_imm(t) && !range_has(literals, (const term *)(t & ~(term)TAG_MASK));
}

static COLD size_t size_deep(term t, struct range literals) {
    size_t words = 0;
    term link = 0;
    do {
        while (is_copied(literals, t)) {
            words += term_is_list(t) ? 2 : 1 + header_arity(*boxed_ptr(t));
            if (!deep_descend(&t, &link)) break;
        }
    } while (deep_ascend(&t, &link));
    return words;
}

enum { SIZE_STACK = 128 };

size_t term_size(term t, uintptr_t lo, uintptr_t hi) {
    const struct range literals = {lo, hi};
    struct {
        const term *at;
        size_t left;
    } stack[SIZE_STACK];
    int depth = 0;
    size_t words = 0;
    for (;;) {
        while (is_copied(literals, t)) {
            if (UNLIKELY(depth == SIZE_STACK)) {
                words += size_deep(t, literals);
                break;
            }
            const term *p = (const term *)(t & ~(term)TAG_MASK);
            if (term_is_list(t)) {
                words += 2;
                t = p[1];
                if (!is_copied(literals, p[0])) continue;
                t = p[0];
                stack[depth].at = p + 1;
                stack[depth++].left = 1;
                continue;
            }
            size_t n = term_words(*p);
            words += 1 + header_arity(*p);
            if (n == 0) break;
            t = p[n];
            if (n == 1) continue;
            stack[depth].at = p + 1;
            stack[depth++].left = n - 1;
        }
        if (depth == 0) return words;
        t = *stack[depth - 1].at++;
        if (--stack[depth - 1].left == 0) depth--;
    }
}

/* -- copying */
struct copy {
    term *top;
    term *offheap;
    struct range literals;
};

static inline term copy_list(struct copy *c, term t) {
    term *to = c->top;
    term first = list_make(to);
    for (;;) {
        const term *cell = list_ptr(t);
        t = cell[1];
        to[0] = cell[0];
        if (!term_is_list(t) || range_has(c->literals, list_ptr(t))) break;
        to[1] = list_make(to + 2);
        to += 2;
    }
    to[1] = t;
    c->top = to + 2;
    return first;
}

/* A second holder of a binary: neither copy may be grown where it lies, except into room nobody else sees. */
static void copy_refc(struct copy *c, term *object) {
    bin_ref((struct bin *)object[REFC_BIN]);
    object[REFC_FLAGS] = 0;
    object[REFC_NEXT] = *c->offheap;
    *c->offheap = (term)object;
}

static inline term copy_boxed(struct copy *c, term t) {
    const term *from = boxed_ptr(t);
    size_t arity = header_arity(from[0]);
    term *to = c->top;
    for (size_t i = 0; i <= arity; i++) to[i] = from[i];
    c->top = to + 1 + arity;
    enum kind k = header_kind(from[0]);
    if (k == KIND_REFC_BIN) copy_refc(c, to);
    if (k == KIND_SUB_BIN) to[SUB_FLAGS] = small_make(0);
    return boxed_make(to);
}

static inline term copy_one(struct copy *c, term t) {
    if (!is_copied(c->literals, t)) return t;
    return term_is_list(t) ? copy_list(c, t) : copy_boxed(c, t);
}

term term_copy(term t, term **to, term *offheap, uintptr_t lo, uintptr_t hi) {
    struct copy c = {*to, offheap, {lo, hi}};
    term *at = *to;
    term result = copy_one(&c, t);
    while (at < c.top) {
        term w = *at;
        if (word_is_header(w) && header_kind(w) >= KIND_FIRST_RAW) {
            at += 1 + header_arity(w);
            continue;
        }
        if (!term_is_imm(w) && w != list_make(at + 1)) *at = copy_one(&c, w); /* else: within a run */
        at++;
    }
    *to = c.top;
    return result;
}

term heap_copy(struct heap *h, term t) {
    if (!is_copied((struct range){h->literal_lo, h->literal_hi}, t)) return t;
    term *to = heap_alloc(h, term_size(t, h->literal_lo, h->literal_hi));
    return term_copy(t, &to, &h->offheap, h->literal_lo, h->literal_hi);
}

struct frag *frag_copy(struct alloc *a, term t, uintptr_t lo, uintptr_t hi, term *out) {
    size_t words = term_size(t, lo, hi);
    struct frag *f = frag_new(a, words);
    if (!f) return NULL;
    term *to = f->words;
    *out = term_copy(t, &to, &f->offheap, lo, hi);
    f->used_words = (size_t)(to - f->words);
    return f;
}
