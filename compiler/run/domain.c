/* domain: a Xen domain, by way of xl.
 *
 *   xl create -F -c CONFIG ──stdout──> console          (the child; -c: the console is attached before the domain runs)
 *        │                 ──stderr──> "Waiting for domain N (domid 7) to die"        -> DOMAIN_RUNS, number 7
 *        │                             "Domain 7 has shut down, reason code 3 0x3"    -> DOMAIN_ENDED
 *        │                             "Domain 7 has been destroyed."                 -> gone
 *        └─ ends once the console is closed, which is when the domain is destroyed
 *   xl domid NAME:   before: must know none; after a child that was killed: what it had made
 *   xl shutdown 7: a request to end        xl destroy 7: report there, or LATE_MS after its end; or killed
 *
 * A domain that has ended is kept (on_poweroff="preserve") until its report has come, as destroying it cuts off what
 * its console has not yet delivered. Invariant: whatever the child created is destroyed, by us or by xl itself (a create
 * that fails removes what it made), and nothing else: by its number, which we have from xl's words about our child, or from
 * a name that was free before. */
#define _GNU_SOURCE
#include "run/domain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "run/xlcfg.h"

enum { LATE_MS = 5000, STUCK_MS = 8000, ANSWER_MS = 10000, REASON_CRASH = 3 };

/* Beside PATH, for root's directories are not on everybody's. Not the real path: Debian's xl is a link to a script that
 * looks at its own name. */
char *domain_find_xl(void) {
    char *dirs = mem_format("%s:/usr/sbin:/usr/local/sbin:/sbin", getenv("PATH") ? getenv("PATH") : "");
    char *found = NULL, *rest = dirs;
    for (char *dir; !found && (dir = strsep(&rest, ":"));) {
        char *try = path_join(dir, "xl");
        if (*dir && access(try, X_OK) == 0 && !file_is_dir(try))
            found = try;
        else
            free(try);
    }
    free(dirs);
    if (!found)
        note_error("xl, Xen's tool, is not installed: --on xen works in the dom0 of a machine that runs Xen "
                   "(package xen-system-amd64; docs/xen.md)");
    return found;
}

static bool keep_number(struct domain *d, const char *text) {
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n >= sizeof d->number) return false;
    memcpy(d->number, text, n);
    d->number[n] = 0;
    return true;
}

/* Whether there is a domain of this name, and its number: the last line of the answer, behind what xl may warn of. */
static bool find_number(struct domain *d) {
    char *argv[] = {d->xl, "domid", d->name, NULL};
    struct file_bytes answer;
    bool found = program_run(argv, &answer, ANSWER_MS) == 0;
    while (answer.n && answer.p[answer.n - 1] == '\n') answer.n--;
    char *text = mem_text((char *)answer.p, answer.n), *newline = strrchr(text, '\n');
    if (found) keep_number(d, newline ? newline + 1 : text);
    free(text);
    free(answer.p);
    return found;
}

static bool name_is_free(struct domain *d) {
    if (!find_number(d)) return true;
    note_error("a domain %s already exists: choose another --name", d->name);
    return false;
}

static bool write_config(const struct domain *d, const struct run_config *c) {
    char *text = xlcfg_text(c, d->name, true);
    bool fine = text && file_save(d->config, text, strlen(text));
    if (text && !fine) note_error("can't write %s: %s", d->config, strerror(errno));
    if (fine && c->verbose) fprintf(stderr, "%s", text);
    free(text);
    return fine;
}

bool domain_init(struct domain *d, char *xl, const struct run_config *c) {
    *d = (struct domain){.xl = xl, .reason = -1};
    d->name = xlcfg_name(c, c->program, true);
    d->config = path_join(c->scratch, "domain.cfg");
    bool fine = write_config(d, c) && name_is_free(d);
    if (!fine) domain_deinit(d);
    return fine;
}

void domain_deinit(struct domain *d) {
    free(d->xl);
    free(d->name);
    free(d->config);
}

char **domain_command(const struct domain *d) {
    const char *const words[] = {d->xl, "create", "-F", "-c", "-q", d->config};
    enum { N = sizeof words / sizeof *words };
    char **argv = mem_get((N + 1) * sizeof *argv);
    for (size_t i = 0; i < N; i++) argv[i] = mem_text(words[i], strlen(words[i]));
    return argv;
}

void domain_attach(struct domain *d, uv_loop_t *loop, const uv_process_t *child, void (*on_settled)(void *),
                   void *ctx) {
    d->child = child;
    d->on_settled = on_settled;
    d->ctx = ctx;
    d->late.data = d->stopper.data = d->destroyer.data = d;
    uv_timer_init(loop, &d->late);
}

/* -- xl shutdown, xl destroy */

/* Each has a session of its own; the console's client is in the child's. */
static void kill_group(const uv_process_t *p) {
    if (uv_is_active((const uv_handle_t *)p)) kill(-p->pid, SIGKILL);
}

/* A domain that has shut down and whose child has ended by itself was destroyed by somebody: its console closed. */
static bool left_behind(const struct domain *d) {
    return d->destroying && !d->gone && (d->stage != DOMAIN_ENDED || d->child_signal);
}

