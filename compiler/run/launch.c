/* launch: one instance from start to end, on libuv's loop.
 *
 *   child's stdout ──(machine)──> stream ──> our stdout │ JSON lines ──┐
 *   child's fd 3   ──(process)──────────────────────────  JSON lines ──┤──> event: listening -> URL on stderr
 *   our stdin, requests to stop ──(machine: input.c)──> child's stdin  └──> the last one: the report
 *   a signal ──> the instance is asked to end; STOP_MS later, or at the next signal, the child is killed
 *
 * A process has our own stdin and stdout; its console costs nothing. A machine is in a session of its own: what
 * the terminal sends (Ctrl-C) reaches only us. The run is over when the child has
 * exited and its pipes have ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "pack/memory.h"
#include "pack/note.h"
#include "run/backlog.h"
#include "run/input.h"
#include "run/machine.h"
#include "run/report.h"
#include "run/stream.h"

/* An instance gives requests in flight 5 s, and what it sent 2 s to arrive. */
enum { STOP_MS = 7500, LATE_MS = 2000, ERRORS_MAX = 4096, BACKLOG = 511 };

struct launch {
    const struct run_config *config;
    struct machine *machine;
    int port;
    uv_loop_t loop;
    uv_process_t child;
    uv_pipe_t console, channel, errors;
    struct input input;
    uv_timer_t timeout, grace;
    uv_signal_t on_int, on_term, on_hup;
    struct stream stream, lines;
    char *report;
    char errors_text[ERRORS_MAX];
    size_t errors_n;
    bool exited, listening, wrote;
    int child_status, child_signal;
    int ended_as; /* STATUS_… decided by us, 0: the instance's own */
    uint64_t started_ns;
};

/* -- what comes from the instance */

static void write_out(const char *p, size_t n) {
    while (n > 0) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0 && errno == EAGAIN) {
            usleep(1000);
            continue;
        }
        if (w <= 0) return;
        p += w;
        n -= (size_t)w;
    }
}

static void on_text(void *ctx, const char *bytes, size_t n) {
    struct launch *l = ctx;
    l->wrote = bytes[n - 1] != '\n';
    write_out(bytes, n);
}

static void on_listening(struct launch *l, const char *json) {
    double port;
    if (!l->machine->qemu && json_number(json, "port", &port)) l->port = (int)port;
    l->listening = true;
    if (l->machine->qemu && !backlog_raise(l->child.pid, BACKLOG) && l->config->verbose)
        note_info("can't raise the backlog of port %d (%s): clients that connect at once may wait a second",
                  l->port, strerror(errno));
    fprintf(stderr, "lingpack: listening on http://127.0.0.1:%d/ after %.0f ms\n", l->port,
            (double)(uv_hrtime() - l->started_ns) / 1e6);
}

static void on_line(void *ctx, const char *json) {
    struct launch *l = ctx;
    char event[32];
    if (l->config->verbose) fprintf(stderr, "lingpack: instance: %s\n", json);
    if (json_text(json, "event", event, sizeof event)) {
        if (!strcmp(event, "listening")) on_listening(l, json);
        return;
    }
    free(l->report);
    l->report = mem_text(json, strlen(json));
}

static void on_errors(struct launch *l, const char *p, size_t n) {
    if (l->machine->may_fall_back) { /* kept: shown only when there is nothing to fall back to */
        size_t room = sizeof l->errors_text - 1 - l->errors_n;
        memcpy(l->errors_text + l->errors_n, p, n < room ? n : room);
        l->errors_n += n < room ? n : room;
    } else {
        fwrite(p, 1, n, stderr);
    }
}

/* -- libuv's callbacks */

static void on_buffer(uv_handle_t *h, size_t suggested, uv_buf_t *buf) {
    static char bytes[65536]; /* one read at a time: each is used up before the next */
    (void)h, (void)suggested;
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void close_handle(uv_handle_t *h, void *arg) {
    (void)arg;
    if (!uv_is_closing(h)) uv_close(h, NULL);
}

static void end_if_over(struct launch *l) {
    bool reading = uv_is_active((uv_handle_t *)&l->console) || uv_is_active((uv_handle_t *)&l->channel) ||
                   uv_is_active((uv_handle_t *)&l->errors);
    if (l->exited && !reading) uv_walk(&l->loop, close_handle, NULL);
}

static void on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf) {
    struct launch *l = from->data;
    if (n < 0) {
        uv_read_stop(from);
        end_if_over(l);
    } else if (from == (uv_stream_t *)&l->console) {
        stream_feed(&l->stream, buf->base, (size_t)n);
    } else if (from == (uv_stream_t *)&l->channel) {
        stream_feed(&l->lines, buf->base, (size_t)n);
    } else {
        on_errors(l, buf->base, (size_t)n);
    }
}

static void kill_child(uv_timer_t *t) {
    struct launch *l = t->data;
    if (!l->exited) uv_process_kill(&l->child, SIGKILL);
}

