/* msg_timer: timers that send a message: erlang:send_after, start_timer.
 *
 *   vm->msg_timers   buckets[ref_lo & mask] ─> timer ─> timer ─> NULL        found by reference
 *   process.timers ─> timer <─> timer ─> NULL                                to a pid: dropped when the
 * process ends
 *
 * Invariant: a timer is in the table exactly while its wheel timer runs, or while it fires.
 */
#include "proc/vm.h"
#include "plat.h"

struct msg_timer {
    struct timer timer; /* first: the wheel hands this out */
    struct msg_timer *next_hash;
    struct msg_timer *next_of, **link_of; /* of the destination process; link_of NULL: to a name */
    uint64_t ref_hi, ref_lo, deadline_ns;
    term dest, msg;
    struct frag *frag; /* of msg */
    bool wrapped;
};

struct msg_timers {
    uint32_t count, cap;
    struct msg_timer **buckets;
};

enum { BUCKETS_FIRST = 64 };

static struct msg_timer **bucket_of(struct msg_timers *t, uint64_t lo) {
    return &t->buckets[lo & (t->cap - 1)];
}

static bool table_resize(struct vm *vm, struct msg_timers *t, uint32_t cap) {
    struct msg_timers grown = {.count = t->count, .cap = cap};
    grown.buckets = alloc_get_zeroed(vm->alloc, cap * sizeof *grown.buckets);
    if (!grown.buckets) return false;
    for (uint32_t i = 0; i < t->cap; i++)
        for (struct msg_timer *m = t->buckets[i], *next; m; m = next) {
            next = m->next_hash;
            struct msg_timer **bucket = bucket_of(&grown, m->ref_lo);
            m->next_hash = *bucket;
            *bucket = m;
        }
    alloc_put(vm->alloc, t->buckets);
    *t = grown;
    return true;
}

/* The table with room for one more; NULL: no memory. */
static struct msg_timers *table_ready(struct vm *vm) {
    if (!vm->msg_timers && !(vm->msg_timers = alloc_get_zeroed(vm->alloc, sizeof *vm->msg_timers)))
        return NULL;
    struct msg_timers *t = vm->msg_timers;
    if (t->count >= t->cap && !table_resize(vm, t, t->cap ? 2 * t->cap : BUCKETS_FIRST) && t->cap == 0)
        return NULL;
    return t;
}

static struct msg_timer *timer_find(struct vm *vm, term ref) {
    if (!vm->msg_timers || !vm->msg_timers->cap) return NULL;
    struct msg_timer *m = *bucket_of(vm->msg_timers, ref_lo(ref));
    while (m && !(m->ref_lo == ref_lo(ref) && m->ref_hi == ref_hi(ref))) m = m->next_hash;
    return m;
}

static void timer_forget(struct vm *vm, struct msg_timer *m) {
    struct msg_timer **at = bucket_of(vm->msg_timers, m->ref_lo);
    while (*at != m) at = &(*at)->next_hash;
    *at = m->next_hash;
    vm->msg_timers->count--;
    if (m->link_of) {
        *m->link_of = m->next_of;
        if (m->next_of) m->next_of->link_of = m->link_of;
    }
    timer_cancel(&vm->timers, &m->timer);
}

static void timer_free(struct vm *vm, struct msg_timer *m) {
    frag_free(vm->alloc, m->frag);
    alloc_put(vm->alloc, m);
}

static void msg_timer_fired(struct vm *vm, struct timer *t) {
    struct msg_timer *m = (struct msg_timer *)t;
    struct process *to = term_is_atom(m->dest) ? name_find(vm, m->dest) : process_find(vm, m->dest);
    timer_forget(vm, m);
    /* without memory the message is lost, as one to a process that has just died */
    if (to && m->wrapped) {
        term ref[3] = {header_make(KIND_REF, 2), m->ref_hi, m->ref_lo};
        (void)!message_send_tuple(vm, to, 3, (term[]){A_TIMEOUT, boxed_make(ref), m->msg});
    } else if (to) {
        struct frag *f = m->frag;
        m->frag = NULL;
        (void)!message_send_frag(vm, to, f, m->msg);
    }
    timer_free(vm, m);
}

static void timer_attach(struct vm *vm, struct msg_timer *m) {
    struct process *to = process_find(vm, m->dest);
    if (!to) return;
    m->next_of = to->timers;
    m->link_of = &to->timers;
    if (m->next_of) m->next_of->link_of = &m->next_of;
    to->timers = m;
}

term msg_timer_start(struct process *p, uint64_t deadline_ns, term dest, term msg, bool wrapped) {
    struct vm *vm = p->vm;
    struct msg_timers *table = table_ready(vm);
    struct msg_timer *m = table ? alloc_get_spare(vm->alloc, sizeof *m) : NULL;
    if (!m) return NONE;
    m->msg = msg;
    if (!term_is_imm(msg)) {
        m->frag = frag_copy(vm->alloc, msg, p->heap.literal_lo, p->heap.literal_hi, &m->msg);
        if (!m->frag) {
            alloc_put(vm->alloc, m);
            return NONE;
        }
    }
    m->timer.fire = msg_timer_fired;
    m->ref_hi = vm->ref_hi;
    m->ref_lo = vm->ref_lo++;
    m->deadline_ns = deadline_ns;
    m->dest = dest;
    m->wrapped = wrapped;
    struct msg_timer **bucket = bucket_of(table, m->ref_lo);
    m->next_hash = *bucket;
    *bucket = m;
    table->count++;
    timer_attach(vm, m);
    timer_start(&vm->timers, &m->timer, deadline_ns);
    return heap_ref(&p->heap, m->ref_hi, m->ref_lo);
}

static int64_t time_left(const struct msg_timer *m) {
    uint64_t now = plat_clock_mono();
    return m->deadline_ns > now ? (int64_t)(m->deadline_ns - now) : 0;
}

int64_t msg_timer_read(struct vm *vm, term ref) {
    const struct msg_timer *m = timer_find(vm, ref);
    return m ? time_left(m) : -1;
}

int64_t msg_timer_cancel(struct vm *vm, term ref) {
    struct msg_timer *m = timer_find(vm, ref);
    if (!m) return -1;
    int64_t left = time_left(m);
    timer_forget(vm, m);
    timer_free(vm, m);
    return left;
}

void msg_timers_drop_process(struct process *p) {
    while (p->timers) {
        struct msg_timer *m = p->timers;
        timer_forget(p->vm, m);
        timer_free(p->vm, m);
    }
}
