/* lingpack inspect: what is in an image, without booting it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inspect_code.h"
#include "pack/files.h"
#include "pack/image_file.h"
#include "pack/image_write.h"
#include "pack/note.h"

static void print_help(void) {
    fputs("usage: lingpack inspect FILE [--json | --code MODULE]\n\n"
          "Says what is in an image: entry, modules, sizes, devices, what is not available, and whether its\n"
          "digest is right. Nothing is started. Exit status 1 when the file is damaged or no image.\n\n"
          "      --json          one JSON object; docs/guide/inspect.md lists its members\n"
          "      --code MODULE   the instructions of a module, as the interpreter runs them\n\n"
          "examples:\n"
          "  lingpack inspect build/hello.img\n"
          "  lingpack inspect build/hello.img --json | jq '.modules | length'\n"
          "  lingpack inspect build/hello.img --code hello\n",
          stdout);
}

struct section {
    const char *name;
    uint64_t bytes;
};
enum { N_SECTIONS = 7 };

static uint64_t code_of_modules(const struct image_file *f, uint64_t *lines, uint64_t *tables,
                                uint32_t *functions) {
    uint64_t code = 0;
    const struct image_header *h = &f->header;
    const struct image_module *modules =
        image_file_at(f, h->modules, (uint64_t)h->n_modules * sizeof *modules);
    *tables = (uint64_t)h->n_modules * sizeof *modules;
    for (uint32_t i = 0; modules && i < h->n_modules; i++) {
        struct image_module m;
        memcpy(&m, &modules[i], sizeof m);
        code += (uint64_t)((const uint8_t *)m.code_end - (const uint8_t *)m.code);
        *lines += (uint64_t)m.n_lines * sizeof *m.lines;
        *tables += (uint64_t)m.n_functions * sizeof *m.functions + (uint64_t)m.n_exports * sizeof *m.exports;
        *functions += m.n_functions;
    }
    return code;
}

static void sections_of(const struct image_file *f, struct section s[N_SECTIONS], uint32_t *functions) {
    const struct image_header *h = &f->header;
    uint64_t lines = 0, tables = 0;
    *functions = 0;
    uint64_t code = code_of_modules(f, &lines, &tables, functions);
    s[0] = (struct section){"code", code};
    s[1] = (struct section){"literals", h->literals_hi - h->literals_lo};
    s[2] = (struct section){"atoms", (uint64_t)h->n_atoms * sizeof *h->atoms + (uint64_t)h->n_atom_slots * 4};
    s[3] = (struct section){"exports", (uint64_t)h->n_exports * sizeof *h->exports};
    s[4] = (struct section){"funs", (uint64_t)h->n_funs * sizeof *h->funs};
    s[5] = (struct section){"lines", lines};
    s[6] = (struct section){"modules", tables};
}

static void digest_text(const uint8_t digest[32], char out[65]) {
    for (int i = 0; i < 32; i++) snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* A JSON string of an atom's text. */
static void print_json_text(struct view text) {
    putchar('"');
    for (const uint8_t *p = text.p; p < text.end; p++) {
        if (*p == '"' || *p == '\\') putchar('\\');
        if (*p < 0x20)
            printf("\\u%04x", *p);
        else
            putchar(*p);
    }
    putchar('"');
}

/* The target that it was built for (build --target). */
static const char *target_of(const struct image_file *f) {
    return kernel_of(f->file.p, f->file.n) == KERNEL_XEN ? "xen" : "qemu";
}

static void print_json(const struct image_file *f, const char *manifest, struct view entry) {
    struct section s[N_SECTIONS];
    uint32_t functions;
    char digest[65];
    const struct image_header *h = &f->header;
    sections_of(f, s, &functions);
    digest_text(h->digest, digest);
    printf("{\"image_bytes\":%zu,\"payload_bytes\":%llu,\"entry\":", f->file.n, (unsigned long long)h->bytes);
    print_json_text(entry);
    printf(",\"kind\":\"%s\",\"digest\":\"%s\",\"digest_ok\":%s,\"vm\":\"%016llx\",\"kernel\":\"%s\","
           "\"atoms\":%u,"
           "\"functions\":%u,\n\"sections\":{",
           h->entry_kind == ENTRY_SERVICE ? "service" : "script", digest, f->digest_ok ? "true" : "false",
           (unsigned long long)h->vm_fingerprint, target_of(f), h->n_atoms, functions);
    for (int i = 0; i < N_SECTIONS; i++)
        printf("%s\"%s\":%llu", i ? "," : "", s[i].name, (unsigned long long)s[i].bytes);
    /* the manifest is an object: its members go into ours */
    printf("},\n%s", manifest + 1);
}

/* The manifest is our own JSON, one module or missing function a line: enough structure to print without a
 * parser. */
