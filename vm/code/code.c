/* code: lookups in the image's tables, and the entries made at run time beside them.
 *
 *   image (read-only, at PAYLOAD_BASE)            arena
 *   atoms[n_atoms]  atom_slots[2^k] ─hash─┐       dyn_atoms[]  dyn_slots[2^k]      indices go on from n_atoms
 *   exports[] sorted by words             │       dyn_exports: slots[2^k] -> struct dyn_export {entry, stub}
 *   modules[] sorted by name and address ─┴─> functions[], lines[] sorted by address
 *
 * Invariant: an entry once handed out (atom index, export_entry) stays where it is and never changes.
 * Trust: code_init checks that the tables lie inside the payload, so that a truncated or foreign one is
 * refused; code words and literals are as trusted as the program itself (lingpack inspect verifies the digest
 * of all).
 */
#include "code/code.h"

#include "base/utf8.h"
#include "term/order.h"

enum { FIRST_SLOTS = 64, FIRST_DYN_ATOMS = 32 };
#define SLOT_EMPTY UINT32_MAX

struct dyn_export {
    struct export_entry entry;
    uint64_t stub[2];
};
struct dyn_exports {
    struct dyn_export **slots; /* open addressing; NULL: empty */
    uint32_t n, n_slots;       /* n_slots a power of two */
};

static const struct code *current; /* for atom_text, which the layers below call without a context */

/* -- the image's header */
struct bounds {
    uintptr_t lo, hi;
};

static NOINLINE bool bounds_hold(struct bounds b, const void *p, uint64_t n, size_t each, size_t align) {
    uintptr_t at = (uintptr_t)p;
    return at >= b.lo && at <= b.hi && at % align == 0 && n <= (b.hi - at) / each;
}
#define TABLE_HOLDS(b, p, n) bounds_hold((b), (p), (n), sizeof *(p), __alignof__(*(p)))

static bool code_range_ok(const struct image_header *im) {
    uintptr_t lo = (uintptr_t)im;
    return im->code_lo >= lo && im->code_lo <= im->code_hi && im->code_hi <= lo + im->bytes &&
           im->literals_lo >= lo && im->literals_lo <= im->literals_hi && im->literals_hi <= lo + im->bytes &&
           im->code_lo % 8 == 0;
}

static bool module_ok(const struct image_header *im, struct bounds b, const struct image_module *m) {
    uintptr_t from = (uintptr_t)m->code, to = (uintptr_t)m->code_end;
    bool after_last = m == im->modules || (from >= (uintptr_t)m[-1].code_end && m->name > m[-1].name);
    return from >= im->code_lo && from <= to && to <= im->code_hi && after_last && m->n_files > 0 &&
           TABLE_HOLDS(b, m->functions, m->n_functions) && TABLE_HOLDS(b, m->exports, m->n_exports) &&
           TABLE_HOLDS(b, m->lines, m->n_lines) && TABLE_HOLDS(b, m->files, m->n_files);
}

static const char *image_fault(const struct image_header *im) {
    if ((uintptr_t)im % 8 != 0 || im->magic != IMAGE_MAGIC) return "not a Ling payload (wrong magic number)";
    if (im->abi != IMAGE_ABI || im->header_bytes != sizeof *im)
        return "the payload was made by another version of lingpack";
    if (im->bytes < sizeof *im || im->bytes > PAYLOAD_LIMIT - PAYLOAD_BASE)
        return "the payload's size is impossible";
    struct bounds b = {(uintptr_t)im + sizeof *im, (uintptr_t)im + im->bytes};
    if (!TABLE_HOLDS(b, im->atoms, im->n_atoms) || im->n_atoms > ATOM_LIMIT ||
        !TABLE_HOLDS(b, im->atom_slots, im->n_atom_slots) || im->n_atom_slots <= im->n_atoms ||
        (im->n_atom_slots & (im->n_atom_slots - 1)) != 0)
        return "the payload's atom table passes its end";
    if (!TABLE_HOLDS(b, im->exports, im->n_exports) || !TABLE_HOLDS(b, im->funs, im->n_funs) ||
        !TABLE_HOLDS(b, im->modules, im->n_modules))
        return "a table of the payload passes its end";
    if (!code_range_ok(im)) return "the payload's code passes its end";
    if (im->undef_stub && !TABLE_HOLDS(b, im->undef_stub, 2)) return "a table of the payload passes its end";
    for (uint32_t i = 0; i < im->n_modules; i++)
        if (!module_ok(im, b, &im->modules[i])) return "a module of the payload passes its end";
    return NULL;
}

/* -- atoms */
static const struct image_atom *atom_entry(const struct code *c, uint32_t index) {
    if (index < c->image->n_atoms) return &c->image->atoms[index];
    index -= c->image->n_atoms;
    return index < c->n_dyn_atoms ? &c->dyn_atoms[index] : NULL;
}

