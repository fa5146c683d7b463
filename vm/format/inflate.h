/* inflate: the one place that knows zlib. */
#ifndef LING_INFLATE_H
#define LING_INFLATE_H

#include "base/base.h"

/* inflate_exact: a zlib stream of n bytes that must unpack to exactly out_bytes. ST_CORRUPT, ST_NOMEM. */
enum status inflate_exact(const uint8_t *in, size_t n, uint8_t *out, size_t out_bytes) MUST_CHECK;
/* inflate_gzip: a whole gzip file. *out is malloc'ed, of *out_bytes; more than limit bytes: ST_LIMIT. */
enum status inflate_gzip(const uint8_t *in, size_t n, size_t limit, uint8_t **out,
                         size_t *out_bytes) MUST_CHECK;

#endif
