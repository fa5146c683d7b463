/* bits_float: floats of 16, 32 and 64 bits as bit patterns. Source: IEEE 754-2008 §3.6; narrowing to 16 bits
 * goes through 32 bits, as in OTP. */
#ifndef LING_BITS_FLOAT_H
#define LING_BITS_FLOAT_H

#include "base/base.h"

/* bits_float_decode: the value of a pattern of n_bits (16, 32 or 64); may be infinite or not a number. */
double bits_float_decode(uint64_t pattern, unsigned n_bits);
/* bits_float_encode: round to nearest, ties to even; what is too large becomes an infinity. */
uint64_t bits_float_encode(double d, unsigned n_bits);

#endif
