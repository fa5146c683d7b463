/* number: exact comparison of numbers of any kind, without a heap. */
#ifndef LING_NUMBER_H
#define LING_NUMBER_H

#include "term/term.h"

int number_sign(term integer);                      /* -1 0 1 */
int number_compare_integers(term a, term b);        /* <0 0 >0 */
int number_compare_integer_float(term a, double d); /* exact; d finite */
/* number_compare: any two numbers; exact: integers come before floats instead of being compared by value. */
int number_compare(term a, term b, bool exact);
static inline bool number_big_equal(term a, term b) {
    const term *x = boxed_ptr(a), *y = boxed_ptr(b);
    return x[0] == y[0] && memcmp(x + 1, y + 1, header_arity(x[0]) * sizeof *x) == 0;
}

#endif
