/* http: the listener, the connections by handle, their timeouts, and the count of requests.
 *
 *   plat_poll ─> http_event(handle) ─> listener: accept all │ connection: conn_advance
 *   scheduler ─> http_timeouts(now)  ─> conn_timed_out for the heads of the timeout lists
 *
 *   requests: admitted (a process was started) ≤ cfg.requests; served (last byte handed to the stack) ≤
 * admitted. served == cfg.requests ends the VM.
 *
 * Invariant: a connection is in by_handle exactly while its handle is open, and in at most one timeout list.
 */
#include "http/conn.h"

#include "base/decimal.h"

char http_orphan;

/* -- timeouts */

static void timeout_unlink(struct http *h, struct conn *c) {
    if (c->timeout == T_NONE) return;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->timeouts[c->timeout].first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    else
        h->timeouts[c->timeout].last = c->prev;
    c->next = c->prev = NULL;
    c->timeout = T_NONE;
}

void conn_set_timeout(struct vm *vm, struct conn *c, enum timeout_kind kind) {
    struct http *h = vm->http;
    timeout_unlink(h, c);
    if (kind == T_NONE || h->timeouts[kind].ns == 0) return;
    c->deadline_ns = plat_clock_mono() + h->timeouts[kind].ns;
    c->timeout = kind;
    c->prev = h->timeouts[kind].last;
    if (c->prev)
        c->prev->next = c;
    else
        h->timeouts[kind].first = c;
    h->timeouts[kind].last = c;
}

static void announce(struct vm *vm);
static void accept_waiting(struct vm *vm);

uint64_t http_next_deadline(const struct vm *vm) {
    const struct http *h = vm->http;
    if (!h) return UINT64_MAX;
    uint64_t next = h->announced ? UINT64_MAX : h->announce_ns;
    for (int k = T_HEADER; k < T_KINDS; k++) {
        const struct conn *c = h->timeouts[k].first;
        if (c && c->deadline_ns < next) next = c->deadline_ns;
    }
    return next;
}

void http_timeouts(struct vm *vm, uint64_t now_ns) {
    struct http *h = vm->http;
    if (!h) return;
    if (!h->announced && now_ns >= h->announce_ns) announce(vm);
    for (int k = T_HEADER; k < T_KINDS; k++) {
        struct conn *c;
        while ((c = h->timeouts[k].first) && c->deadline_ns <= now_ns) {
            timeout_unlink(h, c);
            conn_timed_out(vm, c);
        }
    }
    accept_waiting(vm);
}

/* -- connections */

static struct conn *conn_find(const struct http *h, int handle) {
    return handle > 0 && (uint32_t)handle < h->handles_cap ? h->by_handle[handle] : NULL;
}

static bool handles_reserve(struct vm *vm, int handle) {
    struct http *h = vm->http;
    if ((uint32_t)handle < h->handles_cap) return true;
    uint32_t cap = 64;
    while (cap <= (uint32_t)handle) cap *= 2;
    struct conn **grown = alloc_resize(vm->alloc, h->by_handle, cap * sizeof *grown);
    if (!grown) return false;
    memset(grown + h->handles_cap, 0, (cap - h->handles_cap) * sizeof *grown);
    h->by_handle = grown;
    h->handles_cap = cap;
    return true;
}

void conn_free(struct vm *vm, struct conn *c) {
    struct http *h = vm->http;
    timeout_unlink(h, c);
    if (c->process) c->process->owner = &http_orphan;
    if (c->counted) http_release(vm, c);
    h->by_handle[c->handle] = NULL;
    h->n_conns--;
    if (c->body) bin_unref(c->body);
    if (c->out_bin) bin_unref(c->out_bin);
    alloc_put(vm->alloc, c->in);
    alloc_put(vm->alloc, c->out);
    alloc_put(vm->alloc, c);
}

static void conn_open(struct vm *vm, int handle, struct plat_addr peer) {
    struct conn *c = handles_reserve(vm, handle) ? alloc_get_zeroed(vm->alloc, sizeof *c) : NULL;
    if (!c) {
        plat_tcp_abort(handle);
        return;
    }
    c->handle = handle;
    c->peer = peer;
    c->first = true;
    vm->http->by_handle[handle] = c;
    vm->http->n_conns++;
    conn_set_timeout(vm, c, T_HEADER);
    conn_advance(vm, c);
}

static void accept_all(struct vm *vm) {
    struct http *h = vm->http;
    while (!vm->stopping && !h->draining) {
        h->accept_more = h->n_conns >= CONN_MAX;
        if (h->accept_more) return;
        int handle;
        struct plat_addr peer;
        if (plat_tcp_accept(h->listener, &handle, &peer) != PLAT_OK) return;
        conn_open(vm, handle, peer);
    }
}

