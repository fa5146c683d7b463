/* parser: HTTP/1.1 request heads. Source: RFC 9112 (message syntax), RFC 9110 (fields, tokens).
 *
 *   GET /path?query HTTP/1.1 CRLF          request line: exactly one space between the three
 *   Name: value CRLF                       token, colon, optional white space, value, optional white space
 *   CRLF
 *
 * Strict where leniency lets two parsers disagree about where a message ends: bare CR or LF, line folding,
 * white space before a colon, two lengths, Transfer-Encoding beside Content-Length, unusual chunk sizes are
 * all refused. Invariant: every slice of a parsed head lies within the bytes given.
 */
#include "http/parser.h"

/* Classes of bytes: 1 token (tchar), 2 digit, 4 hex digit, 8 allowed in a Host value beside tokens' own. */
enum { C_TOKEN = 1, C_DIGIT = 2, C_HEX = 4, C_HOST = 8 };

static unsigned byte_class(uint8_t c) {
    if (c >= '0' && c <= '9') return C_TOKEN | C_DIGIT | C_HEX | C_HOST;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) return C_TOKEN | C_HEX | C_HOST;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return C_TOKEN | C_HOST;
    if (c == 0) return 0;
    unsigned k = strchr("!#$%&'*+-.^_`|~", c) ? C_TOKEN : 0;
    return k | (strchr("-._~!$&'()*+,;=:[]%", c) ? C_HOST : 0);
}

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool all_of(const uint8_t *p, size_t n, unsigned class) {
    for (size_t i = 0; i < n; i++)
        if (!(byte_class(p[i]) & class)) return false;
    return true;
}

bool http_name_valid(const uint8_t *p, size_t n) {
    return n > 0 && all_of(p, n, C_TOKEN);
}

bool http_value_valid(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f) return false;
    return true;
}

bool http_name_is(const uint8_t *p, size_t n, const char *name) {
    if (strlen(name) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (lower(p[i]) != (uint8_t)name[i]) return false;
    return true;
}

/* -- where a head ends */

/* Leading empty lines are skipped (RFC 9112 §2.2), a few. */
enum { MAX_EMPTY = 8 };
static size_t skip_empty_lines(const uint8_t *p, size_t n) {
    size_t at = 0;
    while (at + 1 < n && p[at] == '\r' && p[at + 1] == '\n') at += 2;
    return at;
}

static int too_long(const uint8_t *p, size_t n) {
    const uint8_t *line_end = memchr(p, '\n', min_size(n, HTTP_MAX_LINE + 2));
    if (!line_end && n > HTTP_MAX_LINE) return -414;
    return n > HTTP_MAX_HEAD ? -431 : 0;
}

int http_head_scan(const uint8_t *p, size_t n, size_t *seen) {
    size_t start = skip_empty_lines(p, n);
    size_t at = max_size(*seen, start);
    if (start > MAX_EMPTY) return -400;
    while (at < n) {
        const uint8_t *nl = memchr(p + at, '\n', n - at);
        const uint8_t *line_end = nl ? nl : p + n - 1; /* a CR as the very last byte may still get its LF */
        const uint8_t *cr = memchr(p + at, '\r', (size_t)(line_end - (p + at)));
        if (nl ? cr != nl - 1 || nl == p + at : cr != NULL) return -400;
        if (!nl) break;
        bool empty = nl == p + at + 1;
        at = (size_t)(nl - p) + 1;
        int over = too_long(p + start, at - start);
        if (over) return over;
        if (empty) return (int)at;
        *seen = at;
    }
    return too_long(p + start, n - start);
}

/* -- the head's lines */

static bool refuse(struct http_head *h, uint16_t status, const char *why) {
    h->error = status;
    h->why = why;
    return false;
}

struct cursor {
    const uint8_t *base;
    size_t at, end;
};

static struct http_slice take_until(struct cursor *c, uint8_t stop) {
    size_t from = c->at;
    while (c->at < c->end && c->base[c->at] != stop) c->at++;
    return (struct http_slice){(uint32_t)from, (uint32_t)(c->at - from)};
}

static enum http_method method_code(const uint8_t *p, size_t n) {
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i]) == n && !memcmp(names[i], p, n)) return (enum http_method)i;
    return HTTP_OTHER;
}

static bool target_bytes_valid(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i] <= 0x20 || p[i] >= 0x7f || p[i] == '#') return false;
    return n > 0;
}

