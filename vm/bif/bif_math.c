/* bif_math: math:, on the C library's functions. Source: stdlib's math manual page.
 *
 * Arguments that are no numbers are badarg; what has no finite result is badarith. */
#include <math.h>

#include "bif/args.h"

/* false: an exception is raised. */
static bool to_double(struct process *p, term t, double *d) {
    if (term_is_small(t)) {
        *d = (double)small_value(t);
        return true;
    }
    if (term_is_float(t)) {
        *d = float_value(t);
        return true;
    }
    if (!term_is_big(t))
        raise_badarg(p);
    else if (int_to_double(t, d))
        return true;
    else
        raise_badarith(p);
    return false;
}

static term result(struct process *p, double d) {
    return isfinite(d) ? heap_float(&p->heap, d) : raise_badarith(p);
}

static term call_1(struct process *p, const term *a, double (*f)(double)) {
    double x;
    return to_double(p, a[0], &x) ? result(p, f(x)) : NONE;
}

static term call_2(struct process *p, const term *a, double (*f)(double, double)) {
    double x, y;
    return to_double(p, a[0], &x) && to_double(p, a[1], &y) ? result(p, f(x, y)) : NONE;
}

term bif_math_acos_1(struct process *p, const term *a) {
    return call_1(p, a, acos);
}
term bif_math_acosh_1(struct process *p, const term *a) {
    return call_1(p, a, acosh);
}
term bif_math_asin_1(struct process *p, const term *a) {
    return call_1(p, a, asin);
}
term bif_math_asinh_1(struct process *p, const term *a) {
    return call_1(p, a, asinh);
}
term bif_math_atan_1(struct process *p, const term *a) {
    return call_1(p, a, atan);
}
term bif_math_atan2_2(struct process *p, const term *a) {
    return call_2(p, a, atan2);
}
term bif_math_atanh_1(struct process *p, const term *a) {
    return call_1(p, a, atanh);
}
term bif_math_ceil_1(struct process *p, const term *a) {
    return call_1(p, a, ceil);
}
term bif_math_cos_1(struct process *p, const term *a) {
    return call_1(p, a, cos);
}
term bif_math_cosh_1(struct process *p, const term *a) {
    return call_1(p, a, cosh);
}
term bif_math_erf_1(struct process *p, const term *a) {
    return call_1(p, a, erf);
}
term bif_math_erfc_1(struct process *p, const term *a) {
    return call_1(p, a, erfc);
}
term bif_math_exp_1(struct process *p, const term *a) {
    return call_1(p, a, exp);
}
term bif_math_floor_1(struct process *p, const term *a) {
    return call_1(p, a, floor);
}
term bif_math_fmod_2(struct process *p, const term *a) {
    return call_2(p, a, fmod);
}
term bif_math_log_1(struct process *p, const term *a) {
    return call_1(p, a, log);
}
term bif_math_log10_1(struct process *p, const term *a) {
    return call_1(p, a, log10);
}
term bif_math_log2_1(struct process *p, const term *a) {
    return call_1(p, a, log2);
}
term bif_math_pow_2(struct process *p, const term *a) {
    return call_2(p, a, pow);
}
term bif_math_sin_1(struct process *p, const term *a) {
    return call_1(p, a, sin);
}
term bif_math_sinh_1(struct process *p, const term *a) {
    return call_1(p, a, sinh);
}
term bif_math_sqrt_1(struct process *p, const term *a) {
    return call_1(p, a, sqrt);
}
term bif_math_tan_1(struct process *p, const term *a) {
    return call_1(p, a, tan);
}
term bif_math_tanh_1(struct process *p, const term *a) {
    return call_1(p, a, tanh);
}
