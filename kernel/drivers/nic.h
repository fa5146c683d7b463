/* nic: what the link needs of a network device; drivers/virtio/net.c and drivers/xen/netfront.c implement it.
 * Frames are Ethernet without the checksum at the end. */
#ifndef LING_NIC_H
#define LING_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that a frame to be sent needs in front of it, for the device's header. */
enum { NIC_HEADER = 12, NIC_FRAME_MAX = 1514, NIC_BUFFERS = 64 };

/* nic_init: false: there is no such device, or no memory for received frames. Its other side may come later. */
bool nic_init(uint8_t mac[6]);

/* nic_carrier: false while the device's other side is gone. When it is back the address may be another one. */
bool nic_carrier(uint8_t mac[6]);

/* nic_send: `bytes` is the header's room, then n bytes of frame; left alone until nic_sent gives back
 * `owner`. False when the ring is full. Goes out with the next nic_flush. */
bool nic_send(void *bytes, size_t n, void *owner);
void *nic_sent(void);
/* nic_receive: the next frame, or NULL; valid until nic_receive_done, which must follow. */
const uint8_t *nic_receive(size_t *n);
void nic_receive_done(void);
void nic_flush(void); /* also gives buffers back to the device: to be called on every round of the loop */

#endif
