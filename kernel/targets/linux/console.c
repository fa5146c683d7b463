/* console: stdin and stdout of the process.
 *
 * Output is gathered in a buffer and written when the loop polls, when the buffer is full, and at the end: a
 * program that prints many short lines makes few system calls. The write itself may wait for a slow reader,
 * which is what keeps memory bounded.
 *
 * Input never blocks and never sets O_NONBLOCK: that flag belongs to the open file, which a shell may share
 * with us. So: poll(2) first, then read. After "nothing yet" epoll is asked for one event (EPOLLONESHOT).
 * What epoll refuses (regular files, /dev/null) is always readable. */
#include "linux.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static char out_buf[16384];
static size_t out_bytes;
static int epoll_fd = -1;
static bool in_epoll, in_closed;

void console_init(int epoll) {
    struct epoll_event none = {.events = EPOLLONESHOT, .data = {.fd = STDIN_FILENO}};
    epoll_fd = epoll;
    in_epoll = epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &none) == 0;
}

static void write_all(const char *p, size_t n) {
    while (n) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w >= 0) {
            p += w;
            n -= (size_t)w;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            return; /* the reader has gone: nobody to tell */
        }
    }
}

void console_flush(void) {
    size_t n = out_bytes;
    out_bytes = 0;
    write_all(out_buf, n);
}

void plat_console_write(const void *bytes, size_t n) {
    if (n > sizeof out_buf - out_bytes) console_flush();
    if (n > sizeof out_buf) {
        write_all(bytes, n);
        return;
    }
    memcpy(out_buf + out_bytes, bytes, n);
    out_bytes += n;
}

static void ask_for_event(void) {
    struct epoll_event in = {.events = EPOLLIN | EPOLLONESHOT, .data = {.fd = STDIN_FILENO}};
    if (in_epoll) epoll_ctl(epoll_fd, EPOLL_CTL_MOD, STDIN_FILENO, &in);
}

size_t plat_console_read(void *buf, size_t n, enum plat_status *status) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    *status = PLAT_CLOSED;
    if (in_closed) return 0;
    int ready = poll(&in, 1, 0);
    ssize_t got = ready > 0 ? read(STDIN_FILENO, buf, n) : -1;
    if (got > 0) {
        *status = PLAT_OK;
        return (size_t)got;
    }
    if (got < 0 && (ready <= 0 || errno == EAGAIN || errno == EINTR)) {
        *status = PLAT_AGAIN;
        ask_for_event();
        return 0;
    }
    in_closed = true; /* end of file, or an error that will not go away */
    return 0;
}
