/* etf_scan: what an external term names, without building it. */
#ifndef LING_PACK_ETF_SCAN_H
#define LING_PACK_ETF_SCAN_H

#include "base/base.h"

struct etf_visitor {
    void *ctx;
    void (*atom)(void *ctx, const uint8_t *utf8, size_t n);
    /* fun M:F/A, in addition to the calls for its two atoms. May be NULL. */
    void (*export_fun)(void *ctx, const uint8_t *m, size_t m_n, const uint8_t *f, size_t f_n, unsigned arity);
};
/* etf_scan: visit the term (with its 131). ST_CORRUPT: damaged; ST_UNSUPPORTED: a tag that literals don't
 * have. */
enum status etf_scan(const uint8_t *bytes, size_t n, const struct etf_visitor *visitor) MUST_CHECK;

#endif
