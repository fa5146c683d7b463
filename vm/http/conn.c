/* conn: one connection's life. Everything happens in conn_advance, which does what can be done without
 * waiting.
 *
 *          ┌──────────────────── keep-alive ────────────────────┐
 *          v                                                    │
 *        HEAD ──> BODY ──> TURN ──> RUN ──answer──> WRITE ──────┤
 *          │ refused │                                          │ close
 *          └─────────┴──────────── error page ──────────────────┴──> LINGER ──> freed
 *
 * One request at a time: what a client sends ahead (pipelining) stays in `in` and, once that is full, in the
 * stack, which then closes the window: back-pressure. Readiness is edge-triggered: a state that wants input
 * always reads until AGAIN. Invariant: conn_advance may free its connection; nobody touches c after it.
 */
#include "http/conn.h"

/* -- input */

/* Room behind in[in_end): moves what is unconsumed to the front, or grows. false: no memory. */
static bool in_reserve(struct vm *vm, struct conn *c, uint32_t room) {
    if (c->in_cap - c->in_end >= room) return true;
    if (c->in_start) {
        memmove(c->in, c->in + c->in_start, c->in_end - c->in_start);
        c->in_end -= c->in_start;
        c->body_at -= c->body_at ? c->in_start : 0;
        c->in_start = 0;
        if (c->in_cap - c->in_end >= room) return true;
    }
    uint32_t cap = c->in_cap ? c->in_cap * 2 : IN_FIRST;
    while (cap - c->in_end < room) cap *= 2;
    uint8_t *grown = alloc_resize(vm->alloc, c->in, cap);
    if (!grown) return false;
    c->in = grown;
    c->in_cap = cap;
    return true;
}

enum input { INPUT_SOME, INPUT_AGAIN, INPUT_END, INPUT_BROKEN };

static enum input recv_into(struct vm *vm, struct conn *c, uint8_t *to, size_t cap, size_t *n) {
    if (c->input_ended) return INPUT_END;
    enum plat_status st = plat_tcp_recv(c->handle, to, cap, n);
    if (st == PLAT_OK && *n > 0) {
        vm->stats.io_in += *n;
        return INPUT_SOME;
    }
    if (st == PLAT_AGAIN) return INPUT_AGAIN;
    if (st != PLAT_CLOSED && st != PLAT_OK) return INPUT_BROKEN;
    c->input_ended = true;
    return INPUT_END;
}

static enum input recv_more(struct vm *vm, struct conn *c) {
    if (!in_reserve(vm, c, 2048)) return INPUT_BROKEN;
    size_t n = 0;
    enum input got = recv_into(vm, c, c->in + c->in_end, c->in_cap - c->in_end, &n);
    c->in_end += (uint32_t)n;
    return got;
}

/* -- output */

void conn_abort(struct vm *vm, struct conn *c) {
    plat_tcp_abort(c->handle);
    conn_free(vm, c);
}

static void linger(struct vm *vm, struct conn *c) {
    if (plat_tcp_shutdown_send(c->handle) != PLAT_OK) {
        conn_abort(vm, c);
        return;
    }
    c->state = CONN_LINGER;
    conn_set_timeout(vm, c, T_LINGER);
    conn_advance(vm, c);
}

/* Send p[*at..n): true when all was taken. */
static bool send_part(struct vm *vm, struct conn *c, const uint8_t *p, size_t n, size_t *at, int flags,
                      bool *broken) {
    while (*at < n) {
        size_t taken = 0;
        enum plat_status st = plat_tcp_send(c->handle, p + *at, n - *at, flags, &taken);
        if (st != PLAT_OK) {
            *broken = st != PLAT_AGAIN;
            return false;
        }
        *at += taken;
        vm->stats.io_out += taken;
        conn_set_timeout(vm, c, T_REQUEST); /* progress: a slow reader of a long answer is no dead one */
    }
    return true;
}

