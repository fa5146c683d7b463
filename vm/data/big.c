/* big: making integers of any size, and taking them apart.
 *
 *   small  |v| < 2^61, in the word         bignum  [hdr n, sign in the kind][limb 0]…[limb n-1]
 *
 * Invariant: digits_finish is the only maker of bignums, so a value that fits a small never is one, and the
 * top limb is not 0.
 */
#include <math.h>

#include "data/big_digits.h"
#include "term/number.h"

void digits_give_back(struct heap *h, term *from, size_t words) {
    if (words == 0) return;
    from[0] = header_make(KIND_BIG_POS, words - 1);
    heap_shrink_last(h, from, words);
}

term digits_finish(struct heap *h, term *obj, size_t n, bool negative) {
    size_t used = digits_trim(obj + 1, n);
    uint64_t low = used ? obj[1] : 0;
    if (used <= 1 && low <= (uint64_t)SMALL_MAX + negative) {
        digits_give_back(h, obj, 1 + n);
        return small_make(negative ? (int64_t)-low : (int64_t)low);
    }
    if (used > BIG_MAX_LIMBS) {
        digits_give_back(h, obj, 1 + n);
        return NONE;
    }
    obj[0] = header_make(negative ? KIND_BIG_NEG : KIND_BIG_POS, used);
    digits_give_back(h, obj + 1 + used, n - used);
    return boxed_make(obj);
}

static term big_of_one(struct heap *h, uint64_t magnitude, bool negative) {
    term *obj = digits_new(h, 1);
    obj[0] = header_make(negative ? KIND_BIG_NEG : KIND_BIG_POS, 1);
    obj[1] = magnitude;
    return boxed_make(obj);
}

term int_from_i64(struct heap *h, int64_t v) {
    if (LIKELY(small_fits(v))) return small_make(v);
    return big_of_one(h, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0);
}

term int_from_u64(struct heap *h, uint64_t v) {
    if (LIKELY(v <= (uint64_t)SMALL_MAX)) return small_make((int64_t)v);
    return big_of_one(h, v, false);
}

bool int_to_i64(term t, int64_t *v) {
    if (term_is_small(t)) {
        *v = small_value(t);
        return true;
    }
    struct digits d;
    digits_load(&d, t);
    if (d.n != 1 || d.limbs[0] > (uint64_t)INT64_MAX + d.negative) return false;
    *v = (int64_t)(d.negative ? -d.limbs[0] : d.limbs[0]);
    return true;
}

bool int_to_u64(term t, uint64_t *v) {
    struct digits d;
    digits_load(&d, t);
    if (d.negative || d.n > 1) return false;
    *v = d.n ? d.limbs[0] : 0;
    return true;
}

int int_sign(term a) {
    return number_sign(a);
}
int int_compare(term a, term b) {
    return number_compare_integers(a, b);
}
int int_compare_float(term a, double d) {
    return number_compare_integer_float(a, d);
}

size_t int_bit_length(term a) {
    struct digits d;
    digits_load(&d, a);
    return d.n ? 64 * d.n - (size_t)__builtin_clzll(d.limbs[d.n - 1]) : 0;
}

/* Horner's rule over the limbs, each step rounded: not always the nearest double, but the one OTP gives. */
bool int_to_double(term a, double *out) {
    if (term_is_small(a)) {
        *out = (double)small_value(a);
        return true;
    }
    struct digits d;
    digits_load(&d, a);
    double v = 0;
    for (size_t i = d.n; i > 0 && isfinite(v); i--) v = v * 0x1p64 + (double)d.limbs[i - 1];
    if (!isfinite(v)) return false;
    *out = d.negative ? -v : v;
    return true;
}

term int_from_double(struct heap *h, double whole) {
    if (fabs(whole) < 0x1p61) return small_make((int64_t)whole);
    int exp;
    uint64_t m = (uint64_t)ldexp(frexp(fabs(whole), &exp), 53);
    size_t shift = (size_t)exp - 53, at = shift / 64, by = shift % 64, n = at + 2;
    term *obj = digits_new(h, n);
    memset(obj + 1, 0, n * sizeof *obj);
    obj[1 + at] = m << by;
    if (by) obj[2 + at] = m >> (64 - by);
    return digits_finish(h, obj, n, whole < 0);
}

/* Byte i, counted from the least significant. */
static uint8_t byte_from(const uint8_t *p, size_t n, size_t i, bool little) {
    return little ? p[i] : p[n - 1 - i];
}

static void negate(mp_limb_t *limbs, size_t n) {
    mpn_neg(limbs, limbs, (mp_size_t)n);
}

term int_from_bytes(struct heap *h, const uint8_t *p, size_t n_bytes, bool little, bool is_signed) {
    if (n_bytes == 0) return small_make(0);
    bool negative = is_signed && byte_from(p, n_bytes, n_bytes - 1, little) >> 7;
    size_t n = words_of_bytes(n_bytes);
    if (n > BIG_MAX_LIMBS) return NONE;
    mp_limb_t one;
    term *obj = n == 1 ? NULL : digits_new(h, n);
    mp_limb_t *limbs = obj ? obj + 1 : &one;
    limbs[n - 1] = negative ? UINT64_MAX : 0;
    for (size_t i = n_bytes; i > 0; i--) {
        mp_limb_t *l = limbs + (i - 1) / 8;
        if (i % 8 == 0) *l = 0;
        *l = *l << 8 | byte_from(p, n_bytes, i - 1, little);
    }
    if (!obj) return is_signed ? int_from_i64(h, (int64_t)one) : int_from_u64(h, one);
    if (negative) negate(limbs, n);
    return digits_finish(h, obj, n, negative);
}

void int_to_bytes(term a, uint8_t *p, size_t n_bytes, bool little) {
    struct digits d;
    digits_load(&d, a);
    mp_limb_t carry = d.negative;
    for (size_t i = 0; i < n_bytes; i++) {
        uint8_t b = i / 8 < d.n ? (uint8_t)(d.limbs[i / 8] >> (i % 8 * 8)) : 0;
        if (d.negative) { /* two's complement on the way: ~b + 1 */
            unsigned v = (uint8_t)~b + (unsigned)carry;
            b = (uint8_t)v;
            carry = v >> 8;
        }
        p[little ? i : n_bytes - 1 - i] = b;
    }
}
