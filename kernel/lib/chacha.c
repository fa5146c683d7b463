/* chacha: ChaCha20 (RFC 8439 §2.3) as a random generator with fast key erasure. */
#include "lib/chacha.h"

#include <string.h>

static uint32_t rotate(uint32_t v, int by) {
    return v << by | v >> (32 - by);
}

static void quarter(uint32_t s[16], int a, int b, int c, int d) {
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

void chacha_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16]) {
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(start + 4, key, 32);
    start[12] = counter;
    memcpy(start + 13, nonce, 12);
    memcpy(out, start, 64);
    for (int i = 0; i < 10; i++) {
        for (int c = 0; c < 4; c++) quarter(out, c, c + 4, c + 8, c + 12);
        for (int c = 0; c < 4; c++) quarter(out, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4);
    }
    for (int i = 0; i < 16; i++) out[i] += start[i];
}

void chacha_mix(struct chacha_rng *r, const uint32_t seed[8]) {
    for (int i = 0; i < 8; i++) r->key[i] ^= seed[i];
}

/* Block 0 gives the next key, the others the bytes. */
void chacha_bytes(struct chacha_rng *r, void *buf, size_t n) {
    static const uint32_t nonce[3];
    uint32_t next[16], block[16];
    chacha_block(r->key, 0, nonce, next);
    for (uint32_t counter = 1; n; counter++) {
        size_t part = n < 64 ? n : 64;
        chacha_block(r->key, counter, nonce, block);
        memcpy(buf, block, part);
        buf = (char *)buf + part;
        n -= part;
    }
    memcpy(r->key, next, 32);
}
