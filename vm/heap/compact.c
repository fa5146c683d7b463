/* compact: the collector for short memory: mark, then push everything together where it lies.
 *
 *   area     young block, old block, each fragment          live: a bit a word       before: live words before
 *                                                                                    each group of 64
 *   before   [ free ][ young  x.xx..x   ..  <- stack ][ free ]        [ free ][ old xx..x | ]      frag [ ..x ]
 *   after    [ xxxx -> top        room         <- stack ] free        [ xxx ] free                 frag [ x ] free
 *
 * 1. Mark from the roots by turning pointers round (deep.h): no stack, any depth.
 * 2. Blocks take free memory before them in. Binaries that died are given back.
 * 3. Every pointer p, in roots and objects, becomes  area.to + before[group of p] + bits below p in its group.
 *    Objects move down in their area, in one walk with that.
 * 4. Blocks are cut to what they hold; the young one grows behind, too, and the stack goes to its new end.
 * When that gives too little room, what the young block holds becomes a fragment and a new young block is begun with
 * the stack. Once more from 1, as neighbours of the young block may have become free, and that is all that can be done.
 *
 * Invariants: within an area nothing changes its order and nothing moves up, so a walk never overtakes what it has not
 * read; no object leaves its area, so nothing old comes to point at anything younger.
 * Source: the two-table scheme: Kermany and Petrank, "The Compressor", PLDI 2006, for one thread.
 */
#include "heap/collect.h"
#include "heap/deep.h"

#include <stdlib.h>

enum { GROUP = 64, ROOM_PART = 32, SPLIT_TRIES = 6, LEAST_GROWTH = 4096 };

struct area {
    term *lo, *top;
    term *to;
    uint64_t *live;
    size_t *before;
    size_t live_words;
};

/* One collection under way. */
struct gc {
    struct heap *h;
    struct area *areas; /* by address, and the block of memory all tables lie in */
    size_t n;
    struct area *young, *old; /* of areas; old NULL: none */
};

/* -- areas */
static size_t groups_of(size_t words) {
    return words / GROUP + 1;
}

static bool area_has(const struct area *a, const term *p) {
    return (uintptr_t)p - (uintptr_t)a->lo < (uintptr_t)a->top - (uintptr_t)a->lo;
}

/* The area that p points into; NULL: none, a literal. */
static struct area *area_of(const struct gc *g, const term *p) {
    if (LIKELY(area_has(g->young, p))) return g->young;
    size_t lo = 0, hi = g->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (area_has(&g->areas[mid], p)) return &g->areas[mid];
        if (p < g->areas[mid].lo)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

static inline bool is_live(const struct area *a, const term *p) {
    size_t i = (size_t)(p - a->lo);
    return a->live[i / GROUP] >> i % GROUP & 1;
}

static void set_live(struct area *a, const term *p, size_t words) {
    for (size_t i = (size_t)(p - a->lo), end = i + words; i < end; i++)
        a->live[i / GROUP] |= UINT64_C(1) << i % GROUP;
}

/* The next live word at or after p; a->top: none. */
static term *live_next(const struct area *a, term *p) {
    size_t i = (size_t)(p - a->lo), end = (size_t)(a->top - a->lo);
    while (i < end) {
        uint64_t bits = a->live[i / GROUP] >> i % GROUP;
        if (bits) return a->lo + i + (size_t)__builtin_ctzll(bits);
        i = (i / GROUP + 1) * GROUP;
    }
    return a->top;
}

static int by_address(const void *a, const void *b) {
    const term *x = ((const struct area *)a)->lo, *y = ((const struct area *)b)->lo;
    return x < y ? -1 : x > y;
}

static void area_add(struct gc *g, term *lo, term *top) {
    if (lo < top) g->areas[g->n++] = (struct area){.lo = lo, .top = top};
}

static void areas_list(struct gc *g) {
    const struct heap *h = g->h;
    g->areas[g->n++] = (struct area){.lo = h->start, .top = h->top}; /* also when empty: it is to grow */
    area_add(g, h->old_start, h->old_top);
    for (const struct frag *f = h->frags; f; f = f->next) area_add(g, f->words, f->words + f->used_words);
}

static void areas_find(struct gc *g) {
    g->young = g->areas; /* for area_of, until it is known */
    for (size_t i = 0; i < g->n; i++) {
        if (g->areas[i].lo == g->h->start) g->young = &g->areas[i];
        if (g->areas[i].lo == g->h->old_start) g->old = &g->areas[i];
    }
}

/* All tables in one block. false: no memory. */
static bool gc_begin(struct gc *g, struct heap *h) {
    size_t n = 2,
           groups = groups_of((size_t)(h->top - h->start)) + groups_of((size_t)(h->old_top - h->old_start));
    for (const struct frag *f = h->frags; f; f = f->next, n++) groups += groups_of(f->used_words);
    *g = (struct gc){.h = h};
    g->areas = alloc_get(h->alloc, n * sizeof *g->areas + groups * (sizeof(uint64_t) + sizeof(size_t)));
    if (!g->areas) return false;
    areas_list(g);
    qsort(g->areas, g->n, sizeof *g->areas, by_address);
    areas_find(g);
    uint64_t *table = (uint64_t *)(g->areas + n);
    for (size_t i = 0; i < g->n; i++) {
        struct area *a = &g->areas[i];
        size_t of_area = groups_of((size_t)(a->top - a->lo));
        a->to = a->lo;
        a->live = table;
        a->before = (size_t *)(table + of_area);
        memset(a->live, 0, of_area * sizeof *a->live);
        table += 2 * of_area;
    }
    return true;
}
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "the tables of an area lie in one array");

