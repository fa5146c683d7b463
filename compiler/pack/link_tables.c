/* link_tables: what the VM looks up about modules: functions, lines, exports, attributes.
 * Terms (file names, attributes) are made while the literals' heap is open; the tables are placed after the
 * code. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "pack/link.h"

enum { FILES_MAX = 255, LINE_MAX_NUMBER = 0xffffff }; /* what struct line_entry has bits for */

/* -- while the heap is open */
static term attributes_of(struct linker *l, const struct unit *u, struct beam_text chunk) {
    return chunk.p ? link_literal(l, u->path, chunk) : NIL;
}

void link_module_terms(struct linker *l) {
    for (uint32_t i = 0; i < l->program->n_units; i++) {
        struct unit_link *ul = &l->units[i];
        const struct beam *b = &ul->unit->beam;
        uint32_t n = b->n_files > FILES_MAX ? FILES_MAX : b->n_files;
        ul->files = mem_get(n * sizeof *ul->files);
        for (uint32_t f = 0; f < n; f++) ul->files[f] = link_string(l, b->files[f]);
        ul->image.n_files = n;
        ul->image.attributes = attributes_of(l, ul->unit, b->attributes);
        /* OTP's own say where it was built: kilobytes of lists that nobody asks for */
        bool theirs = ul->unit->origin != UNIT_USER;
        ul->image.compile_info = theirs ? NIL : attributes_of(l, ul->unit, b->compile_info);
    }
}

/* -- tables */
static void place_functions(struct linker *l, struct unit_link *ul) {
    const struct xcode *x = &ul->code;
    struct function_entry *table = link_place(l, x->n_functions * sizeof *table, 8);
    for (uint32_t i = 0; i < x->n_functions; i++)
        table[i] = (struct function_entry){
            .code = (const uint64_t *)(uintptr_t)(ul->code_address + 8ull * x->functions[i].word),
            .name = link_unit_atom(l, ul, x->functions[i].name_atom),
            .arity = x->functions[i].arity};
    ul->image.functions = table;
    ul->image.n_functions = x->n_functions;
}

/* The modules of OTP's emulator show no lines: what it has inside was built without. */
static bool shows_lines(const struct unit *u) {
    return u->origin != UNIT_OTP || !strstr(u->path, "/erts-");
}

static void place_lines(struct linker *l, struct unit_link *ul) {
    const struct xcode *x = &ul->code;
    uint32_t max = shows_lines(ul->unit) ? x->n_lines : 0;
    struct line_entry *table = link_place(l, max * sizeof *table, 8);
    uint32_t n = 0, last = 0;
    for (uint32_t i = 0; i < max; i++) {
        const struct xline *e = &x->lines[i];
        bool fits = e->file < ul->image.n_files && e->line <= LINE_MAX_NUMBER;
        uint32_t location = fits ? e->file << 24 | e->line : 0;
        if (location == last) continue;
        if (n > 0 && table[n - 1].code_offset == e->word) n--;
        table[n++] = (struct line_entry){e->word, location};
        last = location;
    }
    l->used -= (max - n) * sizeof *table;
    memset(table + n, 0, (max - n) * sizeof *table);
    ul->image.lines = table;
    ul->image.n_lines = n;
}

/* The module's exports stand together in the sorted table. */
static void place_exports(struct linker *l, struct unit_link *ul) {
    uint32_t lo = 0, hi = l->n_symbols, n = 0;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (l->exports[mid].module < ul->name)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (hi = lo; hi < l->n_symbols && l->exports[hi].module == ul->name; hi++) n += l->exports[hi].flags & 1;
    const struct export_entry **table = link_place(l, n * sizeof *table, 8);
    n = 0;
    for (uint32_t i = lo; i < hi; i++)
        if (l->exports[i].flags & 1) table[n++] = &l->exports[i];
    ul->image.exports = table;
    ul->image.n_exports = n;
}

static void place_files(struct linker *l, struct unit_link *ul) {
    term *table = link_place(l, ul->image.n_files * sizeof *table, 8);
    memcpy(table, ul->files, ul->image.n_files * sizeof *table);
    ul->image.files = table;
}

void link_modules(struct linker *l) {
    uint32_t n = l->program->n_units;
    uint64_t from = l->used;
    for (uint32_t i = 0; i < n; i++) place_lines(l, &l->units[i]);
    l->sizes.lines = l->used - from;
    from = l->used;
    for (uint32_t i = 0; i < n; i++) {
        struct unit_link *ul = &l->units[i];
        place_functions(l, ul);
        place_exports(l, ul);
        place_files(l, ul);
        ul->image.name = ul->name;
        ul->image.code = (const uint64_t *)(uintptr_t)ul->code_address;
        ul->image.code_end = ul->image.code + ul->code.n_words;
        memcpy(ul->image.md5, ul->unit->beam.md5, sizeof ul->image.md5);
    }
    struct image_module *modules = link_place(l, n * sizeof *modules, 8);
    for (uint32_t i = 0; i < n; i++) modules[i] = l->units[i].image;
    link_header()->n_modules = n;
    link_header()->modules = modules;
    l->sizes.modules = l->used - from;
}

void link_strings(struct linker *l) {
    for (uint32_t i = 0; i < l->program->n_units; i++) {
        struct beam_text t = l->units[i].unit->beam.strings;
        uint8_t *at = link_place(l, t.n, 1);
        if (t.n) memcpy(at, t.p, t.n);
        l->units[i].strings = (uint64_t)(uintptr_t)at;
    }
}
