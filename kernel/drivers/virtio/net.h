/* net: virtio-net, one pair of queues, no offloads: drivers/nic.h, and its part in sleeping. */
#ifndef LING_VIRTIO_NET_H
#define LING_VIRTIO_NET_H

#include <stdbool.h>

/* As the console's; these do nothing when there is no network. */
bool vnet_pending(void);
void vnet_listen(void);
void vnet_unlisten(void);

#endif
