/* big_text: integers as digits in base 2 to 36, and back. */
#include <math.h>

#include "data/big_digits.h"

/* mpn_get_str destroys its operand: the limbs are copied to the end of the caller's buffer, behind the text.
 *   out  [-][digits…]            [limbs + 1, 8-byte aligned] */
static size_t digits_max(size_t bits, int base) {
    return (size_t)((double)bits / log2(base)) + 3;
}

size_t int_text_max(term a, int base) {
    if (term_is_small(a)) return 64;
    size_t n = header_arity(*boxed_ptr(a));
    return 1 + digits_max(64 * n, base) + 8 + 8 * (n + 1);
}

static const char digit_chars[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static size_t small_to_text(int64_t v, int base, char *out) {
    char text[64];
    size_t n = 0;
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do text[n++] = digit_chars[u % (unsigned)base];
    while (u /= (unsigned)base);
    if (v < 0) text[n++] = '-';
    for (size_t i = 0; i < n; i++) out[i] = text[n - 1 - i];
    return n;
}

size_t int_to_text(term a, int base, char *out) {
    if (term_is_small(a)) return small_to_text(small_value(a), base, out);
    struct digits d;
    digits_load(&d, a);
    size_t text_max = 1 + digits_max(64 * d.n, base), at = 0;
    mp_limb_t *copy = (mp_limb_t *)align_up((uintptr_t)out + text_max, 8);
    memcpy(copy, d.limbs, d.n * sizeof *copy);
    unsigned char *digits = (unsigned char *)out + d.negative;
    size_t n = mpn_get_str(digits, base, copy, (mp_size_t)d.n), zeros = 0;
    while (zeros + 1 < n && digits[zeros] == 0) zeros++;
    if (d.negative) out[at++] = '-';
    for (size_t i = zeros; i < n; i++) out[at++] = digit_chars[digits[i]];
    return at;
}

static int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

/* Digits checked by the caller, no leading zeros. */
static term big_from_digits(struct heap *h, const char *text, size_t n, int base, bool negative) {
    size_t limbs = (size_t)((double)n * log2(base) / 64) + 2;
    term *obj = digits_new(h, limbs);
    size_t scratch_words = words_of_bytes(n);
    term *scratch = heap_alloc(h, scratch_words);
    unsigned char *values = (unsigned char *)scratch;
    for (size_t i = 0; i < n; i++) values[i] = (unsigned char)digit_value(text[i]);
    size_t used = (size_t)mpn_set_str(obj + 1, values, n, base);
    digits_give_back(h, scratch, scratch_words);
    memset(obj + 1 + used, 0, (limbs - used) * sizeof *obj);
    return digits_finish(h, obj, limbs, negative);
}

enum status int_from_text(struct heap *h, const char *text, size_t n, int base, term *out) {
    bool negative = n > 0 && text[0] == '-';
    if (n > 0 && (text[0] == '-' || text[0] == '+')) text++, n--;
    if (n == 0) return ST_BADARG;
    uint64_t value = 0;
    bool fits = true;
    for (size_t i = 0; i < n; i++) {
        int d = digit_value(text[i]);
        if (d >= base) return ST_BADARG;
        if (!fits) continue;
        fits = !__builtin_mul_overflow(value, (uint64_t)base, &value) &&
               !__builtin_add_overflow(value, (uint64_t)d, &value);
    }
    if (fits && value <= INT64_MAX) {
        *out = int_from_i64(h, negative ? -(int64_t)value : (int64_t)value);
        return ST_OK;
    }
    while (*text == '0') text++, n--;
    if ((double)n * log2(base) > 64.0 * BIG_MAX_LIMBS + 64) return ST_LIMIT;
    term t = big_from_digits(h, text, n, base, negative);
    if (t == NONE) return ST_LIMIT;
    *out = t;
    return ST_OK;
}
