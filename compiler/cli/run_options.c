/* run_options: a table of options, each with a function that takes its value and says what is wrong with it. */
#define _GNU_SOURCE
#include "cli/run_options.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/address.h"
#include "pack/files.h"
#include "pack/image_write.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/pack.h"
#include "run/probe.h"

/* -- values */

static bool parse_count(const char *s, uint64_t *out) {
    char *end;
    errno = 0;
    if (*s < '0' || *s > '9') return false;
    *out = strtoull(s, &end, 10);
    return *end == 0 && errno == 0;
}

/* A number with one of the suffixes; scale[i] goes with suffix[i]. */
static bool parse_scaled(const char *s, const char *const *suffix, const uint64_t *scale, uint64_t *out) {
    char *end;
    errno = 0;
    if (*s < '0' || *s > '9') return false;
    uint64_t n = strtoull(s, &end, 10);
    for (int i = 0; suffix[i]; i++) {
        if (strcmp(end, suffix[i]) != 0) continue;
        return errno == 0 && !__builtin_mul_overflow(n, scale[i], out);
    }
    return false;
}

static bool parse_time(const char *s, uint64_t *ms) {
    static const char *const suffix[] = {"ms", "s", "m", "h", "", NULL};
    static const uint64_t scale[] = {1, 1000, 60000, 3600000, 1000};
    return parse_scaled(s, suffix, scale, ms) && *ms > 0;
}

static bool parse_size(const char *s, uint64_t *bytes) {
    static const char *const suffix[] = {"", "K", "M", "G", NULL};
    static const uint64_t scale[] = {1, 1 << 10, 1 << 20, 1 << 30};
    return parse_scaled(s, suffix, scale, bytes);
}

static bool parse_port(const char *s, int *host, int *guest) {
    char *copy = mem_text(s, strlen(s)), *colon = strchr(copy, ':');
    uint64_t h, g = 80;
    if (colon) *colon = 0;
    bool fine =
        parse_count(copy, &h) && h < 65536 && (!colon || (parse_count(colon + 1, &g) && g > 0 && g < 65536));
    free(copy);
    *host = (int)h;
    *guest = (int)g;
    return fine;
}

static bool one_of(const char *s, const char *const *names, int n, int *which) {
    for (int i = 0; i < n; i++) {
        if (strcmp(s, names[i]) != 0) continue;
        *which = i;
        return true;
    }
    return false;
}

static bool is_name(const char *s) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return *s && *s != '-' && strlen(s) < 64 && strspn(s, plain) == strlen(s);
}

/* -- options: each takes its value and says what is wrong with it */

