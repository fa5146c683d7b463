/* print: terms as text, as erts prints them (erlang:display, crash reports, io_lib's ~w of opaque things), float text. */
#ifndef LING_PRINT_H
#define LING_PRINT_H

#include "term/order.h"

struct print_sink {
    void (*put)(void *ctx, const char *s, size_t n);
    void *ctx;
};
/* print_term: at most about `limit` bytes are written, then "...". No C recursion beyond a bounded depth. */
void print_term(struct print_sink *to, term t, size_t limit);
size_t print_term_buf(char *out, size_t cap, term t); /* NUL-terminated; returns bytes without the NUL */

/* Float text. float_short: the shortest digits that read back the same, in the layout of OTP 25's
 * io_lib:format("~w") / float_to_list(F, [short]). Returns bytes; out has 32. */
size_t float_short(double d, char out[32]);
size_t float_scientific(double d, int decimals, char *out, size_t cap); /* float_to_list/1,2 {scientific,D}; 0: too long */
size_t float_decimals(double d, int decimals, bool compact, char *out, size_t cap); /* 0: does not fit */
bool float_from_text(const char *s, size_t n, double *d); /* Erlang syntax: digits '.' digits [e[+-]digits] */

#endif
