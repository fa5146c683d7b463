/* entropy: a generator (kernel/lib/chacha.c) seeded once by all the sources there are: a device
 * (drivers/virtio/rng.c) and RDSEED/RDRAND. One whole seed from any of them is enough; with none there is no
 * randomness, and we say so. */
#include "drivers/entropy.h"

#include "arch/x86_64/cpu.h"
#include "lib/chacha.h"

static bool seeded;
static struct chacha_rng rng;

static bool seed_from_device(void) {
    uint32_t seed[8];
    if (!entropy_device_seed(seed)) return false;
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
