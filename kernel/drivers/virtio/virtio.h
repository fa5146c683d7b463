/* virtio: the transport (virtio-mmio, version 2) and split rings. Source: virtio 1.2 §2.7, §4.2.
 *
 * The device is not trusted: ids and lengths it gives back are checked; a device that breaks the rules is
 * marked broken and not used any more. */
#ifndef LING_VIRTIO_H
#define LING_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum virtio_id { VIRTIO_NET = 1, VIRTIO_CONSOLE = 3, VIRTIO_RNG = 4 };

struct virtio_device {
    volatile uint32_t *regs;
    uint32_t id;
    uint8_t vector;   /* of its interrupt */
    bool event_idx;   /* interrupts and notifications by index (VIRTIO_F_EVENT_IDX) */
    bool ack_pending; /* its line is up since an interrupt: no edge will come before the InterruptACK */
    bool broken;
};

enum { QUEUE_MAX = 128 };
struct virtio_buffer { /* what the driver keeps for one descriptor */
    void *owner;
    uint32_t bytes;
    bool in_flight;
};
struct virtio_queue {
    struct virtio_device *dev;
    struct virtio_desc *desc;
    volatile uint16_t *avail, *used;
    uint16_t index, size;
    uint16_t avail_next; /* written, not all of it published */
    uint16_t used_last;  /* next to be taken */
    uint16_t free_head, n_free;
    uint16_t next_free[QUEUE_MAX];
    struct virtio_buffer buffers[QUEUE_MAX];
};

/* virtio_probe: finds the devices, from the command line's virtio_mmio.device= words or at the usual
 * addresses, and routes their interrupts. virtio_find: the first of that kind, or NULL. */
void virtio_probe(const char *cmdline);
struct virtio_device *virtio_find(enum virtio_id id);

/* Setting up: virtio_start, then virtio_queue_init for each queue from 0 on, then virtio_go. `features`: low
 * 32 bits wanted; returns those agreed on. `memory`: QUEUE_BYTES, 4096-aligned, zeroed. False: the device
 * refused. */
enum { QUEUE_BYTES = 8192 };
bool virtio_start(struct virtio_device *d, uint32_t features, uint32_t *agreed);
bool virtio_queue_init(struct virtio_queue *q, struct virtio_device *d, uint16_t index, void *memory);
void virtio_go(struct virtio_device *d);

/* virtio_add: queues one buffer, to be read (or, if `device_writes`, written) by the device. False when the
 * ring is full. virtio_publish: makes what was added visible, and notifies the device when it wants that. */
bool virtio_add(struct virtio_queue *q, void *bytes, uint32_t n, bool device_writes, void *owner);
void virtio_publish(struct virtio_queue *q);
/* virtio_take: one buffer that the device is done with: its owner, and how many bytes were written (at most
 * n). */
bool virtio_take(struct virtio_queue *q, void **owner, uint32_t *written);
static inline bool virtio_pending(const struct virtio_queue *q) {
    return q->used[1] != q->used_last;
}
static inline bool virtio_idle(const struct virtio_queue *q) {
    return q->n_free == q->size;
}

/* Interrupts: off until asked for. On: one comes as soon as the next buffer is used. After switching on, and
 * before sleeping, look at the ring again. */
void virtio_irq_on(struct virtio_queue *q);
void virtio_irq_off(struct virtio_queue *q);
/* virtio_irq_took: interrupt `vector` came. virtio_ack: acknowledge those that came, once per sleep, before
 * irq_on. */
void virtio_irq_took(uint32_t vector);
void virtio_ack(void);

#endif
