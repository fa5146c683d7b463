/* bits_word: up to 64 bits at any bit offset, most significant bit first. Bit 0 of a byte array is the top
 * bit of byte 0.
 *
 *     bytes   |76543210|76543210|76543210|
 *     offset   01234567 89...
 *
 * Only bytes that hold a part of the field are touched. */
#ifndef LING_BITS_WORD_H
#define LING_BITS_WORD_H

#include "base/base.h"

static inline uint64_t bits_mask(unsigned n) {
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

static inline uint64_t bits_be64(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap64(v);
}

/* bits_load: n bits (1..64) from bit `at` of bytes. */
static inline uint64_t bits_load(const uint8_t *bytes, size_t at, unsigned n) {
    const uint8_t *p = bytes + (at >> 3);
    unsigned shift = at & 7, total = shift + n, n_bytes = (total + 7) >> 3;
    uint64_t acc = 0;
    if (n_bytes >= 8) {
        acc = bits_be64(p);
        if (n_bytes == 9)
            acc = acc << (total - 64) | p[8] >> (72 - total);
        else
            acc >>= 64 - total;
    } else {
        for (unsigned i = 0; i < n_bytes; i++) acc = acc << 8 | p[i];
        acc >>= n_bytes * 8 - total;
    }
    return acc & bits_mask(n);
}

/* bits_store: the low n bits (1..64) of v to bit `at` of bytes; the bits around them are kept. */
static inline void bits_store(uint8_t *bytes, size_t at, unsigned n, uint64_t v) {
    uint8_t *p = bytes + (at >> 3);
    unsigned shift = at & 7;
    if (shift != 0) {
        unsigned room = 8 - shift, take = n < room ? n : room, below = room - take;
        uint8_t mask = (uint8_t)(bits_mask(take) << below);
        *p = (uint8_t)((*p & ~mask) | ((v >> (n - take) << below) & mask));
        n -= take;
        p++;
    }
    for (; n >= 8; n -= 8) *p++ = (uint8_t)(v >> (n - 8));
    if (n > 0) {
        uint8_t mask = (uint8_t)(0xff << (8 - n));
        *p = (uint8_t)((*p & ~mask) | (uint8_t)(v << (8 - n)));
    }
}

/* A little-endian field of n bits lies in memory as n/8 bytes, least significant first, and then the top n%8
 * bits. These turn what bits_load reads of it into its value, and a value into what bits_store shall write.
 */
static inline uint64_t bits_little_value(uint64_t loaded, unsigned n) {
    unsigned whole = n & ~7u, ragged = n & 7;
    if (whole == 0) return loaded;
    uint64_t low = __builtin_bswap64(loaded >> ragged) >> (64 - whole);
    return ragged == 0 ? low : low | (loaded & bits_mask(ragged)) << whole;
}
static inline uint64_t bits_little_stored(uint64_t value, unsigned n) {
    unsigned whole = n & ~7u, ragged = n & 7;
    if (whole == 0) return value;
    uint64_t swapped = __builtin_bswap64(value) >> (64 - whole);
    return ragged == 0 ? swapped : swapped << ragged | (value >> whole & bits_mask(ragged));
}

#endif
