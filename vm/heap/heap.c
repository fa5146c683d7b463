/* heap: blocks, fragments, and building small terms. The collector is collect.c.
 *
 *   young [ heap -> top … stop <- stack ]     old [ … old_top …]     frags -> [used|free] -> [used|free] -> …
 *
 * The first fragment is the one that small requests are served from while the young block is full.
 */
#include "heap/bin.h"

enum { FRAG_MIN_WORDS = 256, FRAG_MAX_GROW = 16 * 1024 };

enum status heap_init(struct heap *h, struct alloc *a, size_t min_words) {
    size_t words = max_size(min_words, 4 * HEAP_SLACK);
    term *block = alloc_get(a, words * sizeof(term));
    if (!block) return ST_NOMEM;
    *h = (struct heap){.start = block, .high = block, .top = block, .alloc = a};
    h->end = h->stop = block + words;
    h->min_words = h->young_words = words;
    h->fullsweep_after = UINT16_MAX;
    h->frag_bound = HEAP_FRAG_BOUND;
    return ST_OK;
}

static void offheap_unref(term chain) {
    while (chain) {
        term *object = (term *)chain;
        chain = object[REFC_NEXT];
        bin_unref((struct bin *)object[REFC_BIN]);
    }
}

void heap_deinit(struct heap *h) {
    offheap_unref(h->offheap);
    offheap_unref(h->old_offheap);
    for (struct frag *f = h->frags, *next; f; f = next) {
        next = f->next;
        frag_free(h->alloc, f);
    }
    alloc_put(h->alloc, h->start);
    alloc_put(h->alloc, h->old_start);
    h->start = h->old_start = NULL;
    h->frags = NULL;
    h->offheap = h->old_offheap = 0;
}

struct frag *frag_new(struct alloc *a, size_t words) {
    if (words > SIZE_MAX / 16) return NULL;
    struct frag *f = alloc_get(a, sizeof *f + words * sizeof(term));
    if (!f) return NULL;
    f->next = NULL;
    f->size_words = words;
    f->used_words = 0;
    f->offheap = 0;
    f->words = (term *)(f + 1);
    return f;
}

void frag_release(struct alloc *a, struct frag *f) {
    if (f->words != (term *)(f + 1)) alloc_put(a, f->words);
    alloc_put(a, f);
}

void frag_free(struct alloc *a, struct frag *f) {
    if (!f) return;
    offheap_unref(f->offheap);
    frag_release(a, f);
}

term *heap_alloc_slow(struct heap *h, size_t words) {
    struct frag *f = h->frags;
    if (!f || f->size_words - f->used_words < words) {
        size_t size = max_size(words, min_size(max_size(h->frag_words, FRAG_MIN_WORDS), FRAG_MAX_GROW));
        f = frag_new(h->alloc, size);
        if (!f && size > words) f = frag_new(h->alloc, words);
        if (!f) {
            h->oom(h, words);
            panic("heap: out of memory, and the handler returned");
        }
        f->next = h->frags;
        h->frags = f;
    }
    term *at = f->words + f->used_words;
    f->used_words += words;
    h->frag_words += words;
    return at;
}

void heap_shrink_last(struct heap *h, term *from, size_t words) {
    if (from + words == h->top) {
        h->top = from;
        return;
    }
    struct frag *f = h->frags;
    if (f && from + words == f->words + f->used_words) {
        f->used_words -= words;
        h->frag_words -= words;
    }
}

void heap_adopt(struct heap *h, struct frag *f) {
    for (term at = f->offheap, next; at; at = next) {
        term *object = (term *)at;
        next = object[REFC_NEXT];
        object[REFC_NEXT] = h->offheap;
        h->offheap = at;
        h->bin_bytes += object[REFC_SIZE];
    }
    f->offheap = 0;
    h->frag_words += f->used_words;
    /* behind the first: that one may have room for small requests */
    struct frag **at = h->frags ? &h->frags->next : &h->frags;
    f->next = *at;
    *at = f;
}

enum { ADOPT_MOVE_WORDS = 256 };

/* Move a fragment's words to the top of the young block: pointers inside it shift with it. */
static void frag_move_in(struct heap *h, struct frag *f) {
    const term *lo = f->words;
    term *at = h->top, *end = h->top + f->used_words;
    term shift = (term)at - (term)lo;
    memcpy(at, lo, f->used_words * sizeof(term));
    h->top = end;
    while (at < end) {
        term w = *at;
        if (word_is_header(w)) {
            if (header_kind(w) == KIND_REFC_BIN) {
                at[REFC_NEXT] = h->offheap;
                h->offheap = (term)at;
                h->bin_bytes += at[REFC_SIZE];
            }
            at += header_kind(w) >= KIND_FIRST_RAW ? 1 + header_arity(w) : 1;
            continue;
        }
        if (!term_is_imm(w) && w - (term)lo < f->used_words * sizeof(term)) *at = w + shift;
        at++;
    }
    f->offheap = 0;
}

term heap_adopt_term(struct heap *h, struct frag *f, term t) {
    if (f->used_words > ADOPT_MOVE_WORDS || (size_t)(h->stop - h->top) < f->used_words + HEAP_SLACK) {
        heap_adopt(h, f);
        return t;
    }
    if (!term_is_imm(t) && t - (term)f->words < f->used_words * sizeof(term))
        t += (term)h->top - (term)f->words;
    frag_move_in(h, f);
    frag_free(h->alloc, f);
    return t;
}

size_t heap_used_words(const struct heap *h) {
    return (size_t)(h->top - h->start) + (size_t)(h->end - h->stop) + (size_t)(h->old_top - h->old_start) +
           h->frag_words;
}

size_t heap_block_words(const struct heap *h) {
    return (size_t)(h->end - h->start) + (size_t)(h->old_end - h->old_start);
}

/* -- building */
term heap_tuple(struct heap *h, size_t n, const term *elements) {
    term *t = heap_alloc(h, 1 + n);
    t[0] = header_make(KIND_TUPLE, n);
    for (size_t i = 0; i < n; i++) t[1 + i] = elements[i];
    return boxed_make(t);
}

term heap_float(struct heap *h, double d) {
    term *t = heap_alloc(h, 2);
    t[0] = header_make(KIND_FLOAT, 1);
    memcpy(t + 1, &d, sizeof d);
    return boxed_make(t);
}

term heap_ref(struct heap *h, uint64_t hi, uint64_t lo) {
    term *t = heap_alloc(h, 3);
    t[0] = header_make(KIND_REF, 2);
    t[1] = hi;
    t[2] = lo;
    return boxed_make(t);
}

term heap_string(struct heap *h, const char *latin1, size_t n, term tail) {
    if (n == 0) return tail;
    term *cells = heap_alloc(h, 2 * n);
    for (size_t i = 0; i < n; i++) {
        cells[2 * i] = small_make((uint8_t)latin1[i]);
        cells[2 * i + 1] = i + 1 < n ? list_make(cells + 2 * (i + 1)) : tail;
    }
    return list_make(cells);
}
