/* timer: a hierarchical timer wheel.
 *
 *   tick (1 ms)   …| group 2 | group 1 | group 0 |      6 bits each
 *   slots[l][g]   timers whose tick differs from now_tick first in group l, where it has the value g
 *
 * So level 0 holds what is due within the current 64 ticks, one slot a tick; level 1 what is due within the
 * current 4096 ticks, 64 ticks a slot; and so on. When now_tick enters a slot of a higher level, its timers
 * move down.
 *
 * Invariants: in slots[l][g], g > group l of now_tick; a bit of occupied[l] is set exactly when its slot is
 * not empty; lists are newest first. Source: Varghese and Lauck, "Hashed and hierarchical timing wheels",
 * SOSP 1987, scheme 7.
 */
#include "proc/vm.h"

enum { TICK_NS = 1000000, GROUP_BITS = 6, WHEEL_BITS = GROUP_BITS * TIMER_LEVELS };
_Static_assert(TIMER_SLOTS == 1 << GROUP_BITS, "a slot a value of a group");

static unsigned group_of(uint64_t tick, unsigned level) {
    return tick >> (GROUP_BITS * level) & (TIMER_SLOTS - 1);
}

void timers_init(struct timers *ts, uint64_t now_ns) {
    *ts = (struct timers){.now_tick = now_ns / TICK_NS};
}

bool timer_running(const struct timer *t) {
    return t->link != NULL;
}

static void list_push(struct timer **head, struct timer *t) {
    t->next = *head;
    t->link = head;
    if (t->next) t->next->link = &t->next;
    *head = t;
}

static void list_unlink(struct timer *t) {
    *t->link = t->next;
    if (t->next) t->next->link = t->link;
    t->next = NULL;
    t->link = NULL;
}

static void wheel_insert(struct timers *ts, struct timer *t) {
    if (t->tick <= ts->now_tick) {
        list_push(&ts->due, t);
        return;
    }
    unsigned level = (63u - (unsigned)__builtin_clzll(t->tick ^ ts->now_tick)) / GROUP_BITS;
    unsigned slot = group_of(t->tick, level);
    list_push(&ts->slots[level][slot], t);
    ts->occupied[level] |= UINT64_C(1) << slot;
}

void timer_start(struct timers *ts, struct timer *t, uint64_t deadline_ns) {
    timer_cancel(ts, t);
    /* the wheel ends two years after it began: what is later is due then */
    uint64_t last = ts->now_tick | ((UINT64_C(1) << WHEEL_BITS) - 1);
    uint64_t tick = deadline_ns / TICK_NS + (deadline_ns % TICK_NS != 0);
    t->tick = tick < last ? tick : last;
    wheel_insert(ts, t);
    ts->count++;
}

void timer_cancel(struct timers *ts, struct timer *t) {
    if (!timer_running(t)) return;
    struct timer **first = &ts->slots[0][0], **link = t->link;
    list_unlink(t);
    ts->count--;
    if (link >= first && link < first + TIMER_LEVELS * TIMER_SLOTS && !*link) {
        size_t at = (size_t)(link - first);
        ts->occupied[at / TIMER_SLOTS] &= ~(UINT64_C(1) << at % TIMER_SLOTS);
    }
}

/* The next tick at which something must be done: fire, or move down. UINT64_MAX: never. *level: of its slot.
 */
static uint64_t wheel_next(const struct timers *ts, unsigned *level) {
    for (*level = 0; *level < TIMER_LEVELS; ++*level) {
        if (!ts->occupied[*level]) continue;
        unsigned slot = (unsigned)__builtin_ctzll(ts->occupied[*level]), shift = GROUP_BITS * (*level + 1);
        return (ts->now_tick >> shift << shift) | (uint64_t)slot << (GROUP_BITS * *level);
    }
    return UINT64_MAX;
}

uint64_t timers_next_ns(const struct timers *ts) {
    if (ts->due) return ts->now_tick * TICK_NS;
    unsigned level;
    uint64_t tick = wheel_next(ts, &level);
    return tick == UINT64_MAX ? UINT64_MAX : tick * TICK_NS;
}

/* Take a list away, oldest first, onto *to. */
static void list_take(struct timer **from, struct timer **to) {
    while (*from) {
        struct timer *t = *from;
        list_unlink(t);
        list_push(to, t);
    }
}

/* What fires may start and cancel timers, also those that are still to fire here. */
static void fire_all(struct vm *vm, struct timers *ts, struct timer **list) {
    while (*list) {
        struct timer *t = *list;
        list_unlink(t);
        ts->count--;
        t->fire(vm, t);
    }
}

void timers_advance(struct vm *vm, struct timers *ts, uint64_t now_ns) {
    uint64_t now = now_ns / TICK_NS, next;
    struct timer *batch = NULL;
    unsigned level;
    list_take(&ts->due, &batch);
    fire_all(vm, ts, &batch);
    while ((next = wheel_next(ts, &level)) <= now) {
        unsigned slot = group_of(next, level);
        list_take(&ts->slots[level][slot], &batch);
        ts->occupied[level] &= ~(UINT64_C(1) << slot);
        ts->now_tick = next;
        if (level == 0) {
            fire_all(vm, ts, &batch);
            continue;
        }
        while (batch) {
            struct timer *t = batch;
            list_unlink(t);
            wheel_insert(ts, t);
        }
        list_take(&ts->due, &batch);
        fire_all(vm, ts, &batch);
    }
    if (now > ts->now_tick) ts->now_tick = now;
}
