/* net: virtio-net. Source: virtio 1.2 §5.1. Offloads and merged buffers are not negotiated, so a received
 * frame is one buffer: [12 bytes header][frame], and the header to be sent is all zeros. */
#include "drivers/virtio/net.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/nic.h"
#include "drivers/virtio/virtio.h"

enum { QUEUE_RX = 0, QUEUE_TX = 1, FEATURE_MAC = 5, CONFIG = 0x100, BUFFER_BYTES = 1536 };

static struct virtio_device *dev;
static struct virtio_queue rx, tx;
static uint8_t rx_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static uint8_t tx_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static bool ready;
static uint8_t *current; /* the received frame being looked at */

static void post(uint8_t *buffer) {
    virtio_add(&rx, buffer, BUFFER_BYTES, true, buffer);
}

static void read_mac(uint8_t mac[6], bool given) {
    static const uint8_t fallback[6] = {0x02, 'l', 'i', 'n', 'g', 0x01};
    memcpy(mac, fallback, 6);
    if (!given) return;
    uint32_t low = dev->regs[CONFIG / 4], high = dev->regs[CONFIG / 4 + 1];
    memcpy(mac, &low, 4);
    memcpy(mac + 4, &high, 2);
}

bool nic_init(uint8_t mac[6]) {
    uint32_t agreed;
    uint8_t *memory;
    dev = virtio_find(VIRTIO_NET);
    if (!dev || !virtio_start(dev, 1u << FEATURE_MAC, &agreed)) return false;
    read_mac(mac, agreed >> FEATURE_MAC & 1);
    if (!virtio_queue_init(&rx, dev, QUEUE_RX, rx_memory) ||
        !virtio_queue_init(&tx, dev, QUEUE_TX, tx_memory) || !(memory = malloc(NIC_BUFFERS * BUFFER_BYTES)))
        return false;
    virtio_go(dev);
    for (int i = 0; i < NIC_BUFFERS && i < rx.size; i++) post(memory + i * BUFFER_BYTES);
    virtio_publish(&rx);
    return ready = true;
}

bool nic_carrier(uint8_t mac[6]) {
    return !dev->broken;
}

bool nic_send(void *bytes, size_t n, void *owner) {
    memset(bytes, 0, NIC_HEADER);
    return !dev->broken && virtio_add(&tx, bytes, (uint32_t)n + NIC_HEADER, false, owner);
}

void *nic_sent(void) {
    void *owner;
    uint32_t unused;
    return virtio_take(&tx, &owner, &unused) ? owner : NULL;
}

const uint8_t *nic_receive(size_t *n) {
    void *owner;
    uint32_t bytes;
    while (virtio_take(&rx, &owner, &bytes)) {
        current = owner;
        *n = bytes < NIC_HEADER ? 0 : bytes - NIC_HEADER;
        if (*n && *n <= NIC_FRAME_MAX) return current + NIC_HEADER;
        post(current);
    }
    return NULL;
}

void nic_receive_done(void) {
    post(current);
}

void nic_flush(void) {
    virtio_publish(&tx);
    virtio_publish(&rx);
}

static bool tx_is_tight(void) {
    return tx.n_free < tx.size / 2;
}

bool vnet_pending(void) {
    return ready && !dev->broken && (virtio_pending(&rx) || (tx_is_tight() && virtio_pending(&tx)));
}

void vnet_listen(void) {
    if (!ready) return;
    virtio_irq_on(&rx);
    if (tx_is_tight()) virtio_irq_on(&tx);
}

void vnet_unlisten(void) {
    if (!ready) return;
    virtio_irq_off(&rx);
    virtio_irq_off(&tx);
}
