/* bif_ling_console: the console for the I/O server (stdlib/ling/ling_io.erl): characters out, bytes in. */
#include "bif/bytes.h"
#include "io/io.h"
#include "plat.h"

static term write_chars(struct process *p, term chars, term encoding) {
    const term args[] = {chars, encoding};
    term utf8 = bif_unicode_characters_to_binary_2(p, args);
    struct view v;
    if (utf8 == NONE || !bytes_of(p, utf8, &v))
        return A_ERROR; /* badarg is an answer here, not an exception */
    if (view_left(&v)) plat_console_write(v.p, view_left(&v));
    reds_charge(p, view_left(&v) / 8);
    return A_OK;
}

term bif_ling_console_write_1(struct process *p, const term *a) {
    return write_chars(p, a[0], A_UNICODE);
}
term bif_ling_console_write_2(struct process *p, const term *a) {
    return write_chars(p, a[1], a[0]);
}

term bif_ling_console_read_0(struct process *p, const term *a) {
    uint8_t bytes[4096];
    enum plat_status status = PLAT_OK;
    size_t n = plat_console_read(bytes, sizeof bytes, &status);
    if (n) return heap_bin_copy(&p->heap, bytes, n);
    return status == PLAT_AGAIN ? io_wait(p, PLAT_CONSOLE) : A_EOF;
}
