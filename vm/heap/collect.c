/* collect: the generational copying collector.
 *
 *   minor   young: [mature|new] ──> mature survivors to the free end of the old block, new ones to a new
 * young block major   young and old ──> new ones to a new young block, everything older to a new old block
 *
 *   to-space   [ scanned | copied, not scanned | free ]      Cheney: two such queues, young and old, until
 * both are empty ^scan                 ^top from-space a moved list cell holds [NONE | new list term]; a
 * moved box holds its new boxed term in the header's place
 *
 * An object survives at most two collections in the young block before it is old: what lies below `high` was
 * alive at the last one. No object points to a younger one, except by the destructive operations that the
 * compiler uses only on fresh objects; so a minor collection needs neither a write barrier nor a scan of the
 * old block.
 *
 * Sizes: the to-spaces are allocated for the worst case before anything moves, and their unused ends are given back;
 * failing changes nothing, and compact.c does the collection where everything lies. The young block doubles while memory is plentiful up to
 * NURSERY_WORDS, since a process that collects often gains from a larger one whatever survives; beyond, it
 * grows with what survives. Source: C. J. Cheney, "A nonrecursive list compacting algorithm", CACM 13(11),
 * 1970; generations as in OTP's erts.
 */
#include "heap/collect.h"

enum { NURSERY_WORDS = 32 * 1024, OLD_BIN_MIN = 1024 * 1024 };

/* One collection under way. */
struct gc {
    struct heap *h;
    bool major;
    bool strays; /* there are fragments: a pointer outside the young block may need moving */
    term *from_start, *from_high, *from_top;
    term *young, *young_scan, *young_top, *young_end;
    term *old, *old_scan, *old_top, *old_end; /* minor: the free part of the old block */
};

static inline bool between(const term *p, const term *lo, const term *hi) {
    return (uintptr_t)p - (uintptr_t)lo < (uintptr_t)hi - (uintptr_t)lo;
}

/* Does an address outside the young block belong to what moves? Literals don't, nor what has been moved
 * already. */
static inline bool gc_moves_stray(const struct gc *g, const term *p) {
    const struct heap *h = g->h;
    if ((uintptr_t)p - h->literal_lo < h->literal_hi - h->literal_lo) return false;
    if (between(p, g->young, g->young_end) || between(p, g->old, g->old_end)) return false;
    return g->major || !between(p, h->old_start, h->old_end);
}

/* Where does the object at p go: NULL nowhere, else the top of its queue. */
static inline __attribute__((always_inline)) term **gc_target(struct gc *g, const term *p) {
    if (LIKELY(between(p, g->from_start, g->from_top))) return p < g->from_high ? &g->old_top : &g->young_top;
    if (LIKELY(!g->strays) || !gc_moves_stray(g, p)) return NULL;
    return between(p, g->h->old_start, g->h->old_end) ? &g->old_top : &g->young_top;
}

/* Move a list cell and the unmoved cells of the same queue that follow it: a list becomes one run in memory.
 */
static inline __attribute__((always_inline)) term gc_move_list(struct gc *g, term t) {
    term *cell = list_ptr(t);
    term **queue = gc_target(g, cell);
    if (!queue) return t;
    if (cell[0] == NONE) return cell[1];
    term *to = *queue;
    term first = list_make(to);
    for (;;) {
        term tail = cell[1];
        to[0] = cell[0];
        cell[0] = NONE;
        cell[1] = list_make(to);
        if (!term_is_list(tail)) {
            to[1] = tail;
            break;
        }
        cell = list_ptr(tail);
        if (gc_target(g, cell) != queue || cell[0] == NONE) {
            to[1] = tail; /* the scan sees to it */
            break;
        }
        to[1] = list_make(to + 2);
        to += 2;
    }
    *queue = to + 2;
    return first;
}

static inline __attribute__((always_inline)) term gc_move_boxed(struct gc *g, term t) {
    term *from = boxed_ptr(t);
    term **queue = gc_target(g, from);
    if (!queue) return t;
    term header = from[0];
    if (!word_is_header(header)) return header;
    size_t arity = header_arity(header);
    term *to = *queue;
    *queue = to + 1 + arity;
    to[0] = header;
    if (LIKELY(arity < 16))
        for (size_t i = 1; i <= arity; i++) to[i] = from[i];
    else
        memcpy(to + 1, from + 1, arity * sizeof(term));
    from[0] = boxed_make(to);
    return boxed_make(to);
}

