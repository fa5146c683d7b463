/* decimal: numbers as text, without printf: on an emulated machine all code costs when it runs first, and printf is much
 * code. What runs before the first answer is out uses this. */
#ifndef LING_DECIMAL_H
#define LING_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_MAX = 20 };

/* Writes v in decimal at `to`, no NUL; at most DECIMAL_MAX bytes. Returns their number. */
static inline size_t decimal_put(char *to, uint64_t v) {
    char digits[DECIMAL_MAX];
    size_t at = DECIMAL_MAX;
    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    for (size_t i = at; i < DECIMAL_MAX; i++) to[i - at] = digits[i];
    return DECIMAL_MAX - at;
}

#endif
