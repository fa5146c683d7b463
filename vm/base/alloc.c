/* alloc: two-level segregated fit over one contiguous arena.
 *
 *   arena  [struct alloc][block][block]…[sentinel, size 0, used]
 *   block  [prev_bytes][bytes | FREE][payload: 16-byte aligned …]     free: payload starts with the list
 * links
 *
 * Free blocks hang in lists by size: level one is the power of two, level two sixteen equal steps inside it.
 * Two bitmaps say which lists hold something, so that finding a block that fits is two bit scans.
 *
 * The reserve is a block that is an arena of its own: what is allocated while it is open goes there when the rest is full.
 * So it stays in one piece while the rest is full of holes.
 *
 * Invariants: blocks cover the arena without gaps; prev_bytes is the payload size of the block before; no two
 * free blocks are neighbours; a list is empty exactly when its bit is clear. Source: Masmano, Ripoll, Crespo,
 * Real: "TLSF: a new dynamic memory allocator for real-time systems", ECRTS 2004.
 */
#include "base/alloc.h"

#if defined(__SANITIZE_ADDRESS__)
#define ALLOC_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ALLOC_POISON 1
#endif
#endif
/* Under the address sanitizer free memory is poisoned, but for the head and the links of each free block.
 * Only what changes hands is touched: a free block may be the whole arena. */
#ifdef ALLOC_POISON
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { GRAIN = 16, SL_BITS = 4, SL = 1 << SL_BITS, FL = 40, FREE = 1, SMALL_LIMIT = GRAIN * SL };

struct block {
    size_t prev_bytes;         /* payload of the block before; SIZE_MAX: this is the first */
    size_t bytes_free;         /* payload bytes, a multiple of GRAIN; bit 0: FREE */
    struct block *next, *prev; /* only while free: neighbours in its list */
};
enum { HEAD = offsetof(struct block, next) };
_Static_assert(HEAD == 16 && sizeof(struct block) == 32, "payload must stay 16-byte aligned");

struct alloc {
    struct alloc_stats stats;
    long fail_after;       /* < 0: never fail on purpose */
    long fail_every;       /* having failed, fail again after so many; 0: at once */
    struct alloc *reserve; /* another of these over a block of this one; NULL: none */
    bool reserve_open;
    struct block *first;
    uint64_t fl_bits;
    uint32_t sl_bits[FL];
    struct block *lists[FL][SL];
};

static size_t block_bytes(const struct block *b) {
    return b->bytes_free & ~(size_t)FREE;
}
static bool block_is_free(const struct block *b) {
    return b->bytes_free & FREE;
}
static void *block_payload(struct block *b) {
    return (char *)b + HEAD;
}
static struct block *block_of(const void *p) {
    return (struct block *)((uintptr_t)p - HEAD);
}
static struct block *block_next(const struct block *b) {
    return (struct block *)((uintptr_t)b + HEAD + block_bytes(b));
}
static struct block *block_prev(const struct block *b) {
    return b->prev_bytes == SIZE_MAX ? NULL : (struct block *)((uintptr_t)b - b->prev_bytes - HEAD);
}

struct slot {
    unsigned fl, sl;
};
/* The list that a free block of `bytes` belongs to. */
static struct slot slot_of(size_t bytes) {
    if (bytes < SMALL_LIMIT) return (struct slot){0, (unsigned)(bytes / GRAIN)};
    unsigned msb = 63u - (unsigned)__builtin_clzll(bytes);
    return (struct slot){msb - 7, (unsigned)(bytes >> (msb - SL_BITS)) & (SL - 1)};
}

/* The first list in which every block is large enough for `bytes`. */
static struct slot slot_for(size_t bytes) {
    if (bytes >= SMALL_LIMIT) {
        unsigned msb = 63u - (unsigned)__builtin_clzll(bytes);
        bytes += ((size_t)1 << (msb - SL_BITS)) - 1;
    }
    return slot_of(bytes);
}