static void print_manifest_lines(const char *manifest) {
    const char *at = strstr(manifest, "\"modules\":[");
    printf("modules:\n");
    for (at = at ? strstr(at, "{\"name\":\"") : NULL; at; at = strstr(at + 1, "{\"name\":\"")) {
        char name[256], from[16];
        unsigned code, functions, dropped;
        if (sscanf(at,
                   "{\"name\":\"%255[^\"]\",\"from\":\"%15[^\"]\",\"code_bytes\":%u,\"functions\":%u,"
                   "\"dropped\":%u",
                   name, from, &code, &functions, &dropped) == 5)
            printf("  %-28s %-8s %8u bytes of code, %4u functions (%u dropped)\n", name, from, code,
                   functions, dropped);
    }
    at = strstr(manifest, "{\"function\":\"");
    if (at) printf("not available (undef when called):\n");
    for (; at; at = strstr(at + 1, "{\"function\":\"")) {
        char function[600], by[600];
        if (sscanf(at, "{\"function\":\"%599[^\"]\",\"by\":\"%599[^\"]\"", function, by) == 2)
            printf("  %-40s named by %s\n", function, by);
    }
}

static void print_otp(const char *manifest) {
    const char *at = strstr(manifest, "\"otp\":\"");
    char release[32];
    if (at && sscanf(at, "\"otp\":\"%31[^\"]\"", release) == 1) printf("otp: %s\n", release);
}

static void print_devices(const char *manifest) {
    const char *at = strstr(manifest, "\"devices\":[");
    at = at ? at + strlen("\"devices\":[") : "]";
    printf("devices:");
    for (const char *end = at + strcspn(at, "]"); at < end; at++) {
        if (*at == ',') continue;
        size_t n = strcspn(at + 1, "\"");
        printf(" %.*s", (int)n, at + 1);
        at += n + 1;
    }
    putchar('\n');
}

static void print_text(const struct image_file *f, const char *path, const char *manifest,
                       struct view entry) {
    struct section s[N_SECTIONS];
    uint32_t functions;
    char digest[65];
    const struct image_header *h = &f->header;
    sections_of(f, s, &functions);
    digest_text(h->digest, digest);
    bool service = h->entry_kind == ENTRY_SERVICE;
    printf("%s: %s %.*s:%s, %zu bytes (payload %llu), %u modules, %u functions, %u atoms\n", path,
           service ? "service" : "script", (int)view_left(&entry), (const char *)entry.p,
           service ? "handle/1" : "main/1", f->file.n, (unsigned long long)h->bytes, h->n_modules, functions,
           h->n_atoms);
    printf("digest: %s (sha256, %s)\n", digest, f->digest_ok ? "right" : "WRONG: the image is damaged");
    printf("vm: %016llx\n", (unsigned long long)h->vm_fingerprint);
    printf("kernel: %s\n", target_of(f));
    print_otp(manifest);
    print_devices(manifest);
    printf("bytes:");
    for (int i = 0; i < N_SECTIONS; i++)
        printf("%s %s %llu", i ? "," : "", s[i].name, (unsigned long long)s[i].bytes);
    putchar('\n');
    print_manifest_lines(manifest);
}

static int inspect(const char *path, bool json, const char *code) {
    struct image_file f;
    const char *why = NULL;
    if (file_is_dir(path)) {
        note_error("%s is a directory: inspect looks at an image, as `lingpack build %s` makes one", path,
                   path);
        return EXIT_USER;
    }
    if (!image_file_open(&f, path, &why)) {
        note_error("%s: %s", path, why);
        return EXIT_USER;
    }
    const char *manifest = image_file_manifest(&f);
    struct view entry = image_file_atom(&f, f.header.entry_module);
    int status = f.digest_ok ? EXIT_FINE : EXIT_USER;
    if (!manifest || !entry.p) {
        note_error("%s: damaged: its tables don't lie inside it", path);
        status = EXIT_USER;
    } else if (code) {
        if (!inspect_code(&f, path, code)) status = EXIT_USER;
    } else if (json) {
        print_json(&f, manifest, entry);
    } else {
        print_text(&f, path, manifest, entry);
    }
    if (!f.digest_ok) note_error("%s: damaged: its digest is not that of its contents", path);
    image_file_close(&f);
    return status;
}

int cli_inspect(int argc, char **argv) {
    const char *path = NULL, *code = NULL;
    bool json = false;
    struct cli_args a = cli_args_of("inspect", argc, argv);
    while (cli_next(&a)) {
        if (cli_flag(&a, "-h", "--help")) {
            print_help();
            return EXIT_FINE;
        } else if (cli_flag(&a, NULL, "--json")) {
            json = true;
        } else if (cli_value(&a, NULL, "--code", &code)) {
            continue;
        } else if (cli_is_option(&a)) {
            return cli_unknown(&a);
        } else if (path) {
            return note_usage("inspect", "one image at a time: %s is too much", a.arg);
        } else {
            path = a.arg;
        }
    }
    if (a.missing) return cli_missing(&a);
    if (!path) return note_usage("inspect", "no image given");
    if (json && code) return note_usage("inspect", "--json and --code don't go together");
    return inspect(path, json, code);
}
