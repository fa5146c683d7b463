/* blkring: the ring between blkfront and its backend, without hypercalls, so that it can be tested against a
 * backend that breaks every rule. */
#ifndef LING_BLKRING_H
#define LING_BLKRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/disk.h"

enum { BLKRING_PAGE = 4096, BLKRING_SLOT_PAGES = DISK_BYTES_MAX / BLKRING_PAGE };
/* Pages that the backend sees, in this order, each to be granted: the ring, then each slot's data. */
enum { BLKRING_PAGES = 1 + DISK_REQUESTS * BLKRING_SLOT_PAGES };

struct blkring_slot {
    bool busy;
    enum disk_op op;
    uint8_t *buffer;
    size_t n;
    void *owner;
};
struct blkring {
    struct blkif_sring *ring;
    uint8_t *pages;
    const uint32_t *refs;       /* of the pages */
    uint16_t device;            /* its number, as the toolstack calls it */
    uint32_t put, shown, taken; /* requests written, requests the backend sees, answers taken */
    struct blkring_slot slots[DISK_REQUESTS];
    const char *broken; /* what the backend did; nothing is taken from it any more */
};

void blkring_init(struct blkring *r, void *pages, const uint32_t refs[BLKRING_PAGES], uint16_t device);
/* blkring_start, blkring_done: as disk_start and disk_done; the place has been checked. */
bool blkring_start(struct blkring *r, enum disk_op op, uint64_t at, void *buffer, size_t n, void *owner);
bool blkring_done(struct blkring *r, void **owner, bool *ok);
bool blkring_flush(struct blkring *r);  /* true: the backend is to be notified */
void blkring_listen(struct blkring *r); /* be notified of the next answer; then ask blkring_pending */
bool blkring_pending(const struct blkring *r);

#endif