static void list_insert(struct alloc *a, struct block *b) {
    struct slot s = slot_of(block_bytes(b));
    struct block *head = a->lists[s.fl][s.sl];
    b->bytes_free |= FREE;
    b->next = head;
    b->prev = NULL;
    if (head) head->prev = b;
    a->lists[s.fl][s.sl] = b;
    a->fl_bits |= UINT64_C(1) << s.fl;
    a->sl_bits[s.fl] |= 1u << s.sl;
}

static void list_remove(struct alloc *a, struct block *b) {
    struct slot s = slot_of(block_bytes(b));
    if (b->next) b->next->prev = b->prev;
    if (b->prev)
        b->prev->next = b->next;
    else
        a->lists[s.fl][s.sl] = b->next;
    if (!a->lists[s.fl][s.sl]) {
        a->sl_bits[s.fl] &= ~(1u << s.sl);
        if (!a->sl_bits[s.fl]) a->fl_bits &= ~(UINT64_C(1) << s.fl);
    }
    b->bytes_free &= ~(size_t)FREE;
}

static void block_set_bytes(struct block *b, size_t bytes) {
    b->bytes_free = bytes | (b->bytes_free & FREE);
    block_next(b)->prev_bytes = bytes;
}

static void used_add(struct alloc *a, size_t bytes) {
    a->stats.used_bytes += bytes;
    if (a->stats.used_bytes > a->stats.peak_bytes) a->stats.peak_bytes = a->stats.used_bytes;
}

struct alloc *alloc_create(void *arena, size_t bytes) {
    if (bytes < 64 * 1024 || (uintptr_t)arena % GRAIN != 0) return NULL;
    struct alloc *a = arena;
    memset(a, 0, sizeof *a);
    a->fail_after = -1;
    size_t lead = align_up(sizeof *a, GRAIN);
    bytes &= ~(size_t)(GRAIN - 1);
    a->first = (struct block *)((char *)arena + lead);
    a->first->prev_bytes = SIZE_MAX;
    a->first->bytes_free = 0;
    block_set_bytes(a->first, bytes - lead - 2 * HEAD);
    block_next(a->first)->bytes_free = 0;
    a->stats.arena_bytes = bytes;
    used_add(a, lead);
    list_insert(a, a->first);
    POISON(a->first + 1, block_bytes(a->first) - (sizeof *a->first - HEAD));
    return a;
}

/* Cut what is beyond `bytes` off a used block and give it back, joined with a free neighbour behind it. */
static void block_trim(struct alloc *a, struct block *b, size_t bytes) {
    size_t have = block_bytes(b);
    if (have - bytes < sizeof(struct block)) return;
    struct block *rest = (struct block *)((char *)block_payload(b) + bytes);
    size_t rest_bytes = have - bytes - HEAD;
    struct block *after = block_next(b);
    if (block_is_free(after)) {
        list_remove(a, after);
        rest_bytes += HEAD + block_bytes(after);
        POISON(after, sizeof *after);
    }
    UNPOISON(rest, sizeof *rest);
    rest->bytes_free = 0;
    block_set_bytes(b, bytes);
    block_set_bytes(rest, rest_bytes);
    list_insert(a, rest);
}

/* Bytes a request takes as payload; 0 when no arena can hold it. */
static size_t request_bytes(size_t bytes) {
    if (bytes > SIZE_MAX / 4) return 0;
    return max_size(align_up(bytes, GRAIN), GRAIN);
}

static bool fails_on_purpose(struct alloc *a) {
    if (LIKELY(a->fail_after < 0)) return false;
    if (a->fail_after > 0) {
        a->fail_after--;
        return false;
    }
    if (a->fail_every) a->fail_after = a->fail_every - 1;
    return true;
}

static struct block *list_find(struct alloc *a, size_t bytes) {
    struct slot s = slot_for(bytes);
    if (s.fl >= FL) return NULL;
    uint32_t in_level = a->sl_bits[s.fl] & (~0u << s.sl);
    if (!in_level) {
        uint64_t above = a->fl_bits & (~UINT64_C(0) << s.fl << 1);
        if (!above) return NULL;
        s.fl = (unsigned)__builtin_ctzll(above);
        in_level = a->sl_bits[s.fl];
    }
    return a->lists[s.fl][__builtin_ctz(in_level)];
}

