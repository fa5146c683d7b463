/* socket: plat's TCP connections on lwIP's raw API. */
#ifndef LING_SOCKET_H
#define LING_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "plat.h"

/* socket_events: readiness that came since the last call, up to max. */
size_t socket_events(struct plat_event *events, size_t max);
/* True when every byte and every end of a connection that was sent has been acknowledged. */
bool socket_all_acked(void);

#endif
