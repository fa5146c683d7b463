/* base: what every other file needs: status codes, panic, checked arithmetic, bounded views of hostile bytes. */
#ifndef LING_BASE_H
#define LING_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a C function that can fail returns. Results go through pointers, untouched on failure. */
enum status {
    ST_OK = 0,
    ST_NOMEM,       /* the arena is full */
    ST_BADARG,      /* the caller's value is outside the contract */
    ST_CORRUPT,     /* hostile or damaged input */
    ST_UNSUPPORTED, /* well-formed, but not implemented */
    ST_NOTFOUND,
    ST_AGAIN, /* not now: wait for readiness */
    ST_CLOSED,
    ST_LIMIT, /* a fixed limit (system_limit) */
    ST_IO,
};

/* panic: the machine or an invariant is broken. Reports and exits with a status that the host reads; never spins,
 * never returns. Each executable supplies it (kernel targets: report + plat_exit; lingpack: message + exit 70). */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define LIKELY(x)                     __builtin_expect(!!(x), 1)
#define UNLIKELY(x)                   __builtin_expect(!!(x), 0)
#define ARRAY_LEN(a)                  (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define NOINLINE                      __attribute__((noinline))
#define COLD                          __attribute__((cold, noinline))
#define MUST_CHECK                    __attribute__((warn_unused_result))

static inline size_t align_up(size_t n, size_t to) {
    return (n + to - 1) & ~(to - 1);
}
static inline size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}
static inline size_t max_size(size_t a, size_t b) {
    return a > b ? a : b;
}
static inline size_t words_of_bytes(size_t bytes) {
    return (bytes + 7) / 8;
}

/* A bounded, read-only view of bytes from outside. Reads past the end set `bad` and give 0; check once at the end. */
struct view {
    const uint8_t *p, *end;
    bool bad;
};

static inline struct view view_of(const void *p, size_t n) {
    return (struct view){(const uint8_t *)p, (const uint8_t *)p + n, false};
}
static inline size_t view_left(const struct view *v) {
    return (size_t)(v->end - v->p);
}
static inline const uint8_t *view_bytes(struct view *v, size_t n) {
    if (n > view_left(v)) {
        v->bad = true;
        v->p = v->end;
        return NULL;
    }
    const uint8_t *at = v->p;
    v->p += n;
    return at;
}
static inline uint8_t view_u8(struct view *v) {
    const uint8_t *b = view_bytes(v, 1);
    return b ? b[0] : 0;
}
static inline uint16_t view_be16(struct view *v) {
    const uint8_t *b = view_bytes(v, 2);
    return b ? (uint16_t)(b[0] << 8 | b[1]) : 0;
}
static inline uint32_t view_be32(struct view *v) {
    const uint8_t *b = view_bytes(v, 4);
    return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}
static inline uint64_t view_be64(struct view *v) {
    uint64_t hi = view_be32(v);
    return hi << 32 | view_be32(v);
}

#endif
