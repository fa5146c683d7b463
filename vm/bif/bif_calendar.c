/* bif_calendar: dates and clock times. The time zone is UTC: local time is universal time.
 *
 * Conversions work on days since 1970-01-01, with years that start in March, so that the leap day is the last
 * of its year:
 *
 *   day of era (400 years, 146097 days) -> year of era -> day of year -> month (153 days in every five)
 *
 * Source: erl(25) as the oracle; E. M. Reingold, N. Dershowitz, "Calendrical Calculations" (Gregorian
 * calendar).
 */
#include "bif/args.h"
#include "bif/clock.h"

enum {
    DAY_SECONDS = 86400,
    ERA_DAYS = 146097,
    ERA_START_TO_1970 = 719468,
    LOCAL_YEAR_MIN = 1902,
    POSIX_YEAR_MIN = 1600
};

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

struct civil civil_from_seconds(int64_t seconds) {
    int64_t days = floor_div(seconds, DAY_SECONDS);
    int rest = (int)(seconds - days * DAY_SECONDS);
    days += ERA_START_TO_1970;
    int64_t era = floor_div(days, ERA_DAYS);
    int doe = (int)(days - era * ERA_DAYS);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / (ERA_DAYS - 1)) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int march_month = (5 * doy + 2) / 153;
    int month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (struct civil){.year = yoe + era * 400 + (month <= 2),
                          .month = month,
                          .day = doy - (153 * march_month + 2) / 5 + 1,
                          .hour = rest / 3600,
                          .minute = rest / 60 % 60,
                          .second = rest % 60};
}

int64_t civil_to_seconds(struct civil c) {
    int64_t year = c.year - (c.month <= 2), era = floor_div(year, 400);
    int yoe = (int)(year - era * 400);
    int doy = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    int64_t days = era * ERA_DAYS + doe - ERA_START_TO_1970;
    return days * DAY_SECONDS + c.hour * 3600 + c.minute * 60 + c.second;
}

static int days_in_month(int64_t year, int month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool civil_is_valid(struct civil c) {
    return c.year >= 0 && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
           c.day <= days_in_month(c.year, c.month) && c.hour >= 0 && c.hour <= 23 && c.minute >= 0 &&
           c.minute <= 59 && c.second >= 0 && c.second <= 59;
}

/* -- terms */

static term date_term(struct process *p, struct civil c) {
    return TUPLE(&p->heap, int_from_i64(&p->heap, c.year), small_make(c.month), small_make(c.day));
}
static term time_term(struct process *p, struct civil c) {
    return TUPLE(&p->heap, small_make(c.hour), small_make(c.minute), small_make(c.second));
}
static term datetime_term(struct process *p, struct civil c) {
    term date = date_term(p, c);
    return TUPLE(&p->heap, date, time_term(p, c));
}

static bool small_triple(term t, int64_t out[3]) {
    if (!term_is_tuple_of(t, 3)) return false;
    for (int i = 0; i < 3; i++) {
        term e = tuple_elements(t)[i];
        if (!term_is_small(e) || small_value(e) < INT32_MIN || small_value(e) > INT32_MAX) return false;
        out[i] = small_value(e);
    }
    return true;
}

/* {{Y,M,D},{H,Min,S}} that exists. */
static bool datetime_read(term t, struct civil *c) {
    int64_t d[3], s[3];
    if (!term_is_tuple_of(t, 2)) return false;
    if (!small_triple(tuple_elements(t)[0], d) || !small_triple(tuple_elements(t)[1], s)) return false;
    *c = (struct civil){d[0], (int)d[1], (int)d[2], (int)s[0], (int)s[1], (int)s[2]};
    return civil_is_valid(*c);
}

static struct civil civil_now(const struct process *p) {
    return civil_from_seconds(clock_system_ns(p->vm) / 1000000000);
}

/* -- BIFs */

term bif_erlang_date_0(struct process *p, const term *a) {
    return date_term(p, civil_now(p));
}
term bif_erlang_time_0(struct process *p, const term *a) {
    return time_term(p, civil_now(p));
}
term bif_erlang_universaltime_0(struct process *p, const term *a) {
    return datetime_term(p, civil_now(p));
}

/* As OTP has it, local time begins with 1902, and time in seconds with 1600. */
static bool local_datetime_read(term t, struct civil *c) {
    return datetime_read(t, c) && c->year >= LOCAL_YEAR_MIN;
}

term bif_erlang_universaltime_to_localtime_1(struct process *p, const term *a) {
    struct civil c;
    return local_datetime_read(a[0], &c) ? datetime_term(p, c) : raise_badarg(p);
}

term bif_erlang_localtime_to_universaltime_2(struct process *p, const term *a) {
    struct civil c;
    if (!term_is_bool(a[1]) && a[1] != A_UNDEFINED) return raise_badarg(p);
    return local_datetime_read(a[0], &c) ? datetime_term(p, c) : raise_badarg(p);
}

term bif_erlang_universaltime_to_posixtime_1(struct process *p, const term *a) {
    struct civil c;
    return datetime_read(a[0], &c) && c.year >= POSIX_YEAR_MIN ? int_from_i64(&p->heap, civil_to_seconds(c))
                                                               : raise_badarg(p);
}

term bif_erlang_posixtime_to_universaltime_1(struct process *p, const term *a) {
    if (!term_is_small(a[0])) return raise_badarg(p);
    return datetime_term(p, civil_from_seconds(small_value(a[0])));
}
