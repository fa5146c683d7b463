/* bif_arith: arithmetic as functions: erlang:'+'/2 … trunc/1. The interpreter has its own quick ways for
 * small integers and falls back on these.
 *
 *   operands   small, big -> int_… (data/big.h)        a float on either side -> both become doubles
 *
 * Invariant: a float result is finite, else badarith. Source: erl(25) as the oracle; Reference Manual,
 * "Arithmetic Expressions".
 */
#include "bif/args.h"

#include <math.h>

/* -- floats */

/* The value of a number as a double. false: not a number, or an integer beyond the doubles. */
static bool number_to_double(term t, double *d) {
    if (term_is_float(t)) {
        *d = float_value(t);
        return true;
    }
    return term_is_integer(t) && int_to_double(t, d);
}

static term float_result(struct process *p, double d) {
    return isfinite(d) ? heap_float(&p->heap, d) : raise_badarith(p);
}

static term int_result(struct process *p, term t) {
    return t == NONE ? raise_system_limit(p) : t;
}

/* -- + - * / */

static bool both_integers(const term *a) {
    return term_is_integer(a[0]) && term_is_integer(a[1]);
}

static bool both_doubles(const term *a, double *x, double *y) {
    return number_to_double(a[0], x) && number_to_double(a[1], y);
}

term bif_erlang_add_2(struct process *p, const term *a) {
    double x, y;
    if (both_integers(a)) return int_result(p, int_add(&p->heap, a[0], a[1]));
    return both_doubles(a, &x, &y) ? float_result(p, x + y) : raise_badarith(p);
}

term bif_erlang_sub_2(struct process *p, const term *a) {
    double x, y;
    if (both_integers(a)) return int_result(p, int_sub(&p->heap, a[0], a[1]));
    return both_doubles(a, &x, &y) ? float_result(p, x - y) : raise_badarith(p);
}

term bif_erlang_mul_2(struct process *p, const term *a) {
    double x, y;
    if (both_integers(a)) return int_result(p, int_mul(&p->heap, a[0], a[1]));
    return both_doubles(a, &x, &y) ? float_result(p, x * y) : raise_badarith(p);
}

term bif_erlang_divide_2(struct process *p, const term *a) {
    double x, y;
    if (!both_doubles(a, &x, &y) || y == 0.0) return raise_badarith(p);
    return float_result(p, x / y);
}

term bif_erlang_plus_1(struct process *p, const term *a) {
    return term_is_number(a[0]) ? a[0] : raise_badarith(p);
}

term bif_erlang_minus_1(struct process *p, const term *a) {
    if (term_is_integer(a[0])) return int_result(p, int_neg(&p->heap, a[0]));
    return term_is_float(a[0]) ? heap_float(&p->heap, -float_value(a[0])) : raise_badarith(p);
}

/* -- integers only */

static bool divisible(const term *a) {
    return both_integers(a) && a[1] != small_make(0);
}

term bif_erlang_div_2(struct process *p, const term *a) {
    return divisible(a) ? int_result(p, int_div(&p->heap, a[0], a[1])) : raise_badarith(p);
}

term bif_erlang_rem_2(struct process *p, const term *a) {
    return divisible(a) ? int_result(p, int_rem(&p->heap, a[0], a[1])) : raise_badarith(p);
}

term bif_erlang_band_2(struct process *p, const term *a) {
    return both_integers(a) ? int_result(p, int_band(&p->heap, a[0], a[1])) : raise_badarith(p);
}

term bif_erlang_bor_2(struct process *p, const term *a) {
    return both_integers(a) ? int_result(p, int_bor(&p->heap, a[0], a[1])) : raise_badarith(p);
}

term bif_erlang_bxor_2(struct process *p, const term *a) {
    return both_integers(a) ? int_result(p, int_bxor(&p->heap, a[0], a[1])) : raise_badarith(p);
}

term bif_erlang_bnot_1(struct process *p, const term *a) {
    return term_is_integer(a[0]) ? int_result(p, int_bnot(&p->heap, a[0])) : raise_badarith(p);
}

/* Shift by a distance that no memory could hold: 0 stays, a right shift leaves the sign. */
static term shift_far(struct process *p, term t, bool left) {
    if (t == small_make(0)) return t;
    if (left) return raise_system_limit(p);
    return small_make(int_sign(t) < 0 ? -1 : 0);
}

static term shift(struct process *p, const term *a, bool left) {
    if (!both_integers(a)) return raise_badarith(p);
    if (term_is_big(a[1])) return shift_far(p, a[0], left == (int_sign(a[1]) > 0));
    int64_t by = small_value(a[1]);
    return int_result(p, int_shift(&p->heap, a[0], left ? by : -by));
}

term bif_erlang_bsl_2(struct process *p, const term *a) {
    return shift(p, a, true);
}
term bif_erlang_bsr_2(struct process *p, const term *a) {
    return shift(p, a, false);
}

/* -- conversions */

term bif_erlang_abs_1(struct process *p, const term *a) {
    if (term_is_integer(a[0])) return int_sign(a[0]) < 0 ? int_result(p, int_neg(&p->heap, a[0])) : a[0];
    if (!term_is_float(a[0])) return raise_badarg(p);
    double d = float_value(a[0]);
    return d < 0 ? heap_float(&p->heap, -d) : a[0]; /* -0.0 stays, as in OTP 25 */
}

term bif_erlang_float_1(struct process *p, const term *a) {
    double d;
    if (term_is_float(a[0])) return a[0];
    return number_to_double(a[0], &d) ? heap_float(&p->heap, d) : raise_badarg(p);
}

static term to_integer(struct process *p, term t, double (*whole)(double)) {
    if (term_is_integer(t)) return t;
    return term_is_float(t) ? int_from_double(&p->heap, whole(float_value(t))) : raise_badarg(p);
}

term bif_erlang_round_1(struct process *p, const term *a) {
    return to_integer(p, a[0], round);
}
term bif_erlang_trunc_1(struct process *p, const term *a) {
    return to_integer(p, a[0], trunc);
}
term bif_erlang_ceil_1(struct process *p, const term *a) {
    return to_integer(p, a[0], ceil);
}
term bif_erlang_floor_1(struct process *p, const term *a) {
    return to_integer(p, a[0], floor);
}
