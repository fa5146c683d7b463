/* response: answers as bytes: what a handler returned, checked, or a small page of our own.
 *
 *   out:  HTTP/1.1 200 OK CRLF │ handler's fields │ date │ content-length │ connection │ CRLF │ [body, when
 * small or nested] tail: the body itself, when it is one large shared binary: sent from where it lies, held
 * by reference
 *
 * The length is always known, so nothing is sent chunked. Framing fields are ours: a handler that names one
 * is refused. Invariant: no byte of a handler reaches the head unchecked (no CR, LF, NUL). Source: RFC 9110
 * §5, §6.6.1, RFC 9112 §6.
 */
#include "http/conn.h"

#include <stdio.h>

#include "base/decimal.h"
#include "data/bits.h"
#include "data/map.h"

enum { SHARE_MIN = 16384 }; /* a body from this size on is shared, not copied */

/* A growing piece of text. failed: no memory. */
struct text {
    struct alloc *alloc;
    uint8_t *p;
    size_t n, cap;
    bool failed;
};

static uint8_t *text_room(struct text *t, size_t n) {
    if (t->cap - t->n < n) {
        size_t cap = max_size(t->cap * 2, t->n + n);
        uint8_t *grown = t->failed ? NULL : alloc_resize(t->alloc, t->p, cap);
        if (!grown) {
            t->failed = true;
            return NULL;
        }
        t->p = grown;
        t->cap = cap;
    }
    return t->p + t->n;
}
static NOINLINE void text_add(struct text *t, const void *p, size_t n) {
    uint8_t *to = text_room(t, n);
    if (!to) return;
    memcpy(to, p, n);
    t->n += n;
}
static void text_put(struct text *t, const char *s) {
    text_add(t, s, strlen(s));
}
static void text_decimal(struct text *t, uint64_t v) {
    char digits[DECIMAL_MAX];
    text_add(t, digits, decimal_put(digits, v));
}

static const char *phrase(unsigned status) {
    static const struct {
        uint16_t status;
        const char *phrase;
    } known[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].status == status) return known[i].phrase;
    return "";
}

/* -- the Date field, made once a second (RFC 9110 §5.6.7); nothing when the machine has no clock */

static void put_two(char *to, unsigned v) {
    to[0] = (char)('0' + v / 10 % 10);
    to[1] = (char)('0' + v % 10);
}

static const char *date_field(struct http *h) {
    static const char form[] = "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
    _Static_assert(sizeof form <= sizeof h->date, "the field fits");
    uint64_t second = plat_clock_wall() / 1000000000;
    if (second == h->date_second) return h->date;
    h->date_second = second;
    int64_t days = (int64_t)(second / 86400),
            z = days + 719468; /* days of a civil calendar starting on March 1st, year 0 */
    int64_t era = z / 146097, doe = z - era * 146097,
            yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    unsigned month = (unsigned)(mp < 10 ? mp + 3 : mp - 9), year = (unsigned)(yoe + era * 400 + (month <= 2));
    unsigned s = (unsigned)(second % 86400);
    memcpy(h->date, form, sizeof form);
    memcpy(h->date + 6, &"ThuFriSatSunMonTueWed"[days % 7 * 3], 3);
    put_two(h->date + 11, (unsigned)(doy - (153 * mp + 2) / 5 + 1));
    memcpy(h->date + 14, &"JanFebMarAprMayJunJulAugSepOctNovDec"[(month - 1) * 3], 3);
    put_two(h->date + 18, year / 100);
    put_two(h->date + 20, year);
    put_two(h->date + 23, s / 3600);
    put_two(h->date + 26, s / 60 % 60);
    put_two(h->date + 29, s % 60);
    return h->date;
}

/* -- head */

static void put_status_line(struct text *t, unsigned status) {
    text_put(t, "HTTP/1.1 ");
    text_decimal(t, status);
    text_put(t, " ");
    text_put(t, phrase(status));
    text_put(t, "\r\n");
}

static bool length_is_sent(unsigned status) {
    return status != 204 && status != 304;
}

static void put_own_fields(struct vm *vm, struct text *t, struct conn *c, unsigned status,
                           size_t body_bytes) {
    text_put(t, date_field(vm->http));
    if (length_is_sent(status)) {
        text_put(t, "content-length: ");
        text_decimal(t, body_bytes);
        text_put(t, "\r\n");
    }
    bool last = c->counted && vm->http->admitted >= vm->http->cfg.requests;
    c->close_after = !c->keep_alive || last || c->input_ended || vm->http->draining;
    if (c->close_after)
        text_put(t, "connection: close\r\n");
    else if (c->minor_0)
        text_put(t, "connection: keep-alive\r\n");
    text_put(t, "\r\n");
}

static enum status text_finish(struct text *t, struct conn *c) {
    if (t->failed) {
        alloc_put(t->alloc, t->p);
        return ST_NOMEM;
    }
    c->out = t->p;
    c->out_bytes = t->n;
    c->out_at = 0;
    return ST_OK;
}

