/* netfront: device/vif/0. Source: Xen public/io/netif.h, xenbus.h.
 *
 *   AWAY     -- backend in InitWait: fresh rings, port, both into the store, Connected -->  OFFERED
 *   OFFERED  -- backend Connected -->  UP -- anything else --> OFFERED
 *   both     -- backend closes or is gone, or breaks the rules: Closed, port closed -->  AWAY
 *            -- our state is not the one we wrote, the device was made anew: port closed -->  AWAY
 *
 * A backend that closed and stays `online` comes back when we say Initialising. Several changes may be seen at once: what
 * ends in AWAY is looked at again from there. One queue, rx-copy, no offloads, no scatter-gather offered (netring.c).
 *
 *   frames to be sent, in order   [given .. copied .. put)      index % QUEUE
 *                                  owner goes back | waits for a slot of the ring
 *
 * The pages stay granted to the backend's domain while that is the same one, whatever becomes of the backend. */
#include "drivers/xen/netfront.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/clock.h"
#include "drivers/nic.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/gnttab.h"
#include "drivers/xen/netring.h"
#include "drivers/xen/store.h"
#include "drivers/xen/xen.h"
#include "drivers/xen/xenbus.h"
#include "plat.h"

#define BACKEND_NS UINT64_C(10000000000)
enum { QUEUE = 256 };
_Static_assert((int)NIC_FRAME_MAX == (int)NETRING_FRAME_MAX, "one size of frame");

static struct xenbus_device device = {.path = "device/vif/0"};
static enum { AWAY, OFFERED, UP } phase;
static bool begun;   /* the device was there at the start, and that is over */
static bool refused; /* the backend broke the rules, or it can't be: it is not asked to come back */

static struct netring rings;
static uint8_t *pages;
static uint32_t refs[NETRING_PAGES], granted_to, port;
static uint8_t address[6];

static struct {
    const char *frame;
    size_t n;
    void *owner;
} queue[QUEUE];
static uint32_t given, copied, put;

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "00:16:3e:00:00:01" */
static bool read_mac(void) {
    char text[18];
    uint8_t mac[6];
    if (!store_read("device/vif/0/mac", text, sizeof text) || strlen(text) != 17) return false;
    for (int i = 0; i < 6; i++) {
        int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0) return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(address, mac, sizeof address);
    return true;
}

static bool allocate_pages(void) {
    if (pages) return true;
    uint8_t *memory = malloc((NETRING_PAGES + 1) * NETRING_PAGE);
    if (memory) pages = memory + (-(uintptr_t)memory & (NETRING_PAGE - 1));
    return memory;
}

/* False: another domain has one of the pages still mapped. */
static bool take_pages_back(void) {
    for (unsigned i = 0; i < NETRING_PAGES; i++) {
        if (refs[i] && !gnttab_end(refs[i])) return false;
        refs[i] = 0;
    }
    return true;
}

static bool grant_pages(uint32_t domain) {
    if (granted_to != domain && !take_pages_back()) return false;
    granted_to = domain;
    for (unsigned i = 0; i < NETRING_PAGES; i++) {
        bool read_only = i >= NETRING_TX_SLOT && i < NETRING_RX_SLOT;
        if (!refs[i]) refs[i] = gnttab_grant((uint16_t)domain, pages + (size_t)i * NETRING_PAGE, read_only);
        if (!refs[i]) return false;
    }
    return true;
}

static bool tell(const char *key, uint32_t value) {
    return xenbus_tell(&device, key, value);
}

static bool tell_rings(void) {
    return tell("tx-ring-ref", refs[0]) && tell("rx-ring-ref", refs[1]) && tell("event-channel", port) &&
           tell("request-rx-copy", 1) && tell("feature-rx-notify", 1) && tell("feature-no-csum-offload", 1) &&
           tell("feature-sg", 0) && tell("state", XenbusStateConnected);
}

static bool offer(void) {
    if (!gnttab_init() || !allocate_pages() || !grant_pages(device.domain)) return false;
    memset(pages, 0, (size_t)NETRING_PAGES * NETRING_PAGE);
    netring_init(&rings, pages, refs);
    netring_flush(&rings);
    port = evtchn_open((uint16_t)device.domain);
    return port && tell_rings();
}