static void drop_output(struct vm *vm, struct conn *c) {
    alloc_put(vm->alloc, c->out);
    if (c->out_bin) bin_unref(c->out_bin);
    c->out = NULL;
    c->out_bin = NULL;
    c->out_bytes = c->out_at = c->tail_bytes = c->tail_at = 0;
}

/* What was consumed with the answered request goes; the next head may be there already. */
static void next_request(struct vm *vm, struct conn *c) {
    c->state = CONN_HEAD;
    c->head_seen = 0;
    c->first = false;
    conn_set_timeout(vm, c, c->in_end > c->in_start ? T_HEADER : T_IDLE);
}

/* One step of WRITE. false: wait, or c is gone. The end of the last answer of a connection is held back (PLAT_MORE) for
 * the FIN that follows at once: they go out in one packet. */
static bool advance_write(struct vm *vm, struct conn *c) {
    bool broken = false, last = c->close_after || vm->http->draining;
    int at_end = last ? PLAT_MORE : 0;
    if (!send_part(vm, c, c->out, c->out_bytes, &c->out_at, c->tail_bytes ? PLAT_MORE : at_end, &broken) ||
        !send_part(vm, c, c->out_tail, c->tail_bytes, &c->tail_at, at_end, &broken)) {
        if (broken) conn_abort(vm, c);
        return false;
    }
    drop_output(vm, c);
    http_request_served(vm, c);
    if (last) {
        linger(vm, c);
        return false;
    }
    next_request(vm, c);
    return true;
}

void conn_finish_answer(struct vm *vm, struct conn *c) {
    c->state = CONN_WRITE;
    conn_set_timeout(vm, c, T_REQUEST);
    conn_advance(vm, c);
}

void conn_refuse(struct vm *vm, struct conn *c, uint16_t status, const char *why) {
    c->keep_alive = false;
    if (response_plain(vm, c, status, why) != ST_OK) {
        conn_abort(vm, c);
        return;
    }
    conn_finish_answer(vm, c);
}

/* -- bodies */

/* Room for n more bytes of body. Grows by doubling, so that a client is given memory only for what it has
 * sent. */
static bool body_reserve(struct vm *vm, struct conn *c, size_t n) {
    size_t need = (size_t)c->body_bytes + n, cap = c->body ? c->body->size : 0;
    if (need <= cap) return true;
    cap = max_size(max_size(need, cap * 2), 1024);
    if (!c->chunked && cap > c->body_want) cap = (size_t)c->body_want;
    struct bin *grown = bin_new(vm->alloc, cap);
    if (!grown) return false;
    if (c->body) {
        memcpy(grown->data, c->body->data, (size_t)c->body_bytes);
        bin_unref(c->body);
    }
    c->body = grown;
    return true;
}

static uint16_t body_add(struct vm *vm, struct conn *c, const uint8_t *p, size_t n, const char **why) {
    if (c->body_bytes + n > vm->http->cfg.max_body) {
        *why = "the body is larger than this instance takes";
        return 413;
    }
    if (!body_reserve(vm, c, n)) {
        *why = "no memory for the body";
        return 503;
    }
    memcpy(c->body->data + c->body_bytes, p, n);
    c->body_bytes += n;
    return 0;
}

/* Whole body here? Takes what lies in `in`. Returns a status to refuse with, or 0 with *done set. */
static uint16_t take_length(struct vm *vm, struct conn *c, bool *done, const char **why) {
    size_t left = (size_t)(c->body_want - c->body_bytes), here = min_size(left, c->in_end - c->body_at);
    uint16_t bad = here ? body_add(vm, c, c->in + c->body_at, here, why) : 0;
    c->body_at += (uint32_t)here;
    *done = c->body_bytes == c->body_want;
    return bad;
}

