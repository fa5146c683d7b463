/* gnttab: the grant table, version 1, one frame: 512 entries {flags, domain, frame}. References below 8 are
 * Xen's own (console, store). An entry is free when its flags are 0: Xen sets bits in them while the other
 * domain has the page mapped. Source: Xen public/grant_table.h. */
#include "drivers/xen/gnttab.h"

#include "arch/x86_64/cpu.h"
#include "drivers/xen/xen.h"

#include <xen/grant_table.h>

enum { ENTRIES = 512, FIRST = 8 };
static struct grant_entry_v1 table[ENTRIES] __attribute__((aligned(4096)));
static bool ready;

static uint64_t pv_frame(bool *ok) {
    xen_pfn_t frame = 0;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};
    set_xen_guest_handle(setup.frame_list, &frame);
    long r = hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (uintptr_t)&setup, 1, 0);
    *ok = r == 0 && setup.status == GNTST_okay;
    return frame;
}

bool gnttab_init(void) {
    bool ok = true;
    if (ready) return true;
    uint64_t frame = xen.pv ? pv_frame(&ok) : 0;
    return ready = ok && xen_map_frame(XENMAPSPACE_grant_table, 0, frame, table);
}

static uint32_t find_free(void) {
    for (uint32_t ref = FIRST; ref < ENTRIES; ref++)
        if (!*(volatile uint16_t *)&table[ref].flags) return ref;
    return 0;
}

uint32_t gnttab_grant(uint16_t domain, const void *page, bool read_only) {
    uint32_t ref = ready ? find_free() : 0;
    uint64_t frame = xen_frame(page);
    if (!ref || frame > UINT32_MAX) return 0; /* an entry of version 1 has 32 bits for it */
    volatile struct grant_entry_v1 *e = &table[ref];
    e->domid = domain;
    e->frame = (uint32_t)frame;
    full_fence(); /* the flags make it valid */
    e->flags = (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0));
    return ref;
}

bool gnttab_end(uint32_t ref) {
    uint16_t *flags = &table[ref].flags, was = *(volatile uint16_t *)flags;
    do
        if (was & (GTF_reading | GTF_writing)) return false;
    while (!__atomic_compare_exchange_n(flags, &was, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}