static const char *take_on(struct run_options *p, char *v) {
    static const char *const names[] = {"auto", "kvm", "qemu", "linux", "xen"};
    return one_of(v, names, 5, (int *)&p->c.on) ? NULL : "auto, kvm, qemu, linux or xen";
}
static const char *take_port(struct run_options *p, char *v) {
    return parse_port(v, &p->c.host_port, &p->c.guest_port) ? NULL : "HOST or HOST:GUEST, ports up to 65535";
}
static const char *take_requests(struct run_options *p, char *v) {
    uint64_t n;
    p->c.requests = v;
    return strcmp(v, "infinity") == 0 || (parse_count(v, &n) && n > 0) ? NULL
                                                                       : "a number above 0, or infinity";
}
static const char *time_into(const char *v, uint64_t *ms) {
    return parse_time(v, ms) ? NULL : "a time such as 30s, 500ms or 2m";
}
static const char *take_timeout(struct run_options *p, char *v) {
    return time_into(v, &p->c.timeout_ms);
}
static const char *take_header_timeout(struct run_options *p, char *v) {
    return time_into(v, &p->c.header_timeout_ms);
}
static const char *take_idle_timeout(struct run_options *p, char *v) {
    return time_into(v, &p->c.idle_timeout_ms);
}
static const char *take_request_timeout(struct run_options *p, char *v) {
    return time_into(v, &p->c.request_timeout_ms);
}
static const char *take_memory(struct run_options *p, char *v) {
    uint64_t bytes = 0;
    p->c.memory = v;
    bool fine = parse_size(v, &bytes) && bytes >= 4 << 20 && strspn(v, "0123456789") < strlen(v);
    p->c.memory_bytes = bytes;
    return fine ? NULL : "a number with K, M or G, at least 4M";
}
static const char *take_body_limit(struct run_options *p, char *v) {
    uint64_t bytes;
    if (!parse_size(v, &bytes) || bytes > UINT32_MAX) return "a size below 4G, such as 64K";
    p->c.body_limit = mem_format("%llu", (unsigned long long)bytes);
    return NULL;
}
static const char *take_env(struct run_options *p, char *v) {
    if (!strchr(v, '=') || *v == '=') return "K=V";
    *VEC_ADD(p->c.env, p->c.n_env, p->cap_env) = v;
    return NULL;
}
static const char *take_entry(struct run_options *p, char *v) {
    p->entry = v;
    return NULL;
}
static const char *take_keep(struct run_options *p, char *v) {
    *VEC_ADD(p->keep, p->n_keep, p->cap_keep) = v;
    return NULL;
}
static const char *take_xen_type(struct run_options *p, char *v) {
    static const char *const names[] = {"pvh", "pv"};
    int i = 0;
    bool fine = one_of(v, names, 2, &i);
    p->of_xen = "--xen-type";
    p->c.xen.pv = i == 1;
    return fine ? NULL : "pv or pvh";
}
static const char *take_bridge(struct run_options *p, char *v) {
    p->of_xen = "--bridge";
    p->c.xen.bridge = v;
    return is_name(v) && strlen(v) < IFNAMSIZ ? NULL : "the name of a bridge, such as xenbr0";
}
static const char *take_ip(struct run_options *p, char *v) {
    p->of_xen = "--ip";
    p->c.xen.ip = v;
    return address_fault(v);
}
/* xl takes a number for the number of a domain. */
static const char *take_name(struct run_options *p, char *v) {
    p->of_xen = "--name";
    p->c.xen.name = v;
    return is_name(v) && v[strspn(v, "0123456789")]
               ? NULL
               : "a name of letters, digits, '-', '_' and '.', not all digits";
}
static const char *take_xl(struct run_options *p, char *v) {
    p->xl = v;
    return *v ? NULL : "a file";
}
static const char *take_output(struct run_options *p, char *v) {
    p->output = v;
    return *v ? NULL : "a file";
}

enum { RUN = 1, EXPORT = 2, BOTH = 3 };
static const struct option {
    const char *short_name, *long_name;
    const char *(*take)(struct run_options *p, char *value);
    int verbs;
} options[] = {{NULL, "--on", take_on, RUN},
               {"-p", "--port", take_port, BOTH},
               {NULL, "--requests", take_requests, BOTH},
               {NULL, "--timeout", take_timeout, BOTH},
               {"-m", "--memory", take_memory, BOTH},
               {NULL, "--body-limit", take_body_limit, BOTH},
               {NULL, "--env", take_env, BOTH},
               {NULL, "--entry", take_entry, BOTH},
               {NULL, "--keep", take_keep, BOTH},
               {NULL, "--header-timeout", take_header_timeout, BOTH},
               {NULL, "--idle-timeout", take_idle_timeout, BOTH},
               {NULL, "--request-timeout", take_request_timeout, BOTH},
               {NULL, "--xen-type", take_xen_type, BOTH},
               {NULL, "--bridge", take_bridge, BOTH},
               {NULL, "--ip", take_ip, BOTH},
               {NULL, "--name", take_name, BOTH},
               {NULL, "--xl", take_xl, EXPORT},
               {"-o", "--output", take_output, EXPORT}};

/* The argument at hand as an option with a value. EXIT_FINE with *taken, or what is wrong was said. */
static int take_option(struct run_options *p, struct cli_args *a, bool *taken) {
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        const struct option *o = &options[k];
        const char *value = NULL;
        if (!(o->verbs & p->verbs) || !cli_value(a, o->short_name, o->long_name, &value)) continue;
        *taken = true;
        if (!value) return cli_missing(a);
        const char *wanted = o->take(p, (char *)value);
        return wanted ? note_usage(p->verb, "%s needs %s, not %s", o->long_name, wanted, value) : EXIT_FINE;
    }
    return EXIT_FINE;
}

static int take_word(struct run_options *p, struct cli_args *a) {
    bool taken = false;
    int status = take_option(p, a, &taken);
    if (status != EXIT_FINE || taken) return status;
    if (cli_flag(a, "-v", "--verbose"))
        p->c.verbose = true;
    else if (p->verbs & RUN && cli_flag(a, NULL, "--json"))
        p->c.json = true;
    else if (cli_flag(a, "-h", "--help"))
        p->show_help = true;
    else if (cli_is_option(a))
        return cli_unknown(a);
    else if (p->target)
        return note_usage(
            p->verb, "one program at a time, not also %s (the program's arguments go behind --)", a->arg);
    else
        p->target = a->arg;
    return EXIT_FINE;
}

