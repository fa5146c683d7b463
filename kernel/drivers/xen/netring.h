/* netring: the two rings between netfront and its backend, without hypercalls, so that they can be tested
 * against a backend that breaks every rule. */
#ifndef LING_NETRING_H
#define LING_NETRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETRING_SLOTS = 64, NETRING_PAGE = 4096, NETRING_FRAME_MAX = 1514 };
/* Pages that the backend sees, in this order, each to be granted: tx ring, rx ring, tx slots, rx slots. */
enum { NETRING_PAGES = 2 + 2 * NETRING_SLOTS, NETRING_TX_SLOT = 2, NETRING_RX_SLOT = 2 + NETRING_SLOTS };

struct netring_tx {
    struct netif_tx_sring *ring;
    uint32_t put, shown, taken; /* requests written, requests the backend sees, answers taken */
    uint16_t free[NETRING_SLOTS], n_free;
    bool busy[NETRING_SLOTS];
};
struct netring_rx {
    struct netif_rx_sring *ring;
    uint32_t put, shown, taken;
    bool in_place;  /* the frame being looked at lies in its slot, which is posted when that is over */
    bool extra;     /* the next answer is an extra one */
    bool gathering; /* in the middle of a frame of several slots: */
    bool spoilt;    /* it is not to be had: an error in one of them, or too long */
    size_t have;    /* and these bytes of it are in: */
    uint8_t frame[NETRING_FRAME_MAX];
};
struct netring {
    uint8_t *pages;
    const uint32_t *refs; /* of the pages */
    struct netring_tx tx;
    struct netring_rx rx;
    const char *broken; /* what the backend did; nothing is taken from it any more */
};

/* netring_init: `pages`: NETRING_PAGES of them, zeroed; all receive slots are given to the backend. */
void netring_init(struct netring *r, void *pages, const uint32_t refs[NETRING_PAGES]);
bool netring_send(struct netring *r, const void *frame, size_t n); /* false: full, or broken */
const uint8_t *netring_receive(struct netring *r, size_t *n);      /* as nic_receive */
void netring_receive_done(struct netring *r);
bool netring_flush(struct netring *r); /* true: the backend is to be notified */
/* netring_listen: be notified of the next frame (and of room, when there is little); then ask
 * netring_pending before sleeping. */
void netring_listen(struct netring *r);
bool netring_pending(const struct netring *r);

#endif
