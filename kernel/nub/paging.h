/* paging: the address space of the machine: physical = virtual, W^X, holes where nothing may be touched. */
#ifndef LING_PAGING_H
#define LING_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where memory that can be written begins behind a payload, and ends in that much RAM: page sizes decide. */
uint64_t paging_arena_start(uint64_t payload_end);
uint64_t paging_arena_end(uint64_t ram_end);

/* paging_build: fills the nub's tables and switches to them, for good. The ends are as given by the two
 * above; payload_end is PAYLOAD_BASE when there is no payload. */
void paging_build(uint64_t payload_end, uint64_t arena_end, bool uncached_devices);

#endif
