/* bits_float: IEEE 754 binary16/32/64 patterns.
 *
 *     binary16   s eeeee ffffffffff     value  (-1)^s * 1.f * 2^(e-15),  e = 0: 0.f * 2^-14,  e = 31: inf,
 * nan
 */
#include "data/bits_float.h"

static double half_decode(uint32_t h) {
    int exponent = (int)(h >> 10 & 31);
    double fraction = h & 0x3ff, value;
    if (exponent == 31)
        value = fraction != 0 ? __builtin_nan("") : __builtin_inf();
    else if (exponent == 0)
        value = fraction * 0x1p-24;
    else
        value = (1024 + fraction) * 0x1p-25 * (double)(UINT32_C(1) << exponent);
    return h & 0x8000 ? -value : value;
}

static uint32_t float_pattern(float f) {
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

/* shift_round: v >> n, to nearest, ties to even; n in 1..31. */
static uint32_t shift_round(uint32_t v, unsigned n) {
    uint32_t half = UINT32_C(1) << (n - 1), rest = v & ((half << 1) - 1), kept = v >> n;
    return kept + (rest > half || (rest == half && (kept & 1)));
}

static uint32_t half_encode(float f) {
    uint32_t u = float_pattern(f), sign = u >> 16 & 0x8000, fraction = u & 0x7fffff;
    int exponent = (int)(u >> 23 & 0xff);
    if (exponent == 255) return sign | 0x7c00 | (fraction != 0 ? 0x200 : 0);
    exponent += 15 - 127;
    if (exponent >= 31) return sign | 0x7c00;
    /* rounding may carry into the exponent, up to infinity: the layout makes that come out right */
    if (exponent > 0) return sign | (((uint32_t)exponent << 10) + shift_round(fraction, 13));
    if (exponent < -11) return sign;
    return sign | shift_round(fraction | 0x800000, (unsigned)(14 - exponent));
}

double bits_float_decode(uint64_t pattern, unsigned n_bits) {
    if (n_bits == 16) return half_decode((uint32_t)pattern);
    if (n_bits == 32) {
        uint32_t u = (uint32_t)pattern;
        float f;
        memcpy(&f, &u, sizeof f);
        return (double)f;
    }
    double d;
    memcpy(&d, &pattern, sizeof d);
    return d;
}

uint64_t bits_float_encode(double d, unsigned n_bits) {
    if (n_bits == 16) return half_encode((float)d);
    if (n_bits == 32) return float_pattern((float)d);
    uint64_t u;
    memcpy(&u, &d, sizeof u);
    return u;
}
