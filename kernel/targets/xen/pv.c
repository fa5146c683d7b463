/* pv: a 64-bit paravirtual guest: ring 3, Xen's page tables, every change to them by hypercall.
 *
 *   given   0 [kernel][payload][p2m][start_info][store][console][page tables][stack]..4 MiB boundary
 *   ours    the same, then all other pages of the domain: virtual = pseudo-physical = 1:1
 *
 * New page tables come from behind the stack, where a mapping exists already (512 KiB at least, and every
 * table maps 512 pages more): filled, made read-only, then hooked in. The arena starts behind the last one.
 * Source: Xen public/xen.h (start_info, mmu_update). */
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "lib/panic.h"
#include "nub/nub.h"
#include "payload.h"
#include "xen_target.h"

enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PAGE = 4096, BATCH = 128 };
#define NX       (UINT64_C(1) << 63)
#define RW       (P | W | U | A | D | NX)
#define RO       (P | U | A | D | NX)
#define RX       (P | U | A | D)
#define NOTHING  0
#define TABLE    (P | W | U | A | D)
#define FRAME(e) ((e) >> 12 & UINT64_C(0xffffffffff))
#define BIG_PAGE (UINT64_C(1) << 21)
#define M2P      ((const unsigned long *)0xffff800000000000)

extern char nub_text_start[], text_start[], text_end[], data_start[];
extern char stack_guard[], fault_stack_guard[], thread_block[];

static uint64_t *top_table;
static uint64_t pool, mapped_end;              /* next page for a table; end of what is mapped */
static uint64_t tables, tables_end, given_end; /* Xen's page tables; end of the mapping given */

static uint64_t page_of_frame(uint64_t frame) {
    return M2P[frame] << 12;
}
static uint64_t machine(const void *p) {
    return xen_frame(p) << 12 | ((uintptr_t)p & (PAGE - 1));
}

static void set_page(uint64_t va, uint64_t entry) {
    if (hypercall(__HYPERVISOR_update_va_mapping, va, entry, UVMF_INVLPG, 0)) panic("Xen refused a mapping");
}

static void set_entry(uint64_t *entry, uint64_t value) {
    struct mmu_update u = {.ptr = machine(entry) | MMU_NORMAL_PT_UPDATE, .val = value};
    if (hypercall(__HYPERVISOR_mmu_update, (uintptr_t)&u, 1, 0, DOMID_SELF))
        panic("Xen refused a page table");
}

/* The entry for va of the table at that level (39: top, 12: last), NULL when a table above is missing. */
static uint64_t *entry_at(uint64_t va, int level) {
    uint64_t *t = top_table;
    for (int shift = 39; shift > level; shift -= 9) {
        uint64_t e = t[va >> shift & 511];
        if (!(e & P)) return NULL;
        t = (uint64_t *)page_of_frame(FRAME(e));
    }
    return &t[va >> level & 511];
}

static uint64_t *new_table(void) {
    if (pool >= mapped_end) panic("no memory for page tables");
    uint64_t *t = (uint64_t *)pool;
    pool += PAGE;
    memset(t, 0, PAGE);
    return t;
}

/* Hooks a filled table in as the one of va below `level`; makes the tables above as needed. */
static void hook(uint64_t va, int level, uint64_t *table) {
    uint64_t *e = entry_at(va, level);
    if (!e) {
        hook(va, level + 9, new_table());
        e = entry_at(va, level);
    }
    set_page((uintptr_t)table, machine(table) | RO);
    set_entry(e, machine(table) | TABLE);
}

static void map_all(uint64_t ram_end) {
    uint64_t *e;
    while (mapped_end < ram_end && (e = entry_at(mapped_end, 21)) && *e & P) mapped_end += BIG_PAGE;
    given_end = mapped_end < ram_end ? mapped_end : ram_end;
    while (mapped_end < ram_end) {
        uint64_t *t = new_table();
        for (uint64_t i = 0, va = mapped_end; i < 512 && va < ram_end; i++, va += PAGE)
            t[i] = xen.p2m[va / PAGE] << 12 | RW;
        hook(mapped_end, 21, t);
        mapped_end += BIG_PAGE;
    }
}

