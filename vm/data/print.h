/* print: terms as text, as erts prints them (erlang:display, crash reports). For float text see
 * term/float_text.h. */
#ifndef LING_PRINT_H
#define LING_PRINT_H

#include "term/float_text.h"
#include "term/order.h"

struct print_sink {
    void (*put)(void *ctx, const char *s, size_t n);
    void *ctx;
};
/* print_term: at most about `limit` bytes are written, then "...". No C recursion beyond a bounded depth. */
void print_term(struct print_sink *to, term t, size_t limit);
size_t print_term_buf(char *out, size_t cap, term t); /* NUL-terminated; returns bytes without the NUL */

#endif
