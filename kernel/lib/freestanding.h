/* freestanding: the C library without an operating system. */
#ifndef LING_FREESTANDING_H
#define LING_FREESTANDING_H

#include <stdint.h>

/* freestanding_init: the stack protector's canary. Call it from a function that never returns. */
void freestanding_init(uint64_t random);

#endif