/* There was no room for all: readiness was told once, so it is up to us to come back. */
static void accept_waiting(struct vm *vm) {
    if (vm->http->accept_more && vm->http->n_conns < CONN_MAX) accept_all(vm);
}

bool http_event(struct vm *vm, int handle, bool readable, bool writable) {
    struct http *h = vm->http;
    if (!h) return false;
    struct conn *c = conn_find(h, handle);
    if (handle == h->listener)
        accept_all(vm);
    else if (c)
        conn_advance(vm, c);
    else
        return false;
    accept_waiting(vm);
    return true;
}

/* -- the count of requests */

/* With a limit, no more requests are started than may still be answered: one more client would otherwise see
 * its request run and its answer lost when the instance ends. The others wait (CONN_TURN) in case one of
 * those fails. */
bool http_admit(struct vm *vm, struct conn *c) {
    struct http *h = vm->http;
    if (h->admitted >= h->cfg.requests) return false;
    h->admitted++;
    c->counted = true;
    c->id = ++h->next_id;
    return true;
}

void http_release(struct vm *vm, struct conn *c) {
    struct http *h = vm->http;
    bool others_wait = h->admitted-- == h->cfg.requests;
    c->counted = false;
    if (!others_wait) return;
    for (uint32_t i = 0; i < h->handles_cap; i++) {
        struct conn *waiting = h->by_handle[i];
        if (!waiting || waiting->state != CONN_TURN || waiting == c) continue;
        conn_advance(vm, waiting);
        return;
    }
}

void http_request_served(struct vm *vm, struct conn *c) {
    struct http *h = vm->http;
    if (!c->counted) return;
    c->counted = false;
    vm->stats.requests++;
    vm_mark(vm, PHASE_RESPONSE);
    if (++h->served < h->cfg.requests) return;
    vm_stop(vm, 0, "served");
}

/* -- an orderly end */

void http_drain(struct vm *vm) {
    struct http *h = vm->http;
    h->draining = true;
    plat_tcp_close(h->listener);
    h->listener = -1;
    for (uint32_t i = 0; i < h->handles_cap && !vm->stopping; i++)
        if (h->by_handle[i]) conn_drain(vm, h->by_handle[i]);
}

bool http_drained(const struct vm *vm) {
    const struct http *h = vm->http;
    for (uint32_t i = 0; i < h->handles_cap; i++)
        if (h->by_handle[i] && h->by_handle[i]->state != CONN_LINGER) return false;
    return true;
}

/* -- start */

static void announce(struct vm *vm) {
    struct http *h = vm->http;
    uint32_t ip = 0;
    uint64_t ready_ns;
    enum plat_status st = plat_net_address(&ip, &ready_ns);
    if (st == PLAT_AGAIN) {
        h->announce_ns = plat_clock_mono() + 2000000;
        return;
    }
    h->announced = true;
    vm_mark(vm, PHASE_LISTENING);
    char text[96], *to = stpcpy(text, "{\"ling\":1,\"event\":\"listening\",\"ip\":\"");
    for (int shift = 24; shift >= 0; shift -= 8) {
        to += decimal_put(to, ip >> shift & 255);
        *to++ = shift ? '.' : '"';
    }
    to = stpcpy(to, ",\"port\":");
    to += decimal_put(to, h->cfg.port);
    *to++ = '}';
    plat_event(text, (size_t)(to - text));
}

static const char *listen_error(enum plat_status st) {
    switch (st) {
    case PLAT_BADARG: return "the port is in use";
    case PLAT_NOMEM: return "no memory";
    case PLAT_IO: return "no network, or the port is in use";
    default: return "the machine refuses to listen";
    }
}

enum status http_start(struct vm *vm, const struct http_config *cfg, const char **why) {
    if (vm->http) {
        *why = "already listening";
        return ST_BADARG;
    }
    struct http *h = alloc_get_zeroed(vm->alloc, sizeof *h);
    if (!h) {
        *why = "no memory";
        return ST_NOMEM;
    }
    h->cfg = *cfg;
    h->timeouts[T_HEADER].ns = cfg->header_timeout_ms * UINT64_C(1000000);
    h->timeouts[T_IDLE].ns = cfg->idle_timeout_ms * UINT64_C(1000000);
    h->timeouts[T_REQUEST].ns = cfg->request_timeout_ms * UINT64_C(1000000);
    h->timeouts[T_LINGER].ns = LINGER_MS * UINT64_C(1000000);
    struct plat_addr bound;
    enum plat_status st = plat_tcp_listen((struct plat_addr){0, cfg->port}, 128, &h->listener, &bound);
    if (st != PLAT_OK) {
        *why = listen_error(st);
        alloc_put(vm->alloc, h);
        return ST_IO;
    }
    h->cfg.port = bound.port;
    vm->http = h;
    announce(vm);
    accept_all(vm);
    return ST_OK;
}
