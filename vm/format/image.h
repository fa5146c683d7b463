/* image: the payload that lingpack appends to a prebuilt kernel, in final form: what is mapped at PAYLOAD_BASE is what
 * runs. All pointers are absolute addresses inside the payload; nothing in it is ever written (mutable state is the
 * VM's). One ELF PT_LOAD with p_vaddr == p_paddr == PAYLOAD_BASE; it starts with struct image_header.
 *
 *   [header][exports][funs][strings][literals][code][lines][functions, modules][atoms][manifest]
 *
 * lingpack maps this range at the same address in its own process and builds the terms in place with the VM's own
 * term/heap/data code, so there is one definition of every layout.
 */
#ifndef LING_IMAGE_H
#define LING_IMAGE_H

#include "term/callable.h"

#define PAYLOAD_BASE  UINT64_C(0x400000)
#define PAYLOAD_LIMIT UINT64_C(0x10000000)         /* first address a payload never reaches */
#define IMAGE_MAGIC   UINT64_C(0x31474d49474e494c) /* "LINGIMG1" */
enum { IMAGE_ABI = 1 };

struct image_atom {
    const uint8_t *utf8;
    uint32_t bytes;
    uint32_t hash; /* atom_text_hash of the text */
};

struct line_entry {       /* sorted by code address within a module */
    uint32_t code_offset; /* words from the module's code start: this entry holds from here on */
    uint32_t location;    /* file index << 24 | line; 0: none */
};

struct function_entry { /* sorted by address */
    const uint64_t *code;
    term name;
    uint32_t arity;
    uint32_t unused;
};

struct image_module {
    term name;
    const uint64_t *code, *code_end;
    const struct function_entry *functions;
    const struct export_entry *const *exports; /* of this module, sorted by (function atom, arity) */
    const struct line_entry *lines;
    const term *files;             /* file names as strings (lists) for the location tuples */
    term attributes, compile_info; /* lists, for module_info */
    uint32_t n_functions, n_exports, n_lines, n_files;
    uint8_t md5[16];
};

struct image_header {
    uint64_t magic;
    uint32_t abi, header_bytes;
    uint64_t bytes;          /* of the whole payload */
    uint64_t vm_fingerprint; /* of the VM that the code words are for: see interp_fingerprint */
    uint8_t digest[32];      /* SHA-256 of the payload with this field zero */
    term entry_module;       /* the service or script */
    uint32_t entry_kind;     /* enum image_entry */
    uint32_t n_atoms, n_atom_slots, n_exports, n_funs, n_modules;
    const struct image_atom *atoms; /* index = atom_index */
    const uint32_t *atom_slots;     /* open-addressing hash, n_atom_slots a power of two, UINT32_MAX empty */
    const struct export_entry *exports; /* sorted by (module, function, arity) as words */
    const struct fun_entry *funs;
    const struct image_module *modules; /* sorted by name word; their code lies in the same order */
    uint64_t literals_lo, literals_hi;
    uint64_t code_lo, code_hi;
    const uint64_t
        *undef_stub;      /* template of a stub: translate_stub of IMPORT_UNDEF with entry 0 (its word 1) */
    const char *manifest; /* JSON text: name, versions, modules dropped/kept, for inspect; NUL-terminated */
};
enum image_entry { ENTRY_SERVICE, ENTRY_SCRIPT };

static inline uint32_t atom_text_hash(const uint8_t *s, size_t n) { /* FNV-1a */
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++) h = (h ^ s[i]) * 16777619u;
    return h;
}

#endif
