/* evtchn: event channels, two-level ABI. Source: Xen public/event_channel.h, sched.h (SCHEDOP_poll).
 *
 *   shared.evtchn_pending[port / 64] bit port % 64      set by Xen, cleared by us
 *
 * Invariant: this CPU's upcall mask stays set, as it is at the start; no code of ours is entered by an event. */
#include "drivers/xen/evtchn.h"

#include "drivers/xen/xen.h"

uint32_t evtchn_open(uint16_t domain) {
    struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = domain};
    long r = hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (uintptr_t)&a, 0, 0);
    return r ? 0 : a.port;
}

void evtchn_close(uint32_t port) {
    struct evtchn_close c = {port};
    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_close, (uintptr_t)&c, 0, 0);
}

void evtchn_notify(uint32_t port) {
    struct evtchn_send s = {port};
    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)&s, 0, 0);
}

void evtchn_clear(uint32_t port) {
    volatile unsigned long *word = &xen.shared->evtchn_pending[port / 64 % 64];
    __atomic_and_fetch(word, ~(1UL << port % 64), __ATOMIC_SEQ_CST);
}

void evtchn_sleep(const uint32_t *ports, unsigned n, uint64_t until_xen_ns) {
    struct sched_poll poll = {.nr_ports = n, .timeout = until_xen_ns};
    set_xen_guest_handle(poll.ports, (evtchn_port_t *)(uintptr_t)ports);
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&poll, 0, 0);
}
