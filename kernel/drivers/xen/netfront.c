/* netfront: device/vif/0. Source: Xen public/io/netif.h, xenbus.h.
 *
 *   backend in InitWait -> rings, grants, port into the store -> Connected -> backend Connected -> notify
 *
 * One queue, rx-copy, no offloads, no scatter-gather (netring.c). When the backend closes, so do we, and there
 * is no network any more. */
#include "drivers/xen/netfront.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/clock.h"
#include "drivers/nic.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/gnttab.h"
#include "drivers/xen/netring.h"
#include "drivers/xen/store.h"
#include "drivers/xen/xen.h"

#include <xen/io/xenbus.h>

#define BACKEND_NS UINT64_C(10000000000)
#define LOOK_NS    UINT64_C(50000000)
enum { PATH_MAX_BYTES = 160, DOMAIN_MAX = 0x7ff0 };
_Static_assert((int)NIC_FRAME_MAX == (int)NETRING_FRAME_MAX, "one size of frame");

static struct netring rings;
static uint32_t refs[NETRING_PAGES], port;
static char state_path[PATH_MAX_BYTES + 8];
static void *given_back[NETRING_SLOTS]; /* owners of frames that were copied, for nic_sent */
static unsigned n_given_back;
static bool closed;

static uint32_t backend_state(void) {
    uint32_t state;
    return store_read_u32(state_path, &state) ? state : XenbusStateUnknown;
}

/* The watch on the state ends the sleep; it is looked at anyway from time to time. */
static bool await_backend(uint32_t wanted) {
    uint64_t until = clock_mono_ns() + BACKEND_NS;
    for (;;) {
        uint32_t state = backend_state();
        if (state == wanted) return true;
        if (state > XenbusStateConnected || clock_mono_ns() > until) return false;
        store_changed();
        evtchn_sleep(&xen.store_port, 1, xen_time_of(clock_mono_ns() + LOOK_NS));
        evtchn_clear(xen.store_port);
    }
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "00:16:3e:00:00:01" */
static bool read_mac(uint8_t mac[6]) {
    char text[18];
    if (!store_read("device/vif/0/mac", text, sizeof text) || strlen(text) != 17) return false;
    for (int i = 0; i < 6; i++) {
        int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0) return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool grant_pages(uint16_t backend) {
    uint8_t *memory = calloc(NETRING_PAGES + 1, NETRING_PAGE);
    if (!memory) return false;
    uint8_t *pages = memory + (-(uintptr_t)memory & (NETRING_PAGE - 1));
    for (unsigned i = 0; i < NETRING_PAGES; i++) {
        bool read_only = i >= NETRING_TX_SLOT && i < NETRING_RX_SLOT;
        refs[i] = gnttab_grant(backend, pages + (size_t)i * NETRING_PAGE, read_only);
        if (!refs[i]) return false;
    }
    netring_init(&rings, pages, refs);
    return true;
}

static bool tell(const char *key, uint32_t value) {
    char path[64];
    snprintf(path, sizeof path, "device/vif/0/%s", key);
    return store_write_u32(path, value);
}

static bool connect(void) {
    return tell("tx-ring-ref", refs[0]) && tell("rx-ring-ref", refs[1]) && tell("event-channel", port) &&
           tell("request-rx-copy", 1) && tell("feature-rx-notify", 1) && tell("feature-no-csum-offload", 1) &&
           tell("feature-sg", 0) && tell("state", XenbusStateConnected) &&
           await_backend(XenbusStateConnected);
}

bool nic_init(uint8_t mac[6]) {
    char backend[PATH_MAX_BYTES];
    uint32_t domain;
    if (!store_read("device/vif/0/backend", backend, sizeof backend)) return false;
    if (!store_read_u32("device/vif/0/backend-id", &domain) || domain >= DOMAIN_MAX || !read_mac(mac))
        return false;
    snprintf(state_path, sizeof state_path, "%s/state", backend);
    store_watch(state_path);
    if (!await_backend(XenbusStateInitWait)) return false;
    if (!gnttab_init() || !grant_pages((uint16_t)domain)) return false;
    uint32_t ours = evtchn_open((uint16_t)domain);
    if (!ours) return false;
    port = ours;
    if (!connect()) return port = 0, false;
    netring_flush(&rings);
    evtchn_notify(port);
    return true;
}

bool nic_send(void *bytes, size_t n, void *owner) {
    if (n_given_back == NETRING_SLOTS || !netring_send(&rings, (char *)bytes + NIC_HEADER, n)) return false;
    given_back[n_given_back++] = owner;
    return true;
}

void *nic_sent(void) {
    return n_given_back ? given_back[--n_given_back] : NULL;
}
const uint8_t *nic_receive(size_t *n) {
    return closed ? NULL : netring_receive(&rings, n);
}
void nic_receive_done(void) {
    netring_receive_done(&rings);
}
void nic_flush(void) {
    if (port && !closed && netring_flush(&rings)) evtchn_notify(port);
}

uint32_t netfront_port(void) {
    return closed || rings.broken ? 0 : port;
}
void netfront_listen(void) {
    if (port) netring_listen(&rings);
}
bool netfront_pending(void) {
    return port && !closed && netring_pending(&rings);
}

void netfront_store_changed(void) {
    if (!port || closed) return;
    uint32_t state = backend_state();
    if (state != XenbusStateClosing && state != XenbusStateClosed) return;
    closed = true;
    tell("state", XenbusStateClosed);
}