/* -- marking */

/* Something of ours that is not marked yet? Marks it. */
static bool mark_new(struct gc *g, term t) {
    if (term_is_imm(t)) return false;
    const term *p = (const term *)(t & ~(term)TAG_MASK);
    struct area *a = area_of(g, p);
    if (!a || is_live(a, p)) return false;
    set_live(a, p, term_is_list(t) ? 2 : 1 + header_arity(*p));
    return true;
}

static void mark(struct gc *g, term t) {
    term link = 0;
    do {
        while (mark_new(g, t) && deep_descend(&t, &link)) {
        }
    } while (deep_ascend(&t, &link));
}

static void mark_span(struct gc *g, struct root_span span) {
    for (size_t i = 0; i < span.n; i++) mark(g, span.p[i]);
}

/* Every root: those handed in, and the stack. */
static void each_root(struct gc *g, const struct roots *roots,
                      void (*visit)(struct gc *g, struct root_span span)) {
    const struct heap *h = g->h;
    for (size_t i = 0; i < roots->n; i++) visit(g, roots->spans[i]);
    if (roots->more) roots->more(roots->ctx, visit, g);
    visit(g, (struct root_span){h->stop, (size_t)(h->end - h->stop)});
}

static void areas_measure(struct gc *g) {
    for (struct area *a = g->areas; a < g->areas + g->n; a++) {
        size_t groups = groups_of((size_t)(a->top - a->lo));
        for (size_t i = 0; i < groups; i++) {
            a->before[i] = a->live_words;
            a->live_words += (size_t)__builtin_popcountll(a->live[i]);
        }
    }
}

/* -- moving */

/* Everything may move down into free memory before its block; a fragment with its head before it stays. What one gives
 * back behind it is there for the next one in a second pass. */
static void areas_lower(struct gc *g) {
    struct heap *h = g->h;
    g->young->to = alloc_join_before(h->alloc, h->start);
    if (g->old) g->old->to = alloc_join_before(h->alloc, h->old_start);
    for (struct frag *f = h->frags; f; f = f->next)
        if (f->words != (term *)(f + 1)) area_of(g, f->words)->to = alloc_join_before(h->alloc, f->words);
}

static term *moved(const struct area *a, const term *p) {
    size_t i = (size_t)(p - a->lo);
    uint64_t below = a->live[i / GROUP] & ((UINT64_C(1) << i % GROUP) - 1);
    return a->to + a->before[i / GROUP] + (size_t)__builtin_popcountll(below);
}

