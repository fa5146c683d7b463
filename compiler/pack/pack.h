/* pack: from Erlang to a bootable image, in one call. */
#ifndef LING_PACK_PACK_H
#define LING_PACK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pack/image_write.h"

struct pack_options {
    const char *const *paths; /* a directory, or .erl and .beam files */
    uint32_t n_paths;
    const char *output;      /* image to write; NULL: build/<name>.img */
    const char *entry;       /* entry module; NULL: found by the rules in docs/design/pack.md */
    const char *const *keep; /* modules to take whole though nothing names them */
    uint32_t n_keep;
    const char *vm_file; /* the kernel ELF to append to; NULL: the one of `kernel` in home */
    enum kernel kernel;
    const char *home; /* where stdlib/ and the kernel are; NULL: $LING_HOME, else lingpack's directory */
    bool verbose;     /* say what was taken, dropped and missing */
};
struct pack_result {
    char *name; /* of the program */
    char *path; /* the image, malloc'ed as the name */
    char *entry_module;
    bool service; /* entry exports handle/1; else it is a script, main/1 */
    uint64_t image_bytes, payload_bytes;
    uint32_t n_modules, n_functions, n_dropped_functions;
    uint32_t
        n_missing; /* functions that modules of OTP's name and that are not available: undef when called */
    uint32_t erlc_ms, total_ms;
};
/* pack_program: 0, or the exit status after reporting (1: the user's mistake, 70: ours); then *r is empty. */
int pack_program(const struct pack_options *o, struct pack_result *r);
void pack_result_free(struct pack_result *r);

#endif
