/* entropy: a generator (kernel/lib/chacha.c) seeded once by all the sources there are: virtio-rng (virtio 1.2
 * §5.4) and RDSEED/RDRAND. One whole seed from any of them is enough; with none there is no randomness, and
 * we say so. */
#include "drivers/entropy.h"

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/virtio/virtio.h"
#include "lib/chacha.h"

#define SEED_WAIT_NS UINT64_C(200000000)

static struct virtio_queue queue;
static uint8_t queue_memory[QUEUE_BYTES] __attribute__((aligned(4096)));
static uint32_t seed[8];
static bool asked_device, seeded;
static struct chacha_rng rng;

void entropy_init(void) {
    uint32_t agreed;
    struct virtio_device *d = virtio_find(VIRTIO_RNG);
    if (!d || !virtio_start(d, 0, &agreed) || !virtio_queue_init(&queue, d, 0, queue_memory)) return;
    virtio_go(d);
    asked_device = virtio_add(&queue, seed, sizeof seed, true, seed);
    virtio_publish(&queue);
}

/* The device may give fewer bytes than asked for: then it is asked again for the rest. */
static bool seed_from_device(void) {
    uint64_t until = clock_mono_ns() + SEED_WAIT_NS;
    uint32_t have = 0, n;
    void *owner;
    while (asked_device && have < sizeof seed && clock_mono_ns() < until) {
        if (!virtio_take(&queue, &owner, &n)) {
            cpu_relax();
            continue;
        }
        have += n;
        if (have == sizeof seed) break;
        virtio_add(&queue, (char *)seed + have, (uint32_t)sizeof seed - have, true, seed);
        virtio_publish(&queue);
    }
    if (have < sizeof seed) return false;
    chacha_mix(&rng, seed);
    return true;
}

static bool seed_from_cpu(void) {
    union {
        uint64_t words[4];
        uint32_t seed[8];
    } s;
    for (int i = 0; i < 4; i++)
        if (!cpu_random(&s.words[i])) return false;
    chacha_mix(&rng, s.seed);
    return true;
}

bool entropy_fill(void *buf, size_t n) {
    if (!seeded) {
        bool device = seed_from_device(), cpu = seed_from_cpu();
        seeded = device || cpu;
    }
    if (seeded) chacha_bytes(&rng, buf, n);
    return seeded;
}
