/* xen: what both kinds of guest do differently to see a page of Xen's own: a PV guest maps its machine frame,
 * a PVH guest has the frame put into its physical memory. */
#include "drivers/xen/xen.h"

#include <string.h>

enum { PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40 };
#define NO_EXECUTE (UINT64_C(1) << 63)

struct xen_machine xen;

bool xen_map_frame(unsigned space, uint64_t index, uint64_t machine, void *at) {
    uintptr_t where = (uintptr_t)at;
    if (xen.pv) {
        uint64_t entry = machine << 12 | PRESENT | WRITABLE | USER | ACCESSED | DIRTY | NO_EXECUTE;
        return hypercall(__HYPERVISOR_update_va_mapping, where, entry, UVMF_INVLPG, 0) == 0;
    }
    struct xen_add_to_physmap add = {.domid = DOMID_SELF, .space = space, .idx = index, .gpfn = where >> 12};
    return hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)&add, 0, 0) == 0;
}

void xen_console_write(const char *text, size_t n) {
    hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, n, (uintptr_t)text, 0);
}

void xen_log(const char *line) {
    xen_console_write(line, strlen(line));
}