static uint16_t take_chunks(struct vm *vm, struct conn *c, bool *done, const char **why) {
    for (;;) {
        const uint8_t *data = NULL;
        size_t used = 0, len = 0;
        enum http_chunk_result r =
            http_chunks_step(&c->chunks, c->in + c->body_at, c->in_end - c->body_at, &used, &data, &len);
        if (r == HTTP_CHUNK_BAD) {
            *why = "malformed chunk";
            return 400;
        }
        uint16_t bad = r == HTTP_CHUNK_DATA ? body_add(vm, c, data, len, why) : 0;
        if (bad) return bad;
        c->body_at += (uint32_t)used;
        *done = r == HTTP_CHUNK_END;
        if (r != HTTP_CHUNK_DATA) break;
    }
    if (!*done) c->in_end = c->body_at = c->in_start + c->head_bytes; /* all consumed: reuse the room */
    return 0;
}

/* Content-Length bodies are received straight into their binary once `in` is used up. */
static enum input recv_body(struct vm *vm, struct conn *c) {
    if (c->chunked) return recv_more(vm, c);
    size_t want = min_size((size_t)(c->body_want - c->body_bytes), 65536), n = 0;
    if (!body_reserve(vm, c, want)) return INPUT_BROKEN;
    enum input got = recv_into(vm, c, c->body->data + c->body_bytes, want, &n);
    c->body_bytes += n;
    return got;
}

static bool advance_body(struct vm *vm, struct conn *c) {
    for (;;) {
        bool done = false;
        const char *why = "";
        uint16_t bad = c->chunked ? take_chunks(vm, c, &done, &why) : take_length(vm, c, &done, &why);
        if (bad) {
            conn_refuse(vm, c, bad, why);
            return false;
        }
        if (done) {
            c->state = CONN_TURN;
            return true;
        }
        enum input got = recv_body(vm, c);
        if (got == INPUT_AGAIN) return false;
        if (got != INPUT_SOME) { /* the client gave up within its own request */
            conn_abort(vm, c);
            return false;
        }
    }
}

/* -- heads */

/* 100 Continue goes out only when it fits at once; a client must be ready to go on without it (RFC 9110
 * §10.1.1). */
static bool send_continue(struct vm *vm, struct conn *c) {
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    size_t n = 0;
    enum plat_status st = plat_tcp_send(c->handle, text, sizeof text - 1, 0, &n);
    return st == PLAT_AGAIN || (st == PLAT_OK && n == sizeof text - 1);
}

static void begin_body(struct conn *c, const struct http_head *head) {
    c->keep_alive = head->keep_alive;
    c->is_head = head->method_code == HTTP_HEAD;
    c->minor_0 = head->minor == 0;
    c->chunked = head->chunked;
    c->body_want = head->content_length;
    c->body_bytes = 0;
    c->body_at = c->in_start + c->head_bytes;
    memset(&c->chunks, 0, sizeof c->chunks);
    c->state = CONN_BODY;
}

static bool head_complete(struct vm *vm, struct conn *c, uint32_t bytes) {
    struct http_head head;
    c->head_bytes = bytes;
    if (!http_head_parse(c->in + c->in_start, bytes, &head)) {
        c->is_head = head.method.len == 4 && head.method_code == HTTP_HEAD && head.error != 400;
        conn_refuse(vm, c, head.error, head.why);
        return false;
    }
    vm_mark(vm, PHASE_REQUEST);
    begin_body(c, &head);
    conn_set_timeout(vm, c, T_REQUEST);
    if (head.content_length > vm->http->cfg.max_body) {
        conn_refuse(vm, c, 413, "the body is larger than this instance takes");
        return false;
    }
    bool body_comes = head.chunked || head.content_length > 0;
    if (head.expect_continue && body_comes && c->body_at == c->in_end && !send_continue(vm, c)) {
        conn_abort(vm, c);
        return false;
    }
    return true;
}

static const char *scan_error(int status) {
    return status == 414   ? "the request line is longer than 8 KiB"
           : status == 431 ? "the header is larger than 16 KiB"
                           : "malformed line end";
}

