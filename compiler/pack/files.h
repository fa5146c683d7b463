/* files: whole files, directories and programs of the host. */
#ifndef LING_PACK_FILES_H
#define LING_PACK_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_bytes {
    uint8_t *p;
    size_t n;
};
/* file_read: the whole file, malloc'ed. false: errno says why. */
bool file_read(const char *path, struct file_bytes *out);
bool file_is_dir(const char *path);
bool file_exists(const char *path);

/* file_save: a file of these bytes, and the directories above it that are missing. Written beside its final place and
 * renamed when complete: readers never see half of it. false: errno says why, and what was there is as it was. */
bool file_save(const char *path, const void *bytes, size_t n);

/* dir_list: names in a directory that end in `suffix`, sorted; NULL-terminated array, freed by dir_free.
 * NULL: errno. */
char **dir_list(const char *path, const char *suffix);
void dir_free(char **names);

char *path_join(const char *dir, const char *name);
char *path_base(const char *path, const char *suffix); /* last part without the suffix */
/* path_of_self: directory of the running executable, or NULL. */
char *path_of_self(void);
/* path_find_program: full real path of a program on PATH, or NULL. */
char *path_find_program(const char *name);

/* program_run: argv[0] found on PATH; what it writes to stdout and stderr goes into *output (malloc'ed). When that has not
 * ended after limit_ms (0: no limit) the program is killed. Returns its exit status, 128 + signal, or -1 when it can't be
 * started (errno). */
int program_run(char *const argv[], struct file_bytes *output, int limit_ms);
/* program_kill: for a signal's handler that does not go back: ends what program_run waits for. */
void program_kill(void);

#endif
