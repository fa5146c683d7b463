/* memory: the arena of the process target: anonymous memory at a fixed address, so that a system saved by one
 * run could be mapped again by another. Pages come on first touch; nothing is reserved. */
#include "linux.h"

#include <sys/mman.h>

/* AddressSanitizer keeps its shadow where the arena usually is. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_BASE UINT64_C(0x200000000000)
#else
#define ARENA_BASE UINT64_C(0x1000000000)
#endif

void *arena_map(size_t bytes) {
    void *want = (void *)(uintptr_t)ARENA_BASE; // NOLINT: a fixed address by design
    void *got = mmap(want, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    return got == want ? got : NULL;
}
