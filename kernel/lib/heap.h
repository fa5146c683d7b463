/* heap: malloc for the kernel layer and for the C libraries in a guest (lwIP, GMP's and zlib's scratch
 * memory). Not the VM's heap: that is the arena. malloc, calloc, realloc and free are defined on it. */
#ifndef LING_KHEAP_H
#define LING_KHEAP_H

#include <stddef.h>

/* heap_add: gives it a region, once or twice. At most HEAP_REGIONS. */
enum { HEAP_REGIONS = 2, HEAP_REGION_MAX = 64 << 20 };
void heap_add(void *from, size_t bytes);
size_t heap_used_bytes(void);

#endif