static void say(const char *what) {
    char line[96];
    int n = snprintf(line, sizeof line, "ling: network: %s\n", what);
    plat_console_write(line, (size_t)n);
}

static void withdraw(const char *why) {
    say(why);
    if (port) evtchn_close(port);
    port = 0;
    copied = put; /* what waited to be sent is lost */
    phase = AWAY;
}

static void close_device(const char *why) {
    withdraw(why);
    tell("state", XenbusStateClosed);
}

static void refuse(const char *why) {
    refused = true;
    close_device(why);
}

static uint32_t own_state(void) {
    uint32_t state;
    return store_read_u32("device/vif/0/state", &state) ? state : (uint32_t)XenbusStateUnknown;
}

static void seek_backend(void) {
    uint32_t online;
    bool found = xenbus_find(&device);
    if (!found || own_state() == XenbusStateInitialising) refused = false; /* no device, or another */
    if (!found || refused) return;
    uint32_t state = xenbus_backend_state(&device);
    if (state == XenbusStateInitWait) {
        phase = OFFERED;
        if (!read_mac() || !offer()) refuse("no connection to the backend could be set up");
    } else if (state == XenbusStateClosed && xenbus_backend_u32(&device, "online", &online) && online) {
        tell("state", XenbusStateInitialising);
    }
}

static void follow_known(void) {
    uint32_t state = xenbus_backend_state(&device);
    if (!store_is_usable()) return; /* nothing is known any more, and the rings go on */
    if (own_state() == XenbusStateInitialising) {
        withdraw("the device was made anew");
    } else if (state == XenbusStateClosing || state == XenbusStateClosed || state == XenbusStateUnknown) {
        close_device("the backend is gone");
    } else if (state == XenbusStateConnected) {
        if (phase == OFFERED && begun) say("connected");
        phase = UP;
        evtchn_notify(port);
    } else {
        phase = OFFERED; /* the backend's driver is replaced: the new one takes over the rings as they are */
    }
}

static void follow_backend(void) {
    if (phase != AWAY) follow_known();
    if (phase == AWAY && store_is_usable()) seek_backend();
}

bool nic_init(uint8_t mac[6]) {
    uint64_t until = clock_mono_ns() + BACKEND_NS;
    if (!xenbus_find(&device)) return false;
    if (!read_mac()) {
        say("the device has no address");
        return false;
    }
    xenbus_watch(&device);
    do follow_backend();
    while (phase != UP && xenbus_await(until));
    if (phase != UP && !refused) say("the backend does not answer; what comes later is taken");
    memcpy(mac, address, sizeof address);
    return begun = true;
}

bool nic_carrier(uint8_t mac[6]) {
    if (phase == UP) memcpy(mac, address, sizeof address);
    return phase == UP;
}

static void copy_some(void) {
    while (copied != put && netring_send(&rings, queue[copied % QUEUE].frame, queue[copied % QUEUE].n))
        copied++;
}

bool nic_send(void *bytes, size_t n, void *owner) {
    if (phase != UP || put - given == QUEUE || n > NETRING_FRAME_MAX) return false;
    queue[put % QUEUE].frame = (char *)bytes + NIC_HEADER;
    queue[put % QUEUE].n = n;
    queue[put++ % QUEUE].owner = owner;
    copy_some();
    return true;
}

void *nic_sent(void) {
    return given != copied ? queue[given++ % QUEUE].owner : NULL;
}
const uint8_t *nic_receive(size_t *n) {
    return phase == UP ? netring_receive(&rings, n) : NULL;
}
void nic_receive_done(void) {
    netring_receive_done(&rings);
}

void nic_flush(void) {
    if (phase != UP) return;
    copy_some();
    if (netring_flush(&rings)) evtchn_notify(port);
    if (rings.broken) refuse(rings.broken);
}

uint32_t netfront_port(void) {
    return port;
}
void netfront_listen(void) {
    if (phase == UP) netring_listen(&rings);
}
bool netfront_pending(void) {
    return phase == UP && netring_pending(&rings);
}
void netfront_store_changed(void) {
    if (begun) follow_backend();
}
