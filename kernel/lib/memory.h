/* memory: a guest's payload, arena and heap. */
#ifndef LING_MEMORY_H
#define LING_MEMORY_H

#include <stdint.h>

#include "plat.h"

/* memory_find_payload: into `boot`; gives its end, PAYLOAD_BASE when there is none. Panics on a damaged one. */
uint64_t memory_find_payload(struct plat_boot *boot, uint64_t ram_end);
/* memory_share: divides what is left between the heap and the arena, which goes into `boot`. */
void memory_share(struct plat_boot *boot, uint64_t arena, uint64_t arena_end);

#endif
