/* md5: RFC 1321. For identities of modules and erlang:md5, never for security. */
#ifndef LING_MD5_H
#define LING_MD5_H

#include "base/base.h"

struct md5 {
    uint32_t state[4];
    uint64_t bytes;
    uint8_t block[64];
};
void md5_init(struct md5 *m);
void md5_update(struct md5 *m, const void *bytes, size_t n);
void md5_final(struct md5 *m, uint8_t digest[16]);

#endif
