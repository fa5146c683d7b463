/* serial: a 16550 at the PC's first port: for early panics, and the console where there is no better one.
 * Slow: every byte is an exit to the VMM. */
#ifndef LING_SERIAL_H
#define LING_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool serial_init(void); /* false: there is none */
void serial_write(const uint8_t *bytes, size_t n);
bool serial_has_byte(void);
bool serial_read(uint8_t *byte);

#endif
