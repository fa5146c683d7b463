/* link: from the program's modules to the payload in final form, in memory at PAYLOAD_BASE. */
#ifndef LING_PACK_LINK_H
#define LING_PACK_LINK_H

#include "format/image.h"
#include "format/translate.h"
#include "heap/heap.h"
#include "pack/program.h"
#include "pack/vm_file.h"

/* M:F/A of the program: what becomes an export_entry. */
struct symbol {
    term module, function;
    uint32_t arity;
    enum export_kind kind;
    bool exported;
    uint32_t bif;
    struct unit *unit; /* EXPORT_CODE */
    uint32_t label;
    uint32_t rank; /* place in the sorted table */
    uint64_t stub; /* address of its stub; 0: none needed */
};

/* What the linker knows of a unit. */
struct unit_link {
    struct unit *unit;
    struct xcode code;
    uint64_t code_address;
    term name;
    term *atoms;          /* by .beam index; NONE: not asked for yet */
    term *literals;       /* likewise */
    uint32_t *imports;    /* symbol of each import, KEY_NONE: not in live code */
    uint64_t *label_stub; /* [n_labels]: address to use instead of the code, 0: none */
    uint32_t *funs;       /* index in the program's funs of each lambda, KEY_NONE: dropped */
    uint64_t strings;     /* address of the string chunk */
    term *files;          /* names of source files, as strings */
    struct image_module image;
};

struct linker {
    struct program *program;
    const struct vm_file *vm;
    struct link_env env;
    uint64_t used; /* bytes of the payload so far */

    struct key_map atoms;   /* text -> atom index */
    struct symbol *symbols; /* in order of arrival */
    uint32_t n_symbols, cap_symbols;
    struct key_map symbol_index;  /* (module, function, arity) -> index in symbols */
    struct export_entry *exports; /* in the payload, by rank */
    struct fun_entry *funs;       /* in the payload */
    uint32_t n_funs;

    struct heap heap;             /* the literals' */
    void *scratch;                /* arena of heap.alloc: for the decoder */
    struct key_map literal_index; /* external form -> index in literal_terms */
    term *literal_terms;
    uint32_t n_literal_terms, cap_literal_terms;

    struct unit_link *units;
    struct unit_link *now; /* being translated */
    uint32_t n_functions, n_dropped;
    struct link_sizes {
        uint64_t literals, atoms, exports, funs, modules, lines, code;
    } sizes;
    bool failed; /* an error was reported */
    bool mapped;
};

/* link_program: maps the payload's address range and fills it. Returns an exit status. The payload is
 * [PAYLOAD_BASE, PAYLOAD_BASE + l->used) until link_free. release: of OTP, for the manifest. */
int link_program(struct linker *l, struct program *p, const struct vm_file *vm, const char *name,
                 const char *release);
void link_free(struct linker *l);
/* link_digest: SHA-256 of a payload as if its digest field were zero. */
void link_digest(const struct image_header *h, uint64_t bytes, uint8_t digest[32]);
static inline struct image_header *link_header(void) {
    return (struct image_header *)(uintptr_t)PAYLOAD_BASE;
}

/* -- link.c: room in the payload, zeroed. Ends the program with a message when the payload's range is full.
 */
void *link_place(struct linker *l, uint64_t bytes, uint64_t align);

/* -- link_names.c */
term link_atom(struct linker *l, const void *utf8, size_t n);
term link_unit_atom(struct linker *l, struct unit_link *ul, uint32_t index);
uint32_t link_symbol(struct linker *l, const void *m, size_t m_n, const void *f, size_t f_n, uint32_t arity);
void link_names(struct linker *l); /* all symbols and funs; places exports and funs */
void link_atoms_place(struct linker *l);
void link_stubs(struct linker *l); /* places the stubs; symbols of kind EXPORT_CODE get none */
static inline uint64_t link_export_address(const struct linker *l, uint32_t symbol) {
    return (uint64_t)(uintptr_t)(l->exports + l->symbols[symbol].rank);
}

/* -- link_terms.c */
void link_terms_begin(struct linker *l);
void link_terms_end(struct linker *l);
term link_literal(struct linker *l, const char *what, struct beam_text external);
term link_integer(struct linker *l, const struct beam_arg *arg);
term link_float(struct linker *l, double d);
term link_string(struct linker *l, struct beam_text utf8);

/* -- link_code.c */
int link_translate(struct linker *l); /* every module's live code */
void link_code_place(struct linker *l);
void link_fixups(struct linker *l);

/* -- link_tables.c */
void link_module_terms(struct linker *l); /* while the literals' heap is open */
void link_modules(struct linker *l);
void link_strings(struct linker *l);

/* -- manifest.c: JSON text, malloc'ed */
char *manifest_make(const struct linker *l, const char *name, const char *release);

#endif
