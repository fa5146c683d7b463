/* inflate: unpack zlib streams (LitT chunks) and gzip files (modules compiled with +compressed).
 * Invariant: never writes past the room it was given, whatever the stream says. Source: zlib manual. */
#include "format/inflate.h"

#include <stdlib.h>
#include <zlib.h>

enum { FORMAT_ZLIB = 15, FORMAT_GZIP = 15 + 16 }; /* windowBits of inflateInit2 */

enum status inflate_exact(const uint8_t *in, size_t n, uint8_t *out, size_t out_bytes) {
    uint8_t none;
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n};
    z.next_out = out_bytes ? out : &none;
    z.avail_out = (uInt)out_bytes;
    if (n > UINT32_MAX || out_bytes > UINT32_MAX) return ST_CORRUPT;
    if (inflateInit2(&z, FORMAT_ZLIB) != Z_OK) return ST_NOMEM;
    int end = inflate(&z, Z_FINISH);
    bool whole = end == Z_STREAM_END && z.avail_out == 0;
    inflateEnd(&z);
    if (end == Z_MEM_ERROR) return ST_NOMEM;
    return whole ? ST_OK : ST_CORRUPT;
}

enum status inflate_gzip(const uint8_t *in, size_t n, size_t limit, uint8_t **out, size_t *out_bytes) {
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n};
    if (n > UINT32_MAX || limit > UINT32_MAX) return ST_LIMIT;
    if (inflateInit2(&z, FORMAT_GZIP) != Z_OK) return ST_NOMEM;
    size_t cap = 0;
    uint8_t *room = NULL;
    int end = Z_OK;
    enum status st = ST_OK;
    while (end == Z_OK && st == ST_OK) {
        cap = min_size(cap ? 2 * cap : 65536, limit);
        uint8_t *more = realloc(room, cap);
        if (!more) {
            st = ST_NOMEM;
            break;
        }
        room = more;
        z.next_out = room + z.total_out;
        z.avail_out = (uInt)(cap - z.total_out);
        end = inflate(&z, Z_NO_FLUSH);
        if (end == Z_OK && z.avail_out != 0) end = Z_BUF_ERROR; /* the stream stops short */
        if (end == Z_OK && cap == limit) st = ST_LIMIT;
    }
    size_t total = z.total_out;
    inflateEnd(&z);
    if (st == ST_OK && end != Z_STREAM_END) st = end == Z_MEM_ERROR ? ST_NOMEM : ST_CORRUPT;
    if (st != ST_OK) {
        free(room);
        return st;
    }
    *out = room;
    *out_bytes = total;
    return ST_OK;
}
