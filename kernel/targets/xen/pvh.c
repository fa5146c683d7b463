/* pvh: a guest in hardware-virtualised long mode: ring 3, with the nub below. Page tables are kernel/nub/paging.c's; interrupts
 * stay off for ever. Sources: Xen arch-x86/hvm/start_info.h, arch-x86/cpuid.h, hvm/params.h. */
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "lib/panic.h"
#include "nub/nub.h"
#include "nub/paging.h"
#include "payload.h"
#include "xen_target.h"

#include <xen/arch-x86/cpuid.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

enum { MAP_MAX = 128, XENS_PAGES = 64 /* of the domain's, but not its memory: console, store, tables */ };
#define LOADER_LIMIT  (UINT64_C(1) << 30)          /* what the boot page tables show */
#define SPECIAL_START (UINT64_C(0xfea00000) >> 12) /* what paging.c maps of Xen's pages */
#define SPECIAL_END   (UINT64_C(0xff000000) >> 12)

static uint64_t loader_end;

static uint32_t find_xen(void) {
    uint32_t r[4];
    for (uint32_t leaf = 0x40000000; leaf < 0x40010000; leaf += 0x100) {
        cpu_id(leaf, 0, r);
        if (r[1] == XEN_CPUID_SIGNATURE_EBX && r[2] == XEN_CPUID_SIGNATURE_ECX &&
            r[3] == XEN_CPUID_SIGNATURE_EDX)
            return leaf;
    }
    return 0;
}

static void take_hypercalls(uint32_t leaf) {
    uint32_t r[4];
    cpu_id(leaf + 2, 0, r);
    nub_call(NUB_HYPERCALLS_READY, r[1]);
}

static uint64_t parameter(unsigned index) {
    struct xen_hvm_param p = {.domid = DOMID_SELF, .index = index};
    return hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uintptr_t)&p, 0, 0) ? 0 : p.value;
}

static void *special_page(unsigned index) {
    uint64_t frame = parameter(index);
    return frame >= SPECIAL_START && frame < SPECIAL_END ? (void *)(uintptr_t)(frame << 12) : NULL;
}

/* What the loader left, and that the arena must start behind it. */
static const void *loaders(uint64_t at, uint64_t bytes) {
    if (!at || at >= LOADER_LIMIT || bytes > LOADER_LIMIT - at) return NULL;
    if (at >= PAYLOAD_BASE && at + bytes > loader_end) loader_end = at + bytes;
    return (const void *)(uintptr_t)at;
}

static uint64_t ram_end, ram_bytes;

static void add_to_map(uint64_t at, uint64_t bytes, uint32_t type) {
    if (type != XEN_HVM_MEMMAP_TYPE_RAM || at + bytes < at) return;
    ram_bytes += bytes;
    if (at <= PAYLOAD_BASE && at + bytes > PAYLOAD_BASE) ram_end = at + bytes;
}

/* The first domain is given no map by Xen 4.17: it has to ask. */
static void ask_for_map(void) {
    static struct __attribute__((packed)) {
        uint64_t at, bytes;
        uint32_t type;
    } entries[MAP_MAX];
    struct xen_memory_map m = {.nr_entries = MAP_MAX};
    set_xen_guest_handle(m.buffer, (void *)entries);
    if (hypercall(__HYPERVISOR_memory_op, XENMEM_memory_map, (uintptr_t)&m, 0, 0)) return;
    for (unsigned i = 0; i < m.nr_entries && i < MAP_MAX; i++)
        add_to_map(entries[i].at, entries[i].bytes, entries[i].type);
}

static void take_map(const struct hvm_start_info *info) {
    const struct hvm_memmap_table_entry *m = loaders(info->memmap_paddr, info->memmap_entries * sizeof *m);
    for (uint32_t i = 0; m && i < info->memmap_entries; i++) add_to_map(m[i].addr, m[i].size, m[i].type);
}

/* With maxmem above memory the map shows the former. */
static void limit_ram(void) {
    domid_t self = DOMID_SELF;
    long pages = hypercall(__HYPERVISOR_memory_op, XENMEM_current_reservation, (uintptr_t)&self, 0, 0);
    if (pages <= XENS_PAGES || ram_bytes >> 12 <= (uint64_t)pages) return;
    ram_bytes = (uint64_t)(pages - XENS_PAGES) << 12;
    if (ram_end > ram_bytes) ram_end = ram_bytes;
}

static void find_ram(const struct hvm_start_info *info) {
    if (info->version < 1 || !info->memmap_entries)
        ask_for_map();
    else
        take_map(info);
    limit_ram();
}

static uint64_t map(uint64_t payload_end, uint64_t *end) {
    uint64_t above = payload_end > loader_end ? payload_end : loader_end;
    uint64_t arena = paging_arena_start(above);
    *end = paging_arena_end(*end);
    paging_build(above, *end, false);
    return arena;
}

noreturn void target_main(void) {
    uint64_t entry = cpu_cycles();
    const struct hvm_start_info *info = (const void *)(uintptr_t)pvh_start_info;
    __asm__ volatile("fninit");
    uint32_t leaf = find_xen();
    if (!leaf)
        for (;;) __asm__ volatile("ud2"); /* not Xen: nobody to talk to; the machine resets */
    take_hypercalls(leaf);
    xen.first = info->flags & SIF_INITDOMAIN;
    if (!xen.first) {
        xen.console = special_page(HVM_PARAM_CONSOLE_PFN);
        xen.console_port = (uint32_t)parameter(HVM_PARAM_CONSOLE_EVTCHN);
        xen.store = special_page(HVM_PARAM_STORE_PFN);
        xen.store_port = (uint32_t)parameter(HVM_PARAM_STORE_EVTCHN);
    }
    if (!xen_map_frame(XENMAPSPACE_shared_info, 0, 0, shared_info_page)) __builtin_trap();
    xen.shared = (void *)shared_info_page;
    loaders((uintptr_t)info, sizeof *info);
    const char *line = loaders(info->cmdline_paddr, 1);
    if (line) loaders(info->cmdline_paddr, strlen(line) + 1);
    find_ram(info);
    struct xen_start start = {.target = "xen-pvh",
                              .cmdline = line,
                              .entry_cycles = entry,
                              .total_bytes = ram_bytes,
                              .ram_end = ram_end,
                              .loader_end = loader_end,
                              .map = map};
    target_start(&start);
}
