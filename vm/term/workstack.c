/* workstack: growth of the explicit stack of term walks; see the header. */
#include "term/workstack.h"

struct term_scratch term_scratch;

static COLD void workstack_fail(struct workstack *s) {
    workstack_free(s);
    if (term_scratch.oom) term_scratch.oom(term_scratch.ctx);
    panic("no memory to walk a deeply nested term");
}

void workstack_grow(struct workstack *s, size_t room) {
    size_t used = (size_t)(s->top - s->base), cap = 2 * (size_t)(s->limit - s->base);
    while (cap - used < room) cap *= 2;
    bool local = s->base == s->local;
    uint64_t *base = NULL;
    if (term_scratch.alloc)
        base = alloc_resize(term_scratch.alloc, local ? NULL : s->base, cap * sizeof *base);
    if (!base) workstack_fail(s);
    if (local) memcpy(base, s->local, used * sizeof *base);
    s->base = base;
    s->top = base + used;
    s->limit = base + cap;
}
