/* move: memcpy and memmove, which musl does with REP MOVS: some twenty cycles to get going, where most of our
 * copies are a few words (terms, headers of a request). A tenth of a small request went there.
 *
 *   n <= 16, 32, 64   both ends are loaded, then both stored; they overlap in the middle
 *   more              64 bytes a turn, upwards or downwards; the other end is loaded first and stored last
 *
 * Invariant: of what may overlap, everything is loaded before anything of it is overwritten. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__SANITIZE_ADDRESS__) || defined(MOVE_FOR_TEST) /* the sanitizer has its own */

typedef uint64_t word8 __attribute__((aligned(1), may_alias));
typedef uint32_t word4 __attribute__((aligned(1), may_alias));
typedef uint16_t word2 __attribute__((aligned(1), may_alias));
typedef long long word16 __attribute__((vector_size(16), aligned(1), may_alias));

#define MOVE_ENDS(type)                                                                                      \
    do {                                                                                                     \
        type first_ = *(const type *)s, last_ = *(const type *)(s + n - sizeof(type));                       \
        *(type *)d = first_;                                                                                 \
        *(type *)(d + n - sizeof(type)) = last_;                                                             \
    } while (0)

struct word64 {
    word16 a, b, c, d;
};

static inline struct word64 load64(const char *s) {
    return (struct word64){*(const word16 *)s, *(const word16 *)(s + 16), *(const word16 *)(s + 32),
                           *(const word16 *)(s + 48)};
}

static inline void store64(char *d, struct word64 w) {
    *(word16 *)d = w.a;
    *(word16 *)(d + 16) = w.b;
    *(word16 *)(d + 32) = w.c;
    *(word16 *)(d + 48) = w.d;
    __asm__ volatile("" ::: "memory"); /* else the compiler makes a call of memmove of these loops */
}

static void move_small(char *d, const char *s, size_t n) {
    if (n >= 8)
        MOVE_ENDS(word8);
    else if (n >= 4)
        MOVE_ENDS(word4);
    else if (n >= 2)
        MOVE_ENDS(word2);
    else if (n)
        *d = *s;
}

static void move_middle(char *d, const char *s, size_t n) {
    word16 a = *(const word16 *)s, b = *(const word16 *)(s + 16);
    word16 c = *(const word16 *)(s + n - 32), e = *(const word16 *)(s + n - 16);
    *(word16 *)d = a;
    *(word16 *)(d + 16) = b;
    *(word16 *)(d + n - 32) = c;
    *(word16 *)(d + n - 16) = e;
}

static void move_up(char *d, const char *s, size_t n) {
    struct word64 end = load64(s + n - 64);
    for (size_t i = 0; i + 64 < n; i += 64) store64(d + i, load64(s + i));
    store64(d + n - 64, end);
}

static void move_down(char *d, const char *s, size_t n) {
    struct word64 start = load64(s);
    for (size_t i = n; i > 64; i -= 64) store64(d + i - 64, load64(s + i - 64));
    store64(d, start);
}

void *memmove(void *to, const void *from, size_t n) {
    char *d = to;
    const char *s = from;
    if (n <= 16)
        move_small(d, s, n);
    else if (n <= 32)
        MOVE_ENDS(word16);
    else if (n <= 64)
        move_middle(d, s, n);
    else if ((uintptr_t)d - (uintptr_t)s >= n)
        move_up(d, s, n);
    else
        move_down(d, s, n);
    return to;
}

/* One function for both: an emulator translates what runs first. */
#define NAME_OF(f)  NAME_OF_(f)
#define NAME_OF_(f) #f
void *memcpy(void *restrict to, const void *restrict from, size_t n) __attribute__((alias(NAME_OF(memmove))));

#endif
