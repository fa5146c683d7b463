/* console: Xen's console: the ring of an ordinary domain, the hypervisor's own console for the first one. */
#ifndef LING_XEN_CONSOLE_H
#define LING_XEN_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void xcon_init(void); /* before it nothing is written or read */
/* xcon_write: waits for room; what a dead backend does not take within a second is lost, and all that follows. */
void xcon_write(const uint8_t *bytes, size_t n);
void xcon_drain(uint64_t until_ns); /* waits until all has been taken */
size_t xcon_read(uint8_t *bytes, size_t n);
bool xcon_has_input(void);

#endif
