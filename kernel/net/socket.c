/* socket: plat's TCP on lwIP's raw API.
 *
 *   handle h -> sockets[h] <-arg-- struct tcp_pcb
 *                 |  rx: pbufs received, not yet taken: [p0][p1]... ; rx_skip bytes of p0 are taken already
 *                 |  listener: accept queue of sockets, linked by `next`
 *                 `- want: what the VM was told AGAIN for; it gets one event for it, through the ready ring
 *
 * Invariants: pcb is NULL once lwIP has freed it (reset, timeout), then `failed` is set; a socket in the
 * ready ring has `queued` set. A closed handle leaves its pcb behind without a socket: such a pcb sends what
 * it has and FIN, drops what it receives, and is reset when its peer has acknowledged all and does not end
 * within LINGER_POLLS.
 *
 * The window is lwIP's: bytes are acknowledged when they come, the window opens when the VM takes them. A
 * peer sending tiny segments is held by the number of pbufs instead.
 * Source: lwIP 2.1.3 doc/rawapi.txt; RFC 9293. */
#include "net/socket.h"

#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

enum { SOCKETS = MEMP_NUM_TCP_PCB, RX_PBUFS = 256, POLL_HALF_SECONDS = 1, LINGER_POLLS = 4 };
enum { WANT_READ = 1, WANT_WRITE = 2 };

struct socket {
    struct tcp_pcb *pcb;
    struct pbuf *rx, *rx_last;
    uint32_t rx_skip;
    uint16_t rx_count;
    uint16_t next;              /* in the free list, or in an accept queue; 0: none */
    uint16_t queue, queue_last; /* of a listener */
    uint8_t want, ready;
    bool used, listener, connecting, ended, failed, queued, fin_due;
};

static struct socket sockets[SOCKETS]; /* 0 is not used: it is the console's handle */
static uint16_t free_head,
    n_fresh = 1; /* those from n_fresh on were never used, and are not in the free list */
static uint16_t ready_ring[SOCKETS];
static uint32_t ready_put, ready_taken;

static int handle_of(const struct socket *s) {
    return (int)(s - sockets);
}
static struct socket *socket_at(int h) {
    return h > 0 && h < SOCKETS && sockets[h].used ? &sockets[h] : NULL;
}

static struct socket *socket_new(void) {
    struct socket *s;
    if (free_head) {
        s = &sockets[free_head];
        free_head = s->next;
    } else {
        if (n_fresh == SOCKETS) return NULL;
        s = &sockets[n_fresh++];
    }
    *s = (struct socket){.used = true, .queued = s->queued};
    return s;
}

static void socket_free(struct socket *s) {
    s->used = false;
    s->ready = s->want = 0;
    s->next = free_head;
    free_head = (uint16_t)handle_of(s);
}

/* -- readiness */

static void notify(struct socket *s, uint8_t what) {
    what &= s->want;
    if (!what) return;
    s->want &= (uint8_t)~what;
    s->ready |= what;
    if (s->queued) return;
    s->queued = true;
    ready_ring[ready_put++ % SOCKETS] = (uint16_t)handle_of(s);
}

size_t socket_events(struct plat_event *events, size_t max) {
    size_t n = 0;
    while (n < max && ready_taken != ready_put) {
        struct socket *s = &sockets[ready_ring[ready_taken++ % SOCKETS]];
        s->queued = false;
        if (s->used && s->ready)
            events[n++] = (struct plat_event){handle_of(s), s->ready & WANT_READ, s->ready & WANT_WRITE};
        s->ready = 0;
    }
    return n;
}

static enum plat_status again(struct socket *s, uint8_t what) {
    s->want |= what;
    return PLAT_AGAIN;
}

/* -- what lwIP tells us */

static void rx_append(struct socket *s, struct pbuf *p) {
    if (s->rx)
        s->rx_last->next = p;
    else
        s->rx = p;
    for (s->rx_count++; p->next; p = p->next) s->rx_count++;
    s->rx_last = p;
}

static err_t on_receive(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err) {
    struct socket *s = arg;
    if (p && s->rx_count >= RX_PBUFS) return ERR_MEM; /* lwIP keeps it and comes again */
    if (p)
        rx_append(s, p);
    else
        s->ended = true;
    notify(s, WANT_READ);
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n) {
    if (tcp_sndbuf(pcb) >= TCP_SND_BUF / 4) notify(arg, WANT_WRITE);
    return ERR_OK;
}

static void on_error(void *arg, err_t err) {
    struct socket *s = arg;
    s->pcb = NULL;
    s->failed = true;
    s->connecting = false;
    notify(s, WANT_READ | WANT_WRITE);
}

static void finish_sending(struct socket *s) {
    s->fin_due = tcp_shutdown(s->pcb, 0, 1) == ERR_MEM;
}

