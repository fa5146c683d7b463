/* float_text: floats as text and back, in Erlang's forms. Source: OTP erl_interface manual pages of
 * float_to_list/2. */
#ifndef LING_FLOAT_TEXT_H
#define LING_FLOAT_TEXT_H

#include "base/base.h"

/* float_short: the shortest digits that read back the same, in the layout of OTP 25's
 * io_lib:format("~w") / float_to_list(F, [short]). Returns bytes; out has 32. */
size_t float_short(double d, char out[32]);
/* float_scientific: as float_to_list/1,2 with {scientific,D}, D in 0..249. 0: does not fit. */
size_t float_scientific(double d, int decimals, char *out, size_t cap);
/* float_decimals: as {decimals,D} with D in 0..253, and compact. 0: does not fit. */
size_t float_decimals(double d, int decimals, bool compact, char *out, size_t cap);
/* float_from_text: Erlang syntax: [+-] digits '.' digits [e[+-]digits], all of s. false: not that, or
 * overflow. */
bool float_from_text(const char *s, size_t n, double *d);

#endif
