/* netfront: Xen's network device as drivers/nic.h, and its part in sleeping. */
#ifndef LING_NETFRONT_H
#define LING_NETFRONT_H

#include <stdbool.h>
#include <stdint.h>

uint32_t netfront_port(void); /* 0: there is no backend to hear from */
void netfront_listen(void);
bool netfront_pending(void);
void netfront_store_changed(void); /* something in the store did: the backend may come or go */

#endif
