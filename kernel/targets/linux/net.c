/* net: TCP on the host's sockets. A handle is the descriptor.
 *
 *   conns[fd]   CONN_OPEN
 *               WANT_READ, WANT_WRITE   what the VM was told AGAIN for; cleared by the event
 *               CONN_EOF                the peer has ended
 *               CONN_LINGER             closed by the VM, not yet by us
 *
 * All descriptors are in epoll, edge-triggered, for both directions from the start. An edge that the VM does
 * not wait for is dropped: it will meet the readiness itself at its next call.
 *
 * Closing: close(2) with unread input makes the kernel send RST, which can destroy what the peer has not read
 * yet. So a close first sends FIN, then reads and drops input until the peer ends too, at most LINGER_NS. */
#include "linux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 65536, MAX_LINGER = 1024 };
enum { CONN_OPEN = 1, WANT_READ = 2, WANT_WRITE = 4, CONN_EOF = 8, CONN_LINGER = 16, CONN_LISTENER = 32 };
#define LINGER_NS UINT64_C(2000000000)

static uint8_t conns[MAX_FD];
static struct linger_entry {
    int fd;
    uint64_t until_ns;
} lingering[MAX_LINGER]; /* in order of until_ns: always the same wait, appended at the end */
static size_t n_lingering;
static int epoll_fd = -1;
static uint32_t own_ip;

void net_init(int epoll, uint32_t bind_ip) {
    epoll_fd = epoll;
    own_ip = bind_ip;
}

static struct sockaddr_in to_sockaddr(struct plat_addr a) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(a.port), .sin_addr = {.s_addr = htonl(a.ip)}};
}

static struct plat_addr from_sockaddr(const struct sockaddr_in *a) {
    return (struct plat_addr){.ip = ntohl(a->sin_addr.s_addr), .port = ntohs(a->sin_port)};
}

static enum plat_status status_of_errno(void) {
    switch (errno) {
    case EAGAIN:
    case EINTR: return PLAT_AGAIN;
    case EMFILE:
    case ENFILE: return PLAT_LIMIT;
    case ENOMEM:
    case ENOBUFS: return PLAT_NOMEM;
    case EINVAL:
    case EADDRNOTAVAIL: return PLAT_BADARG;
    default: return PLAT_IO;
    }
}

static bool is_open(int fd) {
    return fd > 0 && fd < MAX_FD && (conns[fd] & (CONN_OPEN | CONN_LINGER)) == CONN_OPEN;
}

/* Takes a new descriptor into the table and into epoll; closes it when that fails. */
static enum plat_status adopt(int fd, uint8_t state) {
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.fd = fd}};
    if (fd >= MAX_FD || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e)) {
        close(fd);
        return PLAT_LIMIT;
    }
    conns[fd] = state | CONN_OPEN;
    return PLAT_OK;
}

static void set_nodelay(int fd) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

enum plat_status plat_net_address(uint32_t *ip, uint64_t *ready_ns) {
    *ip = own_ip;
    *ready_ns = 0;
    return PLAT_OK;
}

static enum plat_status bind_and_listen(int fd, struct plat_addr at, int backlog, struct plat_addr *bound) {
    struct sockaddr_in sa = to_sockaddr(at);
    socklen_t len = sizeof sa;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&sa, sizeof sa) || listen(fd, backlog)) return status_of_errno();
    if (getsockname(fd, (struct sockaddr *)&sa, &len)) return status_of_errno();
    *bound = from_sockaddr(&sa);
    return PLAT_OK;
}

enum plat_status plat_tcp_listen(struct plat_addr at, int backlog, int *handle, struct plat_addr *bound) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return status_of_errno();
    if (!at.ip) at.ip = own_ip;
    enum plat_status s = bind_and_listen(fd, at, backlog, bound);
    if (s) {
        close(fd);
        return s;
    }
    s = adopt(fd, WANT_READ | CONN_LISTENER);
    if (!s) *handle = fd;
    return s;
}

enum plat_status plat_tcp_accept(int listener, int *handle, struct plat_addr *peer) {
    struct sockaddr_in sa;
    socklen_t len = sizeof sa;
    if (!is_open(listener)) return PLAT_BADARG;
    int fd = accept4(listener, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        /* A connection that died in the queue is nobody's error: there may be more behind it. */
        if (errno == ECONNABORTED || errno == EPROTO) return plat_tcp_accept(listener, handle, peer);
        if (errno == EAGAIN) conns[listener] |= WANT_READ;
        return status_of_errno();
    }
    set_nodelay(fd);
    enum plat_status s = adopt(fd, WANT_READ);
    if (s) return s;
    *handle = fd;
    *peer = from_sockaddr(&sa);
    return PLAT_OK;
}

