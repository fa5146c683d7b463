/* unit: what the unit tests share: cmocka, random numbers, an arena. */
#ifndef LING_UNIT_H
#define LING_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct unit_random {
    uint64_t state;
};
static inline uint64_t unit_next(struct unit_random *r) { /* splitmix64 */
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Memory for an allocator: fresh at each call, never given back (the process ends soon). */
static inline void *unit_arena(size_t bytes) {
    static void *kept[256]; /* reachable, so that the leak checker is content */
    static unsigned n;
    void *p = aligned_alloc(4096, bytes);
    if (!p || n == 256) abort();
    return kept[n++] = p;
}

#endif
