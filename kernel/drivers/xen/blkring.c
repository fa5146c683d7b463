/* blkring: Xen's block ring. Source: Xen public/io/blkif.h, ring.h.
 *
 *   request  ->  ring[put % size]     slot = id = some pages, granted for good; what is written is copied in
 *   answer   <-  ring[taken % size]   in any order; read once, checked; what was read is copied out
 *
 * Places and lengths are in sectors of 512 bytes, whatever the medium's are. Invariant: an id is the backend's
 * exactly while slots[id].busy. When the backend has broken the rules all busy ones are given back as not done. */
#include "drivers/xen/blkring.h"

#include <string.h>

#define xen_mb()                  __sync_synchronize()
#define xen_rmb()                 __sync_synchronize()
#define xen_wmb()                 __sync_synchronize()
#define __XEN_INTERFACE_VERSION__ 0x00040d00
#include <xen/io/blkif.h>
#include <xen/xen.h>

#define SIZE __CONST_RING_SIZE(blkif, BLKRING_PAGE)
_Static_assert(SIZE >= DISK_REQUESTS, "a request for every slot");
_Static_assert((int)BLKRING_SLOT_PAGES <= BLKIF_MAX_SEGMENTS_PER_REQUEST, "a slot goes in one request");

static const uint8_t operations[] = {[DISK_READ] = BLKIF_OP_READ,
                                     [DISK_WRITE] = BLKIF_OP_WRITE,
                                     [DISK_FLUSH] = BLKIF_OP_FLUSH_DISKCACHE,
                                     [DISK_DISCARD] = BLKIF_OP_DISCARD};

static unsigned first_page(unsigned slot) {
    return 1 + slot * BLKRING_SLOT_PAGES;
}
static uint8_t *data_of(struct blkring *r, unsigned slot) {
    return r->pages + (size_t)first_page(slot) * BLKRING_PAGE;
}

void blkring_init(struct blkring *r, void *pages, const uint32_t refs[BLKRING_PAGES], uint16_t device) {
    memset(r, 0, sizeof *r);
    r->pages = pages;
    r->refs = refs;
    r->device = device;
    r->ring = pages;
    r->ring->req_event = r->ring->rsp_event = 1;
}

static void describe_data(struct blkring *r, struct blkif_request *q, unsigned slot, size_t n) {
    for (size_t done = 0; done < n; done += BLKRING_PAGE) {
        size_t piece = n - done < BLKRING_PAGE ? n - done : BLKRING_PAGE;
        q->seg[q->nr_segments] =
            (struct blkif_request_segment){.gref = r->refs[first_page(slot) + q->nr_segments],
                                           .last_sect = (uint8_t)(piece / DISK_SECTOR - 1)};
        q->nr_segments++;
    }
}

static void write_request(struct blkring *r, unsigned slot, uint64_t at) {
    const struct blkring_slot *s = &r->slots[slot];
    union {
        struct blkif_request data;
        struct blkif_request_discard discard;
    } q = {.data = {.operation = operations[s->op], .handle = r->device, .id = slot}};
    q.data.sector_number = at / DISK_SECTOR;
    if (s->op == DISK_DISCARD)
        q.discard.nr_sectors = s->n / DISK_SECTOR;
    else
        describe_data(r, &q.data, slot, s->n);
    r->ring->ring[r->put++ % SIZE].req = q.data;
}

bool blkring_start(struct blkring *r, enum disk_op op, uint64_t at, void *buffer, size_t n, void *owner) {
    unsigned slot = 0;
    while (slot < DISK_REQUESTS && r->slots[slot].busy) slot++;
    if (r->broken || slot == DISK_REQUESTS || n % DISK_SECTOR || (op != DISK_DISCARD && n > DISK_BYTES_MAX))
        return false;
    r->slots[slot] = (struct blkring_slot){.busy = true, .op = op, .buffer = buffer, .n = n, .owner = owner};
    if (op == DISK_WRITE) memcpy(data_of(r, slot), buffer, n);
    write_request(r, slot, at);
    return true;
}

/* The slot that the next answer is for; -1: there is none, or it is a breach. */
static int next_answer(struct blkring *r, int16_t *status) {
    uint32_t claimed = *(volatile RING_IDX *)&r->ring->rsp_prod;
    if (claimed - r->taken > r->shown - r->taken) r->broken = "more answers than requests";
    if (r->broken || claimed == r->taken) return -1;
    xen_rmb();
    const volatile struct blkif_response *shared = &r->ring->ring[r->taken % SIZE].rsp;
    uint64_t id = shared->id;
    uint8_t operation = shared->operation;
    *status = shared->status;
    if (id >= DISK_REQUESTS || !r->slots[id].busy)
        r->broken = "an answer to no request";
    else if (operation != operations[r->slots[id].op])
        r->broken = "an answer to another operation";
    if (r->broken) return -1;
    r->taken++;
    return (int)id;
}

static bool give_up_one(struct blkring *r, void **owner, bool *ok) {
    for (unsigned i = 0; i < DISK_REQUESTS; i++) {
        if (!r->slots[i].busy) continue;
        r->slots[i].busy = false;
        *owner = r->slots[i].owner;
        *ok = false;
        return true;
    }
    return false;
}

bool blkring_done(struct blkring *r, void **owner, bool *ok) {
    int16_t status;
    int slot = r->broken ? -1 : next_answer(r, &status);
    if (r->broken) return give_up_one(r, owner, ok);
    if (slot < 0) return false;
    struct blkring_slot *s = &r->slots[slot];
    s->busy = false;
    *owner = s->owner;
    *ok = status == BLKIF_RSP_OKAY;
    if (*ok && s->op == DISK_READ) memcpy(s->buffer, data_of(r, (unsigned)slot), s->n);
    return true;
}

bool blkring_flush(struct blkring *r) {
    uint32_t from = r->shown;
    if (from == r->put) return false;
    xen_wmb();
    *(volatile RING_IDX *)&r->ring->req_prod = r->shown = r->put;
    xen_mb();
    return r->put - *(volatile RING_IDX *)&r->ring->req_event < r->put - from;
}

void blkring_listen(struct blkring *r) {
    *(volatile RING_IDX *)&r->ring->rsp_event = r->taken + 1;
    xen_mb();
}

bool blkring_pending(const struct blkring *r) {
    return r->broken || *(volatile RING_IDX *)&r->ring->rsp_prod != r->taken;
}