/* Twice a second: what failed for want of memory is tried again. */
static err_t on_poll(void *arg, struct tcp_pcb *pcb) {
    struct socket *s = arg;
    if (s->fin_due) finish_sending(s);
    notify(s, WANT_WRITE);
    return ERR_OK;
}

static void attach(struct socket *s, struct tcp_pcb *pcb) {
    s->pcb = pcb;
    tcp_arg(pcb, s);
    tcp_recv(pcb, on_receive);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, POLL_HALF_SECONDS);
    tcp_nagle_disable(pcb);
}

static void detach(struct tcp_pcb *pcb) {
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL); /* lwIP's own: drops data, closes when the peer does */
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
}

/* -- listening */

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err) {
    struct socket *l = arg;
    if (err != ERR_OK || !pcb) return ERR_VAL;
    struct socket *s = socket_new();
    if (!s) return ERR_MEM; /* lwIP resets it */
    attach(s, pcb);
    s->want = WANT_READ;
    tcp_backlog_delayed(pcb);
    uint16_t h = (uint16_t)handle_of(s);
    if (l->queue)
        sockets[l->queue_last].next = h;
    else
        l->queue = h;
    l->queue_last = h;
    notify(l, WANT_READ);
    return ERR_OK;
}

static enum plat_status status_of(err_t e) {
    return e == ERR_MEM ? PLAT_NOMEM : e == ERR_USE ? PLAT_IO : PLAT_BADARG;
}

static enum plat_status listen_on(struct tcp_pcb **pcb, struct plat_addr at, int backlog) {
    ip_addr_t ip;
    ip4_addr_set_u32(&ip, lwip_htonl(at.ip));
    ip_set_option(*pcb, SOF_REUSEADDR);
    err_t e = tcp_bind(*pcb, &ip, at.port);
    if (e != ERR_OK) return status_of(e);
    u8_t most = (u8_t)(backlog < 1 ? 1 : backlog > 255 ? 255 : backlog);
    struct tcp_pcb *l = tcp_listen_with_backlog_and_err(*pcb, most, &e);
    if (!l) return status_of(e);
    *pcb = l;
    return PLAT_OK;
}

enum plat_status plat_tcp_listen(struct plat_addr at, int backlog, int *handle, struct plat_addr *bound) {
    struct tcp_pcb *pcb = tcp_new();
    struct socket *s = pcb ? socket_new() : NULL;
    enum plat_status status = !s ? PLAT_LIMIT : listen_on(&pcb, at, backlog);
    if (status) {
        if (s) socket_free(s);
        if (pcb) tcp_abort(pcb);
        return status;
    }
    s->pcb = pcb;
    s->listener = true;
    s->want = WANT_READ;
    tcp_arg(pcb, s);
    tcp_accept(pcb, on_accept);
    *handle = handle_of(s);
    *bound = (struct plat_addr){at.ip, pcb->local_port};
    return PLAT_OK;
}

static struct socket *dequeue(struct socket *l) {
    struct socket *s = &sockets[l->queue];
    if (!l->queue) return NULL;
    l->queue = s->next;
    s->next = 0;
    if (s->pcb) tcp_backlog_accepted(s->pcb);
    return s;
}

enum plat_status plat_tcp_accept(int listener, int *handle, struct plat_addr *peer) {
    struct socket *l = socket_at(listener), *s;
    if (!l || !l->listener) return PLAT_BADARG;
    while ((s = dequeue(l))) {
        if (s->pcb) {
            *handle = handle_of(s);
            *peer = (struct plat_addr){lwip_ntohl(ip4_addr_get_u32(&s->pcb->remote_ip)), s->pcb->remote_port};
            return PLAT_OK;
        }
        plat_tcp_close(handle_of(s)); /* reset while it waited */
    }
    return again(l, WANT_READ);
}

/* -- connecting */

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err) {
    struct socket *s = arg;
    s->connecting = false;
    notify(s, WANT_WRITE);
    return ERR_OK;
}

enum plat_status plat_tcp_connect(struct plat_addr to, int *handle) {
    struct tcp_pcb *pcb = tcp_new();
    struct socket *s = pcb ? socket_new() : NULL;
    ip_addr_t ip;
    ip4_addr_set_u32(&ip, lwip_htonl(to.ip));
    if (!s) {
        if (pcb) tcp_abort(pcb);
        return PLAT_LIMIT;
    }
    attach(s, pcb);
    s->connecting = true;
    s->want = WANT_READ | WANT_WRITE;
    if (tcp_connect(pcb, &ip, to.port, on_connected) != ERR_OK) {
        detach(pcb);
        tcp_abort(pcb);
        socket_free(s);
        return PLAT_IO;
    }
    *handle = handle_of(s);
    return PLAT_OK;
}

/* -- data */

