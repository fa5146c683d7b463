/* entropy: random bytes fit for keys, from virtio-rng and the CPU. */
#ifndef LING_ENTROPY_H
#define LING_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>

void entropy_init(void); /* asks the device for a seed; it comes while other things are set up */
bool entropy_fill(void *buf, size_t n); /* false: there is no source */

#endif
