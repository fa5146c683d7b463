/* big_digits: what the big*.c files share: an integer's digits as mpn wants them, and making integers of
 * digits. */
#ifndef LING_BIG_DIGITS_H
#define LING_BIG_DIGITS_H

#include <gmp.h>

#include "data/big.h"

/* |value| as n limbs (0 for zero), least significant first. limbs points into the term, or at `small`: so a
 * struct digits must not be copied. */
struct digits {
    const mp_limb_t *limbs;
    size_t n;
    bool negative;
    mp_limb_t small;
};

static inline void digits_load(struct digits *d, term t) {
    if (term_is_small(t)) {
        int64_t v = small_value(t);
        d->negative = v < 0;
        d->small = v < 0 ? -(uint64_t)v : (uint64_t)v;
        d->limbs = &d->small;
        d->n = v != 0;
        return;
    }
    const term *obj = boxed_ptr(t);
    d->limbs = obj + 1;
    d->n = header_arity(obj[0]);
    d->negative = header_kind(obj[0]) == KIND_BIG_NEG;
}

/* digits_new: an object with room for n limbs, to be ended by digits_finish. Limbs start at obj + 1. */
static inline term *digits_new(struct heap *h, size_t n) {
    return heap_alloc(h, 1 + n);
}
/* digits_finish: the integer ±{obj + 1, n}; gives the unused end back. NONE: too large. */
term digits_finish(struct heap *h, term *obj, size_t n, bool negative);
/* digits_give_back: [from, from+words) was not needed; a filler object when it can't be returned. */
void digits_give_back(struct heap *h, term *from, size_t words);
/* digits_zero_above: limbs without leading zeros. */
static inline size_t digits_trim(const mp_limb_t *limbs, size_t n) {
    while (n > 0 && limbs[n - 1] == 0) n--;
    return n;
}

#endif
