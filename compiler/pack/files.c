/* files: thin layer over POSIX for what packing needs.
 *
 * Invariant: a regular file at its final path is complete: file_writer writes to `<path>.XXXXXX` and renames
 * after fsync-less close succeeded (a full disk shows at write or close, before the rename).
 */
#define _GNU_SOURCE
#include "pack/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pack/memory.h"

extern char **environ;

bool file_read(const char *path, struct file_bytes *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return false;
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : errno;
        close(fd);
        return false;
    }
    uint8_t *p = mem_get((size_t)st.st_size + 1);
    size_t n = 0;
    ssize_t got = 0;
    while (n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0) n += (size_t)got;
    int error = errno;
    close(fd);
    if (got < 0) {
        free(p);
        errno = error;
        return false;
    }
    *out = (struct file_bytes){p, n};
    return true;
}

bool file_is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

static bool make_parents(const char *path) {
    char *copy = mem_text(path, strlen(path));
    bool ok = true;
    for (char *slash = strchr(copy + 1, '/'); slash && ok; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ok = mkdir(copy, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    free(copy);
    return ok;
}

/* -- writing: each gives 0 or an errno */

static int write_all(int fd, const uint8_t *p, size_t n) {
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return put < 0 ? errno : ENOSPC;
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

static int write_and_close(int fd, const void *bytes, size_t n) {
    int error = write_all(fd, bytes, n);
    return close(fd) != 0 && !error ? errno : error;
}

static int save_directly(const char *path, const void *bytes, size_t n) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? errno : write_and_close(fd, bytes, n);
}

static int save_by_renaming(const char *path, const void *bytes, size_t n) {
    mode_t mask = umask(0);
    umask(mask);
    char *temp = mem_format("%s.XXXXXX", path);
    int fd = mkostemp(temp, O_CLOEXEC), error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        if (fchmod(fd, 0666 & ~mask) != 0) error = errno;
        int failed = write_and_close(fd, bytes, n);
        if (!error) error = failed;
        if (!error && rename(temp, path) != 0) error = errno;
        if (error) unlink(temp);
    }
    free(temp);
    return error;
}

/* Behind a symbolic link the file it names is replaced, not the link. What is there and no regular file (a
 * device, a pipe) is written to as it is. */
bool file_save(const char *path, const void *bytes, size_t n) {
    struct stat st;
    if (!make_parents(path)) return false;
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    char *real = realpath(path, NULL);
    const char *to = real ? real : path;
    int error = special ? save_directly(to, bytes, n) : save_by_renaming(to, bytes, n);
    free(real);
    errno = error;
    return !error;
}

/* -- directories */
static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_with(const char *s, const char *suffix) {
    size_t n = strlen(s), m = strlen(suffix);
    return n > m && strcmp(s + n - m, suffix) == 0;
}

char **dir_list(const char *path, const char *suffix) {
    DIR *d = opendir(path);
    if (!d) return NULL;
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.' && (!*suffix || ends_with(e->d_name, suffix)))
            *VEC_ADD(names, n, cap) = mem_text(e->d_name, strlen(e->d_name));
    closedir(d);
    if (n) qsort(names, n, sizeof *names, by_name);
    *VEC_ADD(names, n, cap) = NULL;
    return names;
}

void dir_free(char **names) {
    for (char **p = names; p && *p; p++) free(*p);
    free(names);
}

/* -- paths */
char *path_join(const char *dir, const char *name) {
    return mem_format("%s/%s", dir, name);
}

char *path_base(const char *path, const char *suffix) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/') from--;
    size_t m = strlen(suffix);
    if (n - from > m && strncmp(path + n - m, suffix, m) == 0) n -= m;
    return mem_text(path + from, n - from);
}

char *path_of_self(void) {
    char *self = realpath("/proc/self/exe", NULL), *slash = self ? strrchr(self, '/') : NULL;
    if (slash) *slash = '\0';
    return self;
}

char *path_find_program(const char *name) {
    const char *path = getenv("PATH");
    char *found = NULL;
    while (path && *path && !found) {
        size_t n = strcspn(path, ":");
        char *try = mem_format("%.*s/%s", (int)n, path, name);
        if (n > 0 && access(try, X_OK) == 0 && !file_is_dir(try)) found = realpath(try, NULL);
        free(try);
        path += n + (path[n] == ':');
    }
    return found;
}

/* -- programs */
static volatile pid_t running; /* the program that program_run waits for */

static pid_t program_start(char *const argv[], int out) {
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error ? -1 : pid;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Something to read, or the end, before that time (-1: whenever). */
static bool await_input(int fd, int64_t until) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (;;) {
        int64_t left = until < 0 ? -1 : until - now_ms();
        if (until >= 0 && left <= 0) return false;
        int n = poll(&p, 1, (int)left);
        if (n > 0 || (n < 0 && errno != EINTR)) return n > 0;
    }
}

/* false: the time was up. */
static bool read_to_end(int fd, int64_t until, struct file_bytes *b) {
    size_t cap = 0;
    ssize_t got = 1;
    while (got != 0) {
        if (!await_input(fd, until)) return false;
        if (b->n == cap) b->p = mem_resize(b->p, cap = cap ? 2 * cap : 4096);
        got = read(fd, b->p + b->n, cap - b->n);
        if (got < 0 && errno != EINTR) break;
        if (got > 0) b->n += (size_t)got;
    }
    return true;
}

int program_run(char *const argv[], struct file_bytes *output, int limit_ms) {
    int pipe_fds[2], status = 0;
    *output = (struct file_bytes){NULL, 0};
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) return -1;
    pid_t pid = running = program_start(argv, pipe_fds[1]);
    int error = errno;
    close(pipe_fds[1]);
    if (pid > 0 && !read_to_end(pipe_fds[0], limit_ms ? now_ms() + limit_ms : -1, output)) kill(pid, SIGKILL);
    close(pipe_fds[0]);
    errno = error;
    if (pid < 0) return -1;
    pid_t ended;
    do ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    running = 0;
    if (ended < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void program_kill(void) {
    if (running <= 0) return;
    kill(running, SIGKILL);
    waitpid(running, NULL, 0);
}
