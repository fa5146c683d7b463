/* big_bits: band, bor, bxor, bnot and shifts, on the infinite two's complement form of integers of any size.
 *
 *   -|a|  is  ~(|a| - 1), or ~|a| + 1:  limbs are turned around on the way in, and the result on the way out
 */
#include "data/big_digits.h"

struct twos { /* one operand's limbs in two's complement, least significant first */
    const struct digits *d;
    size_t i;
    mp_limb_t carry;
};

static mp_limb_t twos_next(struct twos *t) {
    mp_limb_t l = t->i < t->d->n ? t->d->limbs[t->i] : 0;
    t->i++;
    if (!t->d->negative) return l;
    l = ~l + t->carry;
    t->carry = t->carry && l == 0;
    return l;
}

enum bit_op { OP_AND, OP_OR, OP_XOR };

static mp_limb_t combine(enum bit_op op, mp_limb_t a, mp_limb_t b) {
    if (op == OP_AND) return a & b;
    return op == OP_OR ? a | b : a ^ b;
}

static term bitwise(struct heap *h, enum bit_op op, term a, term b) {
    struct digits x, y;
    digits_load(&x, a);
    digits_load(&y, b);
    struct twos s = {&x, 0, 1}, t = {&y, 0, 1};
    size_t n = max_size(x.n, y.n) + 1; /* one more for the sign */
    term *obj = digits_new(h, n);
    for (size_t i = 1; i <= n; i++) {
        mp_limb_t left = twos_next(&s), right = twos_next(&t);
        obj[i] = combine(op, left, right);
    }
    bool negative = obj[n] >> 63;
    if (negative) mpn_neg(obj + 1, obj + 1, (mp_size_t)n);
    return digits_finish(h, obj, n, negative);
}

term int_band(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return a & b;
    return bitwise(h, OP_AND, a, b);
}
term int_bor(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return a | b;
    return bitwise(h, OP_OR, a, b);
}
term int_bxor(struct heap *h, term a, term b) {
    if (term_both_small(a, b)) return a ^ b;
    return bitwise(h, OP_XOR, a, b);
}
term int_bnot(struct heap *h, term a) {
    return int_sub(h, small_make(-1), a);
}

static term shift_left(struct heap *h, const struct digits *d, uint64_t by) {
    if (d->n == 0) return small_make(0);
    if (by / 64 + d->n > BIG_MAX_LIMBS + 1) return NONE;
    size_t skip = by / 64, n = skip + d->n + 1;
    term *obj = digits_new(h, n);
    memset(obj + 1, 0, skip * sizeof *obj);
    obj[n] = 0;
    if (by % 64)
        obj[n] = mpn_lshift(obj + 1 + skip, d->limbs, (mp_size_t)d->n, by % 64);
    else
        memcpy(obj + 1 + skip, d->limbs, d->n * sizeof *obj);
    return digits_finish(h, obj, n, d->negative);
}

/* Rounds towards minus infinity, as an arithmetic shift does. */
static term shift_right(struct heap *h, const struct digits *d, uint64_t by) {
    if (by / 64 >= d->n) return small_make(d->negative ? -1 : 0);
    size_t skip = by / 64, n = d->n - skip;
    bool lost = digits_trim(d->limbs, skip) > 0;
    term *obj = digits_new(h, n + 1);
    obj[n + 1] = 0;
    if (by % 64)
        lost |= mpn_rshift(obj + 1, d->limbs + skip, (mp_size_t)n, by % 64) != 0;
    else
        memcpy(obj + 1, d->limbs + skip, n * sizeof *obj);
    if (d->negative && lost) obj[n + 1] = mpn_add_1(obj + 1, obj + 1, (mp_size_t)n, 1);
    return digits_finish(h, obj, n + 1, d->negative);
}

term int_shift(struct heap *h, term a, int64_t left) {
    if (term_is_small(a) && left <= 0)
        return small_make(left > -63 ? small_value(a) >> -left : small_value(a) >> 62);
    struct digits d;
    digits_load(&d, a);
    return left >= 0 ? shift_left(h, &d, (uint64_t)left) : shift_right(h, &d, -(uint64_t)left);
}
