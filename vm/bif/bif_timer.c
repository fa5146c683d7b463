/* bif_timer: send_after, start_timer, cancel_timer, read_timer. State: proc/timer.c.
 *
 * Times are milliseconds to the caller and nanoseconds of the monotonic clock below; rounded so that a timer
 * is never early, and so that the time left is never 0 while it runs. Source: erl(25) as the oracle;
 * erlang(3).
 */
#include "bif/args.h"
#include "bif/clock.h"

enum { NS_PER_MS = 1000000 };
#define TIMEOUT_MAX_MS INT64_C(9000000000000) /* 285 years: the deadline in ns fits 63 bits */

struct timer_opts {
    bool absolute, async, info;
};

/* [{Key, Bool}]: abs when starting, async and info when cancelling or reading. */
static bool opts_read(term options, struct timer_opts *o, bool starting) {
    *o = (struct timer_opts){.info = true};
    for (; term_is_list(options); options = list_tail(options)) {
        if (!term_is_tuple_of(list_head(options), 2)) return false;
        const term *pair = tuple_elements(list_head(options));
        if (!term_is_bool(pair[1])) return false;
        bool on = pair[1] == A_TRUE;
        if (starting && pair[0] == A_ABS)
            o->absolute = on;
        else if (!starting && pair[0] == A_ASYNC)
            o->async = on;
        else if (!starting && pair[0] == A_INFO)
            o->info = on;
        else
            return false;
    }
    return term_is_nil(options);
}

/* -- starting */

static bool deadline_read(term time, bool absolute, uint64_t *ns) {
    if (!term_is_small(time)) return false;
    int64_t ms = small_value(time), now = clock_monotonic_ns();
    if (ms > TIMEOUT_MAX_MS || ms < (absolute ? -TIMEOUT_MAX_MS : 0)) return false;
    int64_t at = absolute ? ms * NS_PER_MS : now + ms * NS_PER_MS;
    *ns = (uint64_t)(at > now ? at : now);
    return true;
}

static term start(struct process *p, const term *a, bool absolute, bool wrapped) {
    uint64_t deadline_ns;
    if (!deadline_read(a[0], absolute, &deadline_ns)) return raise_badarg_cause(p, A_TIME);
    if (!term_is_pid(a[1]) && !term_is_atom(a[1])) return raise_badarg(p);
    term ref = msg_timer_start(p, deadline_ns, a[1], a[2], wrapped);
    return ref == NONE ? raise_system_limit(p) : ref;
}

static term start_with_opts(struct process *p, const term *a, bool wrapped) {
    struct timer_opts o;
    return opts_read(a[3], &o, true) ? start(p, a, o.absolute, wrapped) : raise_badarg_cause(p, A_BADOPT);
}

term bif_erlang_send_after_3(struct process *p, const term *a) {
    return start(p, a, false, false);
}
term bif_erlang_start_timer_3(struct process *p, const term *a) {
    return start(p, a, false, true);
}
term bif_erlang_send_after_4(struct process *p, const term *a) {
    return start_with_opts(p, a, false);
}
term bif_erlang_start_timer_4(struct process *p, const term *a) {
    return start_with_opts(p, a, true);
}

/* -- cancelling, reading */

static term time_left(int64_t ns) {
    return ns < 0 ? A_FALSE : small_make((ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* The answer now, or as a message {Kind, Ref, Answer}; or none. */
static term answer(struct process *p, term kind, term ref, term result, struct timer_opts o) {
    if (!o.info) return A_OK;
    if (!o.async) return result;
    term message = TUPLE(&p->heap, kind, ref, result);
    return message_send(p->vm, p, message) == ST_OK ? A_OK : raise_system_limit(p);
}

term bif_erlang_cancel_timer_1(struct process *p, const term *a) {
    return term_is_ref(a[0]) ? time_left(msg_timer_cancel(p->vm, a[0])) : raise_badarg(p);
}
term bif_erlang_read_timer_1(struct process *p, const term *a) {
    return term_is_ref(a[0]) ? time_left(msg_timer_read(p->vm, a[0])) : raise_badarg(p);
}

term bif_erlang_cancel_timer_2(struct process *p, const term *a) {
    struct timer_opts o;
    if (!opts_read(a[1], &o, false)) return raise_badarg(p);
    if (!term_is_ref(a[0])) return raise_badarg(p);
    return answer(p, A_CANCEL_TIMER, a[0], time_left(msg_timer_cancel(p->vm, a[0])), o);
}

term bif_erlang_read_timer_2(struct process *p, const term *a) {
    struct timer_opts o;
    if (!opts_read(a[1], &o, false)) return raise_badarg(p);
    if (!term_is_ref(a[0])) return raise_badarg(p);
    return answer(p, A_READ_TIMER, a[0], time_left(msg_timer_read(p->vm, a[0])), o);
}