static term moved_term(const struct gc *g, term t) {
    if (term_is_imm(t)) return t;
    const term *p = (const term *)(t & ~(term)TAG_MASK);
    const struct area *a = area_of(g, p);
    return a ? (term)moved(a, p) | (t & TAG_MASK) : t;
}

static void update_span(struct gc *g, struct root_span span) {
    for (size_t i = 0; i < span.n; i++) span.p[i] = moved_term(g, span.p[i]);
}

static void slide(const struct gc *g, const struct area *a) {
    term *to = a->to;
    for (term *at = live_next(a, a->lo); at < a->top; at = live_next(a, at)) {
        if (word_is_header(*at) && header_kind(*at) >= KIND_FIRST_RAW) {
            size_t words = 1 + header_arity(*at);
            memmove(to, at, words * sizeof(term));
            to += words;
            at += words;
        } else {
            *to++ = moved_term(g, *at++);
        }
    }
}

static void sweep(struct gc *g, term chain) {
    while (chain) {
        term *object = (term *)chain;
        chain = object[REFC_NEXT];
        const struct area *a = area_of(g, object);
        if (is_live(a, object))
            gc_binary_keep(g->h, object, moved(a, object), a == g->old);
        else
            bin_unref((struct bin *)object[REFC_BIN]);
    }
}

/* The binaries of both chains, before anything moves: the chains then name the places where objects will be. */
static void binaries_sweep(struct gc *g) {
    struct heap *h = g->h;
    term young = h->offheap, old = h->old_offheap;
    h->offheap = h->old_offheap = 0;
    h->bin_bytes = h->old_bin_bytes = 0;
    sweep(g, young);
    sweep(g, old);
}

/* -- afterwards */
static void block_cut(struct heap *h, void *block, size_t bytes) {
    if (alloc_resize(h->alloc, block, bytes) != block) panic("heap: a shrinking block moved");
}

static void old_finish(const struct gc *g) {
    struct heap *h = g->h;
    if (!h->old_start) return;
    size_t live = g->old ? g->old->live_words : 0;
    if (g->old) h->old_start = g->old->to;
    if (live == 0) {
        alloc_put(h->alloc, h->old_start);
        h->old_start = h->old_top = h->old_end = NULL;
        return;
    }
    block_cut(h, h->old_start, live * sizeof(term));
    h->old_top = h->old_end = h->old_start + live;
}

/* Cut a fragment to what lives in it; false: nothing, it is gone. */
static bool frag_finish(const struct gc *g, struct frag *f) {
    struct heap *h = g->h;
    const struct area *a = f->used_words ? area_of(g, f->words) : NULL;
    f->used_words = f->size_words = a ? a->live_words : 0;
    bool apart = f->words != (term *)(f + 1);
    if (a) f->words = a->to;
    if (f->used_words == 0) {
        frag_release(h->alloc, f);
        return false;
    }
    if (apart)
        block_cut(h, f->words, f->used_words * sizeof(term));
    else
        block_cut(h, f, sizeof *f + f->used_words * sizeof(term));
    h->frag_words += f->used_words;
    return true;
}

static void frags_finish(const struct gc *g) {
    struct heap *h = g->h;
    h->frag_words = 0;
    for (struct frag **at = &h->frags, *f; (f = *at);) {
        struct frag *next = f->next;
        if (frag_finish(g, f))
            at = &f->next;
        else
            *at = next;
    }
    h->frag_bound = h->frag_words + HEAP_FRAG_BOUND;
}

/* The end of the young block is at `bytes`: the stack goes there. */
static void young_end_at(struct heap *h, size_t bytes) {
    size_t stack = (size_t)(h->end - h->stop);
    h->end = h->start + bytes / sizeof(term);
    memmove(h->end - stack, h->stop, stack * sizeof(term));
    h->stop = h->end - stack;
}

/* What the young block holds counts as new while there are fragments, which count as
 * new as well: else it would go to the old block before what it points at. */