static inline __attribute__((always_inline)) void gc_move_word(struct gc *g, term *at) {
    term t = *at;
    if (term_is_boxed(t))
        *at = gc_move_boxed(g, t);
    else if (term_is_list(t))
        *at = gc_move_list(g, t);
}

/* Roots and stacks: words that are terms, return addresses or catches; no headers. */
static void gc_move_span(struct gc *g, struct root_span span) {
    for (term *at = span.p, *end = span.p + span.n; at < end; at++) gc_move_word(g, at);
}

/* Scan one queue to its end. */
static void gc_scan(struct gc *g, term *at, term **top) {
    while (at < *top) {
        term t = *at;
        if (term_is_boxed(t)) {
            *at++ = gc_move_boxed(g, t);
        } else if (term_is_list(t)) {
            if (t != list_make(at + 1)) *at = gc_move_list(g, t); /* else: within a run */
            at++;
        } else if (UNLIKELY(word_is_header(t) && header_kind(t) >= KIND_FIRST_RAW)) {
            at += 1 + header_arity(t);
        } else {
            at++;
        }
    }
}

static void gc_scan_all(struct gc *g) {
    while (g->young_scan < g->young_top || g->old_scan < g->old_top) {
        term *young = g->young_scan, *old = g->old_scan;
        gc_scan(g, young, &g->young_top);
        g->young_scan = g->young_top;
        gc_scan(g, old, &g->old_top);
        g->old_scan = g->old_top;
    }
}

/* A writable binary that has not grown since the last collection is not being built any more: give its spare
 * room back. The flags word remembers the size seen last, above the flag bits. */
static void writable_trim(term *object) {
    struct bin *b = (struct bin *)object[REFC_BIN];
    size_t seen = object[REFC_FLAGS] >> 8;
    if (seen == object[REFC_SIZE] && b->refs == 1 && b->capacity > b->size) {
        struct bin *trimmed = alloc_resize(b->alloc, b, sizeof *b + b->size);
        if (trimmed) {
            trimmed->capacity = trimmed->size;
            object[REFC_BIN] = (term)trimmed;
        }
    }
    object[REFC_FLAGS] = (object[REFC_FLAGS] & 0xff) | (term)object[REFC_SIZE] << 8;
}

void gc_binary_keep(struct heap *h, term *object, const term *at, bool old) {
    if (UNLIKELY(object[REFC_FLAGS] & BIN_WRITABLE)) writable_trim(object);
    if (old) h->old_bin_bytes += object[REFC_SIZE];
    object[REFC_NEXT] = old ? h->old_offheap : h->offheap;
    *(old ? &h->old_offheap : &h->offheap) = (term)at;
}

/* Sort one chain of binaries into survivors, young and old, and the dead. */
static void gc_sweep(struct gc *g, term chain) {
    struct heap *h = g->h;
    while (chain) {
        term *object = (term *)chain;
        chain = object[REFC_NEXT];
        if (word_is_header(object[0])) {
            bin_unref((struct bin *)object[REFC_BIN]);
            continue;
        }
        object = boxed_ptr(object[0]);
        gc_binary_keep(h, object, object, object >= g->old && object < g->old_end);
    }
}

static void gc_run(struct gc *g, const struct roots *roots) {
    struct heap *h = g->h;
    for (size_t i = 0; i < roots->n; i++) gc_move_span(g, roots->spans[i]);
    if (roots->more) roots->more(roots->ctx, gc_move_span, g);
    gc_move_span(g, (struct root_span){h->stop, (size_t)(h->end - h->stop)});
    gc_scan_all(g);
    term young_chain = h->offheap, old_chain = h->old_offheap;
    h->offheap = 0;
    if (g->major) {
        h->old_offheap = 0;
        h->old_bin_bytes = 0;
        gc_sweep(g, old_chain);
    }
    gc_sweep(g, young_chain);
    h->bin_bytes = 0;
}

static void frags_free(struct heap *h) {
    for (struct frag *f = h->frags, *next; f; f = next) {
        next = f->next;
        frag_release(h->alloc, f);
    }
    h->frags = NULL;
    h->frag_words = 0;
    h->frag_bound = HEAP_FRAG_BOUND;
}

