/* launch: one instance from start to end, on libuv's loop.
 *
 *   child's stdout ──(machine)──> stream ──> our stdout │ JSON lines ──┐
 *   child's fd 3   ──(process)──────────────────────────  JSON lines ──┤──> event: listening -> URL on stderr
 *   our stdin, requests to stop ──(machine: input.c)──> child's stdin  └──> the last one: the report
 *   a signal ──> the instance is asked to end; STOP_MS later, or at the next signal, the child is killed
 *   a domain of Xen: the child is xl, its stdout the console, its stderr the domain's life (domain.c)
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
#include "pack/temp.h"
#include "run/backlog.h"
#include "run/domain.h"
#include "run/input.h"
#include "run/machine.h"
#include "run/report.h"
#include "run/stream.h"

/* An instance gives requests in flight 5 s, and what it sent 2 s to arrive. */
enum { STOP_MS = 7500, LATE_MS = 2000, CREATE_MS = 20000, ERRORS_MAX = 4096, BACKLOG = 511 };

enum { N_SIGNALS = 4 };
static const int signals[N_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

struct launch {
    const struct run_config *config;
    struct machine *machine;
    struct domain *domain; /* NULL: none */
    int port;
    uv_loop_t loop;
    uv_process_t child;
    uv_pipe_t console, channel, errors;
    struct input input;
    uv_timer_t timeout, grace;
    uv_signal_t signals[N_SIGNALS];
    struct stream stream, lines;
    char *report;
    const char *heard; /* the phase that was heard of first, and when */
    uint64_t heard_ns;
    char errors_text[ERRORS_MAX];
    size_t errors_n;
    bool exited, listening, wrote;
    int child_status, child_signal;
    int out_error; /* errno of a write to stdout that failed */
    int ended_as;  /* STATUS_… decided by us, 0: the instance's own */
    uint64_t started_ns;
};

/* -- what comes from the instance */

static void write_out(struct launch *l, const char *p, size_t n) {
    while (n > 0) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0 && errno == EAGAIN) {
            usleep(1000);
            continue;
        }
        if (w < 0) {
            l->out_error = errno;
            return;
        }
        p += w;
        n -= (size_t)w;
    }
}

static void on_text(void *ctx, const char *bytes, size_t n) {
    struct launch *l = ctx;
    l->wrote = bytes[n - 1] != '\n';
    write_out(l, bytes, n);
}

static void hear(struct launch *l, const char *phase) {
    if (l->heard) return;
    l->heard = phase;
    l->heard_ns = uv_hrtime() - l->started_ns;
}

static void on_listening(struct launch *l, const char *json) {
    enum machine_kind kind = l->machine->kind;
    double port;
    char ip[16] = "127.0.0.1";
    if (kind == MACHINE_DOMAIN) json_text(json, "ip", ip, sizeof ip);
    if (kind != MACHINE_QEMU && json_number(json, "port", &port)) l->port = (int)port;
    l->listening = true;
    hear(l, "listening");
    if (kind == MACHINE_QEMU && !backlog_raise(l->child.pid, BACKLOG) && l->config->verbose)
        note_info("can't raise the backlog of port %d (%s): clients that connect at once may wait a second",
                  l->port, strerror(errno));
    fprintf(stderr, "lingpack: listening on http://%s:%d/ after %.0f ms\n", ip, l->port,
            (double)l->heard_ns / 1e6);
}

/* Ling's own have "ling":1; what else a program prints is the program's. */
static bool on_line(void *ctx, const char *json) {
    struct launch *l = ctx;
    char event[32];
    double version;
    if (!json_number(json, "ling", &version) || version != 1) return false;
    if (l->config->verbose) fprintf(stderr, "lingpack: instance: %s\n", json);
    if (json_text(json, "event", event, sizeof event)) {
        if (!strcmp(event, "listening")) on_listening(l, json);
        return true;
    }
    hear(l, "exit");
    free(l->report);
    l->report = report_with_create(json, l->heard, (double)l->heard_ns / 1e3);
    if (l->domain) domain_reported(l->domain);
    return true;
}

