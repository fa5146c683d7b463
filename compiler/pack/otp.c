/* otp: finds OTP by its compiler: the real path of `erlc` is ROOT/bin/erlc, and modules lie in
 * ROOT/lib/APP/ebin.
 *
 * Names are indexed without opening files. Where several versions of an application are installed, the last
 * in sorted order counts. Modules for development only would drag in compilers and shells by a mere atom: see
 * collect.c.
 */
#define _GNU_SOURCE
#include "pack/otp.h"

#include <stdlib.h>
#include <string.h>

#include "pack/files.h"
#include "pack/image_write.h"
#include "pack/note.h"

static void index_dir(struct otp *o, struct key_map *map, const char *dir) {
    char **names = dir_list(dir, ".beam");
    for (char **p = names; p && *p; p++) {
        size_t n = strlen(*p) - strlen(".beam");
        uint32_t at = o->n_paths;
        *VEC_ADD(o->paths, o->n_paths, o->cap_paths) = path_join(dir, *p);
        key_add(map, *p, n, at, NULL)->value = at;
    }
    dir_free(names);
}

static void index_otp(struct otp *o) {
    char *lib = path_join(o->root, "lib");
    char **apps = dir_list(lib, "");
    for (char **p = apps; p && *p; p++) {
        char *ebin = mem_format("%s/%s/ebin", lib, *p);
        index_dir(o, &o->modules, ebin);
        free(ebin);
    }
    dir_free(apps);
    free(lib);
}

static char *root_of(const char *erlc) {
    char *root = mem_text(erlc, strlen(erlc));
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(root, '/');
        if (slash) *slash = '\0';
    }
    return root;
}

static bool find_otp(struct otp *o) {
    o->erlc = path_find_program("erlc");
    if (!o->erlc) {
        note_error("erlc, the Erlang compiler, is not on PATH: install the package erlang-base "
                   "(apt install erlang-base)");
        return false;
    }
    o->root = root_of(o->erlc);
    index_otp(o);
    if (key_find(&o->modules, "lists", 5) != KEY_NONE) return true;
    note_error("no OTP modules under %s/lib (found from %s): install the package erlang-base", o->root,
               o->erlc);
    return false;
}

static bool find_home(struct otp *o, const char *home) {
    o->home = home && *home ? mem_text(home, strlen(home)) : home_dir();
    if (!o->home) return false;
    o->stdlib = path_join(o->home, "stdlib");
    index_dir(o, &o->ours, o->stdlib);
    if (key_find(&o->ours, "ling", 4) != KEY_NONE) return true;
    note_error("Ling's own modules are not in %s (build them with make, or set LING_HOME)", o->stdlib);
    return false;
}

int otp_open(struct otp *o, const char *home) {
    *o = (struct otp){0};
    if (find_home(o, home) && find_otp(o)) return EXIT_FINE;
    otp_close(o);
    return EXIT_USER;
}

void otp_close(struct otp *o) {
    for (uint32_t i = 0; i < o->n_paths; i++) free(o->paths[i]);
    free(o->paths);
    free(o->root);
    free(o->erlc);
    free(o->home);
    free(o->stdlib);
    key_free(&o->modules);
    key_free(&o->ours);
    *o = (struct otp){0};
}

static const char *path_in(const struct otp *o, const struct key_map *map, const char *module) {
    uint32_t at = key_find(map, module, strlen(module));
    return at == KEY_NONE ? NULL : o->paths[at];
}

const char *otp_path(const struct otp *o, const char *module) {
    return path_in(o, &o->modules, module);
}
const char *otp_ours(const struct otp *o, const char *module) {
    return path_in(o, &o->ours, module);
}

char *otp_release(const struct otp *o) {
    char *dir = path_join(o->root, "releases");
    char **names = dir_list(dir, "");
    char *release = mem_text("", 0);
    for (char **p = names; p && *p; p++) {
        if (**p < '0' || **p > '9') continue;
        free(release);
        release = mem_text(*p, strlen(*p));
    }
    dir_free(names);
    free(dir);
    return release;
}
