/* link_names: atoms, M:F/A symbols and funs of the whole program.
 *
 *   atoms: those of atoms.tab first (the VM knows their numbers), then in order of arrival
 *   symbols: live exports · every BIF (apply may name it) · imports of live code · fun M:F/A of live literals
 *
 * Invariant: after link_names the sorted export table has its addresses, so that literals and code can point
 * into it; no symbol is made later.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "format/bifnames.h"
#include "pack/etf_scan.h"
#include "pack/link.h"
#include "pack/note.h"
#include "term/atoms.h"

/* -- atoms */
term link_atom(struct linker *l, const void *utf8, size_t n) {
    return atom_make(key_add(&l->atoms, utf8, n, l->atoms.n, NULL)->value);
}

term link_unit_atom(struct linker *l, struct unit_link *ul, uint32_t index) {
    if (ul->atoms[index] == NONE) {
        struct beam_text t = ul->unit->beam.atoms[index];
        ul->atoms[index] = link_atom(l, t.p, t.n);
    }
    return ul->atoms[index];
}

void link_atoms_place(struct linker *l) {
    uint32_t n = l->atoms.n, n_slots = 16;
    while (n_slots < n + n / 2) n_slots *= 2;
    uint64_t from = l->used;
    struct image_atom *table = link_place(l, n * sizeof *table, 8);
    uint32_t *slots = link_place(l, n_slots * sizeof *slots, 8);
    memset(slots, 0xff, n_slots * sizeof *slots);
    for (uint32_t i = 0; i < n; i++) {
        const struct key_entry *e = &l->atoms.entries[i];
        uint8_t *text = link_place(l, e->bytes, 1);
        memcpy(text, e->key, e->bytes);
        table[i] = (struct image_atom){text, e->bytes, atom_text_hash(text, e->bytes)};
        uint32_t at = table[i].hash & (n_slots - 1);
        while (slots[at] != UINT32_MAX) at = (at + 1) & (n_slots - 1);
        slots[at] = i;
    }
    struct image_header *h = link_header();
    h->n_atoms = n;
    h->n_atom_slots = n_slots;
    h->atoms = table;
    h->atom_slots = slots;
    l->sizes.atoms = l->used - from;
}

/* -- symbols */
static struct symbol *add_symbol(struct linker *l, term m, term f, uint32_t arity, uint32_t *index,
                                 bool *made) {
    const struct {
        term m, f;
        uint64_t arity;
    } key = {m, f, arity};
    int is_new;
    *index = key_add(&l->symbol_index, &key, sizeof key, l->n_symbols, &is_new)->value;
    *made = is_new;
    if (!is_new) return &l->symbols[*index];
    struct symbol *s = VEC_ADD(l->symbols, l->n_symbols, l->cap_symbols);
    *s = (struct symbol){.module = m, .function = f, .arity = arity};
    return s;
}

static void define_symbol(struct symbol *s, enum resolution r, struct unit *u, uint32_t function,
                          uint32_t bif) {
    if (r == RESOLVED_BIF) {
        s->kind = EXPORT_BIF;
        s->bif = bif;
        s->exported = true;
    } else if (r == RESOLVED_CODE && u->functions[function].live) {
        s->kind = EXPORT_CODE;
        s->unit = u;
        s->label = u->functions[function].label;
        s->exported = true;
    } else {
        s->kind = EXPORT_NONE;
    }
}

uint32_t link_symbol(struct linker *l, const void *m, size_t m_n, const void *f, size_t f_n, uint32_t arity) {
    uint32_t index, function = 0, bif = 0;
    bool made;
    struct unit *u = NULL;
    struct symbol *s = add_symbol(l, link_atom(l, m, m_n), link_atom(l, f, f_n), arity, &index, &made);
    if (made) {
        enum resolution r = program_resolve(l->program, m, m_n, f, f_n, arity, &u, &function, &bif);
        define_symbol(s, r, u, function, bif);
    }
    return index;
}

static void symbols_of_bifs(struct linker *l) {
    for (unsigned i = 0; i < bif_names_count; i++)
        link_symbol(l, bif_names[i].module, strlen(bif_names[i].module), bif_names[i].name,
                    strlen(bif_names[i].name), bif_names[i].arity);
}

static uint32_t symbol_of_import(struct linker *l, const struct unit *u, uint32_t import) {
    const struct beam_import *i = &u->beam.imports[import];
    struct beam_text m = u->beam.atoms[i->module], f = u->beam.atoms[i->function];
    return link_symbol(l, m.p, m.n, f.p, f.n, i->arity);
}

static void literal_atom(void *ctx, const uint8_t *utf8, size_t n) {}

static void literal_fun(void *ctx, const uint8_t *m, size_t m_n, const uint8_t *f, size_t f_n,
                        unsigned arity) {
    link_symbol(ctx, m, m_n, f, f_n, arity);
}

static void symbols_of_function(struct linker *l, struct unit_link *ul, const struct unit_function *f) {
    const struct etf_visitor visitor = {l, literal_atom, literal_fun};
    const struct unit *u = ul->unit;
    for (uint32_t i = 0; i < f->n_refs; i++) {
        const struct unit_ref *r = &u->refs[f->first_ref + i];
        if (r->kind == REF_IMPORT && ul->imports[r->index] == KEY_NONE)
            ul->imports[r->index] = symbol_of_import(l, u, r->index);
        struct beam_text t = {0};
        if (r->kind == REF_LITERAL) t = u->beam.literals[r->index];
        if (t.p && etf_scan(t.p, t.n, &visitor) != ST_OK) l->failed = true; /* collect has reported it */
    }
}

