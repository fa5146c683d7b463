/* sha256: FIPS 180-4 §6.2.
 *
 *   bytes ──> block[64] (or straight from the caller) ──> sha256_block: state += 64 rounds
 *
 * Invariant: block[0 .. bytes % 64) holds what has not been mixed in yet.
 */
#include "base/sha256.h"

/* FIPS 180-4 §4.2.2: fractional parts of the cube roots of the first 64 primes */
static const uint32_t cubes[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t x, unsigned n) {
    return x >> n | x << (32 - n);
}
static uint32_t small_sigma(uint32_t x, unsigned a, unsigned b, unsigned shift) {
    return rotate_right(x, a) ^ rotate_right(x, b) ^ x >> shift;
}
static uint32_t big_sigma(uint32_t x, unsigned a, unsigned b, unsigned c) {
    return rotate_right(x, a) ^ rotate_right(x, b) ^ rotate_right(x, c);
}

static void sha256_block(uint32_t state[8], const uint8_t *p) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 |
               p[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        w[i] = small_sigma(w[i - 2], 17, 19, 10) + w[i - 7] + small_sigma(w[i - 15], 7, 18, 3) + w[i - 16];
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t t1 = v[7] + big_sigma(v[4], 6, 11, 25) + choose + cubes[i] + w[i];
        uint32_t t2 = big_sigma(v[0], 2, 13, 22) + majority;
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_init(struct sha256 *s) {
    *s = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                   0x1f83d9ab, 0x5be0cd19}};
}

void sha256_update(struct sha256 *s, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    while (n > 0) {
        size_t used = s->bytes % 64, take = min_size(n, 64 - used);
        if (take == 64) {
            sha256_block(s->state, p);
        } else {
            memcpy(s->block + used, p, take);
            if (used + take == 64) sha256_block(s->state, s->block);
        }
        s->bytes += take;
        p += take;
        n -= take;
    }
}

void sha256_final(struct sha256 *s, uint8_t digest[32]) {
    uint64_t bits = s->bytes * 8;
    sha256_update(s, "\x80", 1);
    while (s->bytes % 64 != 56) sha256_update(s, "", 1);
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_update(s, length, 8);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}