/* -- sizes */
static bool memory_plentiful(const struct heap *h, size_t words) {
    struct alloc_stats s = alloc_stats(h->alloc);
    return s.used_bytes + 16 * words * sizeof(term) < s.arena_bytes / 2;
}

static size_t grown(size_t words) {
    return words < NURSERY_WORDS ? words * 2 : words + words / 2;
}

/* The size for the next young block, from what survived in this one (with the stack, and the need that it was
 * for). */
static size_t young_words_next(const struct heap *h, size_t size, size_t used) {
#ifdef LING_GC_STRESS
    return max_size(h->min_words, used + used / 2); /* small, so that collecting is cheap */
#endif
    if (used > size / 2) return grown(max_size(size, used));
    if (size < NURSERY_WORDS && memory_plentiful(h, size)) return grown(size);
    if (used < size / 8 && (size > NURSERY_WORDS || !memory_plentiful(h, 0)))
        return max_size(size / 2, max_size(h->min_words, used * 2));
    return size;
}

static term *block_new(struct heap *h, size_t words) {
    return alloc_get(h->alloc, words * sizeof(term));
}

/* A block of the wished size, or, when memory is short, of the least. */
static term *block_new_between(struct heap *h, size_t wish, size_t least, size_t *got) {
    term *b = block_new(h, *got = max_size(wish, least));
    if (!b && wish > least) b = block_new(h, *got = least);
    return b;
}

void heap_young_cut(struct heap *h, size_t words) {
    size_t stack = (size_t)(h->end - h->stop);
    term *stop = h->start + words - stack;
    memmove(stop, h->stop, stack * sizeof(term));
    h->stop = stop;
    h->end = h->start + words;
    /* shrinking in place cannot move the block, nor fail */
    if (alloc_resize(h->alloc, h->start, words * sizeof(term)) != h->start)
        panic("heap: a shrinking block moved");
}

static void young_install(struct gc *g, size_t need_words) {
    struct heap *h = g->h;
    size_t stack = (size_t)(h->end - h->stop), size = (size_t)(g->young_end - g->young);
    memcpy(g->young_end - stack, h->stop, stack * sizeof(term));
    alloc_put(h->alloc, h->start);
    h->start = g->young;
    h->high = h->top = g->young_top;
    h->end = g->young_end;
    h->stop = h->end - stack;
    size_t used = (size_t)(h->top - h->start) + stack + need_words + HEAP_SLACK;
    h->young_words = young_words_next(h, size, used);
    if (h->young_words < size / 2 && size > NURSERY_WORDS / 4) heap_young_cut(h, h->young_words);
}

static void old_install(struct gc *g) {
    struct heap *h = g->h;
    size_t live = (size_t)(g->old_top - g->old), size = (size_t)(g->old_end - g->old);
    alloc_put(h->alloc, h->old_start);
    h->old_start = h->old_top = h->old_end = NULL;
    if (live == 0) {
        alloc_put(h->alloc, g->old);
        return;
    }
    size_t keep = live + max_size(live < (1u << 20) ? live : live / 4, h->young_words);
    if (keep < size) {
        if (alloc_resize(h->alloc, g->old, keep * sizeof(term)) != g->old)
            panic("heap: a shrinking block moved");
        size = keep;
    }
    h->old_start = g->old;
    h->old_top = g->old_top;
    h->old_end = g->old + size;
}

/* A little more than could survive: with no room to go on, each step would need a collection of everything, and
 * a process that is out of memory would not end but crawl. */
static size_t young_least(const struct heap *h, size_t need_words) {
    size_t live = (size_t)(h->top - h->high) + h->frag_words + (size_t)(h->end - h->stop);
    return live + live / 16 + need_words + HEAP_SLACK;
}

static bool gc_begin(struct gc *g, struct heap *h, bool major, size_t need_words) {
    *g = (struct gc){.h = h, .major = major, .strays = major || h->frags};
    g->from_start = h->start;
    g->from_high = h->high;
    g->from_top = h->top;
    size_t words;
    if (need_words > SIZE_MAX / 32) return false;
    g->young = block_new_between(h, h->young_words, young_least(h, need_words), &words);
    if (!g->young) return false;
    g->young_scan = g->young_top = g->young;
    g->young_end = g->young + words;
    return true;
}

static bool gc_limit_passed(const struct heap *h, size_t need_words) {
    return h->max_words && heap_used_words(h) + need_words > h->max_words;
}

