/* etf: external term format, decoding (hostile bytes) and encoding. Source: OTP erl_ext_dist.
 *
 * This node is nonode@nohost, creation 0. Pids, ports and references of other nodes are ST_UNSUPPORTED, as is
 * what is compressed (tag 80).
 */
#ifndef LING_ETF_H
#define LING_ETF_H

#include "heap/heap.h"

struct etf_env {
    /* atom from UTF-8 text; NONE: unknown (with `safe`) or table full */
    term (*atom)(void *ctx, const uint8_t *utf8, size_t n);
    /* export entry for fun M:F/A; NULL, or no function: refuse such terms */
    const void *(*export_entry)(void *ctx, term m, term f, uint32_t arity);
    /* fun entry of a closure of module m; NULL, or no function: refuse such terms */
    const void *(*fun_entry)(void *ctx, term m, uint32_t index, const uint8_t uniq[16]);
    void *ctx;
};
/* etf_decode: the term after the version byte 131 (NOT included in bytes). *used gets the bytes consumed.
 * ST_CORRUPT, ST_LIMIT (too large for the memory), ST_UNSUPPORTED (a tag we lack), ST_NOTFOUND (an atom or
 * function that env does not give), ST_NOMEM. No C recursion; claims of size are checked against the bytes
 * left before anything is allocated, so that the heap takes at most some 16 words a byte. */
enum status etf_decode(struct heap *h, const struct etf_env *env, const uint8_t *bytes, size_t n,
                       size_t *used, term *out) MUST_CHECK;

/* etf_size/etf_encode: external form of t, with the version byte, byte for byte OTP 25's term_to_binary/1.
 * etf_encode writes what etf_size counted. */
size_t etf_size(term t);
size_t etf_encode(term t, uint8_t *out);
/* The same with options: ETF_UTF8_ATOMS {minor_version,2}, ETF_TEXT_FLOATS {minor_version,0}. */
enum { ETF_UTF8_ATOMS = 1, ETF_TEXT_FLOATS = 2 };
size_t etf_size_as(term t, unsigned options);
size_t etf_encode_as(term t, unsigned options, uint8_t *out);

#endif
