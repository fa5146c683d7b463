/* xen: what the drivers know of the machine under Xen, and hypercalls. The target fills `xen` before it
 * starts a driver. Sources: Xen public headers (libxen-dev), here by their own names. */
#ifndef LING_XEN_H
#define LING_XEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040d00
#include <xen/xen.h>

#include <xen/event_channel.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>

struct xen_machine {
    bool pv;                  /* else PVH */
    bool first;               /* the first domain: no console ring, no store, no devices */
    const unsigned long *p2m; /* PV: machine frames of our pages */
    volatile struct shared_info *shared;
    volatile struct xencons_interface *console;
    volatile struct xenstore_domain_interface *store;
    uint32_t console_port, store_port;
};
extern struct xen_machine xen;

extern char hypercall_page[];
static inline long hypercall(unsigned number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d) {
    long r;
    register uintptr_t r10 __asm__("r10") = d;
    __asm__ volatile("call *%[at]"
                     : "=a"(r), "+D"(a), "+S"(b), "+d"(c), "+r"(r10)
                     : [at] "r"(hypercall_page + number * 32)
                     : "rcx", "r8", "r9", "r11", "cc", "memory");
    return r;
}

/* What to write into a grant for that page of ours. */
static inline uint64_t xen_frame(const void *page) {
    uintptr_t frame = (uintptr_t)page >> 12;
    return xen.pv ? xen.p2m[frame] : frame;
}

/* xen_console_write: to the hypervisor's own console. xen_log: a line there, where it can be said nowhere
 * else; Xen drops it unless it is set up to keep guests' lines. */
void xen_console_write(const char *text, size_t n);
void xen_log(const char *line);

/* xen_map_frame: shows a frame of Xen's (`space`: XENMAPSPACE_shared_info or _grant_table; PV: `machine`
 * is its number) in place of our page at `at`. False: Xen refused. */
bool xen_map_frame(unsigned space, uint64_t index, uint64_t machine, void *at);

#endif
