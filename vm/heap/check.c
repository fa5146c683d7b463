/* check: is a heap as heap.h says? For tests and builds with LING_GC_STRESS; walks all that the last
 * collection left.
 *
 * What was allocated since is not walked: a BIF that raised halfway may leave words there that nothing
 * reaches.
 */
#include "heap/bin.h"

struct gc {
    const struct heap *h;
    const char *where;
};

static bool within(const term *p, const term *lo, const term *hi) {
    return p >= lo && p < hi;
}

static bool in_frags(const struct heap *h, const term *p) {
    for (const struct frag *f = h->frags; f; f = f->next)
        if (within(p, f->words, f->words + f->used_words)) return true;
    return false;
}

static void check_pointer(const struct heap *h, const char *where, term t, bool from_old) {
    if (term_is_imm(t)) return;
    const term *p = (const term *)(t & ~(term)TAG_MASK);
    if ((uintptr_t)p - h->literal_lo < h->literal_hi - h->literal_lo) return;
    bool known = within(p, h->old_start, h->old_top);
    if (!from_old) known = known || within(p, h->start, h->top) || in_frags(h, p);
    if (!known) panic("heap: %s: %#llx points outside the heap", where, (unsigned long long)t);
    if (term_is_boxed(t) && !word_is_header(p[0]))
        panic("heap: %s: %#llx points at no header: %#llx", where, (unsigned long long)t,
              (unsigned long long)p[0]);
    if (term_is_list(t) && (p[0] == NONE || p[1] == NONE || word_is_header(p[0])))
        panic("heap: %s: %#llx points at no cell", where, (unsigned long long)t);
}

static void check_span(const struct heap *h, const char *where, const term *p, size_t n) {
    for (size_t i = 0; i < n; i++) check_pointer(h, where, p[i], false);
}

/* Walk a dense area; returns how many refc binaries it holds. */
static size_t check_area(const struct heap *h, const char *where, const term *at, const term *end) {
    size_t binaries = 0;
    bool old = at && at == h->old_start;
    while (at < end) {
        term w = *at;
        if (!word_is_header(w)) {
            if (w == NONE) panic("heap: %s: a hole at %p", where, (const void *)at);
            check_pointer(h, where, w, old);
            at++;
            continue;
        }
        binaries += header_kind(w) == KIND_REFC_BIN;
        at += header_kind(w) >= KIND_FIRST_RAW ? 1 + header_arity(w) : 1;
    }
    if (at != end) panic("heap: %s: an object passes the end", where);
    return binaries;
}

static void check_chain(const char *where, term chain, const term *lo, const term *hi, size_t expected) {
    size_t n = 0;
    while (chain) {
        const term *o = (const term *)chain;
        const struct bin *b = (const struct bin *)o[REFC_BIN];
        if (o[0] != header_make(KIND_REFC_BIN, REFC_WORDS - 1))
            panic("heap: %s: no binary on the chain", where);
        if (b->refs == 0 || b->size > b->capacity || o[REFC_SIZE] > b->size)
            panic("heap: %s: a binary of %llu bytes in %zu of %zu, %llu refs", where,
                  (unsigned long long)o[REFC_SIZE], b->size, b->capacity, (unsigned long long)b->refs);
        n += within(o, lo, hi);
        chain = o[REFC_NEXT];
    }
    if (n != expected) panic("heap: %s: %zu binaries, %zu on the chain", where, expected, n);
}

static void check_root(struct gc *gc, struct root_span span) {
    check_span(gc->h, gc->where, span.p, span.n);
}

void heap_check(const struct heap *h, const struct roots *roots) {
    if (!(h->start <= h->high && h->high <= h->top && h->top <= h->stop && h->stop <= h->end))
        panic("heap: young block out of order");
    if (!(h->old_start <= h->old_top && h->old_top <= h->old_end)) panic("heap: old block out of order");
    size_t in_frag_list = 0;
    for (const struct frag *f = h->frags; f; f = f->next) {
        if (f->used_words > f->size_words || f->offheap) panic("heap: bad fragment");
        in_frag_list += f->used_words;
    }
    if (in_frag_list != h->frag_words)
        panic("heap: %zu words in fragments, %zu counted", in_frag_list, h->frag_words);
    check_chain("young", h->offheap, h->start, h->high, check_area(h, "young", h->start, h->high));
    check_chain("old", h->old_offheap, h->old_start, h->old_top,
                check_area(h, "old", h->old_start, h->old_top));
    check_span(h, "stack", h->stop, (size_t)(h->end - h->stop));
    for (size_t i = 0; i < roots->n; i++) check_span(h, "root", roots->spans[i].p, roots->spans[i].n);
    struct gc gc = {h, "further root"};
    if (roots->more) roots->more(roots->ctx, check_root, &gc);
}