/* Rights of pages that are mapped already. */
static void protect(uint64_t from, uint64_t to, uint64_t flags) {
    static struct mmu_update batch[BATCH];
    while (from < to) {
        unsigned n = 0;
        for (; n < BATCH && from < to; n++, from += PAGE) {
            uint64_t *e = entry_at(from, 12);
            batch[n].ptr = machine(e) | MMU_NORMAL_PT_UPDATE;
            batch[n].val = flags ? (*e & UINT64_C(0x000ffffffffff000)) | flags : 0;
        }
        if (hypercall(__HYPERVISOR_mmu_update, (uintptr_t)batch, n, 0, DOMID_SELF))
            panic("Xen refused rights");
    }
}

static void flush_tlb(void) {
    struct mmuext_op op = {.cmd = MMUEXT_TLB_FLUSH_LOCAL};
    hypercall(__HYPERVISOR_mmuext_op, (uintptr_t)&op, 1, 0, DOMID_SELF);
}

/* The mapping given allows everything but writing to page tables: each part gets what it needs, new tables
 * and what map_all makes have it already. */
static void protect_given(uint64_t payload_end) {
    uint64_t behind = (payload_end + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    protect((uintptr_t)nub_text_start, (uintptr_t)text_start, RO); /* not used here */
    protect((uintptr_t)text_start, (uintptr_t)text_end, RX);
    protect((uintptr_t)text_end, (uintptr_t)data_start, RO);
    protect((uintptr_t)data_start, PAYLOAD_BASE, RW);
    protect(PAYLOAD_BASE, behind, RO);
    protect(behind, tables, RW);
    protect(tables, tables_end, RO);
    protect(tables_end, tables_end + PAGE, RW); /* the stack that Xen gave */
    protect(pool, given_end, RW);
}

static uint64_t map(uint64_t payload_end, uint64_t *ram_end) {
    map_all(*ram_end);
    protect_given(payload_end);
    set_page((uintptr_t)stack_guard, 0);
    set_page((uintptr_t)fault_stack_guard, 0);
    protect(0, (uintptr_t)nub_text_start, NOTHING);
    flush_tlb();
    return pool;
}

static void take_exceptions(void) {
    static struct trap_info traps[EXCEPTIONS + 1];
    for (unsigned i = 0; i < EXCEPTIONS; i++)
        traps[i] = (struct trap_info){.vector = (uint8_t)i,
                                      .flags = i == 3 || i == 4 ? 3 : 0,
                                      .cs = FLAT_KERNEL_CS,
                                      .address = (uintptr_t)pv_exceptions + i * STUB_BYTES};
    hypercall(__HYPERVISOR_set_trap_table, (uintptr_t)traps, 0, 0, 0);
}

noreturn void target_pv(struct start_info *info) {
    uint64_t entry = cpu_cycles();
    hypercall(__HYPERVISOR_set_segment_base, SEGBASE_FS, (uintptr_t)thread_block, 0, 0);
    xen.pv = true;
    xen.p2m = (const unsigned long *)info->mfn_list;
    xen.first = info->flags & SIF_INITDOMAIN;
    if (!xen.first) {
        xen.console = (void *)page_of_frame(info->console.domU.mfn);
        xen.console_port = info->console.domU.evtchn;
        xen.store = (void *)page_of_frame(info->store_mfn);
        xen.store_port = info->store_evtchn;
    }
    if (!xen_map_frame(XENMAPSPACE_shared_info, 0, info->shared_info >> 12, shared_info_page))
        for (;;)
            hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
                      (uintptr_t) & (struct sched_shutdown){SHUTDOWN_crash}, 0, 0);
    xen.shared = (void *)shared_info_page;
    take_exceptions();
    top_table = (uint64_t *)info->pt_base;
    tables = info->pt_base;
    tables_end = tables + info->nr_pt_frames * PAGE;
    pool = tables_end + PAGE; /* one page of stack */
    struct xen_start start = {.target = "xen-pv",
                              .cmdline = (const char *)info->cmd_line,
                              .entry_cycles = entry,
                              .total_bytes = info->nr_pages * PAGE,
                              .ram_end = info->nr_pages * PAGE,
                              .loader_end = pool,
                              .map = map};
    target_start(&start);
}