/* A tight arena may hold the block only in the list where sizes are mixed: look there one by one, bounded. */
static COLD struct block *list_find_exact(struct alloc *a, size_t bytes) {
    struct slot s = slot_of(bytes);
    if (s.fl >= FL) return NULL;
    struct block *b = a->lists[s.fl][s.sl];
    for (int tries = 64; b && tries > 0; b = b->next, tries--)
        if (block_bytes(b) >= bytes) return b;
    return NULL;
}

static void *block_get(struct alloc *a, size_t want) {
    struct block *b = list_find(a, want);
    if (UNLIKELY(!b) && !(b = list_find_exact(a, want))) return NULL;
    list_remove(a, b);
    block_trim(a, b, want);
    UNPOISON(block_payload(b), block_bytes(b));
    used_add(a, HEAD + block_bytes(b));
    return block_payload(b);
}

void *alloc_get(struct alloc *a, size_t bytes) {
    size_t want = request_bytes(bytes);
    if (want == 0 || fails_on_purpose(a)) return NULL;
    void *p = block_get(a, want);
    return UNLIKELY(!p && a->reserve_open) ? block_get(a->reserve, want) : p;
}

/* Whose block is p: the reserve's or a's? */
static struct alloc *alloc_of(struct alloc *a, const void *p) {
    struct alloc *r = a->reserve;
    return r && (uintptr_t)p - (uintptr_t)r < r->stats.arena_bytes ? r : a;
}

void *alloc_get_zeroed(struct alloc *a, size_t bytes) {
    void *p = alloc_get(a, bytes);
    if (p) memset(p, 0, bytes);
    return p;
}

void alloc_put(struct alloc *a, void *p) {
    if (!p) return;
    a = alloc_of(a, p);
    struct block *b = block_of(p);
    if (UNLIKELY(block_is_free(b))) panic("alloc: block %p given back twice", p);
    a->stats.used_bytes -= HEAD + block_bytes(b);
    POISON(b + 1, block_bytes(b) - (sizeof *b - HEAD));
    struct block *next = block_next(b), *prev = block_prev(b);
    if (block_is_free(next)) {
        list_remove(a, next);
        block_set_bytes(b, block_bytes(b) + HEAD + block_bytes(next));
        POISON(next, sizeof *next);
    }
    if (prev && block_is_free(prev)) {
        list_remove(a, prev);
        block_set_bytes(prev, block_bytes(prev) + HEAD + block_bytes(b));
        POISON(b, sizeof *b);
        b = prev;
    }
    list_insert(a, b);
}

/* Grow or shrink where it lies; false: no room behind it. */
static bool resize_in_place(struct alloc *a, struct block *b, size_t want) {
    size_t have = block_bytes(b);
    if (want > have) {
        struct block *next = block_next(b);
        if (!block_is_free(next) || have + HEAD + block_bytes(next) < want) return false;
        list_remove(a, next);
        block_set_bytes(b, have + HEAD + block_bytes(next));
        POISON(next, sizeof *next);
    }
    block_trim(a, b, want);
    if (block_bytes(b) < have)
        POISON((char *)block_payload(b) + block_bytes(b) + sizeof *b, have - block_bytes(b) - sizeof *b);
    UNPOISON(block_payload(b), block_bytes(b));
    a->stats.used_bytes -= have;
    used_add(a, block_bytes(b));
    return true;
}

void *alloc_resize(struct alloc *a, void *p, size_t bytes) {
    if (!p) return alloc_get(a, bytes);
    size_t want = request_bytes(bytes);
    struct block *b = block_of(p);
    size_t have = block_bytes(b);
    if (want == 0 || (want > have && fails_on_purpose(a))) return NULL;
    if (resize_in_place(alloc_of(a, p), b, want)) return p;
    void *moved = alloc_get(a, bytes);
    if (!moved) return NULL;
    memcpy(moved, p, min_size(have, bytes));
    alloc_put(a, p);
    return moved;
}

void *alloc_join_before(struct alloc *a, void *p) {
    struct block *b = block_of(p), *prev = block_prev(b);
    if (!prev || !block_is_free(prev)) return p;
    a = alloc_of(a, p);
    list_remove(a, prev);
    a->stats.used_bytes += HEAD + block_bytes(prev);
    block_set_bytes(prev, block_bytes(prev) + HEAD + block_bytes(b));
    UNPOISON(block_payload(prev), block_bytes(prev));
    return block_payload(prev);
}

