/* queue: split virtqueues. Source: virtio 1.2 §2.7.
 *
 *   desc   [addr, len, flags, next] * size              owned by us while free, by the device while in flight
 *   avail  [flags][idx][ring: ids] * size [used_event]      we write
 *   used   [flags][idx][ring: id, len] * size [avail_event] the device writes
 *
 * One descriptor a buffer; indices run free over 16 bits. Invariant: n_free + buffers in flight = size. */
#include "drivers/virtio/virtio.h"

#include "arch/x86_64/cpu.h"

struct virtio_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};
enum { DESC_DEVICE_WRITES = 2, AVAIL_NO_INTERRUPT = 1, USED_NO_NOTIFY = 1, REG_NOTIFY = 20 };

static volatile uint16_t *avail_ring(struct virtio_queue *q) {
    return q->avail + 2;
}
static volatile uint16_t *used_event(struct virtio_queue *q) {
    return q->avail + 2 + q->size;
}
static uint16_t avail_event(struct virtio_queue *q) {
    return q->used[2 + 4 * q->size];
}

bool virtio_add(struct virtio_queue *q, void *bytes, uint32_t n, bool device_writes, void *owner) {
    if (!q->n_free) return false;
    uint16_t id = q->free_head;
    q->free_head = q->next_free[id];
    q->n_free--;
    q->buffers[id] = (struct virtio_buffer){owner, n, true};
    q->desc[id] = (struct virtio_desc){(uintptr_t)bytes, n, device_writes ? DESC_DEVICE_WRITES : 0, 0};
    avail_ring(q)[q->avail_next++ & (q->size - 1)] = id;
    return true;
}

static bool wants_notice(struct virtio_queue *q, uint16_t from, uint16_t to) {
    if (!q->dev->event_idx) return !(q->used[0] & USED_NO_NOTIFY);
    return (uint16_t)(to - avail_event(q) - 1) < (uint16_t)(to - from);
}

void virtio_publish(struct virtio_queue *q) {
    uint16_t from = q->avail[1], to = q->avail_next;
    if (from == to) return;
    compiler_fence();
    q->avail[1] = to;
    full_fence();
    if (wants_notice(q, from, to)) q->dev->regs[REG_NOTIFY] = q->index;
}

bool virtio_take(struct virtio_queue *q, void **owner, uint32_t *written) {
    if (q->dev->broken || !virtio_pending(q)) return false;
    compiler_fence();
    volatile uint32_t *element = (volatile uint32_t *)(q->used + 2) + 2 * (q->used_last & (q->size - 1));
    uint32_t id = element[0], n = element[1];
    if (id >= q->size || !q->buffers[id].in_flight) {
        q->dev->broken = true; /* it has lost count; nothing of it can be believed */
        return false;
    }
    struct virtio_buffer *b = &q->buffers[id];
    q->used_last++;
    b->in_flight = false;
    q->next_free[id] = q->free_head;
    q->free_head = (uint16_t)id;
    q->n_free++;
    *owner = b->owner;
    *written = n < b->bytes ? n : b->bytes;
    return true;
}

void virtio_irq_on(struct virtio_queue *q) {
    if (q->dev->event_idx)
        *used_event(q) = q->used_last;
    else
        q->avail[0] = 0;
}

void virtio_irq_off(struct virtio_queue *q) {
    if (q->dev->event_idx)
        *used_event(q) = (uint16_t)(q->used_last - 1);
    else
        q->avail[0] = AVAIL_NO_INTERRUPT;
}
