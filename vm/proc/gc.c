/* gc: a process's roots, handed to the collector; and what happens when memory is out.
 *
 *   stack: the heap's own   X registers: vm->x or args   dictionary   exception   receive marker   messages
 * looked at
 */
#include "proc/vm.h"

enum { SPANS = 5 };

/* Messages that were looked at lie on the heap. */
static void message_roots(void *ctx, void (*root)(struct gc *gc, struct root_span span), struct gc *gc) {
    struct process *p = ctx;
    for (struct message *m = p->mailbox.first; m; m = m->next)
        if (!m->frag) root(gc, (struct root_span){&m->term, 1});
}

static size_t gc_spans(struct process *p, uint32_t live, struct root_span *spans) {
    bool running = p->state == PROC_RUNNING && p->vm->current == p;
    spans[0] = (struct root_span){running ? p->vm->x : p->args, live};
    spans[1] = (struct root_span){p->dict, 2 * (size_t)p->dict_cap};
    spans[2] = (struct root_span){&p->exc.reason, 4};
    spans[3] = (struct root_span){&p->mailbox.marker_ref, 1};
    spans[4] = (struct root_span){&p->end_reason, 1};
    return SPANS;
}
_Static_assert(offsetof(struct exception, info) == offsetof(struct exception, reason) + 3 * sizeof(term),
               "an exception's terms are one span");

/* Checking walks the old block, too: it is done as often as costs no more than collecting. */
static void stress_check(struct heap *h, const struct roots *roots) {
#ifdef LING_GC_STRESS
    h->stress_credit = 0;
    h->unchecked_words += heap_block_words(h) - (size_t)(h->old_end - h->old_start);
    if (h->unchecked_words < (size_t)(h->old_top - h->old_start)) return;
    h->unchecked_words = 0;
    heap_check(h, roots);
#endif
}

static enum status collect_with(struct process *p, size_t need_words, uint32_t live,
                                enum status (*collect)(struct heap *, size_t, const struct roots *)) {
    struct root_span spans[SPANS];
    struct roots roots = {spans, gc_spans(p, live, spans), message_roots, p};
    struct vm_stats *stats = &p->vm->stats;
    struct heap *h = &p->heap;
    uint64_t minor = h->gc_minor, major = h->gc_major, reclaimed = h->words_reclaimed;
    enum status st = collect(h, need_words, &roots);
    stats->gc_minor += h->gc_minor - minor;
    stats->gc_major += h->gc_major - major;
    stats->words_reclaimed += h->words_reclaimed - reclaimed;
    p->flags &= ~(uint32_t)PROC_WANT_GC;
    if (UNLIKELY(st != ST_OK)) h->oom(h, st == ST_LIMIT ? h->max_words : need_words);
    stress_check(h, &roots);
    return st;
}

enum status process_collect(struct process *p, size_t need_words, uint32_t live) {
    return collect_with(p, need_words, live, heap_collect);
}

enum status process_collect_major(struct process *p, size_t need_words, uint32_t live) {
    return collect_with(p, need_words, live, heap_collect_major);
}

void process_oom(struct heap *h, size_t words) {
    struct process *p = h->owner;
    struct vm *vm = p->vm;
    vm->oom_words = words;
    if (!vm->oom_armed)
        panic("out of memory: %zu words, heap of %zu words, outside any process's turn", words,
              heap_block_words(h));
    longjmp(vm->oom_exit, 1);
}

enum status process_save_x(struct process *p, uint32_t live) {
    if (live > p->args_cap) {
        term *grown = alloc_get(p->vm->alloc, live * sizeof(term));
        if (!grown) return ST_NOMEM;
        if (p->args != p->args_inline) alloc_put(p->vm->alloc, p->args);
        p->args = grown;
        p->args_cap = live;
    }
    memcpy(p->args, p->vm->x, live * sizeof(term));
    p->live = live;
    return ST_OK;
}

void process_load_x(struct process *p) {
    memcpy(p->vm->x, p->args, p->live * sizeof(term));
}
