/* names: atoms and exports made on the fly, for test programs that decode terms without a VM. Included by one file of a
 * program. */
#ifndef LING_TEST_NAMES_H
#define LING_TEST_NAMES_H

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "data/etf.h"
#include "format/image.h"
#include "term/order.h"

enum { ATOMS_MAX = 4096, EXPORTS_MAX = 64 };

static struct atom_text atoms[ATOMS_MAX];
static uint32_t n_atoms;
static struct export_entry exports[EXPORTS_MAX];
static uint32_t n_exports;

static struct atom_text names_text(term atom) {
    return atoms[atom_index(atom)];
}

static term names_atom(void *ctx, const uint8_t *utf8, size_t n) {
    for (uint32_t i = 0; i < n_atoms; i++)
        if (atoms[i].bytes == n && !memcmp(atoms[i].utf8, utf8, n)) return atom_make(i);
    if (n_atoms == ATOMS_MAX || utf8_count(utf8, n) < 0 || utf8_count(utf8, n) > 255) return NONE;
    uint8_t *text = malloc(n + 1);
    memcpy(text, utf8, n);
    atoms[n_atoms] = (struct atom_text){text, (uint32_t)n};
    return atom_make(n_atoms++);
}

static const void *names_export(void *ctx, term m, term f, uint32_t arity) {
    for (uint32_t i = 0; i < n_exports; i++)
        if (exports[i].module == m && exports[i].function == f && exports[i].arity == arity)
            return &exports[i];
    if (n_exports == EXPORTS_MAX) return NULL;
    exports[n_exports] = (struct export_entry){.module = m, .function = f, .arity = arity};
    return &exports[n_exports++];
}

static inline void names_forget(void) {
    for (uint32_t i = 0; i < n_atoms; i++) free((void *)(uintptr_t)atoms[i].utf8);
    n_atoms = n_exports = 0;
}

#endif