static void on_timeout(uv_timer_t *t) {
    struct launch *l = t->data;
    if (!l->ended_as) l->ended_as = STATUS_TIMEOUT;
    kill_child(t);
}

/* The first one asks, the second one does not. */
static void on_signal(uv_signal_t *s, int number) {
    struct launch *l = s->data;
    if (l->exited) return;
    if (l->ended_as) {
        kill_child(&l->grace);
        return;
    }
    l->ended_as = number == SIGINT ? STATUS_INTERRUPTED : STATUS_TERMINATED;
    if (l->machine->qemu)
        input_stop(&l->input, number == SIGINT ? 'i' : 't');
    else
        uv_process_kill(&l->child, number == SIGINT ? SIGINT : SIGTERM);
    uv_timer_start(&l->grace, kill_child, STOP_MS, 0);
}

static void on_child_exit(uv_process_t *p, int64_t status, int number) {
    struct launch *l = p->data;
    l->exited = true;
    l->child_status = (int)status;
    l->child_signal = number;
    uv_timer_stop(&l->timeout);
    uv_timer_stop(&l->grace);
    uv_signal_stop(&l->on_int);
    uv_signal_stop(&l->on_term);
    uv_signal_stop(&l->on_hup);
    input_close(&l->input);
    end_if_over(l);
}

/* -- start */

static void init_handles(struct launch *l) {
    uv_loop_init(&l->loop);
    uv_pipe_t *pipes[] = {&l->console, &l->channel, &l->errors};
    for (size_t i = 0; i < sizeof pipes / sizeof *pipes; i++) {
        uv_pipe_init(&l->loop, pipes[i], 0);
        pipes[i]->data = l;
    }
    input_init(&l->input, &l->loop);
    uv_timer_init(&l->loop, &l->timeout);
    uv_timer_init(&l->loop, &l->grace);
    uv_signal_init(&l->loop, &l->on_int);
    uv_signal_init(&l->loop, &l->on_term);
    uv_signal_init(&l->loop, &l->on_hup);
    l->on_int.data = l->on_term.data = l->on_hup.data = l;
    l->timeout.data = l->grace.data = l->child.data = l;
    l->stream = (struct stream){.text = on_text, .line = on_line, .ctx = l};
    l->lines = (struct stream){.text = on_text, .line = on_line, .ctx = l};
}

static void choose_stdio(struct launch *l, uv_stdio_container_t io[4]) {
    bool qemu = l->machine->qemu;
    io[0].flags = qemu ? UV_CREATE_PIPE | UV_READABLE_PIPE : UV_INHERIT_FD;
    if (qemu)
        io[0].data.stream = (uv_stream_t *)&l->input.to;
    else
        io[0].data.fd = STDIN_FILENO;
    bool through_us = qemu || l->config->json;
    io[1].flags = through_us ? UV_CREATE_PIPE | UV_WRITABLE_PIPE : UV_INHERIT_FD;
    if (through_us)
        io[1].data.stream = (uv_stream_t *)&l->console;
    else
        io[1].data.fd = STDOUT_FILENO;
    io[2].flags = qemu ? UV_CREATE_PIPE | UV_WRITABLE_PIPE : UV_INHERIT_FD;
    if (qemu)
        io[2].data.stream = (uv_stream_t *)&l->errors;
    else
        io[2].data.fd = STDERR_FILENO;
    io[3].flags = qemu ? UV_IGNORE : UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    io[3].data.stream = (uv_stream_t *)&l->channel;
}

static void watch(struct launch *l, const uv_stdio_container_t io[4]) {
    if (io[1].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->console, on_buffer, on_read);
    if (io[2].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->errors, on_buffer, on_read);
    if (io[3].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->channel, on_buffer, on_read);
    uv_signal_start(&l->on_int, on_signal, SIGINT);
    uv_signal_start(&l->on_term, on_signal, SIGTERM);
    struct sigaction hup;
    if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN) /* nohup */
        uv_signal_start(&l->on_hup, on_signal, SIGHUP);
    if (l->config->timeout_ms) /* the instance ends itself first, with a report */
        uv_timer_start(&l->timeout, on_timeout, l->config->timeout_ms + LATE_MS, 0);
}

static int spawn(struct launch *l, char **argv) {
    uv_stdio_container_t io[4];
    choose_stdio(l, io);
    uv_process_options_t options = {.file = argv[0],
                                    .args = argv,
                                    .flags = l->machine->qemu ? UV_PROCESS_DETACHED : 0,
                                    .exit_cb = on_child_exit,
                                    .stdio = io,
                                    .stdio_count = l->machine->qemu ? 3 : 4};
    l->started_ns = uv_hrtime();
    int bad = uv_spawn(&l->loop, &l->child, &options);
    if (bad) {
        note_error("can't start %s: %s", argv[0], uv_strerror(bad));
        l->exited = true;
        uv_walk(&l->loop, close_handle, NULL);
        return bad;
    }
    watch(l, io);
    if (l->machine->qemu && !l->config->service) input_pass_stdin(&l->input); /* a service reads nothing */
    return 0;
}