static void on_errors(struct launch *l, const char *p, size_t n) {
    if (l->domain) domain_heard(l->domain, p, n);
    if (l->machine->may_fall_back ||
        (l->domain && !l->config->verbose)) { /* kept: may not be worth showing */
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

/* The child has ended, and so has what is done about its domain. */
static bool is_done(const struct launch *l) {
    return l->exited && (!l->domain || l->domain->settled);
}

static void end_if_over(void *ctx) {
    struct launch *l = ctx;
    bool reading = uv_is_active((uv_handle_t *)&l->console) || uv_is_active((uv_handle_t *)&l->channel) ||
                   uv_is_active((uv_handle_t *)&l->errors);
    if (is_done(l) && !reading) uv_walk(&l->loop, close_handle, NULL);
}

static void on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf) {
    struct launch *l = from->data;
    if (n < 0) {
        uv_read_stop(from);
        end_if_over(l);
    } else if (from == (uv_stream_t *)&l->console && l->machine->kind == MACHINE_PROCESS) {
        on_text(l, buf->base, (size_t)n); /* its JSON lines have a channel of their own */
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
    if (l->exited) return;
    if (l->domain)
        domain_destroy(l->domain);
    else
        uv_process_kill(&l->child, SIGKILL);
}

/* It has ended, or its domain has no more to do than go: that is waited for, and its status stands. */
static bool is_ending(const struct launch *l) {
    return l->exited || (l->domain && l->domain->destroying);
}

static void on_timeout(uv_timer_t *t) {
    struct launch *l = t->data;
    if (is_ending(l)) return;
    if (!l->ended_as) l->ended_as = STATUS_TIMEOUT;
    kill_child(t);
}

static void ask_to_end(struct launch *l, int number) {
    switch (l->machine->kind) {
    case MACHINE_PROCESS: uv_process_kill(&l->child, number == SIGINT ? SIGINT : SIGTERM); break;
    case MACHINE_QEMU: input_stop(&l->input, number == SIGINT ? 'i' : 't'); break;
    case MACHINE_DOMAIN:
        if (!domain_stop(l->domain)) domain_destroy(l->domain);
    }
}

/* The first one asks, the second one does not. One that comes when all is done ends the wait for pipes which somebody else
 * holds. */
static void on_signal(uv_signal_t *s, int number) {
    struct launch *l = s->data;
    if (is_done(l)) uv_walk(&l->loop, close_handle, NULL);
    if (is_ending(l)) return;
    if (l->ended_as) {
        kill_child(&l->grace);
        return;
    }
    l->ended_as = number == SIGINT ? STATUS_INTERRUPTED : STATUS_TERMINATED;
    ask_to_end(l, number);
    uv_timer_start(&l->grace, kill_child, STOP_MS, 0);
}

static void on_child_exit(uv_process_t *p, int64_t status, int number) {
    struct launch *l = p->data;
    l->exited = true;
    l->child_status = (int)status;
    l->child_signal = number;
    uv_timer_stop(&l->timeout);
    uv_timer_stop(&l->grace);
    input_close(&l->input);
    if (l->domain) domain_over(l->domain, (int)status, number);
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
    if (l->domain) domain_attach(l->domain, &l->loop, &l->child, end_if_over, l);
    uv_timer_init(&l->loop, &l->timeout);
    uv_timer_init(&l->loop, &l->grace);
    for (int i = 0; i < N_SIGNALS; i++) {
        uv_signal_init(&l->loop, &l->signals[i]);
        l->signals[i].data = l;
    }
    l->timeout.data = l->grace.data = l->child.data = l;
    l->stream = (struct stream){.text = on_text, .line = on_line, .ctx = l};
    l->lines = (struct stream){.text = on_text, .line = on_line, .ctx = l};
}

static void choose_stdio(struct launch *l, uv_stdio_container_t io[4]) {
    bool process = l->machine->kind == MACHINE_PROCESS;
    io[0].flags = process ? UV_INHERIT_FD : UV_IGNORE;
    io[0].data.fd = STDIN_FILENO;
    if (l->machine->kind == MACHINE_QEMU) {
        io[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
        io[0].data.stream = (uv_stream_t *)&l->input.to;
    }
    bool through_us = !process || l->config->json;
    io[1].flags = through_us ? UV_CREATE_PIPE | UV_WRITABLE_PIPE : UV_INHERIT_FD;
    if (through_us)
        io[1].data.stream = (uv_stream_t *)&l->console;
    else
        io[1].data.fd = STDOUT_FILENO;
    io[2].flags = process ? UV_INHERIT_FD : UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    if (process)
        io[2].data.fd = STDERR_FILENO;
    else
        io[2].data.stream = (uv_stream_t *)&l->errors;
    io[3].flags = process ? UV_CREATE_PIPE | UV_WRITABLE_PIPE : UV_IGNORE;
    io[3].data.stream = (uv_stream_t *)&l->channel;
}

/* One that was ignored when we came stays so (nohup); but an instance in the background of a script can be interrupted. */
static bool is_heeded(int number) {
    struct sigaction now;
    return number == SIGINT || number == SIGTERM ||
           (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN);
}

static void watch(struct launch *l, const uv_stdio_container_t io[4]) {
    if (io[1].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->console, on_buffer, on_read);
    if (io[2].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->errors, on_buffer, on_read);
    if (io[3].flags & UV_CREATE_PIPE) uv_read_start((uv_stream_t *)&l->channel, on_buffer, on_read);
    for (int i = 0; i < N_SIGNALS; i++)
        if (is_heeded(signals[i])) uv_signal_start(&l->signals[i], on_signal, signals[i]);
    if (l->config->timeout_ms) /* the instance ends itself first, with a report */
        uv_timer_start(&l->timeout, on_timeout, l->config->timeout_ms + LATE_MS + (l->domain ? CREATE_MS : 0),
                       0);
}

static int spawn(struct launch *l, char **argv) {
    uv_stdio_container_t io[4];
    bool process = l->machine->kind == MACHINE_PROCESS;
    choose_stdio(l, io);
    uv_process_options_t options = {.file = argv[0],
                                    .args = argv,
                                    .flags = process ? 0 : UV_PROCESS_DETACHED,
                                    .exit_cb = on_child_exit,
                                    .stdio = io,
                                    .stdio_count = process ? 4 : 3};
    l->started_ns = uv_hrtime();
    int bad = uv_spawn(&l->loop, &l->child, &options);
    if (bad) {
        note_error("can't start %s: %s", argv[0], uv_strerror(bad));
        l->exited = true;
        uv_walk(&l->loop, close_handle, NULL);
        return bad;
    }
    watch(l, io);
    if (l->machine->kind == MACHINE_QEMU && !l->config->service)
        input_pass_stdin(&l->input); /* a service reads nothing */
    return 0;
}

/* -- end */

static bool never_started(const struct launch *l) {
    if (l->report || l->listening || l->ended_as) return false;
    return l->domain ? l->domain->stage == DOMAIN_ASKED
                     : l->machine->kind == MACHINE_QEMU && l->child_status == 1;
}

/* The instance's status: from its report when there is one (QEMU's own status has seven bits of it). */
static int status_of(const struct launch *l) {
    double n;
    char reason[32];
    if (l->ended_as) return l->ended_as;
    if (l->report && json_text(l->report, "reason", reason, sizeof reason) && !strcmp(reason, "timeout"))
        return STATUS_TIMEOUT;
    if (l->report && json_number(l->report, "status", &n)) return (int)n;
    if (l->domain) return STATUS_LOST;
    if (l->child_signal) return 128 + l->child_signal;
    if (l->machine->kind == MACHINE_PROCESS) return l->child_status;
    return l->child_status & 1 && l->child_status != 1 ? l->child_status >> 1 : STATUS_LOST;
}

static void ending(const struct launch *l, char *text, size_t cap) {
    if (l->ended_as == STATUS_TIMEOUT)
        snprintf(text, cap, "the time was up: the instance was killed");
    else if (l->ended_as)
        snprintf(text, cap, l->ended_as == STATUS_INTERRUPTED ? "interrupted" : "terminated");
    else if (l->domain)
        domain_ending(l->domain, text, cap);
    else
        snprintf(text, cap, "the instance ended without a report");
}

/* A script that ends itself has said what it had to say. */
static bool worth_telling(const struct launch *l) {
    char reason[32];
    return l->config->service || l->config->verbose ||
           !json_text(l->report, "reason", reason, sizeof reason) || strcmp(reason, "halt") != 0;
}

static void tell(struct launch *l, int status) {
    if (l->report && l->config->json) {
        if (l->wrote) write_out(l, "\n", 1);
        write_out(l, l->report, strlen(l->report));
        write_out(l, "\n", 1);
    } else if (l->report) {
        if (worth_telling(l)) report_print(stderr, l->report, status);
    } else {
        char how[128];
        ending(l, how, sizeof how);
        note_info("%s; exit %d", how, status);
    }
}

/* What the child's stderr held back, and how it ended. A domain with a report needs no words of xl. */
static int conclude(struct launch *l) {
    if (l->domain && never_started(l)) {
        domain_explain(l->domain, l->errors_text);
        return EXIT_USER;
    }
    if (!l->domain || !l->report) fwrite(l->errors_text, 1, l->errors_n, stderr);
    int status = status_of(l);
    tell(l, status);
    if (!l->out_error) return status;
    note_error("can't write to standard output: %s", strerror(l->out_error));
    return status ? status : EXIT_USER;
}

static int launch(const struct run_config *c, struct machine *m, struct domain *d, int port, bool *retry) {
    struct launch *l = mem_get(sizeof *l);
    char **argv = d ? domain_command(d) : machine_command(m, c, port);
    machine_set_environment(m);
    l->config = c;
    l->machine = m;
    l->domain = d;
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
    temp_guard(); /* the loop has left the signals their default action */
    stream_end(&l->stream);
    stream_end(&l->lines);
    int status = EXIT_USER;
    *retry = started && m->may_fall_back && never_started(l);
    if (*retry) {
        l->errors_text[strcspn(l->errors_text, "\n")] = 0;
        machine_fall_back(m, l->errors_n ? l->errors_text : "it ended at once");
    } else if (started) {
        status = conclude(l);
    }
    for (char **a = argv; *a; a++) free(*a);
    free(argv);
    free(l->report);
    free(l);
    return status;
}

static bool choose_port(const struct run_config *c, int *port) {
    *port = c->host_port;
    if (!c->service || c->on == ON_XEN) return true;
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
    static const char *const names[] = {"QEMU with KVM", "QEMU with TCG", "a Linux process",
                                        "a PVH guest of Xen"};
    const char *name = m->kind == MACHINE_DOMAIN && c->xen.pv ? "a PV guest of Xen" : names[m->accel];
    if (c->service || c->verbose || c->on != ON_AUTO) note_info("running as %s (%s)", name, m->reason);
}

static int run_domain(const struct run_config *c, struct machine *m) {
    struct domain d;
    bool retry;
    if (!domain_init(&d, m->program, c)) return EXIT_USER;
    snprintf(m->reason, sizeof m->reason, "domain %s", d.name);
    say_choice(c, m);
    int status = launch(c, m, &d, 0, &retry);
    domain_deinit(&d);
    return status;
}

int run_instance(const struct run_config *c) {
    struct machine m;
    int port, status;
    bool retry;
    if (!choose_port(c, &port) || !machine_choose(c, &m)) return EXIT_USER;
    if (m.kind != MACHINE_PROCESS && !machine_memory_fits(c)) {
        free(m.program);
        return EXIT_USER;
    }
    signal(SIGPIPE, SIG_IGN);
    if (m.kind == MACHINE_DOMAIN) return run_domain(c, &m);
    do {
        say_choice(c, &m);
        status = launch(c, &m, NULL, port, &retry);
    } while (retry);
    free(m.program);
    return status;
}
