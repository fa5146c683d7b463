/* bif_time: clocks and unique integers.
 *
 *   monotonic time   plat_clock_mono                   system time   monotonic + an offset fixed at the start
 *   OS time          plat_clock_wall, as it is now     native unit   1 ns
 *
 * Source: erl(25) as the oracle; "Time and Time Correction in Erlang" (no_time_warp).
 */
#include "bif/args.h"
#include "bif/clock.h"
#include "bif/state.h"

#include "plat.h"

enum { NS_PER_SECOND = 1000000000 };

int64_t clock_monotonic_ns(void) {
    return (int64_t)plat_clock_mono();
}
int64_t clock_offset_ns(const struct vm *vm) {
    return (int64_t)(vm->start_wall_ns - vm->start_mono_ns);
}

/* -- units */

/* Parts per second of a time unit; NONE: not one. */
static term parts_per_second(term unit) {
    if (term_is_integer(unit)) return int_sign(unit) > 0 ? unit : NONE;
    if (unit == A_NATIVE || unit == A_NANOSECOND || unit == A_PERF_COUNTER || unit == A_NANO_SECONDS)
        return small_make(NS_PER_SECOND);
    if (unit == A_MICROSECOND || unit == A_MICRO_SECONDS) return small_make(1000000);
    if (unit == A_MILLISECOND || unit == A_MILLI_SECONDS) return small_make(1000);
    return unit == A_SECOND || unit == A_SECONDS ? small_make(1) : NONE;
}

/* ns in `unit`, rounded down. Times before 1970 do not come up: ns >= 0. */
static term time_in_unit(struct process *p, int64_t ns, term unit) {
    struct heap *h = &p->heap;
    term pps = parts_per_second(unit);
    if (pps == NONE) return raise_badarg(p);
    if (pps == small_make(NS_PER_SECOND)) return int_from_i64(h, ns);
    if (pps == small_make(1000) || pps == small_make(1000000) || pps == small_make(1))
        return int_from_i64(h, ns / (NS_PER_SECOND / small_value(pps)));
    term product = int_mul(h, int_from_i64(h, ns), pps);
    return product == NONE ? raise_system_limit(p) : int_div(h, product, small_make(NS_PER_SECOND));
}

static term timestamp(struct process *p, int64_t us) {
    return TUPLE(&p->heap, small_make(us / 1000000 / 1000000), small_make(us / 1000000 % 1000000),
                 small_make(us % 1000000));
}

/* -- clocks */

term bif_erlang_monotonic_time_0(struct process *p, const term *a) {
    return int_from_i64(&p->heap, clock_monotonic_ns());
}
term bif_erlang_monotonic_time_1(struct process *p, const term *a) {
    return time_in_unit(p, clock_monotonic_ns(), a[0]);
}
term bif_erlang_system_time_0(struct process *p, const term *a) {
    return int_from_i64(&p->heap, clock_system_ns(p->vm));
}
term bif_erlang_system_time_1(struct process *p, const term *a) {
    return time_in_unit(p, clock_system_ns(p->vm), a[0]);
}
term bif_erlang_time_offset_0(struct process *p, const term *a) {
    return int_from_i64(&p->heap, clock_offset_ns(p->vm));
}
term bif_erlang_time_offset_1(struct process *p, const term *a) {
    return time_in_unit(p, clock_offset_ns(p->vm), a[0]);
}
term bif_erlang_timestamp_0(struct process *p, const term *a) {
    return timestamp(p, clock_system_ns(p->vm) / 1000);
}

/* now/0: as timestamp, but every answer is greater than the one before. */
term bif_erlang_now_0(struct process *p, const term *a) {
    struct bif_state *s = bif_state(p->vm);
    if (!s) return raise_system_limit(p);
    uint64_t us = (uint64_t)clock_system_ns(p->vm) / 1000;
    if (us <= s->last_now_us) us = s->last_now_us + 1;
    s->last_now_us = us;
    return timestamp(p, (int64_t)us);
}

term bif_erts_internal_time_unit_0(struct process *p, const term *a) {
    return small_make(NS_PER_SECOND);
}

/* -- os */

term bif_os_system_time_0(struct process *p, const term *a) {
    return int_from_i64(&p->heap, (int64_t)plat_clock_wall());
}
term bif_os_system_time_1(struct process *p, const term *a) {
    return time_in_unit(p, (int64_t)plat_clock_wall(), a[0]);
}
term bif_os_timestamp_0(struct process *p, const term *a) {
    return timestamp(p, (int64_t)(plat_clock_wall() / 1000));
}

/* -- unique values */

term bif_erlang_make_ref_0(struct process *p, const term *a) {
    return ref_make(p);
}

/* One counter serves all kinds: it is unique, positive and strictly increasing. */
static term unique_integer(struct process *p) {
    return int_from_u64(&p->heap, ++p->vm->unique_integer);
}

term bif_erlang_unique_integer_0(struct process *p, const term *a) {
    return unique_integer(p);
}

term bif_erlang_unique_integer_1(struct process *p, const term *a) {
    term options = a[0];
    for (; term_is_list(options); options = list_tail(options))
        if (list_head(options) != A_POSITIVE && list_head(options) != A_MONOTONIC) return raise_badarg(p);
    return term_is_nil(options) ? unique_integer(p) : raise_badarg(p);
}
