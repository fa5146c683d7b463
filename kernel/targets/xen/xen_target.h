/* xen_target: what the files of this target share. */
#ifndef LING_XEN_TARGET_H
#define LING_XEN_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "drivers/xen/xen.h"
#include "plat.h"

/* The pages of Xen that become visible in place of ours. */
extern char shared_info_page[4096];

/* main.c: the rest of the start, once pv.c or pvh.c has filled `xen` and can tell about memory. */
struct xen_start {
    const char *target;
    const char *cmdline;
    uint64_t entry_cycles;
    uint64_t total_bytes, ram_end;
    uint64_t loader_end; /* what the loader left ends here: the arena starts above */
    /* Builds the final mapping: [.., payload_end) read-only, arena to the end writable; gives the arena's
     * start. */
    uint64_t (*map)(uint64_t payload_end, uint64_t *ram_end);
};
noreturn void target_start(const struct xen_start *start);

/* entry.S, pv.c, pvh.c */
noreturn void target_pv(struct start_info *info);
noreturn void target_main(void);
noreturn void target_fault(void); /* PV: a PVH guest's faults are the nub's */
extern char pv_exceptions[];
enum { EXCEPTIONS = 32, STUB_BYTES = 16 };

#endif
