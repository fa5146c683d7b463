/* cc: what lwIP asks of a compiler and a platform. */
#ifndef LING_LWIP_CC_H
#define LING_LWIP_CC_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include "lib/panic.h"

uint32_t net_random(void);

#define LWIP_RAND()             net_random()
#define LWIP_PLATFORM_ASSERT(x) panic("lwip: %s", x)
#define LWIP_PLATFORM_DIAG(x)
#define LWIP_NO_UNISTD_H 1

#endif
