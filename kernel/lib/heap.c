/* heap: pages of 4 KiB, in runs; small blocks come from slabs of four pages, one size class a slab.
 *
 *   region   [page kinds: a byte a page][page 0][page 1] ...
 *   kind     FREE | RUN (first page of a run) | MORE (the following ones) | SLAB + class (every page of it)
 *   slab     [block][block]...   free blocks of a class are linked through their first word, over all slabs
 *
 * Slabs are never given back to the pages: what a class once needed it will need again. Runs are found first
 * fit, from where the last one ended. Invariant: a block's class, or a run's length, follows from its page's
 * kind alone; so a freed pointer that is none of ours is noticed. */
#include "lib/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/panic.h"

enum { PAGE = 4096, SLAB_PAGES = 4, SLAB_BYTES = SLAB_PAGES * PAGE };
enum { FREE = 0, RUN = 1, MORE = 2, SLAB = 16 };
static const uint16_t class_bytes[] = {32, 64, 128, 256, 512, 1024, 1792, 4096};
enum { CLASSES = sizeof class_bytes / sizeof *class_bytes, SMALL_MAX = 4096 };

struct block {
    struct block *next;
};
static struct region {
    uint8_t *kinds;
    char *pages;
    size_t n_pages, next;
} regions[HEAP_REGIONS];
static size_t n_regions, used_bytes;
static struct block *free_blocks[CLASSES];

void heap_add(void *from, size_t bytes) {
    if (bytes > HEAP_REGION_MAX) bytes = HEAP_REGION_MAX;
    uintptr_t start = (uintptr_t)from, end = start + bytes;
    uintptr_t pages = (start + bytes / PAGE + PAGE) & ~(uintptr_t)(PAGE - 1);
    if (n_regions == HEAP_REGIONS || pages + PAGE > end) return;
    regions[n_regions++] =
        (struct region){.kinds = from, .pages = (char *)pages, .n_pages = (end - pages) / PAGE};
    memset(from, FREE, (end - pages) / PAGE);
}

size_t heap_used_bytes(void) {
    return used_bytes;
}

/* First page of a free run of n pages from page `at` on, before `limit`; n_pages if there is none. */
static size_t find_run(const struct region *r, size_t n, size_t at, size_t limit) {
    size_t free = 0;
    for (; at < limit && at < r->n_pages; at++) {
        free = r->kinds[at] == FREE ? free + 1 : 0;
        if (free == n) return at + 1 - n;
    }
    return r->n_pages;
}

static void *run_alloc_in(struct region *r, size_t n, uint8_t first, uint8_t more) {
    size_t at = find_run(r, n, r->next, r->n_pages);
    if (at == r->n_pages) at = find_run(r, n, 0, r->next + n);
    if (at == r->n_pages) return NULL;
    memset(r->kinds + at, more, n);
    r->kinds[at] = first;
    r->next = at + n;
    used_bytes += n * PAGE;
    return r->pages + at * PAGE;
}

static void *run_alloc(size_t n, uint8_t first, uint8_t more) {
    void *p = NULL;
    for (size_t i = 0; i < n_regions && !p; i++) p = run_alloc_in(&regions[i], n, first, more);
    return p;
}

static unsigned class_of(size_t bytes) {
    unsigned c = 0;
    while (class_bytes[c] < bytes) c++;
    return c;
}

static bool add_slab(unsigned c) {
    char *slab = run_alloc(SLAB_PAGES, (uint8_t)(SLAB + c), (uint8_t)(SLAB + c));
    if (!slab) return false;
    for (size_t at = 0; at + class_bytes[c] <= SLAB_BYTES; at += class_bytes[c]) {
        struct block *b = (struct block *)(slab + at);
        b->next = free_blocks[c];
        free_blocks[c] = b;
    }
    return true;
}

void *malloc(size_t bytes) {
    if (bytes > HEAP_REGION_MAX) return NULL;
    if (bytes > SMALL_MAX) return run_alloc((bytes + PAGE - 1) / PAGE, RUN, MORE);
    unsigned c = class_of(bytes);
    if (!free_blocks[c] && !add_slab(c)) return NULL;
    struct block *b = free_blocks[c];
    free_blocks[c] = b->next;
    return b;
}

static struct region *region_of(const void *p) {
    for (size_t i = 0; i < n_regions; i++)
        if ((uintptr_t)p - (uintptr_t)regions[i].pages < regions[i].n_pages * PAGE) return &regions[i];
    panic("heap: %p is not from here", p);
}

static size_t run_pages(const struct region *r, size_t at) {
    size_t n = 1;
    while (at + n < r->n_pages && r->kinds[at + n] == MORE) n++;
    return n;
}

static size_t page_of(const struct region *r, const void *p) {
    return (size_t)((const char *)p - r->pages) / PAGE;
}

static size_t usable_bytes(const void *p) {
    struct region *r = region_of(p);
    uint8_t kind = r->kinds[page_of(r, p)];
    if (kind >= SLAB) return class_bytes[kind - SLAB];
    if (kind != RUN) panic("heap: %p is not allocated", p);
    return run_pages(r, page_of(r, p)) * PAGE;
}

static void run_free(struct region *r, size_t at) {
    size_t n = run_pages(r, at);
    memset(r->kinds + at, FREE, n);
    used_bytes -= n * PAGE;
    if (at < r->next) r->next = at;
}

void free(void *p) {
    if (!p) return;
    struct region *r = region_of(p);
    uint8_t kind = r->kinds[page_of(r, p)];
    if (kind == RUN) {
        run_free(r, page_of(r, p));
    } else if (kind >= SLAB) {
        struct block *b = p;
        b->next = free_blocks[kind - SLAB];
        free_blocks[kind - SLAB] = b;
    } else {
        panic("heap: %p is not allocated", p);
    }
}

void *calloc(size_t n, size_t bytes) {
    size_t all;
    if (__builtin_mul_overflow(n, bytes, &all)) return NULL;
    void *p = malloc(all);
    return p ? memset(p, 0, all) : NULL;
}

void *realloc(void *p, size_t bytes) {
    if (!p) return malloc(bytes);
    size_t have = usable_bytes(p);
    if (bytes <= have) return p;
    void *q = malloc(bytes);
    if (!q) return NULL;
    memcpy(q, p, have);
    free(p);
    return q;
}