static struct atom_text code_atom_text(term atom) {
    const struct image_atom *a = atom_entry(current, atom_index(atom));
    return a ? (struct atom_text){a->utf8, a->bytes} : (struct atom_text){(const uint8_t *)"", 0};
}

enum status code_init(struct code *c, struct alloc *a, const struct image_header *image, const char **why) {
    const char *fault = image_fault(image);
    if (fault) {
        *why = fault;
        return ST_CORRUPT;
    }
    *c = (struct code){.image = image, .alloc = a};
    current = c;
    atom_text = code_atom_text;
    return ST_OK;
}

uint32_t atom_count(const struct code *c) {
    return c->image->n_atoms + c->n_dyn_atoms;
}

/* Slot of this text: where it is, or the empty one where it would go. Tables always have an empty slot. */
static uint32_t atom_probe(const struct code *c, const uint32_t *slots, uint32_t n_slots, uint32_t hash,
                           const uint8_t *utf8, size_t n) {
    uint32_t at = hash & (n_slots - 1);
    for (; slots[at] != SLOT_EMPTY; at = (at + 1) & (n_slots - 1)) {
        const struct image_atom *a = atom_entry(c, slots[at]);
        if (a && a->hash == hash && a->bytes == n && memcmp(a->utf8, utf8, n) == 0) break;
    }
    return at;
}

static bool atom_find_hashed(const struct code *c, uint32_t hash, const uint8_t *utf8, size_t n, term *out) {
    const struct image_header *im = c->image;
    uint32_t found = im->atom_slots[atom_probe(c, im->atom_slots, im->n_atom_slots, hash, utf8, n)];
    if (found == SLOT_EMPTY && c->n_dyn_slots > 0)
        found = c->dyn_slots[atom_probe(c, c->dyn_slots, c->n_dyn_slots, hash, utf8, n)];
    if (found == SLOT_EMPTY) return false;
    *out = atom_make(found);
    return true;
}

bool atom_find(const struct code *c, const uint8_t *utf8, size_t n, term *out) {
    return atom_find_hashed(c, atom_text_hash(utf8, n), utf8, n, out);
}

static bool dyn_slots_grow(struct code *c) {
    uint32_t n_slots = c->n_dyn_slots ? 2 * c->n_dyn_slots : FIRST_SLOTS;
    uint32_t *slots = alloc_get(c->alloc, n_slots * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0xff, n_slots * sizeof *slots);
    for (uint32_t i = 0; i < c->n_dyn_atoms; i++) {
        const struct image_atom *a = &c->dyn_atoms[i];
        slots[atom_probe(c, slots, n_slots, a->hash, a->utf8, a->bytes)] = c->image->n_atoms + i;
    }
    alloc_put(c->alloc, c->dyn_slots);
    c->dyn_slots = slots;
    c->n_dyn_slots = n_slots;
    return true;
}

static bool dyn_atoms_reserve(struct code *c) {
    if (2 * (c->n_dyn_atoms + 1) > c->n_dyn_slots && !dyn_slots_grow(c)) return false;
    if (c->n_dyn_atoms < c->cap_dyn_atoms) return true;
    uint32_t cap = c->cap_dyn_atoms ? 2 * c->cap_dyn_atoms : FIRST_DYN_ATOMS;
    struct image_atom *atoms = alloc_resize(c->alloc, c->dyn_atoms, cap * sizeof *atoms);
    if (!atoms) return false;
    c->dyn_atoms = atoms;
    c->cap_dyn_atoms = cap;
    return true;
}

enum status atom_intern(struct code *c, const uint8_t *utf8, size_t n, term *out) {
    uint32_t hash = atom_text_hash(utf8, n);
    if (atom_find_hashed(c, hash, utf8, n, out)) return ST_OK;
    long chars = utf8_count(utf8, n);
    if (chars < 0) return ST_CORRUPT;
    if (chars > ATOM_MAX_CHARS || atom_count(c) >= ATOM_LIMIT) return ST_LIMIT;
    if (!dyn_atoms_reserve(c)) return ST_NOMEM;
    uint8_t *text = alloc_get(c->alloc, n + 1);
    if (!text) return ST_NOMEM;
    memcpy(text, utf8, n);
    uint32_t index = atom_count(c);
    uint32_t at = atom_probe(c, c->dyn_slots, c->n_dyn_slots, hash, utf8, n);
    c->dyn_atoms[c->n_dyn_atoms++] = (struct image_atom){text, (uint32_t)n, hash};
    c->dyn_slots[at] = index;
    *out = atom_make(index);
    return ST_OK;
}

