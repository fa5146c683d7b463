/* glibc: what Debian's static archives (libgmp.a, libz.a), built against glibc with fortify and stack
 * protector, want beyond musl. The fortified functions get the size of the destination, when the compiler
 * knew it; overflow is a panic. Source: Linux Standard Base Core 5.0, "Interfaces for libc" (the __*_chk
 * functions). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/panic.h"

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
void *__memmove_chk(void *to, const void *from, size_t n, size_t room);
void *__memset_chk(void *to, int byte, size_t n, size_t room);
char *__strcpy_chk(char *to, const char *from, size_t room);
char *__strcat_chk(char *to, const char *from, size_t room);
int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...);
int __vsnprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, va_list args);
int __vsprintf_chk(char *to, int flag, size_t room, const char *fmt, va_list args);
int __fprintf_chk(FILE *to, int flag, const char *fmt, ...);
int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...);

static void check_room(size_t need, size_t room) {
    if (need > room) panic("buffer overflow caught in a library");
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room) {
    check_room(n, room);
    return memcpy(to, from, n);
}

void *__memmove_chk(void *to, const void *from, size_t n, size_t room) {
    check_room(n, room);
    return memmove(to, from, n);
}

void *__memset_chk(void *to, int byte, size_t n, size_t room) {
    check_room(n, room);
    return memset(to, byte, n);
}

char *__strcpy_chk(char *to, const char *from, size_t room) {
    check_room(strlen(from) + 1, room);
    return strcpy(to, from);
}

char *__strcat_chk(char *to, const char *from, size_t room) {
    check_room(strlen(to) + strlen(from) + 1, room);
    return strcat(to, from);
}

int __vsnprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, va_list args) {
    check_room(n, room);
    return vsnprintf(to, n, fmt, args);
}

int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int r = __vsnprintf_chk(to, n, flag, room, fmt, args);
    va_end(args);
    return r;
}

int __vsprintf_chk(char *to, int flag, size_t room, const char *fmt, va_list args) {
    int r = vsnprintf(to, room, fmt, args);
    check_room((size_t)r + 1, room);
    return r;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int r = __vsprintf_chk(to, flag, room, fmt, args);
    va_end(args);
    return r;
}

/* GMP says why on stderr before it aborts; nothing else prints. */
int __fprintf_chk(FILE *to, int flag, const char *fmt, ...) {
    char text[128];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    panic("library: %s", text);
}
