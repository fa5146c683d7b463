/* console: plat's console on virtio-console, else on the serial port.
 *
 * With the word ling.console=framed (the launcher gives it) input carries more than bytes. ESC is 0x10:
 *
 *   0x10 0x10   the byte 0x10                     0x10 'i', 0x10 't'   stop: interrupted, terminated
 *   0x10 'e'    the end of input
 *
 *   device ──vcon_get──> piece[at..n) ──escapes taken out in place──> plat_console_read
 *
 * Input is taken from the device only when all of the piece before has been read: a request to stop behind
 * unread input waits until that is read. */
#include "virtio_target.h"

#include <string.h>

#include "drivers/serial.h"
#include "drivers/virtio/console.h"
#include "plat.h"

enum { ESC = 0x10 };

static bool has_virtio, has_serial, reader_waits, framed;
static bool escaped, ended; /* the last byte was an ESC; the end of input has come */
static enum plat_stop stop;
static uint8_t piece[512];
static size_t piece_at, piece_n;

void console_init(bool is_framed) {
    framed = is_framed;
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

enum plat_stop plat_stop_requested(void) {
    return stop;
}

static void take_control(uint8_t what) {
    if (what == 'e') ended = true;
    if (stop) return;
    if (what == 'i') stop = PLAT_STOP_INTERRUPT;
    if (what == 't') stop = PLAT_STOP_TERMINATE;
}

static void take_out_escapes(size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint8_t c = piece[i];
        if (escaped && c != ESC)
            take_control(c);
        else if (escaped || c != ESC)
            piece[piece_n++] = c;
        escaped = !escaped && c == ESC;
    }
}

/* True when there is something in the piece. */
static bool piece_fill(void) {
    size_t n;
    while (piece_at == piece_n && (n = vcon_get(piece, sizeof piece))) {
        piece_at = piece_n = 0;
        take_out_escapes(n);
    }
    return piece_at < piece_n;
}

static size_t piece_read(uint8_t *buf, size_t n) {
    if (!piece_fill()) return 0;
    if (n > piece_n - piece_at) n = piece_n - piece_at;
    memcpy(buf, piece + piece_at, n);
    piece_at += n;
    return n;
}

static bool reads_frames(void) {
    return framed && has_virtio;
}

void console_look(void) {
    if (reads_frames()) piece_fill();
}

static size_t read_some(uint8_t *buf, size_t n) {
    if (reads_frames()) return piece_read(buf, n);
    if (has_virtio) return vcon_get(buf, n);
    size_t got = 0;
    while (got < n && serial_read(buf + got)) got++;
    return got;
}

size_t plat_console_read(void *buf, size_t n, enum plat_status *status) {
    size_t got = n ? read_some(buf, n) : 0;
    reader_waits = !got;
    *status = got ? PLAT_OK : ended ? PLAT_CLOSED : PLAT_AGAIN;
    return got;
}

static bool has_input(void) {
    if (reads_frames()) return piece_fill() || ended;
    return has_virtio ? vcon_has_input() : serial_has_byte();
}

bool console_ready(void) {
    if (!reader_waits || !has_input()) return false;
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