/* -- modules and exports */
const struct image_module *code_module(const struct code *c, term name) {
    uint32_t lo = 0, hi = c->image->n_modules;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct image_module *m = &c->image->modules[mid];
        if (m->name == name) return m;
        if (m->name < name)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static int export_compare(const struct export_entry *e, term m, term f, uint32_t arity) {
    if (e->module != m) return e->module < m ? -1 : 1;
    if (e->function != f) return e->function < f ? -1 : 1;
    return e->arity == arity ? 0 : e->arity < arity ? -1 : 1;
}

static const struct export_entry *image_export(const struct image_header *im, term m, term f,
                                               uint32_t arity) {
    uint32_t lo = 0, hi = im->n_exports;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = export_compare(&im->exports[mid], m, f, arity);
        if (order == 0) return &im->exports[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static struct dyn_export **dyn_probe(struct dyn_export **slots, uint32_t n_slots, term m, term f,
                                     uint32_t arity) {
    uint64_t mix = (m ^ f << 20 ^ (uint64_t)arity << 48) * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t at = (uint32_t)(mix >> 32) & (n_slots - 1);
    while (slots[at] && export_compare(&slots[at]->entry, m, f, arity) != 0) at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

const struct export_entry *code_export(const struct code *c, term m, term f, uint32_t arity) {
    const struct export_entry *e = image_export(c->image, m, f, arity);
    if (e || !c->dyn_exports) return e;
    struct dyn_export *d = *dyn_probe(c->dyn_exports->slots, c->dyn_exports->n_slots, m, f, arity);
    return d ? &d->entry : NULL;
}

static bool dyn_exports_reserve(struct code *c) {
    if (!c->dyn_exports) c->dyn_exports = alloc_get_zeroed(c->alloc, sizeof *c->dyn_exports);
    struct dyn_exports *t = c->dyn_exports;
    if (!t) return false;
    if (t->slots && 2 * (t->n + 1) <= t->n_slots) return true;
    uint32_t n_slots = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
    struct dyn_export **slots = alloc_get_zeroed(c->alloc, n_slots * sizeof *slots);
    if (!slots) return t->slots && t->n + 1 < t->n_slots;
    for (uint32_t i = 0; i < t->n_slots; i++) {
        struct dyn_export *d = t->slots[i];
        if (d) *dyn_probe(slots, n_slots, d->entry.module, d->entry.function, d->entry.arity) = d;
    }
    alloc_put(c->alloc, t->slots);
    t->slots = slots;
    t->n_slots = n_slots;
    return true;
}

const struct export_entry *code_export_make(struct code *c, term m, term f, uint32_t arity) {
    const struct export_entry *known = code_export(c, m, f, arity);
    if (known) return known;
    struct dyn_export *d = alloc_get_zeroed(c->alloc, sizeof *d);
    if (!d || !dyn_exports_reserve(c) || !c->dyn_exports->slots) {
        alloc_put(c->alloc, d);
        return NULL;
    }
    if (c->image->undef_stub) memcpy(d->stub, c->image->undef_stub, sizeof d->stub);
    d->stub[1] = (uint64_t)(uintptr_t)&d->entry;
    d->entry = (struct export_entry){
        .module = m, .function = f, .arity = arity, .kind = EXPORT_NONE, .code = d->stub};
    *dyn_probe(c->dyn_exports->slots, c->dyn_exports->n_slots, m, f, arity) = d;
    c->dyn_exports->n++;
    return &d->entry;
}

/* -- places */
static const struct image_module *module_at(const struct image_header *im, const uint64_t *pc) {
    uint32_t lo = 0, hi = im->n_modules;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct image_module *m = &im->modules[mid];
        if (pc >= m->code && pc < m->code_end) return m;
        if (m->code_end <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* The last function that starts at or before pc; NULL: none does. */
static const struct function_entry *function_at(const struct image_module *m, const uint64_t *pc) {
    uint32_t lo = 0, hi = m->n_functions;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (m->functions[mid].code <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? &m->functions[lo - 1] : NULL;
}

static uint32_t location_at(const struct image_module *m, uint64_t offset) {
    uint32_t lo = 0, hi = m->n_lines;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (m->lines[mid].code_offset <= offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? m->lines[lo - 1].location : 0;
}

bool code_lookup(const struct code *c, const uint64_t *pc, struct code_place *out) {
    const struct image_module *m = module_at(c->image, pc);
    const struct function_entry *f = m ? function_at(m, pc) : NULL;
    if (!f) return false;
    uint32_t location = location_at(m, (uint64_t)(pc - m->code)), file = location >> 24;
    bool known = location != 0 && file < m->n_files;
    *out = (struct code_place){m, f, known ? m->files[file] : NIL, known ? location & 0xffffff : 0};
    return true;
}
