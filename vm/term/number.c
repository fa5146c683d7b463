/* number: exact comparison of integers and floats. A float of 2^61 or more is m * 2^e with a 53-bit m:
 * compared with a bignum limb by limb, m shifted on the fly.
 *
 *   |d|   0 0 [m high][m low] 0 0 0        limbs of m << e, most significant first
 *   |a|   [limb n-1] … [limb 0]
 */
#include <math.h>

#include "term/number.h"

static int compare_u64(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}
static int compare_i64(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static bool big_is_negative(term t) {
    return header_kind(*boxed_ptr(t)) == KIND_BIG_NEG;
}

int number_sign(term t) {
    if (term_is_small(t)) return compare_i64(small_value(t), 0);
    return big_is_negative(t) ? -1 : 1;
}

static int compare_magnitudes(const term *a, const term *b) {
    size_t n = header_arity(a[0]), m = header_arity(b[0]);
    if (n != m) return n < m ? -1 : 1;
    for (size_t i = n; i > 0; i--)
        if (a[i] != b[i]) return compare_u64(a[i], b[i]);
    return 0;
}

int number_compare_integers(term a, term b) {
    if (term_both_small(a, b)) return compare_i64((int64_t)a, (int64_t)b);
    if (term_is_small(a)) return -number_sign(b);
    if (term_is_small(b)) return number_sign(a);
    int sign = number_sign(a);
    if (sign != number_sign(b)) return sign;
    return sign * compare_magnitudes(boxed_ptr(a), boxed_ptr(b));
}

static int compare_small_float(int64_t v, double d) {
    if (d >= 0x1p61) return -1;
    if (d < -0x1p61) return 1;
    int64_t whole = (int64_t)d; /* truncates */
    if (v != whole) return compare_i64(v, whole);
    double rest = d - (double)whole;
    return (rest < 0) - (rest > 0);
}

/* Limb i of m << e. */
static uint64_t shifted_limb(uint64_t m, size_t e, size_t i) {
    size_t at = e / 64, by = e % 64;
    if (i == at) return m << by;
    if (i == at + 1 && by) return m >> (64 - by);
    return 0;
}

static int compare_big_magnitude(const term *a, double d) {
    int exp;
    uint64_t m = (uint64_t)ldexp(frexp(d, &exp), 53);
    size_t e = (size_t)exp - 53, n = header_arity(a[0]);
    size_t bits = 64 * n - (size_t)__builtin_clzll(a[n]), d_bits = (size_t)exp;
    if (bits != d_bits) return bits < d_bits ? -1 : 1;
    for (size_t i = n; i > 0; i--) {
        uint64_t limb = shifted_limb(m, e, i - 1);
        if (a[i] != limb) return compare_u64(a[i], limb);
    }
    return 0;
}

int number_compare_integer_float(term a, double d) {
    if (term_is_small(a)) return compare_small_float(small_value(a), d);
    int sign = number_sign(a);
    if (fabs(d) < 0x1p61 || (d < 0) != (sign < 0)) return sign;
    return sign * compare_big_magnitude(boxed_ptr(a), fabs(d));
}

int number_compare(term a, term b, bool exact) {
    bool fa = !term_is_small(a) && term_is_float(a), fb = !term_is_small(b) && term_is_float(b);
    if (!fa && !fb) return number_compare_integers(a, b);
    if (fa && fb) {
        double x = float_value(a), y = float_value(b);
        return (x > y) - (x < y);
    }
    if (exact) return fa ? 1 : -1;
    return fa ? -number_compare_integer_float(b, float_value(a))
              : number_compare_integer_float(a, float_value(b));
}
