/* program: all modules of the program being packed, and what in them is reached. */
#ifndef LING_PACK_PROGRAM_H
#define LING_PACK_PROGRAM_H

#include "pack/otp.h"
#include "pack/source.h"
#include "pack/unit.h"

/* A function that live code names and that doesn't exist. */
struct missing {
    char *module, *function;
    uint32_t arity;
    const struct unit *from; /* the first to name it */
    char *from_function;
};

struct program {
    const struct otp *otp;
    struct unit **units; /* sorted by name once collected */
    uint32_t n_units, cap_units;
    struct key_map by_name; /* module -> index in units, until they are sorted */
    struct key_map absent;  /* modules looked for in vain */
    struct unit *entry;
    bool service;

    struct missing *missing;
    uint32_t n_missing, cap_missing;
    struct key_map missing_seen;
    uint32_t n_errors; /* reported */
    bool sealed;       /* collected: no module is read any more */

    struct unit *looking_unit; /* being looked through; NULL: roots */
    struct unit_function *looking_function;
    struct work {
        struct unit *unit;
        uint32_t function;
    } * work; /* functions found live, to be looked through */
    uint32_t n_work, cap_work;
};

/* What an M:F/A is. */
enum resolution { RESOLVED_BIF, RESOLVED_CODE, RESOLVED_NATIVE, RESOLVED_NONE };
/* program_resolve: NATIVE: implemented in C by OTP and not by us. *unit, *function for CODE; *bif for BIF. */
enum resolution program_resolve(struct program *p, const char *m, size_t m_n, const char *f, size_t f_n,
                                uint32_t arity, struct unit **unit, uint32_t *function, uint32_t *bif);
/* program_unit: the module of this name, read when first asked for; NULL: there is none. */
struct unit *program_unit(struct program *p, const char *name, size_t n);

/* program_collect: read the user's modules, find the entry, mark everything reached. Returns an exit status.
 */
int program_collect(struct program *p, const struct otp *otp, const struct source *source, const char *entry,
                    const char *const *keep, uint32_t n_keep);
void program_free(struct program *p);

/* -- entry.c */
int program_find_entry(struct program *p, const char *wanted, const char *program_name);

#endif