static void young_finish(const struct gc *g) {
    struct heap *h = g->h;
    h->start = g->young->to;
    h->top = h->start + g->young->live_words;
    h->high = h->frags ? h->start : h->top;
    young_end_at(h, alloc_size_of(h->start));
}

static bool compact_once(struct heap *h, const struct roots *roots) {
    struct gc g;
    if (!gc_begin(&g, h)) return false;
    each_root(&g, roots, mark_span);
    areas_measure(&g);
    areas_lower(&g);
    binaries_sweep(&g);
    each_root(&g, roots, update_span);
    for (size_t i = 0; i < g.n; i++) slide(&g, &g.areas[i]);
    old_finish(&g);
    frags_finish(&g);
    young_finish(&g);
    alloc_put(h->alloc, g.areas);
    return true;
}

/* -- room to go on */
static size_t room_least(const struct heap *h, size_t need_words) {
    return need_words + HEAP_SLACK + heap_used_words(h) / ROOM_PART;
}

/* Grow or cut the young block to what is wanted; half of what is there beyond the least is left for others. false: it
 * is cut to what it holds, without the room. */
static bool young_fit(struct heap *h, size_t need_words) {
    size_t used = (size_t)(h->top - h->start) + (size_t)(h->end - h->stop),
           have = (size_t)(h->end - h->start);
    size_t least = used + room_least(h, need_words), wish = 2 * (used + need_words) + LEAST_GROWTH;
    if (have < wish) {
        young_end_at(h, alloc_extend(h->alloc, h->start, (wish - have) * sizeof(term)));
        have = (size_t)(h->end - h->start);
    }
    bool fits = have >= least;
    if (fits) h->young_words = max_size(least, min_size(wish, least + (have - least) / 2));
    heap_young_cut(h, fits ? h->young_words : used);
    return fits;
}

/* The largest block that is to be had, of `least` to `wish` words. */
static term *block_largest(struct heap *h, size_t least, size_t wish, size_t *words) {
    for (int tries = 0; tries < SPLIT_TRIES && wish > least; tries++, wish = least + (wish - least) / 2) {
        term *block = alloc_get(h->alloc, (*words = wish) * sizeof(term));
        if (block) return block;
    }
    return alloc_get(h->alloc, (*words = least) * sizeof(term));
}

/* What the young block holds becomes a fragment, the stack moves to a new young block. false: no memory. */
static bool young_split(struct heap *h, size_t need_words) {
    size_t live = (size_t)(h->top - h->start), stack = (size_t)(h->end - h->stop), words;
    size_t least = max_size(stack + room_least(h, need_words), h->min_words);
    struct frag *f = alloc_get(h->alloc, sizeof *f);
    term *block = f ? block_largest(h, least, least + heap_used_words(h) / 2, &words) : NULL;
    if (!block) {
        alloc_put(h->alloc, f);
        return false;
    }
    *f = (struct frag){.next = h->frags, .size_words = live, .used_words = live, .words = h->start};
    memcpy(block + words - stack, h->stop, stack * sizeof(term));
    if (live == 0) {
        frag_release(h->alloc, f);
    } else {
        block_cut(h, f->words, live * sizeof(term));
        h->frags = f;
        h->frag_words += live;
        h->frag_bound += live;
    }
    h->start = h->high = h->top = block;
    h->end = block + words;
    h->stop = h->end - stack;
    h->young_words = words;
    return true;
}

/* Built for stress: sometimes another young block is begun though the old one has room. */
static bool split_anyway(const struct heap *h) {
#ifdef LING_GC_STRESS
    return h->gc_major % 3 == 1 && heap_used_words(h) < 4 * LEAST_GROWTH;
#endif
    return false;
}

enum status heap_compact(struct heap *h, size_t need_words, const struct roots *roots) {
    if (need_words > SIZE_MAX / 32) return ST_NOMEM;
    for (int pass = 0; pass < 2; pass++) {
        if (!compact_once(h, roots)) return ST_NOMEM;
        bool fits = young_fit(h, need_words);
        if ((fits && !split_anyway(h)) || young_split(h, need_words) || fits) return ST_OK;
    }
    return ST_NOMEM;
}
