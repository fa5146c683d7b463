/* big: integers beyond 62 bits, on GMP's mpn layer; digits live on the heap that is handed in.
 * Every function takes integers (small or big) and returns a normalised integer; NONE where said.
 * Source: GMP manual §8 "Low-level Functions"; shifts and bit operations are two's complement as in Erlang.
 */
#ifndef LING_BIG_H
#define LING_BIG_H

#include "heap/heap.h"

enum { BIG_MAX_LIMBS = 65536 }; /* larger results are system_limit: NONE */

term int_from_i64(struct heap *h, int64_t v);
term int_from_u64(struct heap *h, uint64_t v);
bool int_to_i64(term t, int64_t *v);          /* false: does not fit */
bool int_to_u64(term t, uint64_t *v);         /* false: negative or does not fit */
term int_add(struct heap *h, term a, term b); /* NONE: system_limit, here and below */
term int_sub(struct heap *h, term a, term b);
term int_mul(struct heap *h, term a, term b);
term int_div(struct heap *h, term a, term b); /* truncates; b != 0 is the caller's duty */
term int_rem(struct heap *h, term a, term b);
term int_neg(struct heap *h, term a);
term int_band(struct heap *h, term a, term b);
term int_bor(struct heap *h, term a, term b);
term int_bxor(struct heap *h, term a, term b);
term int_bnot(struct heap *h, term a);
term int_shift(struct heap *h, term a, int64_t left); /* negative: arithmetic shift right */
int int_sign(term a);                                 /* -1 0 1 */
int int_compare(term a, term b);
/* int_compare_float: exact comparison of an integer with a finite double. */
int int_compare_float(term a, double d);
bool int_to_double(term a, double *d);              /* false: overflow */
term int_from_double(struct heap *h, double whole); /* d is finite and integral */
/* int_to_text: digits in base 2..36 (upper case), '-' first. Returns bytes written; out has int_text_max()
 * bytes. */
/* text, and what int_to_text needs behind it while it works */
size_t int_text_max(term a, int base);
size_t int_to_text(term a, int base, char *out);
/* int_from_text: [+-]digits in base; NONE with ST_BADARG on a bad digit or empty text, ST_LIMIT when too
 * large. */
enum status int_from_text(struct heap *h, const char *text, size_t n, int base, term *out) MUST_CHECK;
/* int_from_bytes / int_to_bytes: n_bits of magnitude, for the bit syntax and the external format. Big or
 * little endian byte arrays; to_bytes writes the low n_bytes of the two's complement value. */
term int_from_bytes(struct heap *h, const uint8_t *p, size_t n_bytes, bool little, bool is_signed);
void int_to_bytes(term a, uint8_t *p, size_t n_bytes, bool little);
size_t int_bit_length(term a); /* bits of |a| */

#endif
