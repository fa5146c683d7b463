/* run: `lingpack run`: packs what is not yet an image, then starts it (run/instance.h). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/pack.h"
#include "run/probe.h"
#include "run/instance.h"

static const char help[] =
    "usage: lingpack run IMAGE|DIR|FILE.erl [options] [-- ARGS]\n"
    "\n"
    "Starts an instance; a source is packed first. The exit status is the instance's.\n"
    "\n"
    "  --on TARGET         auto (default), kvm, qemu, linux. auto: a service in QEMU with the best "
    "accelerator\n"
    "                      that works, a script as a Linux process\n"
    "  -p HOST[:GUEST]     port on 127.0.0.1, and in the instance (80). HOST 0: any free one.\n"
    "                      Default: 8080 when it is free, else any\n"
    "  --requests N        end after N answered requests (1), or `infinity`\n"
    "  --timeout TIME      end after TIME: 30s, 500ms, 2m. Status 124\n"
    "  --header-timeout TIME, --idle-timeout TIME, --request-timeout TIME\n"
    "                      how long a client may take for its header (10s), between requests (15s), and a "
    "request\n"
    "                      altogether (60s)\n"
    "  -m MEMORY           32M for a machine, 256M for a process\n"
    "  --body-limit SIZE   largest request body (bytes, 64K, 8M)\n"
    "  --env K=V           environment variable for os:getenv/1; may be repeated\n"
    "  --entry MODULE      entry module, when a source is packed\n"
    "  --keep MODULE       take this module whole, when a source is packed; may be repeated\n"
    "  --json              print the instance's report as JSON on stdout, last line\n"
    "  -v                  say more\n"
    "  -- ARGS             arguments of the program: main/1 of a script, start/1 of a service\n";

struct parse {
    struct run_config c;
    const char *target, *entry, **keep;
    bool show_help;
    int cap_env;
    uint32_t n_keep, cap_keep;
};

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

static bool parse_on(const char *s, enum run_on *on) {
    static const char *const names[] = {"auto", "kvm", "qemu", "linux"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(s, names[i]) != 0) continue;
        *on = (enum run_on)i;
        return true;
    }
    return false;
}

/* -- options: each takes its value and says what is wrong with it */

static const char *take_on(struct parse *p, char *v) {
    return parse_on(v, &p->c.on) ? NULL : "auto, kvm, qemu or linux";
}
static const char *take_port(struct parse *p, char *v) {
    return parse_port(v, &p->c.host_port, &p->c.guest_port) ? NULL : "HOST or HOST:GUEST, ports up to 65535";
}
static const char *take_requests(struct parse *p, char *v) {
    uint64_t n;
    p->c.requests = v;
    return strcmp(v, "infinity") == 0 || (parse_count(v, &n) && n > 0) ? NULL
                                                                       : "a number above 0, or infinity";
}
static const char *time_into(const char *v, uint64_t *ms) {
    return parse_time(v, ms) ? NULL : "a time such as 30s, 500ms or 2m";
}
static const char *take_timeout(struct parse *p, char *v) {
    return time_into(v, &p->c.timeout_ms);
}
static const char *take_header_timeout(struct parse *p, char *v) {
    return time_into(v, &p->c.header_timeout_ms);
}
static const char *take_idle_timeout(struct parse *p, char *v) {
    return time_into(v, &p->c.idle_timeout_ms);
}
static const char *take_request_timeout(struct parse *p, char *v) {
    return time_into(v, &p->c.request_timeout_ms);
}
static const char *take_memory(struct parse *p, char *v) {
    uint64_t bytes = 0;
    p->c.memory = v;
    bool fine = parse_size(v, &bytes) && bytes >= 4 << 20 && strspn(v, "0123456789") < strlen(v);
    p->c.memory_bytes = bytes;
    return fine ? NULL : "a size of at least 4M, such as 32M";
}
static const char *take_body_limit(struct parse *p, char *v) {
    uint64_t bytes;
    if (!parse_size(v, &bytes) || bytes > UINT32_MAX) return "a size below 4G, such as 64K";
    p->c.body_limit = mem_format("%llu", (unsigned long long)bytes);
    return NULL;
}
static const char *take_env(struct parse *p, char *v) {
    if (!strchr(v, '=') || *v == '=') return "K=V";
    *VEC_ADD(p->c.env, p->c.n_env, p->cap_env) = v;
    return NULL;
}
static const char *take_entry(struct parse *p, char *v) {
    p->entry = v;
    return NULL;
}
static const char *take_keep(struct parse *p, char *v) {
    *VEC_ADD(p->keep, p->n_keep, p->cap_keep) = v;
    return NULL;
}

