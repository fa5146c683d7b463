/* entropy: random bytes fit for keys, from a device and the CPU. */
#ifndef LING_ENTROPY_H
#define LING_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The target's device, should it have one: asked for a seed early, which comes while other things are set up;
 * false: it gave none. */
void entropy_device_ask(void);
bool entropy_device_seed(uint32_t seed[8]);
bool entropy_fill(void *buf, size_t n); /* false: there is no source */

#endif
