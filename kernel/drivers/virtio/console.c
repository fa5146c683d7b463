/* console: virtio-console, port 0. Source: virtio 1.2 §5.3 (without MULTIPORT).
 *
 *   output   ring of bytes:  [....sent, host not done|  not sent yet  |......]      free running counters
 *                                 done               sent             put
 *   input    one buffer at the device; when used, it is read from, then given back
 *
 * What lies between `sent` and `put` goes out as one buffer (two at the ring's end) when flushed. The device
 * uses buffers in order, so `done` moves over a finished prefix. A broken device loses output. */
#include "drivers/virtio/console.h"

#include <string.h>

enum { OUT_BYTES = 16384, IN_BYTES = 1024, QUEUE_RX = 0, QUEUE_TX = 1, FLUSH_AT = OUT_BYTES / 2 };

static struct virtio_device *dev;
static struct virtio_queue rx, tx;
static uint8_t rx_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static uint8_t tx_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static uint8_t out[OUT_BYTES], in[IN_BYTES];
static size_t out_put, out_sent, out_done;
static bool ready;
static uint32_t in_bytes, in_taken;

static void post_input(void) {
    in_bytes = in_taken = 0;
    virtio_add(&rx, in, sizeof in, true, in);
    virtio_publish(&rx);
}

bool vcon_init(void) {
    uint32_t agreed;
    dev = virtio_find(VIRTIO_CONSOLE);
    if (!dev || !virtio_start(dev, 0, &agreed)) return false;
    if (!virtio_queue_init(&rx, dev, QUEUE_RX, rx_memory) ||
        !virtio_queue_init(&tx, dev, QUEUE_TX, tx_memory))
        return false;
    virtio_go(dev);
    post_input();
    return ready = true;
}

/* The owner of an output buffer is its length. */
static void reclaim(void) {
    void *owner;
    uint32_t unused;
    while (virtio_take(&tx, &owner, &unused)) out_done += (uintptr_t)owner;
}

static bool send_part(void) {
    size_t at = out_sent % OUT_BYTES, n = out_put - out_sent;
    if (n > OUT_BYTES - at) n = OUT_BYTES - at;
    if (!n || !virtio_add(&tx, out + at, (uint32_t)n, false, (void *)(uintptr_t)n)) return false;
    out_sent += n;
    return true;
}

void vcon_flush(void) {
    reclaim();
    while (send_part()) continue;
    virtio_publish(&tx);
}

size_t vcon_put(const uint8_t *bytes, size_t n) {
    if (dev->broken) return n;
    if (OUT_BYTES - (out_put - out_done) < n) reclaim();
    size_t room = OUT_BYTES - (out_put - out_done), at = out_put % OUT_BYTES;
    if (n > room) n = room;
    size_t first = n < OUT_BYTES - at ? n : OUT_BYTES - at;
    memcpy(out + at, bytes, first);
    memcpy(out, bytes + first, n - first);
    out_put += n;
    if (out_put - out_sent >= FLUSH_AT) vcon_flush();
    return n;
}

bool vcon_drained(void) {
    vcon_flush();
    return dev->broken || out_done == out_put;
}

bool vcon_has_input(void) {
    return in_taken < in_bytes || (!in_bytes && virtio_pending(&rx));
}

size_t vcon_get(uint8_t *bytes, size_t n) {
    void *owner;
    if (!in_bytes && !virtio_take(&rx, &owner, &in_bytes)) return 0;
    if (n > in_bytes - in_taken) n = in_bytes - in_taken;
    memcpy(bytes, in + in_taken, n);
    in_taken += (uint32_t)n;
    if (in_taken == in_bytes) post_input();
    return n;
}

bool vcon_pending(bool for_output) {
    return ready && !dev->broken && (vcon_has_input() || (for_output && virtio_pending(&tx)));
}

void vcon_listen(bool for_output) {
    if (!ready) return;
    virtio_irq_on(&rx);
    if (for_output) virtio_irq_on(&tx);
}

void vcon_unlisten(void) {
    if (!ready) return;
    virtio_irq_off(&rx);
    virtio_irq_off(&tx);
}
