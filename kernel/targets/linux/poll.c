/* poll: the one place where the process sleeps. epoll tells milliseconds only; waits are rounded up, so a
 * deadline is never met early. */
#include "linux.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 64 };

static int epoll_fd = -1;

int poll_init(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return epoll_fd;
}

static int wait_ms(uint64_t deadline_ns) {
    if (deadline_ns == 0) return 0;
    uint64_t now = plat_clock_mono();
    if (deadline_ns <= now) return 0;
    uint64_t ms = (deadline_ns - now) / 1000000 + ((deadline_ns - now) % 1000000 != 0);
    return ms > 1000000000 ? 1000000000 : (int)ms;
}

size_t poll_once(uint64_t deadline_ns, struct plat_event *events, size_t max) {
    struct epoll_event ready[BATCH];
    size_t n = 0;
    uint64_t linger = net_linger_deadline_ns(), until = deadline_ns < linger ? deadline_ns : linger;
    int got = epoll_wait(epoll_fd, ready, max < BATCH ? (int)max : BATCH,
                         until == UINT64_MAX ? -1 : wait_ms(until));
    for (int i = 0; i < got; i++) {
        int fd = ready[i].data.fd;
        if (fd == STDIN_FILENO)
            events[n++] = (struct plat_event){.handle = PLAT_CONSOLE, .readable = true};
        else
            n += net_event(fd, ready[i].events, &events[n]);
    }
    if (linger != UINT64_MAX) net_linger_expire(plat_clock_mono());
    return n;
}

size_t plat_poll(uint64_t deadline_ns, struct plat_event *events, size_t max) {
    console_flush();
    for (;;) {
        size_t n = poll_once(deadline_ns, events, max);
        if (n || deadline_ns == 0 || plat_clock_mono() >= deadline_ns) return n;
    }
}
