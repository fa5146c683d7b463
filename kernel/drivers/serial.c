/* serial: 16550, polled, at whatever rate it is set to. Source: National Semiconductor PC16550D data sheet.
 */
#include "drivers/serial.h"

#include "arch/x86_64/cpu.h"

enum { COM1 = 0x3f8, DATA = COM1, LINE_STATUS = COM1 + 5, SCRATCH = COM1 + 7, HAS_BYTE = 1, CAN_TAKE = 0x20 };

static bool present;

bool serial_init(void) {
    outb(SCRATCH, 0x5a);
    present = inb(SCRATCH) == 0x5a;
    return present;
}

static void put(uint8_t byte) {
    for (int i = 0; i < 100000 && !(inb(LINE_STATUS) & CAN_TAKE); i++) cpu_relax();
    outb(DATA, byte);
}

void serial_write(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; present && i < n; i++) put(bytes[i]);
}

bool serial_has_byte(void) {
    return present && inb(LINE_STATUS) & HAS_BYTE;
}

bool serial_read(uint8_t *byte) {
    if (!serial_has_byte()) return false;
    *byte = inb(DATA);
    return true;
}
