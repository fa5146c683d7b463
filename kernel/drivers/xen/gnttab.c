/* gnttab: the grant table, version 1, one frame: 512 entries {flags, domain, frame}. References below 8 are
 * Xen's own (console, store). Source: Xen public/grant_table.h. */
#include "drivers/xen/gnttab.h"

#include "arch/x86_64/cpu.h"
#include "drivers/xen/xen.h"

#include <xen/grant_table.h>

enum { ENTRIES = 512, FIRST = 8 };
static struct grant_entry_v1 table[ENTRIES] __attribute__((aligned(4096)));
static uint32_t next = FIRST;
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
    uint64_t frame = xen.pv ? pv_frame(&ok) : 0;
    return ready = ok && xen_map_frame(XENMAPSPACE_grant_table, 0, frame, table);
}

uint32_t gnttab_grant(uint16_t domain, const void *page, bool read_only) {
    if (!ready || next == ENTRIES) return 0;
    volatile struct grant_entry_v1 *e = &table[next];
    e->domid = domain;
    e->frame = (uint32_t)xen_frame(page);
    full_fence(); /* the flags make it valid */
    e->flags = (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0));
    return next++;
}