static bool parse_version(const uint8_t *p, size_t n, struct http_head *h) {
    if (n != 8 || memcmp(p, "HTTP/", 5) || !all_of(p + 5, 1, C_DIGIT) || p[6] != '.' ||
        !all_of(p + 7, 1, C_DIGIT))
        return refuse(h, 400, "malformed request line");
    if (p[5] != '1') return refuse(h, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    h->minor = p[7] == '0' ? 0 : 1;
    return true;
}

static bool parse_request_line(const uint8_t *p, size_t from, size_t end, struct http_head *h) {
    struct cursor c = {p, from, end};
    h->method = take_until(&c, ' ');
    if (!http_name_valid(p + h->method.at, h->method.len) || c.at == end)
        return refuse(h, 400, "malformed request line");
    c.at++;
    h->target = take_until(&c, ' ');
    if (c.at == end || !target_bytes_valid(p + h->target.at, h->target.len))
        return refuse(h, 400, "malformed request target");
    c.at++;
    if (!parse_version(p + c.at, end - c.at, h)) return false;
    h->method_code = method_code(p + h->method.at, h->method.len);
    return h->method_code == HTTP_OTHER ? refuse(h, 501, "method not implemented") : true;
}

static struct http_slice trimmed(const uint8_t *p, size_t from, size_t end) {
    while (from < end && (p[from] == ' ' || p[from] == '\t')) from++;
    while (end > from && (p[end - 1] == ' ' || p[end - 1] == '\t')) end--;
    return (struct http_slice){(uint32_t)from, (uint32_t)(end - from)};
}

static bool parse_field(const uint8_t *p, size_t from, size_t end, struct http_head *h) {
    if (p[from] == ' ' || p[from] == '\t') return refuse(h, 400, "folded header line");
    if (h->n_fields == HTTP_MAX_FIELDS) return refuse(h, 431, "too many header fields");
    struct cursor c = {p, from, end};
    struct http_field *f = &h->fields[h->n_fields];
    f->name = take_until(&c, ':');
    if (c.at == end || !http_name_valid(p + f->name.at, f->name.len))
        return refuse(h, 400, "malformed header field name");
    f->value = trimmed(p, c.at + 1, end);
    if (!http_value_valid(p + f->value.at, f->value.len))
        return refuse(h, 400, "malformed header field value");
    h->n_fields++;
    return true;
}

/* -- fields that say how the message is framed and the connection is used */

struct framing {
    unsigned hosts, codings, chunked_at; /* codings seen; chunked_at: place of `chunked`, 1-based, 0 none */
    bool chunked_twice, unknown_coding;
    bool close, keep;
};

/* next_item: the next element of a comma-separated list in v (from *at), trimmed. false: at the end. */
static bool next_item(const uint8_t *p, struct http_slice v, size_t *at, struct http_slice *item) {
    while (*at < v.len) {
        size_t from = *at;
        while (*at < v.len && p[v.at + *at] != ',') ++*at;
        *item = trimmed(p, v.at + from, v.at + *at);
        ++*at;
        if (item->len) return true;
    }
    return false;
}

static bool parse_length(const uint8_t *p, struct http_slice v, struct http_head *h) {
    if (v.len == 0 || v.len > 18 || !all_of(p + v.at, v.len, C_DIGIT))
        return refuse(h, 400, "malformed Content-Length");
    uint64_t n = 0;
    for (uint32_t i = 0; i < v.len; i++) n = n * 10 + (uint64_t)(p[v.at + i] - '0');
    if (h->has_length && n != h->content_length) return refuse(h, 400, "two different Content-Lengths");
    h->has_length = true;
    h->content_length = n;
    return true;
}

static void note_codings(const uint8_t *p, struct http_slice v, struct framing *f) {
    struct http_slice item;
    for (size_t at = 0; next_item(p, v, &at, &item);) {
        f->codings++;
        if (!http_name_is(p + item.at, item.len, "chunked")) {
            f->unknown_coding = true;
        } else {
            f->chunked_twice |= f->chunked_at != 0;
            f->chunked_at = f->codings;
        }
    }
    if (f->codings == 0) f->unknown_coding = true; /* an empty Transfer-Encoding says nothing we understand */
}

static void note_connection(const uint8_t *p, struct http_slice v, struct framing *f) {
    struct http_slice item;
    for (size_t at = 0; next_item(p, v, &at, &item);) {
        f->close |= http_name_is(p + item.at, item.len, "close");
        f->keep |= http_name_is(p + item.at, item.len, "keep-alive");
    }
}

/* host_valid: a name, perhaps empty, or [address], then perhaps ":" and digits (RFC 3986 §3.2.2, without userinfo). */
static bool host_valid(const uint8_t *p, size_t n) {
    bool bracket = n > 0 && p[0] == '[';
    const uint8_t *end = memchr(p, bracket ? ']' : ':', n);
    if (bracket && !end) return false;
    size_t name = end ? (size_t)(end - p) + bracket : n;
    if (!all_of(p, name, C_HOST)) return false;
    if (!bracket && (memchr(p, '[', name) || memchr(p, ']', name))) return false;
    return name == n || (p[name] == ':' && all_of(p + name + 1, n - name - 1, C_DIGIT));
}

static bool note_field(const uint8_t *p, const struct http_field *fl, struct http_head *h,
                       struct framing *f) {
    const uint8_t *name = p + fl->name.at, *value = p + fl->value.at;
    size_t n = fl->name.len;
    if (http_name_is(name, n, "content-length")) return parse_length(p, fl->value, h);
    if (http_name_is(name, n, "transfer-encoding")) {
        note_codings(p, fl->value, f);
    } else if (http_name_is(name, n, "connection")) {
        note_connection(p, fl->value, f);
    } else if (http_name_is(name, n, "host")) {
        if (f->hosts++) return refuse(h, 400, "more than one Host");
        if (!host_valid(value, fl->value.len)) return refuse(h, 400, "malformed Host");
    } else if (http_name_is(name, n, "expect")) {
        if (!http_name_is(value, fl->value.len, "100-continue")) return refuse(h, 417, "unknown expectation");
        h->expect_continue = h->minor > 0; /* a 1.0 client does not know 1xx: ignore */
    }
    return true;
}

static bool check_framing(struct http_head *h, const struct framing *f) {
    if (h->minor > 0 && f->hosts == 0) return refuse(h, 400, "Host is missing");
    if (f->codings || f->unknown_coding) {
        if (h->has_length) return refuse(h, 400, "both Transfer-Encoding and Content-Length");
        if (h->minor == 0) return refuse(h, 400, "Transfer-Encoding in an HTTP/1.0 request");
        if (f->chunked_twice || (f->chunked_at && f->chunked_at != f->codings))
            return refuse(h, 400, "chunked is not the last transfer coding");
        if (f->unknown_coding) return refuse(h, 501, "transfer coding not implemented");
        h->chunked = true;
    }
    h->keep_alive = !f->close && (h->minor > 0 || f->keep);
    return true;
}

bool http_head_parse(const uint8_t *p, size_t n, struct http_head *h) {
    memset(h, 0, offsetof(struct http_head, fields));
    h->error = 0;
    h->why = NULL;
    struct framing f = {0};
    size_t at = skip_empty_lines(p, n);
    for (bool first = true;; first = false) {
        const uint8_t *nl = at < n ? memchr(p + at, '\n', n - at) : NULL;
        if (!nl || nl == p + at || nl[-1] != '\r') return refuse(h, 400, "malformed line end");
        size_t end = (size_t)(nl - p) - 1;
        if (end == at) break;
        if (first ? !parse_request_line(p, at, end, h) : !parse_field(p, at, end, h)) return false;
        if (!first && !note_field(p, &h->fields[h->n_fields - 1], h, &f)) return false;
        at = end + 2;
    }
    struct http_target t;
    if (!http_target_split(p + h->target.at, h->target.len, &t))
        return refuse(h, 400, "malformed request target");
    if (t.path_len == 1 && t.path[0] == '*' && h->method_code != HTTP_OPTIONS)
        return refuse(h, 400, "malformed request target");
    return check_framing(h, &f);
}

/* -- chunked bodies (RFC 9112 §7.1)
 *
 *   SIZE ──hex digits──> EXT ──CR──> SIZE_LF ──LF──> DATA ──> DATA_CR ──> DATA_LF ──> SIZE …
 *                                            └ size 0 ──> TRAILER ──CR──> END_LF ──LF──> end
 *                                                           └ NAME ──:──> VALUE ──CR──> VALUE_LF ──LF──> TRAILER
 */
enum { SIZE, EXT, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, NAME, VALUE, VALUE_LF, END_LF };

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool step_size(struct http_chunks *c, uint8_t b) {
    int v = hex_value(b);
    if (v >= 0) {
        if (++c->digits > 15) return false;
        c->left = c->left << 4 | (unsigned)v;
        return true;
    }
    if (c->digits == 0) return false;
    if (b == '\r')
        c->state = SIZE_LF;
    else if (b == ';')
        c->state = EXT;
    else
        return false;
    return true;
}

static bool step_text(struct http_chunks *c, uint8_t b, uint8_t after_cr) {
    if (b == '\r') {
        c->state = after_cr;
        return true;
    }
    return http_value_valid(&b, 1) && ++c->overhead <= HTTP_MAX_CHUNK_EXT;
}

/* The name of a trailer, `state` behind a byte of it. */
static bool step_name(struct http_chunks *c, uint8_t b) {
    c->state = b == ':' ? VALUE : NAME;
    return (b == ':' || http_name_valid(&b, 1)) && ++c->overhead <= HTTP_MAX_CHUNK_EXT;
}

/* One byte of framing. false: bad. */
static bool step_byte(struct http_chunks *c, uint8_t b, bool *end) {
    switch (c->state) {
    case SIZE: return step_size(c, b);
    case EXT: return step_text(c, b, SIZE_LF);
    case SIZE_LF: c->state = c->left ? DATA : TRAILER; return b == '\n';
    case DATA_CR: c->state = DATA_LF; return b == '\r';
    case DATA_LF:
        c->state = SIZE;
        c->digits = 0;
        return b == '\n';
    case TRAILER:
        if (b != '\r') return b != ':' && step_name(c, b);
        c->state = END_LF;
        return true;
    case NAME: return step_name(c, b);
    case VALUE: return step_text(c, b, VALUE_LF);
    case VALUE_LF: c->state = TRAILER; return b == '\n';
    default: /* END_LF */ *end = true; return b == '\n';
    }
}

enum http_chunk_result http_chunks_step(struct http_chunks *c, const uint8_t *p, size_t n, size_t *used,
                                        const uint8_t **data, size_t *len) {
    for (size_t at = 0; at < n;) {
        if (c->state == DATA) {
            size_t take = n - at < c->left ? n - at : (size_t)c->left;
            *data = p + at;
            *len = take;
            *used = at + take;
            c->left -= take;
            if (c->left == 0) c->state = DATA_CR;
            return HTTP_CHUNK_DATA;
        }
        bool end = false;
        if (!step_byte(c, p[at++], &end)) return HTTP_CHUNK_BAD;
        if (end) {
            *used = at;
            return HTTP_CHUNK_END;
        }
    }
    *used = n;
    return HTTP_CHUNK_MORE;
}

/* -- targets (RFC 9112 §3.2) */

bool http_target_split(const uint8_t *p, size_t n, struct http_target *t) {
    static const uint8_t slash = '/';
    if (n > 7 && http_name_is(p, 7, "http://")) { /* absolute form: skip the authority */
        p += 7;
        n -= 7;
        size_t authority = 0;
        while (authority < n && p[authority] != '/' && p[authority] != '?') authority++;
        if (authority == 0 || !host_valid(p, authority)) return false;
        p += authority;
        n -= authority;
        if (n == 0) {
            *t = (struct http_target){&slash, p, 1, 0};
            return true;
        }
    } else if (n == 1 && p[0] == '*') {
        *t = (struct http_target){p, p + 1, 1, 0};
        return true;
    } else if (n == 0 || p[0] != '/') {
        return false;
    }
    const uint8_t *q = memchr(p, '?', n);
    t->path_len = q ? (size_t)(q - p) : n;
    t->path = t->path_len ? p : &slash; /* "http://host?query" */
    if (!t->path_len) t->path_len = 1;
    t->query = q ? q + 1 : p + n;
    t->query_len = q ? n - (size_t)(q - p) - 1 : 0;
    return true;
}

int64_t http_decoded_size(const uint8_t *p, size_t n) {
    int64_t size = 0;
    for (size_t i = 0; i < n; i++, size++) {
        if (p[i] != '%') continue;
        if (n - i < 3 || hex_value(p[i + 1]) < 0 || hex_value(p[i + 2]) < 0) return -1;
        i += 2;
    }
    return size;
}

void http_decode(const uint8_t *p, size_t n, bool plus_is_space, uint8_t *out) {
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%') {
            *out++ = (uint8_t)(hex_value(p[i + 1]) << 4 | hex_value(p[i + 2]));
            i += 2;
        } else {
            *out++ = p[i] == '+' && plus_is_space ? ' ' : p[i];
        }
    }
}

bool http_utf8_valid(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n;) {
        uint8_t b = p[i];
        size_t more = b < 0x80                ? 0
                      : b >= 0xc2 && b < 0xe0 ? 1
                      : b >= 0xe0 && b < 0xf0 ? 2
                      : b >= 0xf0 && b < 0xf5 ? 3
                                              : 9;
        if (more == 9 || more >= n - i) return false;
        for (size_t k = 1; k <= more; k++)
            if ((p[i + k] & 0xc0) != 0x80) return false;
        if ((b == 0xe0 && p[i + 1] < 0xa0) || (b == 0xed && p[i + 1] > 0x9f) ||
            (b == 0xf0 && p[i + 1] < 0x90) || (b == 0xf4 && p[i + 1] > 0x8f))
            return false;
        i += more + 1;
    }
    return true;
}
