/* timer: deadlines: a hierarchical timer wheel, O(1) start and cancel. Times are plat_clock_mono nanoseconds,
 * kept in ticks of 1 ms, rounded up: never early. */
#ifndef LING_TIMER_H
#define LING_TIMER_H

#include "term/term.h"

struct vm;
struct timer {
    struct timer *next, **link;
    uint64_t tick;
    void (*fire)(struct vm *vm, struct timer *t); /* already unlinked when called */
};
enum { TIMER_LEVELS = 6, TIMER_SLOTS = 64 };
struct timers {
    struct timer *slots[TIMER_LEVELS][TIMER_SLOTS];
    uint64_t occupied[TIMER_LEVELS]; /* bit i: slots[l][i] not empty */
    struct timer *due;               /* started with a deadline that had passed: fire at the next advance */
    uint64_t now_tick;
    uint32_t count;
};
void timers_init(struct timers *ts, uint64_t now_ns);
void timer_start(struct timers *ts, struct timer *t, uint64_t deadline_ns);
void timer_cancel(struct timers *ts, struct timer *t); /* no-op when not running */
bool timer_running(const struct timer *t);
uint64_t
timers_next_ns(const struct timers *ts); /* earliest deadline (may be early by a level), UINT64_MAX: none */
void timers_advance(struct vm *vm, struct timers *ts, uint64_t now_ns); /* fires what is due */

/* -- message timers: erlang:send_after/3,4, start_timer/3,4 */
/* msg_timer_start: after deadline sends msg (wrapped: {timeout,Ref,Msg}) to dest (pid or registered name).
 * The new reference, on p's heap; NONE: no memory. */
struct process;
term msg_timer_start(struct process *p, uint64_t deadline_ns, term dest, term msg, bool wrapped);
/* msg_timer_cancel / read: nanoseconds left (>= 0), or -1: no such timer. */
int64_t msg_timer_cancel(struct vm *vm, term ref);
int64_t msg_timer_read(struct vm *vm, term ref);
void msg_timers_drop_process(struct process *p); /* timers whose destination p ends */

#endif
