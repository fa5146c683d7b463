/* unit: one module of the program being packed: its .beam, and what each of its functions refers to. */
#ifndef LING_PACK_UNIT_H
#define LING_PACK_UNIT_H

#include "format/beam.h"

enum unit_origin { UNIT_USER, UNIT_LING, UNIT_OTP }; /* UNIT_LING: from our stdlib */

enum unit_ref_kind {
    REF_LABEL,
    REF_IMPORT,
    REF_LAMBDA,
    REF_LITERAL,
    REF_ATOM,
    REF_APPLY, /* module `index` and function `next` handed to apply/3, spawn/3 and the like */
};
struct unit_ref {
    uint8_t kind;         /* enum unit_ref_kind */
    bool matched;         /* REF_ATOM, REF_LITERAL: only compared with, not made into a value */
    uint32_t index, line; /* line: of the Line chunk; 0 none */
    uint32_t next;        /* REF_ATOM: the atom behind it in a tuple or as the next argument, 0: none */
};
struct unit_function {
    uint32_t name, arity, label; /* name: atom index; label: the entry */
    uint32_t from, to;           /* bytes of the Code chunk's instructions */
    uint32_t first_ref, n_refs;
    bool live;
};
struct unit {
    char *name, *path;
    enum unit_origin origin;
    struct beam beam;
    uint8_t *bytes;
    size_t n_bytes;
    bool whole;       /* all its exports may be called by a name computed at run time */
    bool used;        /* something of it is live */
    char reason[120]; /* the first function that named it, for -v */
    bool has_on_load; /* OTP's: it would load C code; what that has is not there */
    bool warned;      /* the user was told so */

    struct unit_function *functions; /* in code order */
    uint32_t n_functions;
    struct unit_ref *refs;
    uint32_t n_refs;
    uint32_t *label_function; /* [n_labels]: index of the function a label is in, UINT32_MAX none */

    uint8_t *live_code; /* instructions of live functions only, when some are dropped */
    void *link;         /* of the linker */
};

/* unit_open: read and scan a module. Reports errors itself; NULL: failed. name must be what the file says,
 * when given. */
struct unit *unit_open(const char *path, enum unit_origin origin, const char *name);
void unit_free(struct unit *u);
/* unit_export: label of an exported function, 0: none. */
uint32_t unit_export(const struct unit *u, const char *function, uint32_t arity);
bool unit_atom_is(const struct unit *u, uint32_t atom, const char *text);
/* unit_prune: shrink the instruction stream to live functions. */
void unit_prune(struct unit *u);

#endif
