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

/* A file written beside its final place and renamed when complete: readers never see half of it. */
struct file_writer {
    char *path, *temp; /* temp NULL: path is no regular file, and written to directly */
    int fd;
    bool failed; /* sticky; errno of the first failure in `error` */
    int error;
};
bool file_begin(struct file_writer *w, const char *path); /* false: errno says why */
void file_write(struct file_writer *w, const void *bytes, size_t n);
/* file_end: flush and rename, or (failed, or `keep` false) remove. false: w->error says why. */
bool file_end(struct file_writer *w, bool keep);
/* file_parents: make the directories above path that are missing. false: errno says why. */
bool file_parents(const char *path);

/* dir_list: names in a directory that end in `suffix`, sorted; NULL-terminated array, freed by dir_free.
 * NULL: errno. */
char **dir_list(const char *path, const char *suffix);
void dir_free(char **names);
/* dir_temp: a fresh directory under $TMPDIR; dir_remove: it and the files in it. */
char *dir_temp(void);
void dir_remove(const char *path);

char *path_join(const char *dir, const char *name);
char *path_base(const char *path, const char *suffix); /* last part without the suffix */
/* path_of_self: directory of the running executable, or NULL. */
char *path_of_self(void);
/* path_find_program: full real path of a program on PATH, or NULL. */
char *path_find_program(const char *name);

/* program_run: argv[0] found on PATH; what it writes to stdout and stderr goes to our stderr, or, when asked for,
 * into *output (malloc'ed). Returns its exit status, 128 + signal, or -1 when it can't be started (errno). */
int program_run(char *const argv[], struct file_bytes *output);

#endif
