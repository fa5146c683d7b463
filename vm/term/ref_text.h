/* ref_text: a reference's 128 bits as the 32-bit numbers that OTP shows and sends: 18 bits first, then 32
 * each. */
#ifndef LING_REF_TEXT_H
#define LING_REF_TEXT_H

#include "term/term.h"

enum { REF_NUMBERS_MAX = 5 };

/* ref_numbers: least significant first; returns 3 (the usual), or 5 when hi does not fit. */
static inline unsigned ref_numbers(term ref, uint32_t out[REF_NUMBERS_MAX]) {
    uint64_t hi = boxed_ptr(ref)[1], lo = boxed_ptr(ref)[2];
    out[0] = lo & 0x3ffff;
    out[1] = (uint32_t)(lo >> 18);
    out[2] = (uint32_t)(lo >> 50 | hi << 14);
    out[3] = (uint32_t)(hi >> 18);
    out[4] = (uint32_t)(hi >> 50);
    return out[3] | out[4] ? 5 : 3;
}
/* ref_from_numbers: the reverse; missing numbers are 0. */
static inline void ref_from_numbers(const uint32_t n[REF_NUMBERS_MAX], uint64_t *hi, uint64_t *lo) {
    *lo = (n[0] & 0x3ffff) | (uint64_t)n[1] << 18 | (uint64_t)n[2] << 50;
    *hi = n[2] >> 14 | (uint64_t)n[3] << 18 | (uint64_t)n[4] << 50;
}

#endif
