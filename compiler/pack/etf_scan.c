/* etf_scan: one pass over the bytes, counting the terms still to come.
 *
 * Invariant: every step consumes a byte, and no count is believed beyond the bytes left, so hostile bytes end
 * soon. Source: OTP erl_ext_dist "External Term Format".
 */
#include "pack/etf_scan.h"
#include "data/etf_tags.h"

struct text {
    const uint8_t *p;
    size_t n;
};

/* Atom text in Latin-1 is passed on as it is when ASCII; others (before OTP 26, rare) are converted. */
static void visit_atom(const struct etf_visitor *visitor, struct text t, bool latin1) {
    uint8_t utf8[2 * 255];
    size_t n = 0;
    bool ascii = true;
    for (size_t i = 0; i < t.n; i++) ascii &= t.p[i] < 0x80;
    if (!latin1 || ascii || t.n > 255) {
        visitor->atom(visitor->ctx, t.p, t.n);
        return;
    }
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] >= 0x80) utf8[n++] = (uint8_t)(0xc0 | t.p[i] >> 6);
        utf8[n++] = t.p[i] >= 0x80 ? (uint8_t)(0x80 | (t.p[i] & 0x3f)) : t.p[i];
    }
    visitor->atom(visitor->ctx, utf8, n);
}

/* An atom's text when one stands at v; false: something else does. */
static bool read_atom(struct view *v, struct text *out, bool *latin1) {
    uint8_t tag = view_left(v) ? *v->p : 0;
    bool is_short = tag == ETF_SMALL_ATOM || tag == ETF_SMALL_ATOM_UTF8;
    if (!is_short && tag != ETF_ATOM && tag != ETF_ATOM_UTF8) return false;
    view_u8(v);
    out->n = is_short ? view_u8(v) : view_be16(v);
    out->p = view_bytes(v, out->n);
    *latin1 = tag == ETF_SMALL_ATOM || tag == ETF_ATOM;
    return out->p != NULL;
}

static enum status scan_export(struct view *v, const struct etf_visitor *visitor) {
    struct text m, f;
    bool latin1;
    if (!read_atom(v, &m, &latin1)) return ST_CORRUPT;
    visit_atom(visitor, m, latin1);
    if (!read_atom(v, &f, &latin1)) return ST_CORRUPT;
    visit_atom(visitor, f, latin1);
    if (view_u8(v) != ETF_SMALL_INTEGER) return ST_CORRUPT;
    unsigned arity = view_u8(v);
    if (v->bad) return ST_CORRUPT;
    if (visitor->export_fun) visitor->export_fun(visitor->ctx, m.p, m.n, f.p, f.n, arity);
    return ST_OK;
}

/* Skips what follows the tag; *children: terms inside. */
static enum status scan_tag(struct view *v, uint8_t tag, uint64_t *children) {
    *children = 0;
    switch (tag) {
    case ETF_NIL: break;
    case ETF_SMALL_INTEGER: view_bytes(v, 1); break;
    case ETF_INTEGER: view_bytes(v, 4); break;
    case ETF_NEW_FLOAT: view_bytes(v, 8); break;
    case ETF_FLOAT: view_bytes(v, 31); break;
    case ETF_STRING: view_bytes(v, view_be16(v)); break;
    case ETF_BINARY: view_bytes(v, view_be32(v)); break;
    case ETF_BIT_BINARY: view_bytes(v, (size_t)view_be32(v) + 1); break;
    case ETF_SMALL_BIG: view_bytes(v, (size_t)view_u8(v) + 1); break;
    case ETF_LARGE_BIG: view_bytes(v, (size_t)view_be32(v) + 1); break;
    case ETF_SMALL_TUPLE: *children = view_u8(v); break;
    case ETF_LARGE_TUPLE: *children = view_be32(v); break;
    case ETF_LIST: *children = (uint64_t)view_be32(v) + 1; break;
    case ETF_MAP: *children = 2 * (uint64_t)view_be32(v); break;
    default: return ST_UNSUPPORTED;
    }
    return v->bad || *children > view_left(v) ? ST_CORRUPT : ST_OK;
}

enum status etf_scan(const uint8_t *bytes, size_t n, const struct etf_visitor *visitor) {
    struct view v = view_of(bytes, n);
    if (view_u8(&v) != ETF_VERSION) return ST_CORRUPT;
    for (uint64_t left = 1; left > 0; left--) {
        struct text t;
        bool latin1;
        uint64_t children = 0;
        if (read_atom(&v, &t, &latin1)) {
            visit_atom(visitor, t, latin1);
            continue;
        }
        uint8_t tag = view_u8(&v);
        if (v.bad) return ST_CORRUPT;
        enum status st = tag == ETF_EXPORT ? scan_export(&v, visitor) : scan_tag(&v, tag, &children);
        if (st != ST_OK) return st;
        left += children;
        if (left > n) return ST_CORRUPT;
    }
    return ST_OK;
}
