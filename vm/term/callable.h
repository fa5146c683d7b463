/* callable: what function terms point at: entries that lie in the program's image (format/image.h) or, for names made at
 * run time, in the VM's memory. Never written once made. */
#ifndef LING_CALLABLE_H
#define LING_CALLABLE_H

#include "term/term.h"

/* How a function of M:F/A is reached. */
enum export_kind { EXPORT_NONE, EXPORT_CODE, EXPORT_BIF };
struct export_entry {
    term module, function;
    uint32_t arity;
    uint32_t
        kind;     /* enum export_kind; EXPORT_NONE: named in the program, exists nowhere: undef when called */
    uint32_t bif; /* EXPORT_BIF: index in the generated BIF table */
    uint32_t flags; /* bit 0: exported by its module (function_exported/3) */
    const uint64_t
        *code; /* EXPORT_CODE: the entry; else a stub in the payload that calls the BIF or raises undef */
};

struct fun_entry {
    term module, function; /* function: name of the lambda, '-f/1-fun-0-' */
    const uint64_t *code;
    uint32_t arity; /* without the environment */
    uint32_t num_free, index, old_index, old_uniq;
    uint8_t uniq[16];
};

#endif
