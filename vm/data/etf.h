/* etf: external term format, decoding (hostile bytes) and encoding. Source: OTP erl_ext_dist. */
#ifndef LING_ETF_H
#define LING_ETF_H

#include "heap/heap.h"

struct etf_env {
    /* atom from UTF-8 text; NONE: unknown (with `safe`) or table full */
    term (*atom)(void *ctx, const uint8_t *utf8, size_t n);
    /* export entry for fun M:F/A, and fun entry for a closure; NULL: refuse such terms */
    const void *(*export_entry)(void *ctx, term m, term f, uint32_t arity);
    void *ctx;
};
/* etf_decode: the term after the version byte 131 (NOT included in bytes). *used gets the bytes consumed.
 * ST_CORRUPT, ST_LIMIT (too deep, too large for the memory), ST_UNSUPPORTED (a tag we lack). No C recursion beyond a
 * bounded depth; claims of size are checked against the bytes left before anything is allocated. */
enum status etf_decode(struct heap *h, const struct etf_env *env, const uint8_t *bytes, size_t n, size_t *used,
                       term *out) MUST_CHECK;
/* etf_size/etf_encode: external form of t, with the version byte. Minor version 1 (new floats, UTF-8 atoms as OTP 25). */
size_t etf_size(term t);
size_t etf_encode(term t, uint8_t *out);

#endif
