/* chacha: random bytes from a seed: ChaCha20 with fast key erasure (each request replaces the key, so what
 * was given out before can't be computed from the memory of later). */
#ifndef LING_CHACHA_H
#define LING_CHACHA_H

#include <stddef.h>
#include <stdint.h>

struct chacha_rng {
    uint32_t key[8];
};

/* chacha_block: the 64-byte block of RFC 8439 §2.3. */
void chacha_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16]);
/* chacha_mix: the seed is XORed into the key: more seed never hurts. */
void chacha_mix(struct chacha_rng *r, const uint32_t seed[8]);
void chacha_bytes(struct chacha_rng *r, void *buf, size_t n);

#endif
