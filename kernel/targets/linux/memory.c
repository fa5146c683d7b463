/* memory: the arena of the process target: anonymous memory at a fixed address, so that a system saved by one
 * run could be mapped again by another. Pages come on first touch; nothing is reserved. */
#include "linux.h"

#include <string.h>
#include <sys/mman.h>

/* AddressSanitizer keeps its shadow where the arena usually is. With it the VM finds no zeros, as it may on other
 * machines. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_BASE UINT64_C(0x200000000000)
static void make_dirty(void *arena, size_t bytes) {
    const size_t most = (size_t)16 << 20;
    memset(arena, 0xa5, bytes < most ? bytes : most);
}
#else
#define ARENA_BASE UINT64_C(0x1000000000)
static void make_dirty(void *arena, size_t bytes) {}
#endif

void *arena_map(size_t bytes) {
    void *want = (void *)(uintptr_t)ARENA_BASE; // NOLINT: a fixed address by design
    void *got = mmap(want, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != want) return NULL;
    make_dirty(got, bytes);
    return got;
}
