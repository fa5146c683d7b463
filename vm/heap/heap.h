/* heap: where terms live. One `struct heap` a process (and one for lingpack's literals).
 *
 *      young block (one allocation)                        old block
 *   start        high        top      stop          end    old_start      old_top   old_end
 *     |  mature   |  new      | free > |<- stack     |       |  survivors   |  free   |
 *
 * The young block holds heap (grows up) and stack (grows down). `high` is the top after the last collection:
 * objects below it that are still live at the next minor collection move to the old block.
 *
 * Invariants
 * - heap_alloc NEVER moves or collects: C locals holding terms stay valid across it. When the block is full
 * it takes a fragment. Only heap_collect moves terms; only the interpreter (and the scheduler) call it.
 * - A word is reachable only through the roots handed to heap_collect. The heap knows no processes.
 * - Words outside [literal_lo, literal_hi) that a root reaches belong to this heap: young, old or one of its
 * fragments.
 * - Every refc binary object on the heap is on the `offheap` chain, exactly once.
 */
#ifndef LING_HEAP_H
#define LING_HEAP_H

#include "base/alloc.h"
#include "term/term.h"

/* A separately allocated piece of a heap: a message in flight, what did not fit the young block, or a former young
 * block. */
struct frag {
    struct frag *next;
    size_t size_words, used_words;
    term offheap; /* chain of refc binaries in this fragment: raw pointer to the first object's header, 0 ends
                   */
    term *words;  /* behind this head; or, of a former young block, a block of their own */
};

struct heap {
    term *start, *high, *top, *stop, *end;
    term *old_start, *old_top, *old_end; /* old_start NULL: no old block */
    struct frag *frags;
    size_t frag_words; /* used words in frags; the interpreter collects when this passes frag_bound */
    size_t frag_bound; /* HEAP_FRAG_BOUND beyond what the last collection left in frags */
    term offheap;      /* refc binaries of the young block and the fragments */
    term old_offheap;  /* refc binaries of the old block */
    size_t bin_bytes;  /* bytes of off-heap binaries created since the last collection ("virtual heap") */
    size_t old_bin_bytes, old_bin_limit; /* the same of the old block, and where a major collection is due */
    size_t young_words;                  /* size the next young block should have */
    struct alloc *alloc;
    /* called when no memory is left; must not return (longjmp to the scheduler, or panic) */
    void (*oom)(struct heap *h, size_t words);
    void *owner; /* for oom */
    uintptr_t literal_lo, literal_hi;
    bool inline_bins; /* lingpack's literals: binaries of any size lie on the heap itself, so that nothing is
                         ever written */
    size_t min_words, max_words; /* smallest young block; max_words 0: no limit (max_heap_size) */
    uint16_t minor_since_major, fullsweep_after;
    uint64_t gc_minor, gc_major, words_reclaimed;
#ifdef LING_GC_STRESS
    size_t stress_credit;   /* words asked for since the last collection, see heap_must_collect */
    size_t unchecked_words; /* words collected since the last heap_check */
#endif
};

/* heap_must_collect: should the interpreter collect at the next point where it can, though there is room?
 * Cheap enough for every call of a BIF that allocates. Built with LING_GC_STRESS it says yes whenever a small
 * heap is asked about; a large one pays for its collection with STRESS_WORDS a question first. */
enum { HEAP_SLACK = 16, HEAP_FRAG_BOUND = 32 * 1024, HEAP_BIN_BOUND = 512 * 1024 };
#ifdef LING_GC_STRESS
enum { STRESS_WORDS = 4096 };
static inline bool heap_must_collect(struct heap *h) {
    h->stress_credit += STRESS_WORDS;
    return h->stress_credit >= (size_t)(h->end - h->start);
}
#else
static inline bool heap_must_collect(struct heap *h) {
    return UNLIKELY(h->frag_words > h->frag_bound || h->bin_bytes > HEAP_BIN_BOUND);
}
#endif

/* heap_init: an empty heap with a young block of at least min_words. ST_NOMEM leaves h unusable. */
enum status heap_init(struct heap *h, struct alloc *a, size_t min_words) MUST_CHECK;
/* heap_deinit: frees blocks and fragments and unrefs binaries: the whole heap at once. */
void heap_deinit(struct heap *h);

/* heap_alloc_slow: not enough room between top and stop. Takes a fragment; calls h->oom when there is none.
 */
