/* workstack: the explicit stack of walks over terms, which would otherwise recurse in C as deep as the data
 * is.
 *
 *   local[WORKSTACK_LOCAL]  ──full──>  block from term_scratch.alloc, doubled as needed
 *
 * Almost every walk stays in `local`. A walk that runs out of memory frees its block and leaves by
 * term_scratch.oom (which must not return); so no walk may hold another resource across a push.
 */
#ifndef LING_WORKSTACK_H
#define LING_WORKSTACK_H

#include "base/alloc.h"
#include "term/term.h"

enum { WORKSTACK_LOCAL = 96 };

/* Where deep walks get memory. Set once at start; alloc NULL: deep walks panic. */
struct term_scratch {
    struct alloc *alloc;
    void (*oom)(void *ctx); /* NULL: panic */
    void *ctx;
};
extern struct term_scratch term_scratch;

struct workstack {
    uint64_t *top, *base, *limit;
    uint64_t local[WORKSTACK_LOCAL];
};

static inline void workstack_init(struct workstack *s) {
    s->top = s->base = s->local;
    s->limit = s->local + WORKSTACK_LOCAL;
}
/* workstack_grow: at least `room` more words. */
void workstack_grow(struct workstack *s, size_t room);
static inline void workstack_reserve(struct workstack *s, size_t room) {
    if (UNLIKELY((size_t)(s->limit - s->top) < room)) workstack_grow(s, room);
}
static inline void workstack_push(struct workstack *s, uint64_t w) {
    workstack_reserve(s, 1);
    *s->top++ = w;
}
static inline void workstack_push2(struct workstack *s, uint64_t a, uint64_t b) {
    workstack_reserve(s, 2);
    s->top[0] = a;
    s->top[1] = b;
    s->top += 2;
}
static inline bool workstack_empty(const struct workstack *s) {
    return s->top == s->base;
}
static inline size_t workstack_depth(const struct workstack *s) {
    return (size_t)(s->top - s->base);
}
static inline uint64_t workstack_pop(struct workstack *s) {
    return *--s->top;
}
static inline void workstack_free(struct workstack *s) {
    if (UNLIKELY(s->base != s->local)) alloc_put(term_scratch.alloc, s->base);
}

#endif
