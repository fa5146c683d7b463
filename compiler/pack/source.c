/* source: turns paths into .beam files.
 *
 *   DIR        the .erl files in DIR, else in DIR/src, else the .beam files in DIR, else in DIR/ebin
 *   FILE.erl   itself            FILE.beam  itself
 *
 * All .erl files go through one run of erlc, into a fresh temporary directory. +deterministic keeps paths and
 * times out of the result. erlc's messages are the user's to read: they pass through untouched, with the paths
 * as the user gave them (a second run, see pass_on_words).
 */
#define _GNU_SOURCE
#include "pack/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack/files.h"
#include "pack/note.h"
#include "pack/temp.h"

struct includes {
    char **dirs;
    uint32_t n, cap;
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

/* A path that erlc doesn't take for an option. */
static char *file_word(const char *path) {
    return *path == '-' ? path_join(".", path) : mem_text(path, strlen(path));
}

static void take_include(struct includes *e, const char *dir) {
    char *include = path_join(dir, "include");
    if (file_is_dir(include))
        *VEC_ADD(e->dirs, e->n, e->cap) = include;
    else
        free(include);
}

static int take_path(struct source *s, struct includes *e, const char *path) {
    if (!file_exists(path)) {
        note_error("%s: %s", path, strerror(errno));
        return EXIT_USER;
    }
    if (!file_is_dir(path)) {
        if (has_suffix(path, ".erl")) {
            *VEC_ADD(s->files, s->n_files, s->cap_files) = mem_text(path, strlen(path));
        } else if (has_suffix(path, ".beam")) {
            *VEC_ADD(s->beams, s->n_beams, s->cap_beams) = mem_text(path, strlen(path));
        } else {
            note_error("%s: neither a directory nor an .erl or .beam file", path);
            return EXIT_USER;
        }
        return EXIT_FINE;
    }
    char *src = path_join(path, "src"), *ebin = path_join(path, "ebin");
    bool any = take_dir(path, ".erl", &s->files, &s->n_files, &s->cap_files) ||
               take_dir(src, ".erl", &s->files, &s->n_files, &s->cap_files) ||
               take_dir(path, ".beam", &s->beams, &s->n_beams, &s->cap_beams) ||
               take_dir(ebin, ".beam", &s->beams, &s->n_beams, &s->cap_beams);
    take_include(e, path);
    free(src);
    free(ebin);
    if (any) return EXIT_FINE;
    if (access(path, R_OK | X_OK) != 0) {
        note_error("can't read the directory %s: %s", path, strerror(errno));
        return EXIT_USER;
    }
    note_error("%s: no .erl or .beam files in it (nor in its src/ or ebin/)", path);
    return EXIT_USER;
}

/* -- erlc */
/* One run of erlc over all files, into s->temp, or with `words` only for what it says. */
static int run_erlc(const struct source *s, const struct otp *otp, const struct includes *e,
                    const char *words, struct file_bytes *output) {
    uint32_t n = 0;
    const char **argv = mem_get((s->n_files + 2 * (size_t)e->n + 8) * sizeof *argv);
    argv[n++] = otp->erlc;
    if (!words) argv[n++] = "+deterministic";
    argv[n++] = "-o";
    argv[n++] = words ? words : s->temp;
    argv[n++] = "-pa";
    argv[n++] = s->temp;
    for (uint32_t i = 0; i < e->n; i++) {
        argv[n++] = "-I";
        argv[n++] = e->dirs[i];
    }
    for (uint32_t i = 0; i < s->n_files; i++) argv[n++] = s->files[i];
    int status = program_run((char *const *)(uintptr_t)argv, output, 0);
    free(argv);
    return status;
}

/* With +deterministic, erlc names files without their directories. So when it had something to say, it says it
 * again without. */
static void pass_on_words(const struct source *s, const struct otp *otp, const struct includes *e, int status,
                          const struct file_bytes *first) {
    struct file_bytes again = {NULL, 0};
    char *temp = temp_make();
    if (temp) {
        (void)run_erlc(s, otp, e, temp, &again);
        temp_remove(temp);
        free(temp);
    }
    if (again.n > 0 || status == 0)
        fwrite(again.p, 1, again.n, stderr);
    else
        fwrite(first->p, 1, first->n, stderr);
    free(again.p);
}

static int compile(struct source *s, const struct otp *otp, const struct includes *e) {
    struct file_bytes said = {NULL, 0};
    s->temp = temp_make();
    if (!s->temp) return EXIT_USER;
    int status = run_erlc(s, otp, e, NULL, &said);
    if (status < 0) note_error("can't run %s: %s", otp->erlc, strerror(errno));
    if (status >= 0 && said.n > 0) pass_on_words(s, otp, e, status, &said);
    if (status > 0) note_error("erlc refused the program (exit status %d)", status);
    free(said.p);
    if (status != 0) return EXIT_USER;
    take_dir(s->temp, ".beam", &s->beams, &s->n_beams, &s->cap_beams);
    return EXIT_FINE;
}

/* Equal names in two directories would overwrite each other's .beam. */
static int check_names(const struct source *s) {
    struct key_map seen = {0};
    int status = EXIT_FINE;
    for (uint32_t i = 0; i < s->n_files && status == EXIT_FINE; i++) {
        char *name = path_base(s->files[i], ".erl");
        int is_new;
        uint32_t first = key_add(&seen, name, strlen(name), i, &is_new)->value;
        if (!is_new) {
            note_error("%s and %s: module %s is in the program twice", s->files[first], s->files[i], name);
            status = EXIT_USER;
        }
        free(name);
    }
    key_free(&seen);
    return status;
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
    struct includes e = {0};
    int status = EXIT_FINE;
    *s = (struct source){.name = name_of(paths[0])};
    for (uint32_t i = 0; i < n_paths && status == EXIT_FINE; i++) {
        char *path = file_word(paths[i]);
        status = take_path(s, &e, path);
        free(path);
    }
    if (status == EXIT_FINE) status = check_names(s);
    if (status == EXIT_FINE && s->n_files > 0) status = compile(s, otp, &e);
    for (uint32_t i = 0; i < e.n; i++) free(e.dirs[i]);
    free(e.dirs);
    if (status != EXIT_FINE) source_close(s);
    return status;
}

const char *source_file(const struct source *s, const char *base, size_t n) {
    for (uint32_t i = 0; i < s->n_files; i++) {
        const char *slash = strrchr(s->files[i], '/'), *name = slash ? slash + 1 : s->files[i];
        if (strlen(name) == n && memcmp(name, base, n) == 0) return s->files[i];
    }
    return NULL;
}

void source_close(struct source *s) {
    if (s->temp) temp_remove(s->temp);
    for (uint32_t i = 0; i < s->n_beams; i++) free(s->beams[i]);
    for (uint32_t i = 0; i < s->n_files; i++) free(s->files[i]);
    free(s->beams);
    free(s->files);
    free(s->temp);
    free(s->name);
    *s = (struct source){0};
}
