/* source: what the user handed in, as .beam files: a directory, .erl files, .beam files. */
#ifndef LING_PACK_SOURCE_H
#define LING_PACK_SOURCE_H

#include "pack/otp.h"

struct source {
    char *name;   /* of the program: the directory's or the file's */
    char *temp;   /* where erlc wrote to, NULL: nothing was compiled */
    char **beams; /* paths */
    uint32_t n_beams, cap_beams;
    char **files; /* .erl files, as the user named them */
    uint32_t n_files, cap_files;
};
/* source_open: compile what has to be. Errors are reported (erlc's as they are). Returns an exit status. */
int source_open(struct source *s, const struct otp *otp, const char *const *paths, uint32_t n_paths);
/* source_file: the .erl file of this base name as the user named it; NULL: not one of them. */
const char *source_file(const struct source *s, const char *base, size_t n);
void source_close(struct source *s); /* removes the temporary files */

#endif
