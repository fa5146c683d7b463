/* sha256: FIPS 180-4. The digest of images. */
#ifndef LING_SHA256_H
#define LING_SHA256_H

#include "base/base.h"

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[64];
};
void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *bytes, size_t n);
void sha256_final(struct sha256 *s, uint8_t digest[32]);

#endif