static void settle_if_over(struct domain *d) {
    bool busy = uv_is_active((uv_handle_t *)&d->stopper) || uv_is_active((uv_handle_t *)&d->destroyer);
    if (!d->over || busy || d->settled) return;
    d->settled = true;
    uv_timer_stop(&d->late);
    if (left_behind(d)) {
        note_error("xl did not remove the domain %s (number %s): see `xl list`", d->name, d->number);
        if (d->child->pid > 0)
            kill(-d->child->pid, SIGKILL); /* the console's client, which waits for the domain's end */
    }
    d->on_settled(d->ctx);
}

/* xl destroy hangs, or failed and the child waits for the domain's end, or the child has not noticed it. */
static void on_stuck(uv_timer_t *t) {
    struct domain *d = t->data;
    kill_group(&d->stopper);
    kill_group(&d->destroyer);
    kill_group(d->child);
}

static void on_helper_exit(uv_process_t *p, int64_t status, int number) {
    struct domain *d = p->data;
    if (p == &d->destroyer && status == 0 && number == 0) d->gone = true;
    uv_close((uv_handle_t *)p, NULL);
    settle_if_over(d);
}

/* What it says goes nowhere: the domain may just have gone. */
static bool tell_xl(struct domain *d, uv_process_t *helper, const char *verb) {
    char *argv[] = {d->xl, (char *)verb, d->number, NULL};
    uv_process_options_t options = {
        .file = d->xl, .args = argv, .flags = UV_PROCESS_DETACHED, .exit_cb = on_helper_exit};
    return uv_spawn(d->late.loop, helper, &options) == 0;
}

bool domain_stop(struct domain *d) {
    return *d->number && !d->destroying && tell_xl(d, &d->stopper, "shutdown");
}

/* While it is being created there may be nothing to destroy yet: then the child goes first (domain_over). */
void domain_destroy(struct domain *d) {
    if (d->destroying) return;
    uv_timer_stop(&d->late);
    if (!*d->number || d->gone) {
        kill_group(d->child);
        return;
    }
    d->destroying = true;
    uv_timer_start(&d->late, on_stuck, STUCK_MS, 0);
    if (!tell_xl(d, &d->destroyer, "destroy")) kill_group(d->child);
}

void domain_over(struct domain *d, int status, int number) {
    d->over = true;
    d->child_status = status;
    d->child_signal = number;
    kill_group(&d->stopper);
    if (number && !*d->number) find_number(d);
    domain_destroy(d);
    settle_if_over(d);
}

/* -- what xl says */

static void on_late(uv_timer_t *t) {
    domain_destroy(t->data);
}

/* The domain's end and its report: both are there, or one of them and LATE_MS for the other. */
static void await_rest(struct domain *d, bool both) {
    if (both)
        domain_destroy(d);
    else if (!d->destroying && !d->over)
        uv_timer_start(&d->late, on_late, LATE_MS, 0);
}

static void heard_line(struct domain *d) {
    static const char domid[] = "(domid ", shut_down[] = "has shut down, reason code ";
    const char *number = strstr(d->line, domid), *at = strstr(d->line, shut_down);
    if (d->stage == DOMAIN_ASKED && number && keep_number(d, number + sizeof domid - 1))
        d->stage = DOMAIN_RUNS;
    if (strstr(d->line, "has been destroyed")) d->gone = true;
    if (!at && !d->gone) return;
    d->stage = DOMAIN_ENDED;
    if (at) d->reason = atoi(at + sizeof shut_down - 1);
    await_rest(d, d->reported);
}

void domain_heard(struct domain *d, const char *bytes, size_t n) {
    for (; n > 0; n--, bytes++) {
        if (*bytes != '\n') {
            if (d->line_n < sizeof d->line - 1) d->line[d->line_n++] = *bytes;
            continue;
        }
        d->line[d->line_n] = 0;
        d->line_n = 0;
        heard_line(d);
    }
}

void domain_reported(struct domain *d) {
    d->reported = true;
    await_rest(d, d->stage == DOMAIN_ENDED);
}

/* -- what to say */

void domain_explain(const struct domain *d, const char *words) {
    char *argv[] = {d->xl, "info", NULL};
    struct file_bytes output;
    bool xen_answers = program_run(argv, &output, ANSWER_MS) == 0;
    free(output.p);
    const char *colon = *words ? ":" : "";
    if (xen_answers && d->child_signal)
        note_error("xl could not create the domain (it was killed by signal %d)%s", d->child_signal, colon);
    else if (xen_answers)
        note_error("xl could not create the domain (it exited with %d)%s", d->child_status, colon);
    else if (geteuid() != 0)
        note_error(
            "creating a domain needs root: run lingpack with sudo, in the dom0 of a machine that runs Xen");
    else
        note_error("Xen does not answer: --on xen works in the dom0 of a machine that was booted with Xen%s",
                   *words ? ". xl says:" : "");
    fputs(words, stderr);
}

void domain_ending(const struct domain *d, char *text, size_t cap) {
    if (d->reason == REASON_CRASH)
        snprintf(text, cap, "the domain crashed without a report; `xl dmesg` may have what Xen says of it");
    else if (d->stage == DOMAIN_ENDED)
        snprintf(text, cap, "the domain ended without a report");
    else if (d->child_signal)
        snprintf(text, cap, "xl was killed (signal %d), so the domain had to end", d->child_signal);
    else
        snprintf(text, cap, "xl ended (exit status %d) before the domain", d->child_status);
}