/* -- end */

static bool never_started(const struct launch *l) {
    return l->machine->qemu && l->child_status == 1 && !l->report && !l->listening && !l->ended_as;
}

/* The instance's status: from its report when there is one (QEMU's own status has seven bits of it). */
static int status_of(const struct launch *l) {
    double n;
    char reason[32];
    if (l->ended_as) return l->ended_as;
    if (l->report && json_text(l->report, "reason", reason, sizeof reason) && !strcmp(reason, "timeout"))
        return STATUS_TIMEOUT;
    if (l->report && json_number(l->report, "status", &n)) return (int)n;
    if (l->child_signal) return 128 + l->child_signal;
    if (!l->machine->qemu) return l->child_status;
    return l->child_status & 1 && l->child_status != 1 ? l->child_status >> 1 : STATUS_LOST;
}

static const char *ending(const struct launch *l) {
    switch (l->ended_as) {
    case STATUS_TIMEOUT: return "the time was up: the instance was killed";
    case STATUS_INTERRUPTED: return "interrupted";
    case STATUS_TERMINATED: return "terminated";
    default: return "the instance ended without a report";
    }
}

/* A script that ends itself has said what it had to say. */
static bool worth_telling(const struct launch *l) {
    char reason[32];
    return l->config->service || l->config->verbose ||
           !json_text(l->report, "reason", reason, sizeof reason) || strcmp(reason, "halt") != 0;
}

static void tell(struct launch *l, int status) {
    if (l->report && l->config->json) {
        if (l->wrote) write_out("\n", 1);
        write_out(l->report, strlen(l->report));
        write_out("\n", 1);
    } else if (l->report) {
        if (worth_telling(l)) report_print(stderr, l->report, status);
    } else {
        note_info("%s; exit %d", ending(l), status);
    }
}

static int launch(const struct run_config *c, struct machine *m, int port, bool *retry) {
    struct launch *l = mem_get(sizeof *l);
    char **argv = machine_command(m, c, port);
    machine_set_environment(m);
    l->config = c;
    l->machine = m;
    l->port = port;
    init_handles(l);
    if (c->verbose) {
        fprintf(stderr, "lingpack:");
        for (char **a = argv; *a; a++) fprintf(stderr, strchr(*a, ' ') ? " '%s'" : " %s", *a);
        fprintf(stderr, "\n");
    }
    bool started = spawn(l, argv) == 0;
    uv_run(&l->loop, UV_RUN_DEFAULT);
    uv_loop_close(&l->loop);
    stream_end(&l->stream);
    stream_end(&l->lines);
    int status = EXIT_USER;
    *retry = started && m->may_fall_back && never_started(l);
    if (*retry) {
        l->errors_text[strcspn(l->errors_text, "\n")] = 0;
        machine_fall_back(m, l->errors_n ? l->errors_text : "it ended at once");
    } else if (started) {
        fwrite(l->errors_text, 1, l->errors_n, stderr);
        status = status_of(l);
        tell(l, status);
    }
    for (char **a = argv; *a; a++) free(*a);
    free(argv);
    free(l->report);
    free(l);
    return status;
}

static bool choose_port(const struct run_config *c, int *port) {
    *port = c->host_port;
    if (!c->service) return true;
    if (*port == -1) *port = port_check(8080) ? 8080 : 0;
    if (*port == 0 && (*port = port_free()) < 0) {
        note_error("no free port on 127.0.0.1: %s", strerror(errno));
        return false;
    }
    if (*port == c->host_port && !port_check(*port)) {
        if (errno == EADDRINUSE)
            note_error("port %d is in use on 127.0.0.1: choose another with -p", *port);
        else
            note_error("port %d on 127.0.0.1: %s", *port, strerror(errno));
        return false;
    }
    return true;
}

static void say_choice(const struct run_config *c, const struct machine *m) {
    static const char *const names[] = {"QEMU with KVM", "QEMU with TCG", "a Linux process"};
    if (c->service || c->verbose || c->on != ON_AUTO)
        note_info("running as %s (%s)", names[m->accel], m->reason);
}

int run_instance(const struct run_config *c) {
    struct machine m;
    int port, status;
    bool retry;
    if (!choose_port(c, &port) || !machine_choose(c, &m)) return EXIT_USER;
    if (m.qemu && !machine_memory_fits(c)) {
        free(m.program);
        return EXIT_USER;
    }
    signal(SIGPIPE, SIG_IGN);
    do {
        say_choice(c, &m);
        status = launch(c, &m, port, &retry);
    } while (retry);
    free(m.program);
    return status;
}
