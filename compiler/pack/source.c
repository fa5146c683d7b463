/* source: turns paths into .beam files.
 *
 *   DIR        the .erl files in DIR, else in DIR/src, else the .beam files in DIR, else in DIR/ebin
 *   FILE.erl   itself            FILE.beam  itself
 *
 * All .erl files go through one run of erlc, into a fresh temporary directory. +deterministic keeps paths and
 * times out of the result. erlc's messages are the user's to read: they pass through untouched.
 */
#define _GNU_SOURCE
#include "pack/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack/files.h"
#include "pack/note.h"

struct erl_files {
    char **files, **includes;
    uint32_t n_files, cap_files, n_includes, cap_includes;
};

static bool has_suffix(const char *s, const char *suffix) {
    size_t n = strlen(s), m = strlen(suffix);
    return n > m && strcmp(s + n - m, suffix) == 0;
}

/* Files of dir with this suffix onto a list; how many. */
static uint32_t take_dir(const char *dir, const char *suffix, char ***list, uint32_t *n, uint32_t *cap) {
    char **names = dir_list(dir, suffix);
    uint32_t before = *n;
    for (char **p = names; p && *p; p++) {
        char *path = path_join(dir, *p);
        *VEC_ADD(*list, *n, *cap) = path;
    }
    dir_free(names);
    return *n - before;
}

static void take_include(struct erl_files *e, const char *dir) {
    char *include = path_join(dir, "include");
    if (file_is_dir(include))
        *VEC_ADD(e->includes, e->n_includes, e->cap_includes) = include;
    else
        free(include);
}

static int take_path(struct source *s, struct erl_files *e, const char *path) {
    if (!file_exists(path)) {
        note_error("%s: %s", path, strerror(errno));
        return EXIT_USER;
    }
    if (!file_is_dir(path)) {
        if (has_suffix(path, ".erl")) {
            *VEC_ADD(e->files, e->n_files, e->cap_files) = mem_text(path, strlen(path));
        } else if (has_suffix(path, ".beam")) {
            *VEC_ADD(s->beams, s->n_beams, s->cap_beams) = mem_text(path, strlen(path));
        } else {
            note_error("%s: neither a directory nor an .erl or .beam file", path);
            return EXIT_USER;
        }
        return EXIT_FINE;
    }
    char *src = path_join(path, "src"), *ebin = path_join(path, "ebin");
    bool any = take_dir(path, ".erl", &e->files, &e->n_files, &e->cap_files) ||
               take_dir(src, ".erl", &e->files, &e->n_files, &e->cap_files) ||
               take_dir(path, ".beam", &s->beams, &s->n_beams, &s->cap_beams) ||
               take_dir(ebin, ".beam", &s->beams, &s->n_beams, &s->cap_beams);
    take_include(e, path);
    free(src);
    free(ebin);
    if (any) return EXIT_FINE;
    note_error("%s: no .erl or .beam files in it (nor in its src/ or ebin/)", path);
    return EXIT_USER;
}

static int compile(struct source *s, const struct otp *otp, const struct erl_files *e) {
    s->temp = dir_temp();
    if (!s->temp) {
        note_error("can't make a temporary directory: %s", strerror(errno));
        return EXIT_USER;
    }
    uint32_t n = 0;
    const char **argv = mem_get((e->n_files + 2 * (size_t)e->n_includes + 8) * sizeof *argv);
    argv[n++] = otp->erlc;
    argv[n++] = "+deterministic";
    argv[n++] = "-o";
    argv[n++] = s->temp;
    for (uint32_t i = 0; i < e->n_includes; i++) {
        argv[n++] = "-I";
        argv[n++] = e->includes[i];
    }
    for (uint32_t i = 0; i < e->n_files; i++) argv[n++] = e->files[i];
    int status = program_run((char *const *)(uintptr_t)argv);
    free(argv);
    if (status < 0) note_error("can't run %s: %s", otp->erlc, strerror(errno));
    if (status != 0) return EXIT_USER;
    take_dir(s->temp, ".beam", &s->beams, &s->n_beams, &s->cap_beams);
    return EXIT_FINE;
}

static void erl_files_free(struct erl_files *e) {
    for (uint32_t i = 0; i < e->n_files; i++) free(e->files[i]);
    for (uint32_t i = 0; i < e->n_includes; i++) free(e->includes[i]);
    free(e->files);
    free(e->includes);
}

/* The program's name: of the directory (also for "." and "src/..") or of the first file. */
static char *name_of(const char *path) {
    char *real = realpath(path, NULL);
    const char *from = real && file_is_dir(path) ? real : path;
    char *name = path_base(from, has_suffix(path, ".beam") ? ".beam" : ".erl");
    free(real);
    return name;
}

int source_open(struct source *s, const struct otp *otp, const char *const *paths, uint32_t n_paths) {
    struct erl_files e = {0};
    int status = EXIT_FINE;
    *s = (struct source){.name = name_of(paths[0])};
    for (uint32_t i = 0; i < n_paths && status == EXIT_FINE; i++) status = take_path(s, &e, paths[i]);
    if (status == EXIT_FINE && e.n_files > 0) status = compile(s, otp, &e);
    erl_files_free(&e);
    if (status != EXIT_FINE) source_close(s);
    return status;
}

void source_close(struct source *s) {
    if (s->temp) dir_remove(s->temp);
    for (uint32_t i = 0; i < s->n_beams; i++) free(s->beams[i]);
    free(s->beams);
    free(s->temp);
    free(s->name);
    *s = (struct source){0};
}
