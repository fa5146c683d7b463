/* poll: the one place where the process sleeps. epoll tells milliseconds only; waits are rounded up, so a
 * deadline is never met early.
 *
 * SIGINT and SIGTERM are blocked and come through a signalfd in epoll: no handler, no interrupted call. The
 * first one counts; a launcher and a terminal may send several. */
#include "linux.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { BATCH = 64 };

static int epoll_fd = -1, signal_fd = -1;
static enum plat_stop stop;

int poll_init(void) {
    struct epoll_event e = {.events = EPOLLIN | EPOLLET};
    sigset_t stopping;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGINT);
    sigaddset(&stopping, SIGTERM);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    e.data.fd = signal_fd = signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signal_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, signal_fd, &e)) return -1;
    sigprocmask(SIG_BLOCK, &stopping, NULL);
    return epoll_fd;
}

enum plat_stop plat_stop_requested(void) {
    return stop;
}

static void take_signal(void) {
    struct signalfd_siginfo info;
    if (stop || read(signal_fd, &info, sizeof info) != sizeof info) return;
    stop = info.ssi_signo == SIGINT ? PLAT_STOP_INTERRUPT : PLAT_STOP_TERMINATE;
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
        else if (fd == signal_fd)
            take_signal();
        else
            n += net_event(fd, ready[i].events, &events[n]);
    }
    if (linger != UINT64_MAX) net_linger_expire(plat_clock_mono());
    return n;
}

size_t plat_poll(uint64_t deadline_ns, struct plat_event *events, size_t max) {
    enum plat_stop before = stop;
    console_flush();
    for (;;) {
        size_t n = poll_once(deadline_ns, events, max);
        if (n || stop != before || deadline_ns == 0 || plat_clock_mono() >= deadline_ns) return n;
    }
}
