/* evtchn: event channels. They are never delivered: the loop asks Xen to sleep until one is pending. */
#ifndef LING_EVTCHN_H
#define LING_EVTCHN_H

#include <stdbool.h>
#include <stdint.h>

/* evtchn_open: a port that `domain` may bind to; 0: Xen refused. */
uint32_t evtchn_open(uint16_t domain);
void evtchn_close(uint32_t port);
void evtchn_notify(uint32_t port);
/* evtchn_clear, then look at what the port stands for, then evtchn_sleep: so nothing is slept through. */
void evtchn_clear(uint32_t port);
/* evtchn_sleep: until one of the ports is pending, or Xen's time (clock.h's xen_time_ns); 0: no time. */
void evtchn_sleep(const uint32_t *ports, unsigned n, uint64_t until_xen_ns);

#endif
