/* big_arith: + - * div rem on integers of any size, by GMP's mpn functions on digits in the heap.
 * Source: GMP manual §8 "Low-level Functions".
 *
 *   result object   [hdr][limbs: written by mpn in place]  then cut to size by digits_finish
 */
#include "data/big_digits.h"

typedef unsigned __int128 wide;

static term sum_of(struct heap *h, const struct digits *a, const struct digits *b, bool negative) {
    if (a->n < b->n) return sum_of(h, b, a, negative);
    term *obj = digits_new(h, a->n + 1);
    obj[1 + a->n] = b->n ? mpn_add(obj + 1, a->limbs, (mp_size_t)a->n, b->limbs, (mp_size_t)b->n) : 0;
    if (!b->n) memcpy(obj + 1, a->limbs, a->n * sizeof *obj);
    return digits_finish(h, obj, a->n + 1, negative);
}

static int compare_digits(const struct digits *a, const struct digits *b) {
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    return a->n ? mpn_cmp(a->limbs, b->limbs, (mp_size_t)a->n) : 0;
}

/* |a| - |b|, negated when `negative`. */
static term difference_of(struct heap *h, const struct digits *a, const struct digits *b, bool negative) {
    int c = compare_digits(a, b);
    if (c == 0) return small_make(0);
    if (c < 0) return difference_of(h, b, a, !negative);
    term *obj = digits_new(h, a->n);
    if (b->n)
        mpn_sub(obj + 1, a->limbs, (mp_size_t)a->n, b->limbs, (mp_size_t)b->n);
    else
        memcpy(obj + 1, a->limbs, a->n * sizeof *obj);
    return digits_finish(h, obj, a->n, negative);
}

static term add_signed(struct heap *h, term a, term b, bool subtract) {
    struct digits x, y;
    digits_load(&x, a);
    digits_load(&y, b);
    bool y_negative = y.negative != subtract;
    if (x.negative == y_negative) return sum_of(h, &x, &y, x.negative);
    return difference_of(h, &x, &y, x.negative);
}

term int_add(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return int_from_i64(h, small_value(a) + small_value(b));
    return add_signed(h, a, b, false);
}

term int_sub(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return int_from_i64(h, small_value(a) - small_value(b));
    return add_signed(h, a, b, true);
}

term int_neg(struct heap *h, term a) {
    return int_sub(h, small_make(0), a);
}

static term mul_small(struct heap *h, int64_t a, int64_t b) {
    int64_t product;
    if (!__builtin_mul_overflow(a, b, &product)) return int_from_i64(h, product);
    wide w = (wide)(a < 0 ? -(uint64_t)a : (uint64_t)a) * (b < 0 ? -(uint64_t)b : (uint64_t)b);
    term *obj = digits_new(h, 2);
    obj[1] = (uint64_t)w;
    obj[2] = (uint64_t)(w >> 64);
    return digits_finish(h, obj, 2, (a < 0) != (b < 0));
}

term int_mul(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return mul_small(h, small_value(a), small_value(b));
    struct digits x, y;
    digits_load(&x, a);
    digits_load(&y, b);
    if (x.n == 0 || y.n == 0) return small_make(0);
    size_t n = x.n + y.n;
    if (n > BIG_MAX_LIMBS + 1) return NONE;
    term *obj = digits_new(h, n);
    if (a == b)
        mpn_sqr(obj + 1, x.limbs, (mp_size_t)x.n);
    else if (x.n >= y.n)
        mpn_mul(obj + 1, x.limbs, (mp_size_t)x.n, y.limbs, (mp_size_t)y.n);
    else
        mpn_mul(obj + 1, y.limbs, (mp_size_t)y.n, x.limbs, (mp_size_t)x.n);
    return digits_finish(h, obj, n, x.negative != y.negative);
}

/* Bignum division with |a| >= |b|: quotient and remainder both have to be computed; the one that is not
 * wanted is allocated last, so that it can be given back. */
static term divide(struct heap *h, const struct digits *x, const struct digits *y, bool want_remainder) {
    size_t nq = x->n - y->n + 1, nr = y->n;
    term *wanted = digits_new(h, want_remainder ? nr : nq);
    size_t n_other = 1 + (want_remainder ? nq : nr);
    term *other = heap_alloc(h, n_other);
    mp_limb_t *q = want_remainder ? other : wanted + 1, *r = want_remainder ? wanted + 1 : other;
    mpn_tdiv_qr(q, r, 0, x->limbs, (mp_size_t)x->n, y->limbs, (mp_size_t)y->n);
    digits_give_back(h, other, n_other);
    if (want_remainder) return digits_finish(h, wanted, nr, x->negative);
    return digits_finish(h, wanted, nq, x->negative != y->negative);
}

term int_div(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return int_from_i64(h, small_value(a) / small_value(b));
    struct digits x, y;
    digits_load(&x, a);
    digits_load(&y, b);
    if (compare_digits(&x, &y) < 0) return small_make(0);
    if (y.n > 1) return divide(h, &x, &y, false);
    term *obj = digits_new(h, x.n);
    mpn_divrem_1(obj + 1, 0, x.limbs, (mp_size_t)x.n, y.limbs[0]);
    return digits_finish(h, obj, x.n, x.negative != y.negative);
}

term int_rem(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return small_make(small_value(a) % small_value(b));
    struct digits x, y;
    digits_load(&x, a);
    digits_load(&y, b);
    if (compare_digits(&x, &y) < 0) return a;
    if (y.n > 1) return divide(h, &x, &y, true);
    term *obj = digits_new(h, 1);
    obj[1] = mpn_mod_1(x.limbs, (mp_size_t)x.n, y.limbs[0]);
    return digits_finish(h, obj, 1, x.negative);
}
