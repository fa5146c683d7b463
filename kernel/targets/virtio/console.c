/* console: plat's console on virtio-console, else on the serial port. */
#include "virtio_target.h"

#include "drivers/serial.h"
#include "drivers/virtio/console.h"
#include "plat.h"

static bool has_virtio, has_serial, reader_waits;

void console_init(void) {
    has_virtio = vcon_init();
    if (!has_virtio) has_serial = serial_init();
}

void plat_console_write(const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    if (!has_virtio) {
        if (has_serial || serial_init()) serial_write(p, n);
        return;
    }
    for (size_t done = 0; done < n;) {
        size_t k = vcon_put(p + done, n - done);
        done += k;
        if (done == n) return;
        vcon_flush();
        if (!k) idle_sleep(UINT64_MAX, true);
    }
}

static size_t read_some(uint8_t *buf, size_t n) {
    if (has_virtio) return vcon_get(buf, n);
    size_t got = 0;
    while (got < n && serial_read(buf + got)) got++;
    return got;
}

size_t plat_console_read(void *buf, size_t n, enum plat_status *status) {
    size_t got = n ? read_some(buf, n) : 0;
    reader_waits = !got;
    *status = got ? PLAT_OK : PLAT_AGAIN;
    return got;
}

bool console_ready(void) {
    if (!reader_waits || (has_virtio ? !vcon_has_input() : !serial_has_byte())) return false;
    reader_waits = false;
    return true;
}

bool console_needs_polling(void) {
    return reader_waits && has_serial;
}

void console_flush(void) {
    if (has_virtio) vcon_flush();
}

void console_drain(uint64_t until_ns) {
    while (has_virtio && !vcon_drained() && plat_clock_mono() < until_ns) idle_sleep(until_ns, true);
}
