/* scan: strlen, strchr and memchr as plain loops, for guests. What is scanned is keys of options and lines of a
 * request's head, some ten bytes: musl's functions read eight bytes at a time there, between two loops that
 * get them aligned, and an emulator translates each of their dozen basic blocks at boot (docs/design/boot.md).
 *
 * Compiled without the recognition of loops that are strlen. */
#include <stddef.h>
#include <string.h>

size_t strlen(const char *s) {
    const char *p = s;
    while (*p) p++;
    return (size_t)(p - s);
}

char *strchr(const char *s, int c) {
    for (; *s != (char)c; s++)
        if (!*s) return NULL;
    return (char *)s;
}

void *memchr(const void *bytes, int c, size_t n) {
    const unsigned char *p = bytes, *end = p + n;
    for (; p < end; p++)
        if (*p == (unsigned char)c) return (void *)p;
    return NULL;
}
