/* link_code: the modules' code: translated with addresses open, laid out, then patched.
 *
 *   code_lo │ undef stub │ stubs of BIFs and of what is missing │ module │ module │ … │ code_hi
 *
 * A function that Ling has as a BIF keeps its Erlang body (a stub in OTP), but every way to it (export, local
 * call, fun) leads to the BIF's stub.
 */
#define _GNU_SOURCE
#include "format/bifnames.h"
#include "pack/link.h"
#include "pack/note.h"

/* -- what the translator asks */
static term env_atom(void *ctx, uint32_t index) {
    struct linker *l = ctx;
    return link_unit_atom(l, l->now, index);
}

static term env_literal(void *ctx, uint32_t index) {
    struct linker *l = ctx;
    term *known = &l->now->literals[index];
    if (*known == NONE) *known = link_literal(l, l->now->unit->path, l->now->unit->beam.literals[index]);
    return *known;
}

static term env_integer(void *ctx, const struct beam_arg *arg) {
    return link_integer(ctx, arg);
}
static term env_float(void *ctx, double d) {
    return link_float(ctx, d);
}

static struct import_target env_import(void *ctx, uint32_t index) {
    struct linker *l = ctx;
    uint32_t symbol = l->now->imports[index];
    if (symbol == KEY_NONE) return (struct import_target){.kind = IMPORT_UNDEF};
    const struct symbol *s = &l->symbols[symbol];
    if (s->kind == EXPORT_BIF)
        return (struct import_target){IMPORT_BIF, s->bif, bif_names[s->bif].kind == BIF_NAME_GUARD};
    return (struct import_target){.kind = s->kind == EXPORT_CODE ? IMPORT_CODE : IMPORT_UNDEF};
}

int link_translate(struct linker *l) {
    l->env = (struct link_env){.ctx = l,
                               .atom = env_atom,
                               .literal = env_literal,
                               .integer = env_integer,
                               .big_float = env_float,
                               .import = env_import,
                               .handlers = l->vm->handlers,
                               .n_handlers = l->vm->n_handlers};
    bool ok = true;
    for (uint32_t i = 0; i < l->program->n_units; i++) {
        char why[200] = "";
        struct unit_link *ul = &l->units[i];
        l->now = ul;
        for (uint32_t f = 0; f < ul->unit->n_functions; f++) l->n_dropped += !ul->unit->functions[f].live;
        unit_prune(ul->unit);
        enum status st = translate_module(&ul->unit->beam, &l->env, &ul->code, why);
        l->n_functions += ul->code.n_functions;
        if (st == ST_OK) continue;
        note_error("%s: module %s: %s", ul->unit->path, ul->unit->name, why);
        ok = false;
    }
    return ok && !l->failed ? EXIT_FINE : EXIT_USER;
}

/* -- layout */
static void use_stubs(struct linker *l, struct unit_link *ul) {
    struct unit *u = ul->unit;
    size_t n = strlen(u->name);
    for (uint32_t i = 0; i < u->n_functions; i++) {
        const struct unit_function *f = &u->functions[i];
        struct beam_text t = u->beam.atoms[f->name];
        if (bif_names_lookup(u->name, n, (const char *)t.p, t.n, f->arity) < 0) continue;
        uint32_t symbol = link_symbol(l, u->name, n, t.p, t.n, f->arity);
        ul->label_stub[f->label] = l->symbols[symbol].stub;
    }
}

void link_code_place(struct linker *l) {
    uint64_t from = l->used = align_up(l->used, 64);
    link_header()->code_lo = PAYLOAD_BASE + l->used;
    link_stubs(l);
    for (uint32_t i = 0; i < l->program->n_units; i++) {
        struct unit_link *ul = &l->units[i];
        uint64_t *at = link_place(l, (uint64_t)ul->code.n_words * 8, 64);
        if (ul->code.n_words) memcpy(at, ul->code.words, (size_t)ul->code.n_words * 8);
        ul->code_address = (uint64_t)(uintptr_t)at;
        use_stubs(l, ul);
    }
    link_header()->code_hi = PAYLOAD_BASE + l->used;
    l->sizes.code = l->used - from;
}

/* -- addresses */
static uint64_t label_address(struct linker *l, const struct unit_link *ul, uint32_t label) {
    if (label < ul->unit->beam.n_labels) {
        if (ul->label_stub[label]) return ul->label_stub[label];
        if (ul->code.label_word[label] != UINT32_MAX)
            return ul->code_address + 8 * (uint64_t)ul->code.label_word[label];
    }
    note_error("module %s: label %u is used and not defined", ul->unit->name, label);
    l->failed = true;
    return 0;
}

static uint64_t symbol_code(struct linker *l, const struct symbol *s) {
    return s->kind == EXPORT_CODE ? label_address(l, s->unit->link, s->label) : s->stub;
}

static uint64_t import_symbol(struct linker *l, const struct unit_link *ul, uint32_t index) {
    if (index < ul->unit->beam.n_imports && ul->imports[index] != KEY_NONE) return ul->imports[index];
    note_error("module %s: import %u is used and not known", ul->unit->name, index);
    l->failed = true;
    return 0;
}

static uint64_t fixup_value(struct linker *l, const struct unit_link *ul, const struct fixup *f) {
    uint64_t code = 0;
    switch ((enum fixup_kind)f->kind) {
    case FIX_EXPORT64: return link_export_address(l, (uint32_t)import_symbol(l, ul, f->index));
    case FIX_FUN64: return (uint64_t)(uintptr_t)(l->funs + ul->funs[f->index]);
    case FIX_STRING64: return ul->strings + f->index;
    case FIX_CODE_LO32:
    case FIX_CODE_HI32:
    case FIX_CODE64:
    case FIX_CATCH64: break;
    }
    code = f->local ? label_address(l, ul, f->index)
                    : symbol_code(l, &l->symbols[import_symbol(l, ul, f->index)]);
    return f->kind == FIX_CATCH64 ? catch_make((const uint64_t *)(uintptr_t)code) : code;
}

static void apply_fixup(struct linker *l, const struct unit_link *ul, const struct fixup *f) {
    uint64_t *word = (uint64_t *)(uintptr_t)ul->code_address + f->word, value = fixup_value(l, ul, f);
    if (f->kind == FIX_CODE_LO32)
        *word = (*word & ~UINT64_C(0xffffffff)) | value;
    else if (f->kind == FIX_CODE_HI32)
        *word = (*word & UINT64_C(0xffffffff)) | value << 32;
    else
        *word = value;
}
_Static_assert(PAYLOAD_LIMIT <= UINT32_MAX, "code addresses fit half a word");

void link_fixups(struct linker *l) {
    for (uint32_t i = 0; i < l->program->n_units; i++)
        for (uint32_t k = 0; k < l->units[i].code.n_fixups; k++)
            apply_fixup(l, &l->units[i], &l->units[i].code.fixups[k]);
    for (uint32_t i = 0; i < l->n_symbols; i++) {
        const struct symbol *s = &l->symbols[i];
        l->exports[s->rank].code = (const uint64_t *)(uintptr_t)symbol_code(l, s);
    }
    for (uint32_t i = 0; i < l->program->n_units; i++) {
        const struct unit_link *ul = &l->units[i];
        for (uint32_t k = 0; k < ul->unit->beam.n_lambdas; k++)
            if (ul->funs[k] != KEY_NONE)
                l->funs[ul->funs[k]].code =
                    (const uint64_t *)(uintptr_t)label_address(l, ul, ul->unit->beam.lambdas[k].label);
    }
}
