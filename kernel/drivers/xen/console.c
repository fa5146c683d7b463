/* console: the ring of Xen's paravirtual console. Source: Xen public/io/console.h.
 *
 *   out[2048]  out_prod: ours, out_cons: the backend's      in[1024]  in_prod: the backend's, in_cons: ours
 *
 * Indices run free; one that is further off than the ring is long is not believed. */
#include "drivers/xen/console.h"

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"

#define TAKE_NS UINT64_C(1000000000)
#define LOOK_NS UINT64_C(1000000)

static bool lost; /* nobody takes the output */

static uint32_t waiting(void) {
    uint32_t n = xen.console->out_prod - xen.console->out_cons;
    return n <= sizeof xen.console->out ? n : 0;
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
    return true;
}

void xcon_write(const uint8_t *bytes, size_t n) {
    if (!xen.console || lost) return;
    const uint32_t size = sizeof xen.console->out;
    while (n) {
        if (waiting() == size && !await_less(size, clock_mono_ns() + TAKE_NS)) {
            lost = true;
            return;
        }
        uint32_t at = xen.console->out_prod, room = size - waiting();
        uint32_t k = n < room ? (uint32_t)n : room;
        for (uint32_t i = 0; i < k; i++)
            xen.console->out[MASK_XENCONS_IDX(at + i, xen.console->out)] = (char)bytes[i];
        full_fence();
        xen.console->out_prod = at + k;
        bytes += k;
        n -= k;
    }
    evtchn_notify(xen.console_port);
}

void xcon_drain(uint64_t until_ns) {
    if (xen.console && !lost) await_less(1, until_ns);
}

bool xcon_has_input(void) {
    if (!xen.console) return false;
    uint32_t n = xen.console->in_prod - xen.console->in_cons;
    return n && n <= sizeof xen.console->in;
}

size_t xcon_read(uint8_t *bytes, size_t n) {
    size_t got = 0;
    while (got < n && xcon_has_input()) {
        full_fence();
        uint32_t at = xen.console->in_cons;
        bytes[got++] = (uint8_t)xen.console->in[MASK_XENCONS_IDX(at, xen.console->in)];
        full_fence();
        xen.console->in_cons = at + 1;
    }
    if (got) evtchn_notify(xen.console_port);
    return got;
}
