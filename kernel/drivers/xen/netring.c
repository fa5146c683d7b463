/* netring: Xen's network rings. Source: Xen public/io/netif.h, ring.h.
 *
 *   request  ->  ring[put % size]     put, shown: ours     backend sees `req_prod` = shown
 *   answer   <-  ring[taken % size]   `rsp_prod` is the backend's, so is every answer: read once, checked
 *
 * A slot is one page, granted for good.
 * To send: slot = id of the request; frames are copied in: the backend sees no other memory.
 * To receive: request i has slot and id i % NETRING_SLOTS, and is answered by answer i: the backends answer in
 * order, and for the extra answers, which bear no id, nothing else would do. A frame in one slot is looked at
 * in place; of several (NETRXF_more_data) it is gathered.
 * Invariants: tx: an id is the backend's exactly while busy[id]. rx: put = taken + NETRING_SLOTS, less one
 * while a frame is looked at in place. */
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
_Static_assert((1ULL << 32) % NETRING_SLOTS == 0, "slots go round with the free-running indices");

static uint8_t *page(struct netring *r, unsigned n) {
    return r->pages + (size_t)n * NETRING_PAGE;
}

static void post(struct netring *r) {
    uint16_t slot = r->rx.put % NETRING_SLOTS;
    r->rx.ring->ring[r->rx.put++ % RX_SIZE].req =
        (struct netif_rx_request){.id = slot, .gref = r->refs[NETRING_RX_SLOT + slot]};
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
        post(r);
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

/* Of an extra answer only the flag that another follows is of interest: none was asked for. */
static void skip_extra(struct netring *r, struct netif_rx_response a) {
    struct netif_extra_info extra;
    memcpy(&extra, &a, sizeof extra);
    r->rx.extra = extra.flags & XEN_NETIF_EXTRA_FLAG_MORE;
    post(r);
}

static void gather(struct netring_rx *x, const uint8_t *piece, int16_t n) {
    x->gathering = true;
    x->spoilt |= n <= 0 || x->have + (size_t)n > sizeof x->frame;
    if (x->spoilt) return;
    memcpy(x->frame + x->have, piece, (size_t)n);
    x->have += (size_t)n;
}

/* The gathered frame at its end; NULL: it was spoilt. */
static const uint8_t *gathered(struct netring_rx *x, size_t *n) {
    bool ok = !x->spoilt;
    *n = x->have;
    x->gathering = x->spoilt = false;
    x->have = 0;
    return ok ? x->frame : NULL;
}

/* The frame that ends with this answer; NULL: none does, or it is lost, or a breach. */
static const uint8_t *frame_of(struct netring *r, struct netif_rx_response a, size_t *n) {
    struct netring_rx *x = &r->rx;
    uint16_t slot = (x->taken - 1) % NETRING_SLOTS;
    if (a.id != slot)
        r->broken = "unknown id of a received frame";
    else if (a.status > 0 && (a.status > NETRING_PAGE || a.offset > NETRING_PAGE - a.status))
        r->broken = "a frame outside of its slot";
    if (r->broken) return NULL;
    const uint8_t *piece = page(r, NETRING_RX_SLOT + slot) + (a.status > 0 ? a.offset : 0);
    x->extra = a.flags & NETRXF_extra_info;
    bool more = a.flags & NETRXF_more_data;
    if (!more && !x->gathering && a.status > 0 && a.status <= NETRING_FRAME_MAX) {
        x->in_place = true;
        *n = (size_t)a.status;
        return piece;
    }
    gather(x, piece, a.status);
    post(r);
    return more ? NULL : gathered(x, n);
}

static struct netif_rx_response answer(const struct netring_rx *x) {
    const volatile struct netif_rx_response *shared = &x->ring->ring[x->taken % RX_SIZE].rsp;
    return (struct netif_rx_response){
        .id = shared->id, .offset = shared->offset, .flags = shared->flags, .status = shared->status};
}

const uint8_t *netring_receive(struct netring *r, size_t *n) {
    struct netring_rx *x = &r->rx;
    uint32_t end = answers_end(r, *(volatile RING_IDX *)&x->ring->rsp_prod, x->taken, x->shown);
    const uint8_t *frame = NULL;
    while (x->taken != end && !frame && !r->broken) {
        struct netif_rx_response a = answer(x);
        x->taken++;
        if (x->extra)
            skip_extra(r, a);
        else
            frame = frame_of(r, a, n);
    }
    return frame;
}

void netring_receive_done(struct netring *r) {
    if (r->rx.in_place) post(r);
    r->rx.in_place = false;
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
    uint32_t half = (r->tx.shown - r->tx.taken) / 2;
    if (tx_is_tight(r)) *(volatile RING_IDX *)&r->tx.ring->rsp_event = r->tx.taken + half + 1;
    xen_mb();
}

bool netring_pending(const struct netring *r) {
    if (r->broken) return false;
    return *(volatile RING_IDX *)&r->rx.ring->rsp_prod != r->rx.taken ||
           (tx_is_tight(r) && *(volatile RING_IDX *)&r->tx.ring->rsp_prod != r->tx.taken);
}