enum status response_plain(struct vm *vm, struct conn *c, uint16_t status, const char *why) {
    char page[256];
    int n = snprintf(page, sizeof page, "%u %s\n%s%s", status, phrase(status), why, *why ? "\n" : "");
    size_t bytes = min_size((size_t)n, sizeof page - 1);
    struct text t = {.alloc = vm->alloc};
    text_room(&t, 512);
    put_status_line(&t, status);
    text_put(&t, "content-type: text/plain; charset=utf-8\r\n");
    put_own_fields(vm, &t, c, status, bytes);
    if (!c->is_head) text_add(&t, page, bytes);
    return text_finish(&t, c);
}

/* -- fields of the handler */

/* iodata as bytes at the end of t. false: not iodata (or no memory, then t->failed). */
static bool put_iodata(struct text *t, term iodata, size_t *bytes) {
    if (iodata_size(iodata, bytes) != ST_OK) return false;
    uint8_t *to = text_room(t, *bytes);
    if (!to) return false;
    if (*bytes) iodata_write(iodata, to);
    t->n += *bytes;
    return true;
}

static bool is_ours(const uint8_t *name, size_t n) {
    static const char *const ours[] = {"content-length", "transfer-encoding", "connection", "date",
                                       "trailer",        "upgrade",           "keep-alive"};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (http_name_is(name, n, ours[i])) return true;
    return false;
}

/* NULL, or why the field is refused. */
static const char *put_field(struct text *t, term name, term value) {
    size_t n = 0, at = t->n;
    if (!put_iodata(t, name, &n)) return "header_name";
    if (!http_name_valid(t->p + at, n)) return "header_name";
    if (is_ours(t->p + at, n)) return "reserved_header";
    text_add(t, ": ", 2);
    at = t->n;
    if (!put_iodata(t, value, &n) || !http_value_valid(t->p + at, n)) return "header_value";
    text_add(t, "\r\n", 2);
    return NULL;
}

static const char *put_fields(struct text *t, term headers) {
    const char *bad = NULL;
    if (term_is_map(headers)) {
        struct map_iter it;
        term name, value;
        map_iter_init(&it, headers);
        while (!bad && map_iter_next(&it, &name, &value)) bad = put_field(t, name, value);
        return bad;
    }
    for (; !bad && term_is_list(headers); headers = list_tail(headers)) {
        term pair = list_head(headers);
        bad = term_is_tuple_of(pair, 2) ? put_field(t, tuple_elements(pair)[0], tuple_elements(pair)[1])
                                        : "headers";
    }
    return bad ? bad : headers == NIL || term_is_map(headers) ? NULL : "headers";
}

/* -- body */

/* A large binary is sent from where it lies. */
static bool share_body(struct conn *c, term body, size_t bytes) {
    if (bytes < SHARE_MIN || !term_is_binary(body)) return false;
    struct bits v = term_bits(body);
    if (v.offset_bits % 8) return false;
    term whole = boxed_is(body, KIND_SUB_BIN) ? boxed_ptr(body)[SUB_ORIG] : body;
    if (!boxed_is(whole, KIND_REFC_BIN)) return false;
    c->out_bin = (struct bin *)boxed_ptr(whole)[REFC_BIN];
    bin_ref(c->out_bin);
    c->out_tail = v.bytes + v.offset_bits / 8;
    c->tail_bytes = bytes;
    c->tail_at = 0;
    return true;
}

static enum status bad_answer(struct text *t, const char **why, const char *reason) {
    alloc_put(t->alloc, t->p);
    *why = t->failed ? "enomem" : reason;
    return t->failed ? ST_NOMEM : ST_BADARG;
}

enum status response_build(struct vm *vm, struct conn *c, term status, term headers, term body,
                           const char **why) {
    struct text t = {.alloc = vm->alloc};
    if (!term_is_small(status) || small_value(status) < 200 || small_value(status) > 599)
        return bad_answer(&t, why, "status");
    unsigned code = (unsigned)small_value(status);
    size_t bytes = 0;
    if (iodata_size(body, &bytes) != ST_OK) return bad_answer(&t, why, "body");
    if (bytes && (code == 204 || code == 205 || code == 304)) return bad_answer(&t, why, "body_not_allowed");
    text_room(&t, 512 + (bytes < SHARE_MIN ? bytes : 0));
    put_status_line(&t, code);
    const char *bad = put_fields(&t, headers);
    if (bad) return bad_answer(&t, why, bad);
    put_own_fields(vm, &t, c, code, bytes);
    if (!c->is_head && !share_body(c, body, bytes)) (void)put_iodata(&t, body, &bytes);
    if (text_finish(&t, c) == ST_OK) return ST_OK;
    *why = "enomem";
    return ST_NOMEM;
}

/* -- from the process */

enum status http_respond(struct vm *vm, struct process *p, term status, term headers, term body,
                         const char **why) {
    *why = "no_request";
    if (p->owner == &http_orphan) return ST_OK; /* nobody is waiting for it any more */
    struct conn *c = p->owner;
    if (!c) return ST_NOTFOUND;
    enum status st = response_build(vm, c, status, headers, body, why);
    if (st != ST_OK) return st;
    p->owner = NULL;
    c->process = NULL;
    conn_finish_answer(vm, c);
    return ST_OK;
}

void http_process_ended(struct vm *vm, struct process *p) {
    struct conn *c = p->owner;
    p->owner = NULL;
    if (!c || (void *)c == &http_orphan) return;
    c->process = NULL;
    if (response_plain(vm, c, 500, "") != ST_OK)
        conn_abort(vm, c);
    else
        conn_finish_answer(vm, c);
}