static bool advance_head(struct vm *vm, struct conn *c) {
    for (;;) {
        bool nothing_yet = c->in_end == c->in_start;
        int n = nothing_yet ? 0 : http_head_scan(c->in + c->in_start, c->in_end - c->in_start, &c->head_seen);
        if (n > 0) return head_complete(vm, c, (uint32_t)n);
        if (n < 0) {
            c->is_head = false;
            conn_refuse(vm, c, (uint16_t)-n, scan_error(-n));
            return false;
        }
        enum input got = recv_more(vm, c);
        if (got == INPUT_SOME && nothing_yet) conn_set_timeout(vm, c, T_HEADER);
        if (got == INPUT_SOME) continue;
        if (got == INPUT_BROKEN)
            conn_abort(vm, c);
        else if (got == INPUT_END)
            linger(vm, c);
        return false;
    }
}

/* -- a whole request is here */

static bool advance_turn(struct vm *vm, struct conn *c) {
    if (!http_admit(vm, c)) return false;
    const char *why = "";
    uint16_t bad = request_start(vm, c, &why);
    c->in_start = c->chunked || c->body_want ? c->body_at : c->in_start + c->head_bytes;
    c->body_at = c->head_bytes = 0;
    if (c->in_start == c->in_end) c->in_start = c->in_end = 0;
    if (c->body) bin_unref(c->body);
    c->body = NULL;
    if (bad) {
        http_release(vm, c);
        conn_refuse(vm, c, bad, why);
        return false;
    }
    c->state = CONN_RUN;
    return false;
}

/* Swallow a bounded amount, then close whatever the client does. */
static bool advance_linger(struct vm *vm, struct conn *c) {
    uint8_t sink[2048];
    size_t n;
    for (int i = 0; i < 64; i++) {
        enum input got = recv_into(vm, c, sink, sizeof sink, &n);
        if (got == INPUT_AGAIN) return false;
        if (got == INPUT_BROKEN) {
            conn_abort(vm, c);
            return false;
        }
        if (got == INPUT_END) break;
    }
    plat_tcp_close(c->handle);
    conn_free(vm, c);
    return false;
}

void conn_advance(struct vm *vm, struct conn *c) {
    for (bool on = true; on && !vm->stopping;) {
        switch (c->state) {
        case CONN_HEAD: on = advance_head(vm, c); break;
        case CONN_BODY: on = advance_body(vm, c); break;
        case CONN_TURN: on = advance_turn(vm, c); break;
        case CONN_WRITE: on = advance_write(vm, c); break;
        case CONN_LINGER: on = advance_linger(vm, c); break;
        case CONN_RUN: on = false; break;
        }
    }
}

void conn_timed_out(struct vm *vm, struct conn *c) {
    switch (c->state) {
    case CONN_HEAD:
        if (c->in_end > c->in_start) {
            c->is_head = false;
            conn_refuse(vm, c, 408, "the request did not arrive in time");
        } else {
            linger(vm, c);
        }
        break;
    case CONN_BODY: conn_refuse(vm, c, 408, "the request did not arrive in time"); break;
    case CONN_RUN: {
        struct process *p = c->process;
        c->process = NULL;
        p->owner = &http_orphan;
        exit_signal(vm, p->pid, p, A_KILL, false);
        conn_refuse(vm, c, 503, "the request took too long");
        break;
    }
    case CONN_TURN: conn_refuse(vm, c, 503, "the instance is about to end"); break;
    case CONN_WRITE: conn_abort(vm, c); break;
    case CONN_LINGER:
        plat_tcp_close(c->handle);
        conn_free(vm, c);
        break;
    }
}

void conn_drain(struct vm *vm, struct conn *c) {
    if (c->state == CONN_HEAD && c->in_end == c->in_start)
        linger(vm, c);
    else if (c->state == CONN_TURN)
        conn_timed_out(vm, c);
}