/* Survivors of the mature and the old part get a new old block. */
static enum status collect_major(struct heap *h, size_t need_words, const struct roots *roots) {
    struct gc g;
    if (!gc_begin(&g, h, true, need_words)) return ST_NOMEM;
    size_t least = (size_t)(h->old_top - h->old_start) + (size_t)(h->high - h->start), words, before;
    least = max_size(least, 1);
    g.old = block_new_between(h, least + max_size(min_size(least, 1u << 20), h->young_words), least, &words);
    if (!g.old) {
        alloc_put(h->alloc, g.young);
        return ST_NOMEM;
    }
    g.old_scan = g.old_top = g.old;
    g.old_end = g.old + words;
    before = heap_used_words(h);
    gc_run(&g, roots);
    frags_free(h);
    young_install(&g, need_words);
    old_install(&g);
    h->old_bin_limit = max_size(OLD_BIN_MIN, 2 * h->old_bin_bytes);
    h->minor_since_major = 0;
    h->gc_major++;
    h->words_reclaimed += before - heap_used_words(h);
    return gc_limit_passed(h, need_words) ? ST_LIMIT : ST_OK;
}

/* The first old block, when there is something to put into it. */
static bool old_ensure(struct heap *h, size_t mature) {
    if (h->old_start || mature == 0) return true;
    size_t words;
    h->old_start = block_new_between(h, max_size(2 * mature, h->young_words), mature, &words);
    if (!h->old_start) return false;
    h->old_top = h->old_start;
    h->old_end = h->old_start + words;
    h->old_bin_limit = OLD_BIN_MIN;
    return true;
}

static enum status collect_minor(struct heap *h, size_t need_words, const struct roots *roots) {
    size_t mature = (size_t)(h->high - h->start);
    struct gc g;
    if (!old_ensure(h, mature) || !gc_begin(&g, h, false, need_words)) return ST_NOMEM;
    size_t before = heap_used_words(h);
    g.old = g.old_scan = g.old_top = h->old_top;
    g.old_end = h->old_end;
    gc_run(&g, roots);
    h->old_top = g.old_top;
    frags_free(h);
    young_install(&g, need_words);
    h->minor_since_major++;
    h->gc_minor++;
    h->words_reclaimed += before - heap_used_words(h);
    return gc_limit_passed(h, need_words) ? ST_LIMIT : ST_OK;
}

/* No room for a copy. */
static enum status collect_in_place(struct heap *h, size_t need_words, const struct roots *roots) {
    size_t before = heap_used_words(h);
    enum status st = heap_compact(h, need_words, roots);
    h->old_bin_limit = max_size(OLD_BIN_MIN, 2 * h->old_bin_bytes);
    h->minor_since_major = 0;
    h->gc_major++;
    h->words_reclaimed += before - heap_used_words(h);
    return st == ST_OK && gc_limit_passed(h, need_words) ? ST_LIMIT : st;
}

/* Built for stress, some collections are done in place though there is room for a copy: of small heaps, and where all
 * is to be walked anyway. */
static bool in_place_anyway(const struct heap *h, bool major) {
#ifdef LING_GC_STRESS
    enum { SMALL_HEAP = 4096 };
    return (h->gc_minor + h->gc_major) % 4 == 3 && (major || heap_used_words(h) < SMALL_HEAP);
#endif
    return false;
}

enum status heap_collect_major(struct heap *h, size_t need_words, const struct roots *roots) {
    enum status st = in_place_anyway(h, true) ? ST_NOMEM : collect_major(h, need_words, roots);
    return st == ST_NOMEM ? collect_in_place(h, need_words, roots) : st;
}

static bool major_is_due(const struct heap *h) {
    size_t mature = (size_t)(h->high - h->start);
    if (h->old_start && (size_t)(h->old_end - h->old_top) < mature) return true;
    return h->minor_since_major >= h->fullsweep_after || h->old_bin_bytes > h->old_bin_limit;
}

enum status heap_collect(struct heap *h, size_t need_words, const struct roots *roots) {
    if (major_is_due(h) || in_place_anyway(h, false)) return heap_collect_major(h, need_words, roots);
    enum status st = collect_minor(h, need_words, roots);
    return st == ST_NOMEM ? collect_in_place(h, need_words, roots) : st;
}