enum plat_status plat_tcp_connect(struct plat_addr to, int *handle) {
    struct sockaddr_in sa = to_sockaddr(to);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return status_of_errno();
    set_nodelay(fd);
    if (connect(fd, (struct sockaddr *)&sa, sizeof sa) && errno != EINPROGRESS) {
        close(fd);
        return PLAT_IO;
    }
    enum plat_status s = adopt(fd, WANT_READ | WANT_WRITE);
    if (!s) *handle = fd;
    return s;
}

enum plat_status plat_tcp_recv(int handle, void *buf, size_t cap, size_t *n) {
    if (!is_open(handle)) return PLAT_BADARG;
    ssize_t got = recv(handle, buf, cap, 0);
    if (got > 0) {
        *n = (size_t)got;
        return PLAT_OK;
    }
    if (got == 0) {
        conns[handle] |= CONN_EOF;
        return PLAT_CLOSED;
    }
    enum plat_status s = status_of_errno();
    if (s == PLAT_AGAIN) conns[handle] |= WANT_READ;
    if (s == PLAT_AGAIN) return s;
    conns[handle] |= CONN_EOF;
    return PLAT_IO;
}

enum plat_status plat_tcp_send(int handle, const void *bytes, size_t len, int flags, size_t *n) {
    if (!is_open(handle)) return PLAT_BADARG;
    ssize_t put = send(handle, bytes, len, MSG_NOSIGNAL | (flags & PLAT_MORE ? MSG_MORE : 0));
    if (put >= 0) {
        *n = (size_t)put;
        return PLAT_OK;
    }
    enum plat_status s = status_of_errno();
    if (s == PLAT_AGAIN || errno == ENOTCONN) conns[handle] |= WANT_WRITE;
    if (s == PLAT_AGAIN || errno == ENOTCONN) return PLAT_AGAIN;
    return errno == EPIPE ? PLAT_CLOSED : PLAT_IO;
}

enum plat_status plat_tcp_shutdown_send(int handle) {
    if (!is_open(handle)) return PLAT_BADARG;
    return shutdown(handle, SHUT_WR) ? PLAT_IO : PLAT_OK;
}

static void close_now(int fd) {
    conns[fd] = 0;
    close(fd);
}

static void forget_lingering(size_t i) {
    n_lingering--;
    memmove(lingering + i, lingering + i + 1, (n_lingering - i) * sizeof *lingering);
}

/* Reads and drops input. True when the peer has ended, or the connection is broken. */
static bool drain(int fd) {
    char sink[4096];
    ssize_t got;
    for (int i = 0; i < 64; i++)
        if ((got = recv(fd, sink, sizeof sink, 0)) <= 0) return got == 0 || errno != EAGAIN;
    return true; /* a peer that never stops sending has no claim to a clean end */
}

void plat_tcp_close(int handle) {
    if (!is_open(handle)) return;
    if (conns[handle] & (CONN_EOF | CONN_LISTENER) || n_lingering == MAX_LINGER ||
        shutdown(handle, SHUT_WR) || drain(handle)) {
        close_now(handle);
        return;
    }
    conns[handle] |= CONN_LINGER;
    lingering[n_lingering++] = (struct linger_entry){handle, plat_clock_mono() + LINGER_NS};
}

void plat_tcp_abort(int handle) {
    if (!is_open(handle)) return;
    setsockopt(handle, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1, .l_linger = 0},
               sizeof(struct linger));
    close_now(handle);
}

static void linger_event(int fd) {
    if (!drain(fd)) return;
    for (size_t i = 0; i < n_lingering; i++)
        if (lingering[i].fd == fd) {
            forget_lingering(i);
            break;
        }
    close_now(fd);
}

uint64_t net_linger_deadline_ns(void) {
    return n_lingering ? lingering[0].until_ns : UINT64_MAX;
}

void net_linger_expire(uint64_t now_ns) {
    while (n_lingering && lingering[0].until_ns <= now_ns) {
        int fd = lingering[0].fd;
        forget_lingering(0);
        close_now(fd);
    }
}

bool net_unacked(void) {
    for (size_t i = 0; i < n_lingering; i++) {
        int unsent = 0;
        if (ioctl(lingering[i].fd, SIOCOUTQ, &unsent) == 0 && unsent > 0) return true;
    }
    return false;
}

bool net_event(int fd, uint32_t happened, struct plat_event *event) {
    if (conns[fd] & CONN_LINGER) {
        linger_event(fd);
        return false;
    }
    bool ended = happened & (EPOLLHUP | EPOLLERR);
    bool readable = conns[fd] & WANT_READ && (ended || happened & (EPOLLIN | EPOLLRDHUP));
    bool writable = conns[fd] & WANT_WRITE && (ended || happened & EPOLLOUT);
    if (!readable && !writable) return false;
    conns[fd] &= (uint8_t) ~((readable ? WANT_READ : 0) | (writable ? WANT_WRITE : 0));
    *event = (struct plat_event){.handle = fd, .readable = readable, .writable = writable};
    return true;
}