static int parse_words(struct run_options *p, int argc, char **argv) {
    int ours = 1;
    while (ours < argc && strcmp(argv[ours], "--") != 0) ours++;
    if (ours < argc) {
        p->c.args = argv + ours + 1;
        p->c.n_args = argc - ours - 1;
    }
    struct cli_args a = cli_args_of(p->verb, ours, argv);
    while (cli_next(&a)) {
        int status = take_word(p, &a);
        if (status != EXIT_FINE) return status;
    }
    return p->target || p->show_help ? EXIT_FINE
                                     : note_usage(p->verb, "what? give an image, a directory or a .erl file");
}

static int check_xen(const struct run_options *p) {
    if (p->c.on != ON_XEN && p->of_xen)
        return note_usage(p->verb, "%s is for Xen: it goes with --on xen", p->of_xen);
    if (p->c.on == ON_XEN && p->c.host_port > 0)
        return note_usage(
            p->verb,
            "under Xen no port of the host is forwarded, the instance has an address of its own: "
            "leave -p out, or give -p 0:%d for the port in the instance",
            p->c.guest_port);
    return EXIT_FINE;
}

int run_options_parse(struct run_options *p, const char *verb, int argc, char **argv) {
    *p = (struct run_options){.c = {.host_port = -1, .guest_port = 80, .requests = "1"}, .verb = verb};
    p->verbs = strcmp(verb, "export") == 0 ? EXPORT : RUN;
    if (p->verbs == EXPORT) p->c.on = ON_XEN;
    int status = parse_words(p, argc, argv);
    return status == EXIT_FINE && !p->show_help ? check_xen(p) : status;
}

void run_options_free(struct run_options *p) {
    free(p->c.env);
    free(p->keep);
    free((char *)p->c.body_limit);
    free(p->program);
}

/* -- the program */

static bool is_source(const char *path) {
    size_t n = strlen(path);
    return file_is_dir(path) || (n > 4 && !strcmp(path + n - 4, ".erl")) ||
           (n > 5 && !strcmp(path + n - 5, ".beam"));
}

static int pack_source(struct run_options *p, enum kernel kernel, const char *path) {
    const char *paths[] = {p->target};
    struct pack_options o = {.paths = paths,
                             .n_paths = 1,
                             .output = path,
                             .entry = p->entry,
                             .keep = p->keep,
                             .n_keep = p->n_keep,
                             .kernel = kernel,
                             .verbose = p->c.verbose};
    struct pack_result r;
    int status = pack_program(&o, &r);
    pack_result_free(&r);
    return status;
}

/* What is for packing was given, and nothing is packed. */
static int refuse_packing(const struct run_options *p) {
    return note_usage(p->verb, "%s is for a source; %s is packed already", p->entry ? "--entry" : "--keep",
                      p->target);
}

static int probe_target(struct run_options *p, const char *path) {
    char why[160];
    struct probed image;
    if (!probe_image(path, &image, why, sizeof why)) {
        note_error("%s: %s", path, why);
        return EXIT_USER;
    }
    p->c.image = path;
    p->c.service = image.service;
    p->c.image_end = image.end;
    return EXIT_FINE;
}

int run_options_image(struct run_options *p, const char *path) {
    enum kernel kernel = p->c.on == ON_XEN ? KERNEL_XEN : KERNEL_VIRTIO;
    bool source = is_source(p->target);
    p->program = path_base(p->target, !source ? ".img" : file_is_dir(p->target) ? "" : ".erl");
    p->c.program = p->program;
    int status = source ? EXIT_FINE : probe_target(p, p->target);
    if (status != EXIT_FINE) return status;
    if (!source && (p->entry || p->n_keep)) return refuse_packing(p);
    if (!source && (p->c.on == ON_LINUX || image_kernel_is(p->target, kernel))) return EXIT_FINE;
    if (!path) {
        note_error("%s is not an image for Xen: say with -o where to write one", p->target);
        return EXIT_USER;
    }
    status = source ? pack_source(p, kernel, path) : image_rehead(p->target, kernel, path);
    return status == EXIT_FINE ? probe_target(p, path) : status;
}
