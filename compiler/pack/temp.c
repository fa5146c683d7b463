/* temp: temporary directories, remembered until they are removed.
 *
 *   first ──> {path} ──> {path} ──> NULL      newest first
 *
 * Invariant: the list is whole at every moment, so that a signal's handler can walk it: an entry is linked by one store, and
 * unlinked by one, before it is freed. The handler calls only what signal-safety(7) allows, and system calls. */
#define _GNU_SOURCE
#include "pack/temp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"

static struct temp {
    struct temp *volatile next;
    char path[];
} *volatile first;

/* One pass over the directory; false: nothing was left to remove. */
static bool remove_files(int dir) {
    alignas(struct dirent64) char entries[4096];
    bool removed = false;
    ssize_t n;
    while ((n = getdents64(dir, entries, sizeof entries)) > 0)
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *e = (const struct dirent64 *)(const void *)(entries + at);
            if (unlinkat(dir, e->d_name, 0) == 0) removed = true;
            at += e->d_reclen;
        }
    return removed;
}

static void remove_dir(const char *path) {
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0) return;
    while (remove_files(dir)) lseek(dir, 0, SEEK_SET);
    close(dir);
    rmdir(path);
}

static void remove_all(void) {
    for (struct temp *t = first; t; t = t->next) remove_dir(t->path);
}

/* The signal waits, blocked, until the handler returns: then it does what it does by default. */
static void on_signal(int number) {
    program_kill();
    remove_all();
    raise(number);
}

void temp_guard(void) {
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT};
    enum { N = sizeof numbers / sizeof *numbers };
    struct sigaction ours = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, now;
    for (size_t i = 0; i < N; i++) sigaddset(&ours.sa_mask, numbers[i]);
    for (size_t i = 0; i < N; i++)
        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(numbers[i], &ours, NULL);
}

static void remember(const char *path) {
    size_t n = strlen(path) + 1;
    struct temp *t = mem_get(sizeof *t + n);
    memcpy(t->path, path, n);
    t->next = first;
    first = t;
}

char *temp_make(void) {
    static bool guarded;
    const char *base = getenv("TMPDIR");
    char *path = mem_format("%s/lingpack.XXXXXX", base && *base ? base : "/tmp");
    if (!guarded) {
        guarded = true;
        temp_guard();
        atexit(remove_all);
    }
    if (mkdtemp(path)) {
        remember(path);
        return path;
    }
    note_error("can't make a temporary directory in $TMPDIR or /tmp: %s", strerror(errno));
    free(path);
    return NULL;
}

void temp_remove(const char *path) {
    remove_dir(path);
    struct temp *before = NULL, *t = first;
    for (; t && strcmp(t->path, path) != 0; t = t->next) before = t;
    if (!t) return;
    if (before)
        before->next = t->next;
    else
        first = t->next;
    free(t);
}
