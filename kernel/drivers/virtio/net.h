/* net: virtio-net, one pair of queues, no offloads. Frames are Ethernet without the checksum at the end. */
#ifndef LING_VIRTIO_NET_H
#define LING_VIRTIO_NET_H

#include "drivers/virtio/virtio.h"

/* Room that a frame to be sent needs in front of it, for the device's header. */
enum { VNET_HEADER = 12, VNET_FRAME_MAX = 1514 };

/* vnet_init: `memory`: VNET_MEMORY bytes for received frames. False: there is no such device. */
enum { VNET_BUFFERS = 64, VNET_BUFFER_BYTES = 1536, VNET_MEMORY = VNET_BUFFERS * VNET_BUFFER_BYTES };
bool vnet_init(uint8_t mac[6], void *memory);

/* vnet_send: `bytes` is the header's room, then n bytes of frame; left alone until vnet_sent gives back
 * `owner`. False when the ring is full. Goes out with the next vnet_flush. */
bool vnet_send(void *bytes, size_t n, void *owner);
void *vnet_sent(void);
/* vnet_receive: the next frame, or NULL; valid until vnet_receive_done, which must follow. */
const uint8_t *vnet_receive(size_t *n);
void vnet_receive_done(void);
void vnet_flush(void); /* also gives buffers back to the device: to be called on every round of the loop */

/* As the console's; these do nothing when there is no network. */
bool vnet_pending(void);
void vnet_listen(void);
void vnet_unlisten(void);

#endif