static const struct option {
    const char *short_name, *long_name;
    const char *(*take)(struct parse *p, char *value);
} options[] = {{NULL, "--on", take_on},
               {"-p", "--port", take_port},
               {NULL, "--requests", take_requests},
               {NULL, "--timeout", take_timeout},
               {"-m", "--memory", take_memory},
               {NULL, "--body-limit", take_body_limit},
               {NULL, "--env", take_env},
               {NULL, "--entry", take_entry},
               {NULL, "--keep", take_keep},
               {NULL, "--header-timeout", take_header_timeout},
               {NULL, "--idle-timeout", take_idle_timeout},
               {NULL, "--request-timeout", take_request_timeout}};

/* The argument at hand as an option with a value. EXIT_FINE with *taken, or what is wrong was said. */
static int take_option(struct parse *p, struct cli_args *a, bool *taken) {
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        const struct option *o = &options[k];
        const char *value = NULL;
        if (!cli_value(a, o->short_name, o->long_name, &value)) continue;
        *taken = true;
        if (!value) return cli_missing(a);
        const char *wanted = o->take(p, (char *)value);
        return wanted ? note_usage("run", "%s needs %s, not %s", o->long_name, wanted, value) : EXIT_FINE;
    }
    return EXIT_FINE;
}

static int take_word(struct parse *p, struct cli_args *a) {
    bool taken = false;
    int status = take_option(p, a, &taken);
    if (status != EXIT_FINE || taken) return status;
    if (cli_flag(a, "-v", "--verbose"))
        p->c.verbose = true;
    else if (cli_flag(a, NULL, "--json"))
        p->c.json = true;
    else if (cli_flag(a, "-h", "--help"))
        p->show_help = true;
    else if (cli_is_option(a))
        return cli_unknown(a);
    else if (p->target)
        return note_usage("run", "one program at a time, not also %s (the program's arguments go behind --)",
                          a->arg);
    else
        p->target = a->arg;
    return EXIT_FINE;
}

/* Returns an exit status; EXIT_FINE: go on. What stands behind `--` is the program's. */
static int parse_words(struct parse *p, int argc, char **argv) {
    int ours = 1;
    while (ours < argc && strcmp(argv[ours], "--") != 0) ours++;
    if (ours < argc) {
        p->c.args = argv + ours + 1;
        p->c.n_args = argc - ours - 1;
    }
    struct cli_args a = cli_args_of("run", ours, argv);
    while (cli_next(&a)) {
        int status = take_word(p, &a);
        if (status != EXIT_FINE) return status;
    }
    return p->target || p->show_help ? EXIT_FINE
                                     : note_usage("run", "what? give an image, a directory or a .erl file");
}

/* -- what to run */

static bool is_source(const char *path) {
    size_t n = strlen(path);
    return file_is_dir(path) || (n > 4 && !strcmp(path + n - 4, ".erl")) ||
           (n > 5 && !strcmp(path + n - 5, ".beam"));
}

static int run_image(struct parse *p, const char *path) {
    char why[160];
    struct probed image;
    if (!probe_image(path, &image, why, sizeof why)) {
        note_error("%s: %s", path, why);
        return EXIT_USER;
    }
    p->c.image = path;
    p->c.service = image.service;
    p->c.image_end = image.end;
    return run_instance(&p->c);
}

static int pack_and_run(struct parse *p) {
    char *dir = dir_temp();
    if (!dir) {
        note_error("can't make a temporary directory in $TMPDIR or /tmp: %s", strerror(errno));
        return EXIT_USER;
    }
    char *image = path_join(dir, "program.img");
    const char *paths[] = {p->target};
    struct pack_options o = {.paths = paths,
                             .n_paths = 1,
                             .output = image,
                             .entry = p->entry,
                             .keep = p->keep,
                             .n_keep = p->n_keep,
                             .verbose = p->c.verbose};
    struct pack_result r;
    int status = pack_program(&o, &r);
    pack_result_free(&r);
    if (status == EXIT_FINE) status = run_image(p, image);
    dir_remove(dir);
    free(image);
    free(dir);
    return status;
}

int cli_run(int argc, char **argv) {
    struct parse p = {.c = {.host_port = -1, .guest_port = 80, .requests = "1"}};
    int status = parse_words(&p, argc, argv);
    if (status == EXIT_FINE && p.show_help)
        fputs(help, stdout);
    else if (status == EXIT_FINE)
        status = is_source(p.target) ? pack_and_run(&p) : run_image(&p, p.target);
    free(p.c.env);
    free(p.keep);
    free((char *)p.c.body_limit);
    return status;
}
