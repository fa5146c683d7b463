/* disk: what a layer above needs of a block device; drivers/xen/blkfront.c implements it. Requests are started,
 * come to pass in any order, and are given back once each. */
#ifndef LING_DISK_H
#define LING_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_SECTOR = 512, DISK_BYTES_MAX = 32768, DISK_REQUESTS = 8 };

struct disk_info {
    uint64_t bytes;       /* the whole device */
    uint32_t block_bytes; /* reads and writes start and end at multiples of this: 512 to 4096 */
    bool read_only, can_flush, can_discard;
};

enum disk_op {
    DISK_READ,
    DISK_WRITE,
    DISK_FLUSH,  /* what was written and given back before is on the medium; no bytes, no place */
    DISK_DISCARD /* the contents of n bytes are not needed any more; no buffer */
};

/* disk_init: false: there is no device, or it is not usable (then a line says why). */
bool disk_init(struct disk_info *info);
/* disk_start: `buffer` (n bytes, at most DISK_BYTES_MAX) is left alone until disk_done gives back `owner`. Goes out
 * with the next disk_flush. False: too many at once, not within the device, or not offered by it. */
bool disk_start(enum disk_op op, uint64_t at, void *buffer, size_t n, void *owner);
/* disk_done: the next request that came to its end: true, and *ok when it was done. False: none. When the device
 * goes away, all that were started are given back as not done. */
bool disk_done(void **owner, bool *ok);
void disk_flush(void);

#endif
