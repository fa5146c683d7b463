/* utf8: one code point at a time.
 *
 *   0xxxxxxx | 110xxxxx 10xxxxxx | 1110xxxx 10xxxxxx*2 | 11110xxx 10xxxxxx*3      (RFC 3629 §3)
 */
#include "base/utf8.h"

int32_t utf8_next(const uint8_t **p, const uint8_t *end) {
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000}; /* below: an overlong form */
    const uint8_t *s = *p;
    if (s == end) return -1;
    if (s[0] < 0x80) {
        *p = s + 1;
        return s[0];
    }
    int more = s[0] >= 0xf8 ? -1 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : -1;
    if (more < 0 || end - s <= more) return -1;
    int32_t c = s[0] & (0x3f >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) return -1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < smallest[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return -1;
    *p = s + 1 + more;
    return c;
}

long utf8_count(const uint8_t *s, size_t n) {
    const uint8_t *end = s + n;
    long count = 0;
    for (; s < end; count++)
        if (utf8_next(&s, end) < 0) return -1;
    return count;
}
