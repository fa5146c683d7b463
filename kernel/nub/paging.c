/* paging: built once at boot, in ring 3, then sealed by the nub (NUB_SEAL): the tables themselves are the
 * supervisor's.
 *
 *   0          first MiB (null pointers, firmware)                -
 *   0x100000   nub: text, data, tables, stack                     supervisor only
 *              kernel and VM: text                                R X
 *              rodata                                             R
 *              data, bss, with unmapped pages below two stacks    R W
 *              left over: heap of the kernel layer                R W
 *   0x400000   payload                                            R       pages of 4 KiB below 8 MiB,
 *              arena                                              R W     of 2 MiB above
 *   0xfea00000 virtio-mmio, IOAPIC, LAPIC                         R W     uncached
 *
 * Nothing is both writable and executable. Source: Intel SDM vol. 3 §4.5 (4-level paging). */
#include "nub/paging.h"

#include "nub/nub.h"
#include "payload.h"

enum {
    P = 1,
    W = 2,
    U = 4,
    UNCACHED = 0x18,
    BIG = 0x80,
};
#define SMALL_PAGE UINT64_C(4096)
#define NX         (UINT64_C(1) << 63)
#define BIG_PAGE   (UINT64_C(1) << 21)
#define GIGABYTE   (UINT64_C(1) << 30)
#define SMALL_END  (NUB_SMALL_TABLES * BIG_PAGE)
#define RAM_LIMIT  (3 * GIGABYTE) /* devices come above */

/* From the linker script. */
extern char nub_text_start[], nub_text_end[], text_start[], text_end[], rodata_start[], rodata_end[],
    data_start[];
extern char stack_guard[], fault_stack_guard[];

static uint64_t addr(const char *symbol) {
    return (uint64_t)(uintptr_t)symbol;
}

static uint64_t min64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}
static uint64_t max64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* Not inlined, as they run once: what is not yet translated costs an emulator the more the more of it there is. */
static __attribute__((noinline)) void map_small(uint64_t from, uint64_t to, uint64_t flags) {
    for (uint64_t a = from; a < to; a += SMALL_PAGE)
        nub_tables.small[a / BIG_PAGE][a / SMALL_PAGE % 512] = a | flags;
}

static void unmap_small(uint64_t a) {
    nub_tables.small[a / BIG_PAGE][a / SMALL_PAGE % 512] = 0;
}

static __attribute__((noinline)) void map_big(uint64_t from, uint64_t to, uint64_t flags) {
    for (uint64_t a = from; a < to; a += BIG_PAGE)
        nub_tables.gigabyte[a / GIGABYTE][a / BIG_PAGE % 512] = a | flags | BIG;
}

static void map_kernel(void) {
    map_small(addr(nub_text_start), addr(nub_text_end), P);
    map_small(addr(nub_text_end), addr(text_start), P | W | NX);
    map_small(addr(text_start), addr(text_end), P | U);
    map_small(addr(rodata_start), addr(rodata_end), P | U | NX);
    map_small(addr(data_start), PAYLOAD_BASE, P | W | U | NX);
    unmap_small(addr(stack_guard));
    unmap_small(addr(fault_stack_guard));
}

uint64_t paging_arena_start(uint64_t payload_end) {
    uint64_t page = payload_end <= SMALL_END ? SMALL_PAGE : BIG_PAGE;
    return (payload_end + page - 1) & ~(page - 1);
}

uint64_t paging_arena_end(uint64_t ram_end) {
    if (ram_end > RAM_LIMIT) ram_end = RAM_LIMIT;
    return ram_end & ~((ram_end <= SMALL_END ? SMALL_PAGE : BIG_PAGE) - 1);
}

void paging_build(uint64_t payload_end, uint64_t arena_end, bool uncached) {
    uint64_t arena_start = paging_arena_start(payload_end);
    nub_tables.pml4[0] = (uintptr_t)nub_tables.pdpt | P | W | U;
    for (int i = 0; i < 4; i++) nub_tables.pdpt[i] = (uintptr_t)nub_tables.gigabyte[i] | P | W | U;
    for (int i = 0; i < NUB_SMALL_TABLES; i++)
        nub_tables.gigabyte[0][i] = (uintptr_t)nub_tables.small[i] | P | W | U;
    map_kernel();
    map_small(PAYLOAD_BASE, min64(arena_start, SMALL_END), P | U | NX);
    map_small(arena_start, min64(arena_end, SMALL_END), P | W | U | NX);
    map_big(SMALL_END, arena_start, P | U | NX);
    map_big(max64(arena_start, SMALL_END), arena_end, P | W | U | NX);
    map_big(UINT64_C(0xfea00000), UINT64_C(0xff000000), P | W | U | NX | (uncached ? UNCACHED : 0));
    nub_call(NUB_SEAL, 0);
}
