/* console: the ring of Xen's paravirtual console. Source: Xen public/io/console.h.
 *
 *   out[2048]  out_prod: ours, out_cons: the backend's      in[1024]  in_prod: the backend's, in_cons: ours
 *
 * Indices run free. Ours are kept here, as the backend can write the whole page; one of its own that is
 * further off than the ring is long ends the use of that direction. What nobody takes for TAKE_NS is dropped, and
 * all after it until there is room again. The first domain has no ring: what it
 * writes goes to the hypervisor's console, and nothing is read. */
#include "drivers/xen/console.h"

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"

#define TAKE_NS UINT64_C(1000000000)
#define LOOK_NS UINT64_C(1000000)

static bool writes, reads; /* the ring is there, and its other side to be believed */
static bool stuck;         /* nobody took anything for TAKE_NS: not waited for again */
static uint32_t put, taken;

void xcon_init(void) {
    writes = reads = xen.console;
    stuck = false;
    if (!xen.console) return;
    put = xen.console->out_prod;
    taken = xen.console->in_cons;
}

/* Bytes that the backend has not taken yet; 0 when it is not to be believed. */
static uint32_t waiting(void) {
    uint32_t n = put - xen.console->out_cons;
    if (n > sizeof xen.console->out) {
        writes = false;
        xen_log("ling: the console's backend took more than there was\n");
    }
    return writes ? n : 0;
}

/* Sleeps until there is less than `n` in the ring; the backend notifies when it has taken something. */
static bool await_less(uint32_t n, uint64_t until) {
    evtchn_notify(xen.console_port);
    while (waiting() >= n) {
        uint64_t now = clock_mono_ns();
        if (now >= until) return false;
        evtchn_clear(xen.console_port);
        if (waiting() >= n) evtchn_sleep(&xen.console_port, 1, xen_time_of(now + LOOK_NS));
    }
    return writes;
}

/* Up to n bytes into that room; returns how many. */
static uint32_t put_some(const uint8_t *bytes, size_t n, uint32_t room) {
    uint32_t k = n < room ? (uint32_t)n : room;
    for (uint32_t i = 0; i < k; i++)
        xen.console->out[MASK_XENCONS_IDX(put + i, xen.console->out)] = (char)bytes[i];
    full_fence();
    put += k;
    xen.console->out_prod = put;
    return k;
}

void xcon_write(const uint8_t *bytes, size_t n) {
    const uint32_t size = sizeof xen.console->out;
    if (xen.first) xen_console_write((const char *)bytes, n);
    while (n && writes) {
        uint32_t room = size - waiting();
        if (!writes) return;
        if (room) stuck = false;
        if (!room && !stuck) stuck = !await_less(size, clock_mono_ns() + TAKE_NS);
        if (stuck) break;
        uint32_t k = put_some(bytes, n, room);
        bytes += k;
        n -= k;
    }
    if (writes) evtchn_notify(xen.console_port);
}

void xcon_drain(uint64_t until_ns) {
    if (writes && !stuck) await_less(1, until_ns);
}

bool xcon_has_input(void) {
    if (!reads) return false;
    uint32_t n = xen.console->in_prod - taken;
    if (n > sizeof xen.console->in) {
        reads = false;
        xen_log("ling: the console's backend gave more than there is room\n");
    }
    return reads && n;
}

size_t xcon_read(uint8_t *bytes, size_t n) {
    size_t got = 0;
    while (got < n && xcon_has_input()) {
        full_fence();
        bytes[got++] = (uint8_t)xen.console->in[MASK_XENCONS_IDX(taken, xen.console->in)];
        full_fence();
        xen.console->in_cons = ++taken;
    }
    if (got) evtchn_notify(xen.console_port);
    return got;
}
