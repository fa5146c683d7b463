/* rng: the seed that a virtio-rng gives. Source: virtio 1.2 §5.4. */
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/entropy.h"
#include "drivers/virtio/virtio.h"

#define SEED_WAIT_NS UINT64_C(200000000)

static struct virtio_queue queue;
static uint8_t queue_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static uint32_t given[8];
static bool asked_device;

void entropy_device_ask(void) {
    uint32_t agreed;
    struct virtio_device *d = virtio_find(VIRTIO_RNG);
    if (!d || !virtio_start(d, 0, &agreed) || !virtio_queue_init(&queue, d, 0, queue_memory)) return;
    virtio_go(d);
    asked_device = virtio_add(&queue, given, sizeof given, true, given);
    virtio_publish(&queue);
}

/* The device may give fewer bytes than asked for: then it is asked again for the rest. */
bool entropy_device_seed(uint32_t seed[8]) {
    uint64_t until = clock_mono_ns() + SEED_WAIT_NS;
    uint32_t have = 0, n;
    void *owner;
    while (asked_device && have < sizeof given && clock_mono_ns() < until) {
        if (!virtio_take(&queue, &owner, &n)) {
            cpu_relax();
            continue;
        }
        have += n;
        if (have == sizeof given) break;
        virtio_add(&queue, (char *)given + have, (uint32_t)sizeof given - have, true, given);
        virtio_publish(&queue);
    }
    if (have < sizeof given) return false;
    memcpy(seed, given, sizeof given);
    return true;
}
