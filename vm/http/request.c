/* request: a parsed request as an Erlang map, and the process that serves it.
 *
 *   ling:serve(Module, #{method => <<"GET">>, path => <<"/a b">>, target => <<"/a%20b?x=1">>, query =>
 * [{<<"x">>, <<"1">>}], headers => #{<<"host">> => <<"h">>}, body => <<>>, peer => {{127,0,0,1}, 40000},
 * request_id => 7})
 *
 * The map is built on a heap of its own and copied into the new process by process_spawn; large bodies are
 * off-heap and only counted. Invariant: running out of memory while building ends here (503), not in the
 * scheduler.
 */
#include "http/conn.h"

#include <setjmp.h>

#include "data/map.h"

struct builder {
    struct heap heap; /* first: the oom handler gets it */
    jmp_buf out_of_memory;
    const uint8_t *bytes; /* the head */
    const struct http_head *head;
};

static void builder_oom(struct heap *h, size_t words) {
    (void)words;
    longjmp(((struct builder *)h->owner)->out_of_memory, 1);
}

static term slice_binary(struct builder *b, struct http_slice s) {
    return heap_bin_copy(&b->heap, b->bytes + s.at, s.len);
}

/* NONE: a bad escape. */
static term decoded(struct builder *b, const uint8_t *p, size_t n, bool plus_is_space) {
    int64_t size = http_decoded_size(p, n);
    if (size < 0) return NONE;
    uint8_t *data;
    term t = heap_bin_new(&b->heap, (size_t)size, &data);
    http_decode(p, n, plus_is_space, data);
    return t;
}

static term path_binary(struct builder *b, const struct http_target *t) {
    term path = decoded(b, t->path, t->path_len, false);
    if (path == NONE) return NONE;
    struct bits v = term_bits(path);
    return http_utf8_valid(v.bytes, v.size_bits / 8) ? path : NONE;
}

/* One "key=value" piece: {Key, Value}, or NONE. */
static term query_pair(struct builder *b, const uint8_t *p, size_t n) {
    const uint8_t *eq = memchr(p, '=', n);
    size_t key_len = eq ? (size_t)(eq - p) : n;
    term key = decoded(b, p, key_len, true);
    term value = eq ? decoded(b, eq + 1, n - key_len - 1, true) : heap_bin_copy(&b->heap, p, 0);
    return key == NONE || value == NONE ? NONE : TUPLE(&b->heap, key, value);
}

static term query_list(struct builder *b, const uint8_t *p, size_t n) {
    term list = NIL;
    while (n > 0) { /* from the end, so that consing gives the order of the text */
        size_t from = n;
        while (from > 0 && p[from - 1] != '&') from--;
        if (from < n) {
            term pair = query_pair(b, p + from, n - from);
            if (pair == NONE) return NONE;
            list = heap_cons(&b->heap, pair, list);
        }
        n = from ? from - 1 : 0;
    }
    return list;
}

/* -- headers: one map entry a name; the values of a repeated field are joined with ", " (RFC 9110 §5.3) */

static bool same_name(const struct builder *b, struct http_slice x, struct http_slice y) {
    if (x.len != y.len) return false;
    for (uint32_t i = 0; i < x.len; i++)
        if ((b->bytes[x.at + i] | 0x20) != (b->bytes[y.at + i] | 0x20)) return false;
    return true;
}

