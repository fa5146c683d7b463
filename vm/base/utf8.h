/* utf8: decoding of UTF-8 as Erlang accepts it (no surrogates, no overlong forms). Source: RFC 3629 §3. */
#ifndef LING_UTF8_H
#define LING_UTF8_H

#include "base/base.h"

/* utf8_next: the code point at *p, which moves behind it; -1 (and *p unmoved) when it is damaged or *p ==
 * end. */
int32_t utf8_next(const uint8_t **p, const uint8_t *end);
/* utf8_count: code points in s[0..n-1], -1 when it is not UTF-8. */
long utf8_count(const uint8_t *s, size_t n);

#endif
