/* paths: which file a path means, also one that has yet to be written.
 *
 *   out/../new/a.cfg   ──realpath: not there──> absolute(out/../new) + /a.cfg ──> … ──> what is there + the rest
 *
 * Two paths are one file when both are there and have one inode, or when neither is there and they are spelt alike. */
#define _GNU_SOURCE
#include "pack/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pack/files.h"
#include "pack/memory.h"

/* `dir`, which this takes, and a name in it. */
static char *path_below(char *dir, const char *name) {
    if (!*name || strcmp(name, ".") == 0) return dir;
    char *slash = strrchr(dir, '/');
    if (strcmp(name, "..") == 0) {
        slash[slash == dir] = '\0';
        return dir;
    }
    char *path = path_join(slash[1] ? dir : "", name);
    free(dir);
    return path;
}

char *path_absolute(const char *path) {
    char *real = realpath(path, NULL);
    if (real || errno != ENOENT || !*path || strcmp(path, ".") == 0) return real;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *above = !slash ? mem_text(".", 1) : mem_text(path, slash == path ? 1 : (size_t)(slash - path));
    char *dir = path_absolute(above);
    free(above);
    return dir ? path_below(dir, name) : NULL;
}

bool path_same(const char *a, const char *b) {
    struct stat is_a, is_b;
    bool has_a = stat(a, &is_a) == 0, has_b = stat(b, &is_b) == 0;
    if (has_a != has_b) return false;
    if (has_a) return is_a.st_dev == is_b.st_dev && is_a.st_ino == is_b.st_ino && S_ISREG(is_a.st_mode);
    char *whole_a = path_absolute(a), *whole_b = path_absolute(b);
    bool same = whole_a && whole_b && strcmp(whole_a, whole_b) == 0;
    free(whole_a);
    free(whole_b);
    return same;
}
