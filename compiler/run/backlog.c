/* backlog: QEMU's user network listens on a forwarded port with a backlog of 1: of several clients that
 * connect at once the kernel drops the SYNs of most, and they try again after a second. listen(2) on a
 * listening socket sets its backlog anew, and pidfd_getfd(2) gives a parent its child's sockets:
 *
 *   child's descriptors ──/proc/PID/fd──> sockets ──pidfd_getfd──> ours as well ──SO_ACCEPTCONN?──> listen
 *
 * Needs Linux 5.6 and the right to trace the child, which a parent has unless a container denies it. */
#include "run/backlog.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_socket(int dir, const char *name) {
    char target[16];
    ssize_t n = readlinkat(dir, name, target, sizeof target);
    return n >= 7 && memcmp(target, "socket:", 7) == 0;
}

/* 1: raised, 0: not a listening one, -1: not allowed. */
static int raise_one(int process, int their_fd, int backlog) {
    int listening = 0, fd = (int)syscall(SYS_pidfd_getfd, process, their_fd, 0);
    socklen_t n = sizeof listening;
    if (fd < 0) return -1;
    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n);
    int raised = listening && listen(fd, backlog) == 0;
    close(fd);
    return raised;
}

static bool raise_all(int process, DIR *fds, int backlog) {
    int raised = 0;
    for (struct dirent *d; raised >= 0 && (d = readdir(fds));) {
        if (!is_socket(dirfd(fds), d->d_name)) continue;
        int one = raise_one(process, atoi(d->d_name), backlog);
        raised = one < 0 ? -1 : raised + one;
    }
    return raised > 0;
}

bool backlog_raise(int pid, int backlog) {
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *fds = opendir(path);
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    errno = 0;
    bool raised = fds && process >= 0 && raise_all(process, fds, backlog);
    int why = errno;
    if (fds) closedir(fds);
    if (process >= 0) close(process);
    errno = why;
    return raised;
}