size_t alloc_extend(struct alloc *a, void *p, size_t more_bytes) {
    struct block *b = block_of(p), *next = block_next(b);
    size_t have = block_bytes(b);
    if (block_is_free(next)) {
        size_t room = HEAD + block_bytes(next);
        (void)resize_in_place(alloc_of(a, p), b, have + min_size(align_up(more_bytes, GRAIN), room));
    }
    return block_bytes(b);
}

size_t alloc_size_of(const void *p) {
    return block_bytes(block_of(p));
}
struct alloc_stats alloc_stats(const struct alloc *a) {
    struct alloc_stats s = a->stats;
    if (a->reserve) {
        s.used_bytes += a->reserve->stats.used_bytes;
        s.peak_bytes += a->reserve->stats.peak_bytes;
    }
    return s;
}
bool alloc_is_low(const struct alloc *a) {
    size_t bytes = a->stats.arena_bytes - (a->reserve ? a->reserve->stats.arena_bytes : 0);
    return a->stats.used_bytes > bytes - bytes / 16;
}
void *alloc_get_spare(struct alloc *a, size_t bytes) {
    return alloc_is_low(a) ? NULL : alloc_get_zeroed(a, bytes);
}
void alloc_reserve(struct alloc *a, size_t bytes) {
    struct alloc_stats before = a->stats;
    void *block = alloc_get(a, bytes);
    if (!block) return;
    a->reserve = alloc_create(block, alloc_size_of(block));
    if (!a->reserve) alloc_put(a, block);
    a->reserve_open = a->reserve;
    a->stats = before; /* the reserve counts itself */
}
void alloc_reserve_open(struct alloc *a, bool open) {
    a->reserve_open = open && a->reserve;
}
void alloc_fail_after(struct alloc *a, long n) {
    a->fail_after = n;
    a->fail_every = 0;
}
void alloc_fail_every(struct alloc *a, long n) {
    a->fail_after = a->fail_every = n;
}

static size_t check_lists(const struct alloc *a) {
    size_t listed = 0;
    for (unsigned fl = 0; fl < FL; fl++)
        for (unsigned sl = 0; sl < SL; sl++) {
            const struct block *b = a->lists[fl][sl];
            bool bit = a->sl_bits[fl] >> sl & 1;
            if (bit != (b != NULL) || (bit && !(a->fl_bits >> fl & 1)))
                panic("alloc: bitmap of %u/%u lies", fl, sl);
            for (; b; b = b->next, listed++) {
                struct slot s = slot_of(block_bytes(b));
                if (!block_is_free(b) || s.fl != fl || s.sl != sl)
                    panic("alloc: wrong block in list %u/%u", fl, sl);
            }
        }
    return listed;
}

void alloc_check(const struct alloc *a) {
    size_t used = align_up(sizeof *a, GRAIN), free_blocks = 0;
    const struct block *b = a->first;
    bool prev_free = false;
    for (; block_bytes(b) != 0; b = block_next(b)) {
        if ((uintptr_t)b >= (uintptr_t)a + a->stats.arena_bytes)
            panic("alloc: block %p beyond the arena", (const void *)b);
        if (block_next(b)->prev_bytes != block_bytes(b))
            panic("alloc: size behind block %p lies", (const void *)b);
        if (block_is_free(b) && prev_free) panic("alloc: two free neighbours at %p", (const void *)b);
        prev_free = block_is_free(b);
        if (prev_free)
            free_blocks++;
        else
            used += HEAD + block_bytes(b);
    }
    if ((uintptr_t)b + HEAD != (uintptr_t)a + a->stats.arena_bytes) panic("alloc: arena not covered");
    if (a->reserve) {
        alloc_check(a->reserve);
        used -= HEAD + alloc_size_of(a->reserve);
    }
    if (used != a->stats.used_bytes) panic("alloc: %zu bytes used, %zu counted", used, a->stats.used_bytes);
    if (check_lists(a) != free_blocks) panic("alloc: a free block is in no list");
}
