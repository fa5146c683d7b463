/* memory: where a guest's memory goes.
 *
 *   1 MiB [kernel][heap] 4 MiB [payload][arena .......][heap of a big machine]
 */
#include "lib/memory.h"

#include "lib/heap.h"
#include "lib/panic.h"
#include "payload.h"

enum { HEAP_DIVISOR = 16 };
#define BIG_MACHINE (UINT64_C(32) << 20)

extern char kernel_end[]; /* the linker script's */

/* End of the payload; the image's file has been read into memory by the loader, as far as it went. */
uint64_t memory_find_payload(struct plat_boot *boot, uint64_t ram_end) {
    const struct payload_head *head = (const void *)(uintptr_t)PAYLOAD_BASE;
    if (head->magic != PAYLOAD_MAGIC) return PAYLOAD_BASE;
    if (head->bytes < sizeof *head || head->bytes > PAYLOAD_LIMIT - PAYLOAD_BASE) panic("damaged payload");
    if (head->bytes > ram_end - PAYLOAD_BASE) panic("not enough memory for the payload");
    boot->payload = head;
    boot->payload_bytes = head->bytes;
    return PAYLOAD_BASE + head->bytes;
}

/* What is left below the payload is the kernel's heap; a big machine gives it more, from the end of its
 * memory. */
void memory_share(struct plat_boot *boot, uint64_t arena, uint64_t arena_end) {
    heap_add(kernel_end, PAYLOAD_BASE - (uintptr_t)kernel_end);
    if (arena_end <= arena) panic("not enough memory");
    if (arena_end >= BIG_MACHINE) {
        uint64_t bytes = (arena_end - arena) / HEAP_DIVISOR & ~UINT64_C(4095);
        if (bytes > HEAP_REGION_MAX) bytes = HEAP_REGION_MAX;
        arena_end -= bytes;
        heap_add((void *)(uintptr_t)arena_end, bytes);
    }
    boot->mem = (void *)(uintptr_t)arena;
    boot->mem_bytes = arena_end - arena;
}
