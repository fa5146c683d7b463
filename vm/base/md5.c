/* md5: RFC 1321, one 64-byte block at a time.
 *
 *   bytes ──> block[64] ──full──> md5_block: state += 64 steps
 *
 * Invariant: block[0 .. bytes % 64) holds what has not been mixed in yet.
 */
#include "base/md5.h"

/* RFC 1321 §3.4: floor(2^32 * abs(sin(i + 1))) */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t rotate_left(uint32_t x, unsigned n) {
    return x << n | x >> (32 - n);
}

static uint32_t md5_mix(unsigned step, uint32_t b, uint32_t c, uint32_t d, unsigned *word) {
    switch (step / 16) {
    case 0: *word = step; return (b & c) | (~b & d);
    case 1: *word = (5 * step + 1) % 16; return (d & b) | (~d & c);
    case 2: *word = (3 * step + 5) % 16; return b ^ c ^ d;
    default: *word = 7 * step % 16; return c ^ (b | ~d);
    }
}

static void md5_block(uint32_t state[4], const uint8_t *p) {
    uint32_t x[16];
    for (int i = 0; i < 16; i++) {
        x[i] = (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 |
               (uint32_t)p[4 * i + 3] << 24;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < 64; i++) {
        unsigned word;
        uint32_t f = md5_mix(i, b, c, d, &word);
        f += a + sines[i] + x[word];
        a = d;
        d = c;
        c = b;
        b += rotate_left(f, shifts[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void md5_init(struct md5 *m) {
    *m = (struct md5){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

void md5_update(struct md5 *m, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    while (n > 0) {
        size_t used = m->bytes % 64, take = min_size(n, 64 - used);
        memcpy(m->block + used, p, take);
        m->bytes += take;
        p += take;
        n -= take;
        if (used + take == 64) md5_block(m->state, m->block);
    }
}

void md5_final(struct md5 *m, uint8_t digest[16]) {
    uint64_t bits = m->bytes * 8;
    md5_update(m, "\x80", 1);
    while (m->bytes % 64 != 56) md5_update(m, "", 1);
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (8 * i));
    md5_update(m, length, 8);
    for (int i = 0; i < 16; i++) digest[i] = (uint8_t)(m->state[i / 4] >> (8 * (i % 4)));
}
