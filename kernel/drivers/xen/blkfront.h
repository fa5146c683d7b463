/* blkfront: Xen's block device as drivers/disk.h, and its part in sleeping. Nothing above uses it yet: plat.h has no
 * storage; tests/xen/disk.c runs it. */
#ifndef LING_BLKFRONT_H
#define LING_BLKFRONT_H

#include <stdbool.h>
#include <stdint.h>

uint32_t blkfront_port(void); /* 0: there is no backend to hear from */
void blkfront_listen(void);
bool blkfront_pending(void);
void blkfront_store_changed(void); /* something in the store did: the backend may be gone */

#endif