term *heap_alloc_slow(struct heap *h, size_t words);
/* heap_alloc: room for `words` words (>= 0), uninitialised: fill every word before the next heap_collect.
 * Never moves a term. Does not return when memory is out (h->oom). */
static inline term *heap_alloc(struct heap *h, size_t words) {
    if (LIKELY((size_t)(h->stop - h->top) >= words + HEAP_SLACK)) { /* slack: of the stack, see interp */
        term *at = h->top;
        h->top += words;
        return at;
    }
    return heap_alloc_slow(h, words);
}
/* heap_shrink_last: give back the end of the most recent heap_alloc: [from, from+words) was the tail of it.
 */
void heap_shrink_last(struct heap *h, term *from, size_t words);

struct root_span {
    term *p;
    size_t n;
};
struct gc;
struct roots {
    struct root_span *spans;
    size_t n;
    /* when set: calls root(gc, span) for roots that are not in an array, such as the messages of a mailbox */
    void (*more)(void *ctx, void (*root)(struct gc *gc, struct root_span span), struct gc *gc);
    void *ctx;
};

/* heap_collect: make room for `need_words` (heap and stack together, and HEAP_SLACK beyond) in the young
 * block; minor or major as due. roots   every live word outside the heap; the stack [stop, end) is always
 * scanned, do not list it. Where there is no room for a copy of what lives, everything stays where it is and is
 * pushed together (compact.c); frags is empty afterwards but for that case. Returns ST_NOMEM with the heap in order
 * but without the room, ST_LIMIT when the heap is in order but larger than max_words. GC: collects. */
enum status heap_collect(struct heap *h, size_t need_words, const struct roots *roots) MUST_CHECK;
enum status heap_collect_major(struct heap *h, size_t need_words, const struct roots *roots) MUST_CHECK;

/* heap_adopt: link a message's fragment to the heap (its terms become the heap's). */
void heap_adopt(struct heap *h, struct frag *f);
/* heap_adopt_term: as heap_adopt, but a small fragment is moved into the young block and freed. t: a term in
 * f (or an immediate); returns where it is now. */
term heap_adopt_term(struct heap *h, struct frag *f, term t);
struct frag *frag_new(struct alloc *a, size_t words) MUST_CHECK; /* NULL: no memory */
void frag_free(struct alloc *a, struct frag *f);                 /* unrefs its binaries */
void frag_release(struct alloc *a, struct frag *f);              /* its memory only */

/* heap_check: walk everything; panics on a broken invariant (tests, GC-stress builds). */
void heap_check(const struct heap *h, const struct roots *roots);
size_t heap_used_words(const struct heap *h);  /* young + old + frags */
size_t heap_block_words(const struct heap *h); /* allocated, young and old */

/* -- copy.c: deep copies */
/* term_size: heap words a deep copy of t needs. Literals of [lo, hi) are shared, not copied: pass lo == hi to
 * copy all. Uses no C recursion: very deep terms are walked by turning their pointers round and back again,
 * so what is copied must lie in writable memory. */
size_t term_size(term t, uintptr_t lo, uintptr_t hi);
/* term_copy: deep copy of t into `to` (term_size words), literals shared as above; refc binaries are put on
 * *offheap and counted. Returns the copy; *to advances. */
term term_copy(term t, term **to, term *offheap, uintptr_t lo, uintptr_t hi);
/* heap_copy: the two above onto h. */
term heap_copy(struct heap *h, term t);
/* frag_copy: t into a new fragment; the copied term in *out. NULL: no memory. */
struct frag *frag_copy(struct alloc *a, term t, uintptr_t lo, uintptr_t hi, term *out) MUST_CHECK;

/* -- building, all by heap_alloc */
static inline term heap_cons(struct heap *h, term head, term tail) {
    term *c = heap_alloc(h, 2);
    c[0] = head;
    c[1] = tail;
    return list_make(c);
}
term heap_tuple(struct heap *h, size_t n, const term *elements);
#define TUPLE(h, ...)                                                                                        \
    heap_tuple((h), sizeof((term[]){__VA_ARGS__}) / sizeof(term), (const term[]){__VA_ARGS__})
term heap_float(struct heap *h, double d);
term heap_ref(struct heap *h, uint64_t hi, uint64_t lo);
term heap_string(struct heap *h, const char *latin1, size_t n, term tail); /* list of character codes */

#endif
