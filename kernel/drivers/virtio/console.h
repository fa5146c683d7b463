/* console: virtio-console, port 0. */
#ifndef LING_VIRTIO_CONSOLE_H
#define LING_VIRTIO_CONSOLE_H

#include "drivers/virtio/virtio.h"

bool vcon_init(void); /* false: there is no such device */

/* vcon_put: takes as many bytes as there is room for, to be sent by vcon_flush at the latest. */
size_t vcon_put(const uint8_t *bytes, size_t n);
void vcon_flush(void);
bool vcon_drained(void); /* the host has taken everything */
size_t vcon_get(uint8_t *bytes, size_t n);

/* vcon_pending: input has come or, if `for_output`, room may have. vcon_listen: have interrupts for that;
 * then look again before sleeping. These do nothing when there is no console. */
bool vcon_has_input(void);
bool vcon_pending(bool for_output);
void vcon_listen(bool for_output);
void vcon_unlisten(void);

#endif
