/* console: Xen's console ring. */
#ifndef LING_XEN_CONSOLE_H
#define LING_XEN_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* xcon_write: waits for room; what a dead backend does not take within a second is lost. */
void xcon_write(const uint8_t *bytes, size_t n);
void xcon_drain(uint64_t until_ns); /* waits until all has been taken */
size_t xcon_read(uint8_t *bytes, size_t n);
bool xcon_has_input(void);

#endif