static void symbols_of_unit(struct linker *l, struct unit_link *ul) {
    struct unit *u = ul->unit;
    for (uint32_t i = 0; i < u->beam.n_exports; i++) {
        const struct beam_export *e = &u->beam.exports[i];
        if (!u->functions[u->label_function[e->label]].live) continue;
        struct beam_text f = u->beam.atoms[e->function];
        link_symbol(l, u->name, strlen(u->name), f.p, f.n, e->arity);
    }
    for (uint32_t i = 0; i < u->n_functions; i++)
        if (u->functions[i].live) symbols_of_function(l, ul, &u->functions[i]);
}

/* -- the sorted table */
struct ranked {
    term module, function;
    uint32_t arity, index;
};

static int by_mfa(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    if (x->module != y->module) return x->module < y->module ? -1 : 1;
    if (x->function != y->function) return x->function < y->function ? -1 : 1;
    return (x->arity > y->arity) - (x->arity < y->arity);
}

static void place_exports(struct linker *l) {
    struct ranked *order = mem_get(l->n_symbols * sizeof *order);
    for (uint32_t i = 0; i < l->n_symbols; i++) {
        const struct symbol *s = &l->symbols[i];
        order[i] = (struct ranked){s->module, s->function, s->arity, i};
    }
    qsort(order, l->n_symbols, sizeof *order, by_mfa);
    l->exports = link_place(l, l->n_symbols * sizeof *l->exports, 8);
    for (uint32_t i = 0; i < l->n_symbols; i++) {
        struct symbol *s = &l->symbols[order[i].index];
        s->rank = i;
        l->exports[i] = (struct export_entry){.module = s->module,
                                              .function = s->function,
                                              .arity = s->arity,
                                              .kind = s->kind,
                                              .bif = s->bif,
                                              .flags = s->exported};
    }
    free(order);
    link_header()->n_exports = l->n_symbols;
    link_header()->exports = l->exports;
    l->sizes.exports = l->n_symbols * sizeof *l->exports;
}

/* -- funs */
static bool lambda_live(const struct unit *u, uint32_t i) {
    return u->functions[u->label_function[u->beam.lambdas[i].label]].live;
}

static void place_funs(struct linker *l) {
    for (uint32_t m = 0; m < l->program->n_units; m++)
        for (uint32_t i = 0; i < l->units[m].unit->beam.n_lambdas; i++)
            if (lambda_live(l->units[m].unit, i)) l->units[m].funs[i] = l->n_funs++;
    l->funs = link_place(l, l->n_funs * sizeof *l->funs, 8);
    for (uint32_t m = 0; m < l->program->n_units; m++) {
        struct unit_link *ul = &l->units[m];
        for (uint32_t i = 0; i < ul->unit->beam.n_lambdas; i++) {
            const struct beam_lambda *b = &ul->unit->beam.lambdas[i];
            if (ul->funs[i] == KEY_NONE) continue;
            struct fun_entry *e = &l->funs[ul->funs[i]];
            *e = (struct fun_entry){.module = ul->name,
                                    .function = link_unit_atom(l, ul, b->function),
                                    .arity = b->arity - b->num_free,
                                    .num_free = b->num_free,
                                    .index = b->index,
                                    .old_index = i,
                                    .old_uniq = b->old_uniq};
            memcpy(e->uniq, ul->unit->beam.md5, sizeof e->uniq);
        }
    }
    link_header()->n_funs = l->n_funs;
    link_header()->funs = l->funs;
    l->sizes.funs = l->n_funs * sizeof *l->funs;
}

/* The module table and the code lie in this order. (Some names are in atoms.tab, so it is not the
 * alphabet's.) */
static int by_name_word(const void *a, const void *b) {
    term x = ((const struct unit_link *)a)->name, y = ((const struct unit_link *)b)->name;
    return (x > y) - (x < y);
}

void link_names(struct linker *l) {
    for (unsigned i = 0; i < atom_builtin_count; i++)
        link_atom(l, atom_builtin_text[i], strlen(atom_builtin_text[i]));
    for (uint32_t m = 0; m < l->program->n_units; m++)
        l->units[m].name = link_atom(l, l->units[m].unit->name, strlen(l->units[m].unit->name));
    qsort(l->units, l->program->n_units, sizeof *l->units, by_name_word);
    for (uint32_t m = 0; m < l->program->n_units; m++) l->units[m].unit->link = &l->units[m];
    symbols_of_bifs(l);
    for (uint32_t m = 0; m < l->program->n_units; m++) symbols_of_unit(l, &l->units[m]);
    place_exports(l);
    place_funs(l);
}

/* -- stubs */
void link_stubs(struct linker *l) {
    uint64_t *undef = link_place(l, STUB_WORDS * sizeof *undef, 8);
    translate_stub(&l->env, IMPORT_UNDEF, 0, 0, undef);
    link_header()->undef_stub = undef;
    for (uint32_t i = 0; i < l->n_symbols; i++) {
        struct symbol *s = &l->symbols[i];
        if (s->kind == EXPORT_CODE) continue;
        uint64_t *stub = link_place(l, STUB_WORDS * sizeof *stub, 8);
        enum import_kind kind = s->kind == EXPORT_BIF ? IMPORT_BIF : IMPORT_UNDEF;
        translate_stub(&l->env, kind, s->bif, link_export_address(l, i), stub);
        s->stub = (uint64_t)(uintptr_t)stub;
    }
}
