/* clock: Xen's own time, beside drivers/clock.h, whose functions are implemented on it. */
#ifndef LING_XEN_CLOCK_H
#define LING_XEN_CLOCK_H

#include <stdint.h>

void xen_clock_init(uint64_t entry_cycles);
/* Xen's time at that time of clock_mono_ns, as SCHEDOP_poll wants it; never 0. */
uint64_t xen_time_of(uint64_t mono_ns);

#endif
