/* bif_packet: erlang:decode_packet/3: finds the first packet at the front of a binary.
 *
 *     type            packet                       handed out
 *     raw, 0          all there is                 all
 *     1 2 4           length:n bytes, body         body
 *     asn1 cdr sunrm  head that tells the length   head and body
 *     fcgi tpkt
 *     line            up to a delimiter            with the delimiter
 *
 * The HTTP types and ssl_tls are refused with notsup.
 * Source: inet(3) option {packet,Type}; X.690 §8.1, RFC 1006, RFC 1831 §10, FastCGI 1.0 §3.3; erl(25) as the
 * oracle. */
#include "bif/bytes.h"

struct packet_options {
    size_t max_size, line_length;
    uint8_t delimiter;
};

/* What the front of the data is: `total` bytes make the packet, of which [skip, skip+n) are handed out. */
enum packet_state { PACKET_WHOLE, PACKET_SHORT, PACKET_INVALID, PACKET_UNKNOWN_TYPE, PACKET_UNSUPPORTED };
struct packet {
    enum packet_state state;
    size_t total; /* with PACKET_SHORT: 0 when not known */
    size_t skip, n;
};

static const struct packet short_head = {.state = PACKET_SHORT};
static const struct packet invalid = {.state = PACKET_INVALID};

static struct packet sized(const struct packet_options *o, size_t head, uint64_t body, bool with_head) {
    if (o->max_size != 0 && body > o->max_size) return invalid;
    if (head + body > INT32_MAX) return invalid;
    size_t total = head + (size_t)body;
    return (struct packet){PACKET_WHOLE, total, with_head ? 0 : head, with_head ? total : (size_t)body};
}

static struct packet length_packet(const struct packet_options *o, struct view v, unsigned head) {
    uint64_t n = head == 1 ? view_u8(&v) : head == 2 ? view_be16(&v) : view_be32(&v);
    return v.bad ? short_head : sized(o, head, n, false);
}

static struct packet asn1_packet(const struct packet_options *o, struct view v) {
    size_t all = view_left(&v);
    if ((view_u8(&v) & 0x1f) == 0x1f)
        while (view_u8(&v) & 0x80) {
        }
    unsigned first = view_u8(&v);
    uint64_t n = first & 0x7f;
    if (first & 0x80) {
        unsigned count = (unsigned)n;
        n = 0;
        if (count > 4) return v.bad || view_left(&v) < count ? short_head : invalid;
        while (count-- > 0) n = n << 8 | view_u8(&v);
    }
    return v.bad ? short_head : sized(o, all - view_left(&v), n, true);
}

static struct packet cdr_packet(const struct packet_options *o, struct view v) {
    const uint8_t *head = view_bytes(&v, 8);
    uint32_t n = view_be32(&v);
    if (v.bad) return short_head;
    if (memcmp(head, "GIOP", 4) != 0) return invalid;
    return sized(o, 12, head[6] & 1 ? __builtin_bswap32(n) : n, true);
}

static struct packet fcgi_packet(const struct packet_options *o, struct view v) {
    const uint8_t *head = view_bytes(&v, 8);
    if (v.bad) return short_head;
    if (head[0] != 1) return invalid;
    struct packet p = sized(o, 8, (uint64_t)head[4] << 8 | head[5], true);
    p.total += head[6]; /* padding, dropped */
    return p;
}

static struct packet tpkt_packet(const struct packet_options *o, struct view v) {
    unsigned version = view_u8(&v);
    view_u8(&v);
    unsigned n = view_be16(&v);
    if (v.bad) return short_head;
    return version == 3 && n >= 4 ? sized(o, 4, n - 4, true) : invalid;
}

static struct packet sunrm_packet(const struct packet_options *o, struct view v) {
    uint32_t n = view_be32(&v);
    return v.bad ? short_head : sized(o, 4, n & 0x7fffffff, true);
}

static struct packet line_packet(const struct packet_options *o, struct view v) {
    const uint8_t *end = memchr(v.p, o->delimiter, view_left(&v));
    size_t n = end ? (size_t)(end - v.p) + 1 : view_left(&v);
    if (o->max_size != 0 && n > o->max_size) return invalid;
    if (o->line_length != 0 && n >= o->line_length)
        n = o->line_length;
    else if (!end)
        return short_head;
    return (struct packet){PACKET_WHOLE, n, 0, n};
}

static struct packet find_packet(term type, const struct packet_options *o, struct view v) {
    if (type == A_RAW || type == small_make(0))
        return (struct packet){PACKET_WHOLE, view_left(&v), 0, view_left(&v)};
    if (type == small_make(1) || type == small_make(2) || type == small_make(4))
        return length_packet(o, v, (unsigned)small_value(type));
    if (type == A_LINE) return line_packet(o, v);
    if (type == A_ASN1) return asn1_packet(o, v);
    if (type == A_CDR) return cdr_packet(o, v);
    if (type == A_FCGI) return fcgi_packet(o, v);
    if (type == A_TPKT) return tpkt_packet(o, v);
    if (type == A_SUNRM) return sunrm_packet(o, v);
    static const term later[] = {A_HTTP, A_HTTPH, A_HTTP_BIN, A_HTTPH_BIN, A_SSL_TLS};
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        if (type == later[i]) return (struct packet){.state = PACKET_UNSUPPORTED};
    return (struct packet){.state = PACKET_UNKNOWN_TYPE};
}

static bool packet_option(struct packet_options *o, term type, term option) {
    size_t v;
    if (!term_is_tuple_of(option, 2) || !arg_size(tuple_elements(option)[1], UINT32_MAX, &v)) return false;
    term name = tuple_elements(option)[0];
    if (name == A_PACKET_SIZE)
        o->max_size = v;
    else if (name == A_LINE_LENGTH)
        o->line_length = v;
    else if (name == A_LINE_DELIMITER && type == A_LINE && v <= 255)
        o->delimiter = (uint8_t)v;
    else
        return false;
    return true;
}

static bool packet_options(struct packet_options *o, term type, term options) {
    *o = (struct packet_options){.delimiter = '\n'};
    for (; term_is_list(options); options = list_tail(options))
        if (!packet_option(o, type, list_head(options))) return false;
    return term_is_nil(options);
}

term bif_erlang_decode_packet_3(struct process *p, const term *a) {
    struct packet_options o;
    static const uint8_t nothing;
    struct view v = view_of(&nothing, 0);
    if (find_packet(a[0], &(struct packet_options){.delimiter = '\n'}, v).state == PACKET_UNKNOWN_TYPE)
        return raise_badarg_cause(p, A_BADOPT);
    if (!bytes_of(p, a[1], &v) || !packet_options(&o, a[0], a[2])) return raise_badarg(p);
    struct packet k = find_packet(a[0], &o, v);
    if (k.state == PACKET_UNSUPPORTED) return raise_notsup(p);
    if (k.state == PACKET_INVALID) return TUPLE(&p->heap, A_ERROR, A_INVALID);
    size_t size = view_left(&v);
    if (size == 0 || k.state == PACKET_SHORT || size < k.total)
        return TUPLE(&p->heap, A_MORE, k.total != 0 ? small_make((int64_t)k.total) : A_UNDEFINED);
    term body = heap_sub_bin(&p->heap, a[1], k.skip * 8, k.n * 8);
    term rest = heap_sub_bin(&p->heap, a[1], k.total * 8, (size - k.total) * 8);
    return TUPLE(&p->heap, A_OK, body, rest);
}
