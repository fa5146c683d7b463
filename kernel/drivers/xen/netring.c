/* netring: Xen's network rings. Source: Xen public/io/netif.h, ring.h.
 *
 *   request  ->  ring[put % size]     put, shown: ours     backend sees `req_prod` = shown
 *   answer   <-  ring[taken % size]   `rsp_prod` is the backend's, so is every answer: read once, checked
 *
 * Slot = id of a request = one page, granted for good. A frame is one slot: neither scatter-gather nor
 * offloads are offered, so flags that mean more are a breach. Frames to be sent are copied into their slot: the backend
 * sees no other memory. Invariant: an id is the backend's exactly while busy[id] or posted[id]. */
#include "drivers/xen/netring.h"

#include <string.h>

#define xen_mb()                  __sync_synchronize()
#define xen_rmb()                 __sync_synchronize()
#define xen_wmb()                 __sync_synchronize()
#define __XEN_INTERFACE_VERSION__ 0x00040d00
#include <xen/io/netif.h>
#include <xen/xen.h>

#define TX_SIZE __CONST_RING_SIZE(netif_tx, NETRING_PAGE)
#define RX_SIZE __CONST_RING_SIZE(netif_rx, NETRING_PAGE)
_Static_assert(TX_SIZE >= NETRING_SLOTS && RX_SIZE >= NETRING_SLOTS, "a request for every slot");

static uint8_t *page(struct netring *r, unsigned n) {
    return r->pages + (size_t)n * NETRING_PAGE;
}

static void post(struct netring *r, uint16_t slot) {
    struct netif_rx_request *q = &r->rx.ring->ring[r->rx.put++ % RX_SIZE].req;
    *q = (struct netif_rx_request){.id = slot, .gref = r->refs[NETRING_RX_SLOT + slot]};
    r->rx.posted[slot] = true;
}

void netring_init(struct netring *r, void *pages, const uint32_t refs[NETRING_PAGES]) {
    memset(r, 0, sizeof *r);
    r->pages = pages;
    r->refs = refs;
    r->tx.ring = (void *)page(r, 0);
    r->rx.ring = (void *)page(r, 1);
    r->tx.ring->req_event = r->rx.ring->req_event = 1;
    for (uint16_t i = 0; i < NETRING_SLOTS; i++) {
        r->tx.free[r->tx.n_free++] = i;
        post(r, i);
    }
}

/* The answers that may be taken up to, or `taken` when the backend claims more than it was asked. */
static uint32_t answers_end(struct netring *r, uint32_t claimed, uint32_t taken, uint32_t shown) {
    if (r->broken) return taken;
    if (claimed - taken > shown - taken) {
        r->broken = "more answers than requests";
        return taken;
    }
    xen_rmb();
    return claimed;
}

static void reclaim(struct netring *r) {
    struct netring_tx *t = &r->tx;
    uint32_t end = answers_end(r, *(volatile RING_IDX *)&t->ring->rsp_prod, t->taken, t->shown);
    while (t->taken != end) {
        uint16_t id = *(volatile uint16_t *)&t->ring->ring[t->taken % TX_SIZE].rsp.id;
        if (id >= NETRING_SLOTS || !t->busy[id]) {
            r->broken = "unknown id of a sent frame";
            return;
        }
        t->busy[id] = false;
        t->free[t->n_free++] = id;
        t->taken++;
    }
}

bool netring_send(struct netring *r, const void *frame, size_t n) {
    struct netring_tx *t = &r->tx;
    if (!t->n_free) reclaim(r);
    if (r->broken || !t->n_free || n > NETRING_FRAME_MAX) return false;
    uint16_t slot = t->free[--t->n_free];
    t->busy[slot] = true;
    memcpy(page(r, NETRING_TX_SLOT + slot), frame, n);
    t->ring->ring[t->put++ % TX_SIZE].req =
        (struct netif_tx_request){.gref = r->refs[NETRING_TX_SLOT + slot], .id = slot, .size = (uint16_t)n};
    return true;
}

/* The frame of an answer; NULL: none in it, or a breach. */
static const uint8_t *frame_of(struct netring *r, struct netif_rx_response a, size_t *n) {
    if (a.id >= NETRING_SLOTS || !r->rx.posted[a.id])
        r->broken = "unknown id of a received frame";
    else if (a.flags & (NETRXF_more_data | NETRXF_extra_info))
        r->broken = "a frame of several slots";
    else if (a.status > 0 && (a.status > NETRING_FRAME_MAX || a.offset > NETRING_PAGE - a.status))
        r->broken = "a frame outside of its slot";
    if (r->broken) return NULL;
    r->rx.posted[a.id] = false;
    r->rx.current = a.id;
    if (a.status > 0) {
        *n = (size_t)a.status;
        return page(r, NETRING_RX_SLOT + a.id) + a.offset;
    }
    post(r, a.id); /* the backend had an error: the frame is lost, the slot comes back */
    return NULL;
}

const uint8_t *netring_receive(struct netring *r, size_t *n) {
    for (;;) {
        struct netring_rx *x = &r->rx;
        uint32_t end = answers_end(r, *(volatile RING_IDX *)&x->ring->rsp_prod, x->taken, x->shown);
        if (x->taken == end) return NULL;
        struct netif_rx_response a;
        const volatile struct netif_rx_response *shared = &x->ring->ring[x->taken++ % RX_SIZE].rsp;
        a.id = shared->id, a.offset = shared->offset, a.flags = shared->flags, a.status = shared->status;
        const uint8_t *frame = frame_of(r, a, n);
        if (frame || r->broken) return frame;
    }
}

void netring_receive_done(struct netring *r) {
    post(r, r->rx.current);
}

/* True when the backend waits for one of the requests from `from` on. */
static bool show(RING_IDX *shown_to_it, volatile RING_IDX *event, uint32_t from, uint32_t to) {
    if (from == to) return false;
    xen_wmb();
    *(volatile RING_IDX *)shown_to_it = to;
    xen_mb();
    return to - *event < to - from;
}

bool netring_flush(struct netring *r) {
    reclaim(r);
    bool tx = show(&r->tx.ring->req_prod, &r->tx.ring->req_event, r->tx.shown, r->tx.put);
    bool rx = show(&r->rx.ring->req_prod, &r->rx.ring->req_event, r->rx.shown, r->rx.put);
    r->tx.shown = r->tx.put;
    r->rx.shown = r->rx.put;
    return tx || rx;
}

static bool tx_is_tight(const struct netring *r) {
    return r->tx.n_free < NETRING_SLOTS / 2;
}

void netring_listen(struct netring *r) {
    *(volatile RING_IDX *)&r->rx.ring->rsp_event = r->rx.taken + 1;
    if (tx_is_tight(r)) *(volatile RING_IDX *)&r->tx.ring->rsp_event = r->tx.taken + 1;
    xen_mb();
}

bool netring_pending(const struct netring *r) {
    if (r->broken) return false;
    return *(volatile RING_IDX *)&r->rx.ring->rsp_prod != r->rx.taken ||
           (tx_is_tight(r) && *(volatile RING_IDX *)&r->tx.ring->rsp_prod != r->tx.taken);
}