/* Takes up to cap bytes from the received pbufs, freeing those used up. */
static size_t rx_take(struct socket *s, void *buf, size_t cap) {
    size_t got = 0;
    while (s->rx && got < cap) {
        struct pbuf *p = s->rx;
        size_t n = p->len - s->rx_skip;
        if (n > cap - got) n = cap - got;
        if (buf) memcpy((char *)buf + got, (char *)p->payload + s->rx_skip, n);
        got += n;
        s->rx_skip += (uint32_t)n;
        if (s->rx_skip < p->len) break;
        s->rx = p->next;
        s->rx_skip = 0;
        s->rx_count--;
        p->next = NULL;
        pbuf_free(p);
    }
    return got;
}

/* Opens the window again for what was taken. lwIP counts in 16 bits. */
static void received(struct tcp_pcb *pcb, size_t n) {
    for (; n; n -= n < UINT16_MAX ? n : UINT16_MAX) tcp_recved(pcb, (u16_t)(n < UINT16_MAX ? n : UINT16_MAX));
}

enum plat_status plat_tcp_recv(int handle, void *buf, size_t cap, size_t *n) {
    struct socket *s = socket_at(handle);
    if (!s || s->listener) return PLAT_BADARG;
    size_t got = rx_take(s, buf, cap);
    if (got) {
        if (s->pcb) received(s->pcb, got);
        *n = got;
        return PLAT_OK;
    }
    return s->ended ? PLAT_CLOSED : s->failed ? PLAT_IO : again(s, WANT_READ);
}

/* As many bytes as lwIP takes; when memory is short, fewer. */
static size_t write_some(struct tcp_pcb *pcb, const void *bytes, size_t n, u8_t flags) {
    for (; n; n /= 2)
        if (tcp_write(pcb, bytes, (u16_t)n, flags) == ERR_OK) break;
    return n;
}

enum plat_status plat_tcp_send(int handle, const void *bytes, size_t len, int flags, size_t *n) {
    struct socket *s = socket_at(handle);
    if (!s || s->listener) return PLAT_BADARG;
    if (s->failed) return PLAT_IO;
    if (s->connecting) return again(s, WANT_WRITE);
    size_t room = tcp_sndbuf(s->pcb), want = len < room ? len : room;
    if (want > UINT16_MAX) want = UINT16_MAX;
    bool more = flags & PLAT_MORE || want < len;
    size_t put =
        write_some(s->pcb, bytes, want, (u8_t)(TCP_WRITE_FLAG_COPY | (more ? TCP_WRITE_FLAG_MORE : 0)));
    if (!(flags & PLAT_MORE) || put < len) tcp_output(s->pcb);
    if (!put && len) return again(s, WANT_WRITE);
    *n = put;
    return PLAT_OK;
}

enum plat_status plat_tcp_shutdown_send(int handle) {
    struct socket *s = socket_at(handle);
    if (!s || s->listener || s->connecting) return PLAT_BADARG;
    if (s->failed) return PLAT_IO;
    finish_sending(s);
    return PLAT_OK;
}

/* -- the end of a connection */

/* arg counts the half seconds since the peer has everything. */
static err_t linger_poll(void *arg, struct tcp_pcb *pcb) {
    uintptr_t waited = (uintptr_t)arg;
    if (pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT)
        tcp_shutdown(pcb, 0, 1); /* there was no memory for it */
    if (pcb->unsent || pcb->unacked) return ERR_OK;
    if (waited >= LINGER_POLLS) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_arg(pcb, (void *)(waited + 1));
    return ERR_OK;
}

static void linger(struct tcp_pcb *pcb) {
    detach(pcb);
    tcp_poll(pcb, linger_poll, POLL_HALF_SECONDS);
    tcp_shutdown(pcb, 0, 1);
}

static void close_listener(struct socket *l) {
    struct socket *s;
    while ((s = dequeue(l))) plat_tcp_abort(handle_of(s));
    tcp_close(l->pcb);
}

void plat_tcp_close(int handle) {
    struct socket *s = socket_at(handle);
    if (!s) return;
    if (s->listener) {
        close_listener(s);
    } else {
        size_t unread = rx_take(s, NULL, SIZE_MAX);
        if (s->pcb) received(s->pcb, unread);
    }
    if (s->pcb && s->connecting) {
        plat_tcp_abort(handle);
        return;
    }
    if (s->pcb && !s->listener) linger(s->pcb);
    socket_free(s);
}

void plat_tcp_abort(int handle) {
    struct socket *s = socket_at(handle);
    if (!s || s->listener) {
        plat_tcp_close(handle);
        return;
    }
    rx_take(s, NULL, SIZE_MAX);
    if (s->pcb) {
        detach(s->pcb);
        tcp_abort(s->pcb);
    }
    socket_free(s);
}

bool socket_all_acked(void) {
    for (const struct tcp_pcb *p = tcp_active_pcbs; p; p = p->next)
        if (p->unsent || p->unacked) return false;
    return true;
}
