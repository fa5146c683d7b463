/* code: loaded code as the running VM sees it: the image's tables plus what is created at run time (new
 * atoms, exports made by fun M:F/A of unknown functions). */
#ifndef LING_CODE_H
#define LING_CODE_H

#include "base/alloc.h"
#include "format/image.h"

struct code {
    const struct image_header *image;
    struct alloc *alloc;
    /* atoms created at run time: index = image->n_atoms + i */
    struct image_atom *dyn_atoms;
    uint32_t n_dyn_atoms, cap_dyn_atoms;
    uint32_t *dyn_slots; /* hash of dyn atoms, cap power of two */
    uint32_t n_dyn_slots;
    struct dyn_exports *dyn_exports; /* entries for M:F/A not in the image; NULL: none yet */
};

/* code_init: check the header (magic, abi, bounds of every table) and start with no dynamic entries.
 * Returns ST_CORRUPT with *why set to a sentence. Also sets atom_text (term/order.h). */
enum status code_init(struct code *c, struct alloc *a, const struct image_header *image,
                      const char **why) MUST_CHECK;

enum { ATOM_MAX_CHARS = 255, ATOM_LIMIT = 1 << 20 };
/* atom_intern: the atom of this UTF-8 text, made when new. ST_LIMIT: too long or table full; ST_CORRUPT: bad
 * UTF-8. */
enum status atom_intern(struct code *c, const uint8_t *utf8, size_t n, term *out) MUST_CHECK;
bool atom_find(const struct code *c, const uint8_t *utf8, size_t n, term *out); /* existing atoms only */
uint32_t atom_count(const struct code *c);

const struct image_module *code_module(const struct code *c, term name); /* NULL: not loaded */
const struct export_entry *code_export(const struct code *c, term m, term f,
                                       uint32_t arity); /* NULL: unknown */
/* code_export_make: as code_export, creating an EXPORT_NONE entry when unknown (for fun M:F/A). NULL: no
 * memory. */
const struct export_entry *code_export_make(struct code *c, term m, term f, uint32_t arity);

struct code_place {
    const struct image_module *module;
    const struct function_entry *function;
    term file; /* string, or NIL when unknown */
    uint32_t line;
};
/* code_lookup: which function and line an address belongs to (pc of an instruction; for a return address pass
 * the address - 1 word). false: not code of a module. */
bool code_lookup(const struct code *c, const uint64_t *pc, struct code_place *out);

#endif
