/* firstpage: times a whole command that serves a page: from exec to the last byte of the page, and to the command's end.
 *   firstpage COMMAND…          runs it, waits for "http://127.0.0.1:PORT/" on its standard error, fetches that, waits for
 *                               its end. Prints two figures in milliseconds.
 *   firstpage --bare COMMAND…   runs it to its end; its status must be that of a QEMU ended through isa-debug-exit with 0.
 *                               Prints one figure.
 * Exit status 1 when anything went wrong. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "firstpage: %s\n", what);
    exit(1);
}

/* port_from: reads the command's standard error until it has named the URL. */
static int port_from(int fd) {
    char text[8192];
    size_t used = 0;
    while (used < sizeof text - 1) {
        ssize_t n = read(fd, text + used, sizeof text - 1 - used);
        if (n <= 0) break;
        used += (size_t)n;
        text[used] = 0;
        const char *url = strstr(text, "http://127.0.0.1:");
        if (url && strchr(url + 17, '/')) return atoi(url + 17);
    }
    text[used] = 0;
    fputs(text, stderr);
    fail("the command ended without naming a URL");
}

static void fetch(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&to, sizeof to) != 0) fail("cannot connect");
    static const char request[] = "GET /bench HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    if (write(s, request, sizeof request - 1) != (ssize_t)sizeof request - 1) fail("cannot send");
    char page[65536];
    size_t used = 0;
    ssize_t n;
    while ((n = read(s, page + used, sizeof page - used)) > 0) used += (size_t)n;
    if (used < 12 || memcmp(page, "HTTP/1.1 200", 12) != 0) fail("no page came");
    close(s);
}

static pid_t start_command(char **argv, const int err[2]) {
    pid_t child = fork();
    if (child != 0) return child;
    dup2(err[1], 2);
    close(err[0]);
    close(err[1]);
    execvp(argv[0], argv);
    _exit(127);
}

static int run_bare(char **argv, const int err[2]) {
    int status = 0;
    double start = now_ms();
    waitpid(start_command(argv, err), &status, 0);
    printf("%.1f\n", now_ms() - start);
    return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 0 : 1; /* 2 * 0 + 1 */
}

int main(int argc, char **argv) {
    int bare = argc > 1 && !strcmp(argv[1], "--bare"), err[2];
    if (argc < 2 + bare) fail("usage: firstpage [--bare] COMMAND…");
    if (pipe(err) != 0) fail("pipe");
    if (bare) return run_bare(argv + 2, err);
    double start = now_ms();
    pid_t child = start_command(argv + 1, err);
    close(err[1]);
    fetch(port_from(err[0]));
    double page = now_ms();
    char rest[4096];
    while (read(err[0], rest, sizeof rest) > 0) {
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("%.1f %.1f\n", page - start, now_ms() - start);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
