/* parser: HTTP/1.1 request heads, chunked bodies and request targets, from hostile bytes. Pure: no memory, no
 * sockets.
 *
 *   bytes ──http_head_scan──> end of head known ──http_head_parse──> struct http_head: offsets into the head
 *   body bytes ──http_chunks_step──> slices of the body, in place
 *   target ──http_target_split──> path and query ──http_decoded_size / http_decode──> bytes
 *
 * Errors are HTTP status codes (400, 414, 417, 431, 501, 505) with a sentence.
 */
#ifndef LING_HTTP_PARSER_H
#define LING_HTTP_PARSER_H

#include "base/base.h"

enum {
    HTTP_MAX_LINE = 8192,      /* request line: 414 beyond */
    HTTP_MAX_HEAD = 16384,     /* request line and header fields: 431 beyond */
    HTTP_MAX_FIELDS = 100,     /* 431 beyond */
    HTTP_MAX_CHUNK_EXT = 4096, /* bytes of chunk extensions and trailers of one body */
};

struct http_slice {
    uint32_t at, len; /* offset from the start of the head */
};
struct http_field {
    struct http_slice name, value; /* value without white space around it */
};
enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_PATCH,
    HTTP_OTHER
};
struct http_head {
    struct http_slice method, target;
    enum http_method method_code;
    uint8_t minor; /* HTTP/1.minor: 0 or 1 (later ones count as 1) */
    bool keep_alive, chunked, has_length, expect_continue;
    uint64_t content_length;
    uint32_t n_fields;
    struct http_field fields[HTTP_MAX_FIELDS];
    uint16_t error;  /* status code of a refusal */
    const char *why; /* its sentence */
};

/* http_head_scan: look for the end of a head in bytes[0..n-1]. *seen is where the last call stopped (0 at
 * first). Returns the head's length with its final empty line, 0 when more bytes are needed, or -status
 * (refused). */
int http_head_scan(const uint8_t *bytes, size_t n, size_t *seen);
/* http_head_parse: bytes[0..n-1] is a whole head as scanned. false: refused, see error and why. */
bool http_head_parse(const uint8_t *bytes, size_t n, struct http_head *head);

/* Chunked bodies. Start with a zeroed struct. */
struct http_chunks {
    uint8_t state;
    uint8_t digits;
    uint32_t overhead; /* bytes of extensions and trailers so far */
    uint64_t left;     /* bytes of the current chunk that are still to come */
};
enum http_chunk_result { HTTP_CHUNK_MORE, HTTP_CHUNK_DATA, HTTP_CHUNK_END, HTTP_CHUNK_BAD };
/* http_chunks_step: consume bytes; *used of them. DATA: data[0..*len-1] (inside bytes, *len > 0) belongs to
 * the body, call again with the rest. MORE: all was used. END: the body is complete, *used bytes were its
 * last. */
enum http_chunk_result http_chunks_step(struct http_chunks *c, const uint8_t *bytes, size_t n, size_t *used,
                                        const uint8_t **data, size_t *len);

/* http_target_split: path and query of a request target (origin, absolute or asterisk form). */
struct http_target {
    const uint8_t *path, *query;
    size_t path_len, query_len;
};
bool http_target_split(const uint8_t *target, size_t n, struct http_target *out);
/* http_decoded_size: bytes after percent-decoding, or -1: a bad escape. http_decode writes that many. */
int64_t http_decoded_size(const uint8_t *p, size_t n);
void http_decode(const uint8_t *p, size_t n, bool plus_is_space, uint8_t *out);
bool http_utf8_valid(const uint8_t *p, size_t n);

/* For checking what a handler answers: a field name is a token; a value has no control bytes but TAB. */
bool http_name_valid(const uint8_t *p, size_t n);
bool http_value_valid(const uint8_t *p, size_t n);
/* http_name_is: case-insensitive comparison with a lower-case NUL-terminated name. */
bool http_name_is(const uint8_t *p, size_t n, const char *lower);

#endif