static term name_binary(struct builder *b, struct http_slice s) {
    uint8_t *data;
    term t = heap_bin_new(&b->heap, s.len, &data);
    for (uint32_t i = 0; i < s.len; i++) {
        uint8_t c = b->bytes[s.at + i];
        data[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
    }
    return t;
}

static term joined_values(struct builder *b, const uint32_t *which, uint32_t n) {
    const struct http_field *f = b->head->fields;
    size_t size = 2 * (size_t)(n - 1);
    for (uint32_t i = 0; i < n; i++) size += f[which[i]].value.len;
    uint8_t *to;
    term t = heap_bin_new(&b->heap, size, &to);
    for (uint32_t i = 0; i < n; i++) {
        if (i) {
            *to++ = ',';
            *to++ = ' ';
        }
        memcpy(to, b->bytes + f[which[i]].value.at, f[which[i]].value.len);
        to += f[which[i]].value.len;
    }
    return t;
}

static term header_map(struct builder *b) {
    const struct http_head *h = b->head;
    term pairs[2 * HTTP_MAX_FIELDS];
    bool taken[HTTP_MAX_FIELDS] = {false};
    size_t n = 0;
    for (uint32_t i = 0; i < h->n_fields; i++) {
        if (taken[i]) continue;
        uint32_t which[HTTP_MAX_FIELDS], same = 0;
        for (uint32_t k = i; k < h->n_fields; k++) {
            if (!same_name(b, h->fields[i].name, h->fields[k].name)) continue;
            taken[k] = true;
            which[same++] = k;
        }
        pairs[n++] = name_binary(b, h->fields[i].name);
        pairs[n++] = joined_values(b, which, same);
    }
    return map_from_pairs(&b->heap, pairs, n / 2);
}

/* -- the map */

static term peer_tuple(struct heap *h, struct plat_addr a) {
    term ip = TUPLE(h, small_make(a.ip >> 24), small_make(a.ip >> 16 & 255), small_make(a.ip >> 8 & 255),
                    small_make(a.ip & 255));
    return TUPLE(h, ip, small_make(a.port));
}

/* Takes over c->body when it becomes a shared binary. */
static term body_binary(struct builder *b, struct conn *c) {
    if (c->body_bytes <= HEAP_BIN_MAX)
        return heap_bin_copy(&b->heap, c->body ? c->body->data : b->bytes, (size_t)c->body_bytes);
    c->body->size = (size_t)c->body_bytes;
    bin_ref(c->body);
    return heap_bin_wrap(&b->heap, c->body);
}

static term request_map(struct builder *b, struct conn *c, const char **why) {
    struct http_target target;
    const struct http_head *head = b->head;
    http_target_split(b->bytes + head->target.at, head->target.len, &target);
    term path = path_binary(b, &target);
    term query = query_list(b, target.query, target.query_len);
    if (path == NONE || query == NONE) {
        *why = path == NONE ? "the path is not percent-encoded UTF-8" : "bad percent-encoding in the query";
        return NONE;
    }
    term pairs[] = {A_METHOD,     slice_binary(b, head->method),
                    A_PATH,       path,
                    A_TARGET,     slice_binary(b, head->target),
                    A_QUERY,      query,
                    A_HEADERS,    header_map(b),
                    A_BODY,       body_binary(b, c),
                    A_PEER,       peer_tuple(&b->heap, c->peer),
                    A_REQUEST_ID, small_make((int64_t)c->id)};
    return map_from_pairs(&b->heap, pairs, ARRAY_LEN(pairs) / 2);
}

static uint16_t spawn(struct vm *vm, struct conn *c, struct builder *b, const char **why) {
    if (setjmp(b->out_of_memory)) {
        *why = "no memory for the request";
        return 503;
    }
    term map = request_map(b, c, why);
    if (map == NONE) return 400;
    term args = heap_cons(&b->heap, vm->http->cfg.module, heap_cons(&b->heap, map, NIL));
    struct process *p;
    if (process_spawn(vm, NULL, A_LING, A_SERVE, args, &spawn_defaults, &p, NULL) != ST_OK) {
        *why = "no memory for the request";
        return 503;
    }
    p->owner = c;
    c->process = p;
    return 0;
}

uint16_t request_start(struct vm *vm, struct conn *c, const char **why) {
    struct http_head head;
    struct builder b;
    memset(&b, 0, sizeof b);
    b.bytes = c->in + c->in_start;
    b.head = &head;
    if (!http_head_parse(b.bytes, c->head_bytes, &head)) {
        *why = head.why;
        return head.error;
    }
    if (heap_init(&b.heap, vm->alloc, 512) != ST_OK) {
        *why = "no memory for the request";
        return 503;
    }
    b.heap.owner = &b;
    b.heap.oom = builder_oom;
    uint16_t status = spawn(vm, c, &b, why);
    heap_deinit(&b.heap);
    return status;
}
