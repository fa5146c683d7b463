/* collect: which functions of which modules the program needs: a mark phase over functions.
 *
 *   roots ── refs of each live function ──> label: same module · import M:F/A · lambda · literal (funs,
 * atoms) · atom
 *
 * What is taken
 * - the user's modules, those given with --keep, and ours named ling*: whole (all exports are roots);
 * - a function reached by a call, a fun or a literal fun: itself and what it refers to;
 * - calls by computed name (apply, behaviours, spawn/3) are seen through the atoms they need: an atom in live
 * code or in a live literal that names a module of the user's or of ours         takes that module whole, the
 * module the code itself is in (?MODULE) takes that module whole (it hands itself to a behaviour), a module
 * of OTP's                         takes those of its exports that are named by an atom in the same function
 * (for the user's modules: anywhere in the user's modules);
 * - the pairs in `extra`: functions that OTP calls through a name in data.
 * What that can't see (a name made by list_to_atom, binary_to_term, or built in another module of OTP's)
 * needs --keep.
 *
 * Invariant: after the worklist is empty, every M:F/A that live code calls is live, a BIF, or in `missing`.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/bifnames.h"
#include "pack/etf_scan.h"
#include "pack/note.h"
#include "pack/program.h"

/* When all of `when` is live (a module of which something is live), `module:function/arity` is too. */
static const struct extra {
    const char *when, *module, *function;
    uint32_t arity;
} extra[] = {
    {"erl_error", "erl_erts_errors", "format_error", 2},
    {"erl_error", "erl_stdlib_errors", "format_error", 2},
};

/* Functions that are handed a module and call it back: of these modules, those whose names start like this.
 */
static const char *const callback_takers[] = {"gen_server", "gen_statem", "gen_event",        "gen",
                                              "gen_fsm",    "supervisor", "supervisor_bridge"};
static const char *const callback_verbs[] = {"start", "enter_loop", "add_", "swap_"};

/* Modules of OTP's over something that an instance does not have. The names in `but` work all the same. */
static const struct beyond {
    const char *module, *what, *but;
} beyond[] = {
    {"file", "no files", "format_error"},
    {"filelib", "no files", ""},
    {"dets", "no files", ""},
    {"disk_log", "no files", ""},
    {"gen_tcp", "no sockets of the program's own", ""},
    {"gen_udp", "no sockets of the program's own", ""},
    {"inet", "no sockets of the program's own", "ntoa"},
    {"ssl", "no sockets of the program's own", ""},
    {"httpc", "no sockets of the program's own", ""},
    {"net_kernel", "no other nodes", ""},
    {"net_adm", "no other nodes", "localhost"},
};

/* Modules for development whose short names are everybody's atoms. */
static const char *const never_by_atom[] = {"c", "i"};

struct collect {
    struct program *p;
    const struct source *source;
    struct unit *unit; /* whose function is looked through */
    struct unit_function *function;
    struct beam_text literal; /* looked through */
    uint32_t literal_line;
    struct named {
        struct beam_text text, next;            /* next: the atom behind it, n 0: none */
    } * names;                                  /* atoms of this function */
    uint32_t n_names, cap_names, literal_names; /* literal_names: from here on, of the literal at hand */
    bool takes_callbacks;                       /* it calls one of callback_takers */
    struct key_map user_names;                  /* atoms of the user's live functions */
};

static bool name_is(struct beam_text t, const char *s) {
    return t.n == strlen(s) && memcmp(t.p, s, t.n) == 0;
}

/* -- modules */
static struct unit *program_add(struct program *p, struct unit *u) {
    key_add(&p->by_name, u->name, strlen(u->name), p->n_units, NULL);
    *VEC_ADD(p->units, p->n_units, p->cap_units) = u;
    return u;
}

struct unit *program_unit(struct program *p, const char *name, size_t n) {
    uint32_t at = key_find(&p->by_name, name, n);
    if (at != KEY_NONE) return p->units[at];
    if (p->sealed || key_find(&p->absent, name, n) != KEY_NONE) return NULL;
    char *text = mem_text(name, n);
    const char *ours = otp_ours(p->otp, text), *path = ours ? ours : otp_path(p->otp, text);
    struct unit *u = path ? unit_open(path, ours ? UNIT_LING : UNIT_OTP, text) : NULL;
    if (path && !u) p->n_errors++;
    if (!u) key_add(&p->absent, name, n, 0, NULL);
    free(text);
    return u ? program_add(p, u) : NULL;
}

/* Where a module would come from, without reading it. */
static bool module_exists(const struct program *p, const char *name, enum unit_origin *origin) {
    uint32_t at = key_find(&p->by_name, name, strlen(name));
    if (at != KEY_NONE) {
        *origin = p->units[at]->origin;
        return true;
    }
    bool ours = otp_ours(p->otp, name) != NULL;
    *origin = ours ? UNIT_LING : UNIT_OTP;
    return ours || otp_path(p->otp, name);
}

/* -- resolving names */
static bool import_is(const struct unit *u, const struct beam_import *i, const char *m, const char *f) {
    return unit_atom_is(u, i->function, f) && unit_atom_is(u, i->module, m);
}

/* Functions that OTP has in C are, in Erlang, calls of erlang:nif_error. */
static bool is_native_stub(const struct unit *u, const struct unit_function *f) {
    for (uint32_t i = 0; i < f->n_refs; i++) {
        const struct unit_ref *r = &u->refs[f->first_ref + i];
        if (r->kind == REF_IMPORT && import_is(u, &u->beam.imports[r->index], "erlang", "nif_error"))
            return true;
    }
    return false;
}

enum resolution program_resolve(struct program *p, const char *m, size_t m_n, const char *f, size_t f_n,
                                uint32_t arity, struct unit **unit, uint32_t *function, uint32_t *bif) {
    int index = bif_names_lookup(m, m_n, f, f_n, arity);
    if (index >= 0) {
        *bif = (uint32_t)index;
        return RESOLVED_BIF;
    }
    struct unit *u = program_unit(p, m, m_n);
    if (!u) return RESOLVED_NONE;
    for (uint32_t i = 0; i < u->beam.n_exports; i++) {
        const struct beam_export *e = &u->beam.exports[i];
        struct beam_text t = u->beam.atoms[e->function];
        if (e->arity != arity || t.n != f_n || memcmp(t.p, f, f_n) != 0) continue;
        *unit = u;
        *function = u->label_function[e->label];
        if (u->origin == UNIT_OTP && is_native_stub(u, &u->functions[*function])) return RESOLVED_NATIVE;
        return RESOLVED_CODE;
    }
    return RESOLVED_NONE;
}

/* -- what is missing */
/* `FILE:LINE: ` as the user named the file, or nothing when the line is not known. malloc'ed. */
static char *place_of(const struct collect *c, uint32_t line) {
    struct beam_line at = c->unit->beam.lines[line];
    struct beam_text file = c->unit->beam.files[at.file];
    if (!at.line) return mem_format("%s: ", c->unit->name);
    const char *given = source_file(c->source, (const char *)file.p, file.n);
    return given ? mem_format("%s:%u: ", given, at.line)
                 : mem_format("%.*s:%u: ", (int)file.n, (const char *)file.p, at.line);
}

static const char *why_missing(const struct collect *c, const char *m, size_t m_n, enum resolution r) {
    if (r == RESOLVED_NATIVE) return "is implemented in C by OTP and not yet by Ling";
    return program_unit(c->p, m, m_n) ? "does not exist: its module exports no such function"
                                      : "does not exist: no such module in the program, in Ling or in OTP";
}

static void report_missing(struct collect *c, const char *mfa, uint32_t line, const char *why, bool call) {
    struct beam_text name = c->unit->beam.atoms[c->function->name];
    char *where = place_of(c, line);
    if (call) {
        c->p->n_errors++;
        note_error("%s%s, called by %s:%.*s/%u, %s", where, mfa, c->unit->name, (int)name.n,
                   (const char *)name.p, c->function->arity, why);
    } else {
        note_warning("%s%s, named by %s:%.*s/%u, %s", where, mfa, c->unit->name, (int)name.n,
                     (const char *)name.p, c->function->arity, why);
    }
    free(where);
}

static void add_missing(struct collect *c, const char *m, size_t m_n, const char *f, size_t f_n,
                        uint32_t arity, uint32_t line, enum resolution r, bool call) {
    struct program *p = c->p;
    char *mfa = mem_format("%.*s:%.*s/%u", (int)m_n, m, (int)f_n, f, arity);
    int is_new;
    key_add(&p->missing_seen, mfa, strlen(mfa), 0, &is_new);
    if (is_new) {
        struct beam_text name = c->unit->beam.atoms[c->function->name];
        *VEC_ADD(p->missing, p->n_missing, p->cap_missing) = (struct missing){
            mem_text(m, m_n), mem_text(f, f_n), arity, c->unit, mem_text((const char *)name.p, name.n)};
    }
    if (c->unit->origin == UNIT_USER) report_missing(c, mfa, line, why_missing(c, m, m_n, r), call);
    free(mfa);
}

/* -- marking */
/* Why a module is in the image: whose call or atom took something of it first. */
static void note_reason(const struct program *p, struct unit *u) {
    const struct unit *by = p->looking_unit;
    u->used = true;
    if (!by) return;
    struct beam_text f = by->beam.atoms[p->looking_function->name];
    snprintf(u->reason, sizeof u->reason, "%s:%.*s/%u", by->name, (int)f.n, (const char *)f.p,
             p->looking_function->arity);
}

static void mark_function(struct program *p, struct unit *u, uint32_t function) {
    struct unit_function *f = &u->functions[function];
    if (f->live) return;
    f->live = true;
    if (!u->used) note_reason(p, u);
    *VEC_ADD(p->work, p->n_work, p->cap_work) = (struct work){u, function};
}

static void mark_whole(struct program *p, struct unit *u) {
    if (u->whole) return;
    u->whole = true;
    for (uint32_t i = 0; i < u->beam.n_exports; i++) {
        uint32_t f = u->label_function[u->beam.exports[i].label];
        if (u->origin != UNIT_OTP || !is_native_stub(u, &u->functions[f])) mark_function(p, u, f);
    }
}

/* OTP's modules with -on_load load C code in it: what they have in C is not there. Those that OTP's own code
 * reaches are many and hardly ever called. */
static void warn_of_on_load(const struct collect *c, struct unit *u, uint32_t line) {
    if (c->unit->origin != UNIT_USER || u->origin != UNIT_OTP || u->warned) return;
    char *where = place_of(c, line);
    note_warning(
        "%smodule %s loads C code when it starts (-on_load), which Ling does not run: calls that need it "
        "end in an error",
        where, u->name);
    free(where);
    u->warned = true;
}

/* The user's code calls what can't work in an instance: said where it stands. */
static void warn_of_beyond(const struct collect *c, const struct beam_import *i, uint32_t line) {
    struct beam_text m = c->unit->beam.atoms[i->module], f = c->unit->beam.atoms[i->function];
    const struct beyond *b = beyond;
    while (b < beyond + ARRAY_LEN(beyond) && !name_is(m, b->module)) b++;
    if (c->unit->origin != UNIT_USER || b == beyond + ARRAY_LEN(beyond) || name_is(f, b->but)) return;
    char *where = place_of(c, line);
    note_warning("%s%.*s:%.*s/%u: an instance has %s, so this call ends in an error", where, (int)m.n,
                 (const char *)m.p, (int)f.n, (const char *)f.p, i->arity, b->what);
    free(where);
}

static bool mark_mfa(struct collect *c, const char *m, size_t m_n, const char *f, size_t f_n, uint32_t arity,
                     uint32_t line, bool call);

/* What a BIF goes on in, when that is Erlang: it is called as if by the same line. */
static void mark_bif(struct collect *c, uint32_t bif, uint32_t line) {
    const struct bif_name *b = &bif_names[bif];
    if (b->target_name)
        mark_mfa(c, b->target_module, strlen(b->target_module), b->target_name, strlen(b->target_name),
                 b->target_arity, line, true);
}

static bool mark_mfa(struct collect *c, const char *m, size_t m_n, const char *f, size_t f_n, uint32_t arity,
                     uint32_t line, bool call) {
    struct unit *u;
    uint32_t function, bif;
    enum resolution r = program_resolve(c->p, m, m_n, f, f_n, arity, &u, &function, &bif);
    if (r == RESOLVED_CODE) mark_function(c->p, u, function);
    if (r == RESOLVED_CODE && u->has_on_load) warn_of_on_load(c, u, line);
    if (r == RESOLVED_BIF) mark_bif(c, bif, line);
    if (r == RESOLVED_NATIVE || r == RESOLVED_NONE) add_missing(c, m, m_n, f, f_n, arity, line, r, call);
    return r == RESOLVED_CODE;
}

/* -- atoms that may be module names */
static void mark_export_named(struct collect *c, struct unit *u, const struct beam_export *e) {
    struct beam_text t = u->beam.atoms[e->function];
    uint32_t f = u->label_function[e->label];
    int bif = bif_names_lookup(u->name, strlen(u->name), (const char *)t.p, t.n, e->arity);
    if (bif >= 0)
        mark_bif(c, (uint32_t)bif, 0);
    else if (!is_native_stub(u, &u->functions[f]))
        mark_function(c->p, u, f);
}

/* An atom in a live function names a module of this origin. */
static void mark_by_atom(struct collect *c, const char *name, enum unit_origin origin,
                         struct beam_text next) {
    bool whole = origin != UNIT_OTP || c->takes_callbacks;
    if (!whole && !next.n) return;
    struct unit *u = program_unit(c->p, name, strlen(name));
    if (u && whole) mark_whole(c->p, u);
    for (uint32_t i = 0; u && !whole && i < u->beam.n_exports; i++) {
        struct beam_text f = u->beam.atoms[u->beam.exports[i].function];
        if (f.n == next.n && memcmp(f.p, next.p, f.n) == 0) mark_export_named(c, u, &u->beam.exports[i]);
    }
}

static void look_at_names(struct collect *c) {
    for (uint32_t i = 0; i < c->n_names; i++) {
        struct beam_text t = c->names[i].text;
        char name[256];
        enum unit_origin origin;
        if (t.n >= sizeof name) continue;
        memcpy(name, t.p, t.n);
        name[t.n] = '\0';
        if (c->unit->origin == UNIT_USER) key_add(&c->user_names, t.p, t.n, 0, NULL);
        if (module_exists(c->p, name, &origin) && (c->unit->origin != UNIT_USER || origin != UNIT_OTP))
            mark_by_atom(c, name, origin, c->names[i].next);
    }
}

/* The user's modules may keep a module's name here and the function's name there. */
static void look_at_user_names(struct collect *c) {
    enum unit_origin origin;
    for (uint32_t i = 0; i < c->user_names.n; i++) {
        const char *name = c->user_names.entries[i].key;
        bool never = false;
        for (size_t k = 0; k < ARRAY_LEN(never_by_atom); k++) never |= strcmp(name, never_by_atom[k]) == 0;
        if (never || !module_exists(c->p, name, &origin) || origin != UNIT_OTP) continue;
        struct unit *u = program_unit(c->p, name, strlen(name));
        for (uint32_t e = 0; u && e < u->beam.n_exports; e++) {
            struct beam_text f = u->beam.atoms[u->beam.exports[e].function];
            if (key_find(&c->user_names, f.p, f.n) != KEY_NONE) mark_export_named(c, u, &u->beam.exports[e]);
        }
    }
}

/* -- looking through a function */
static struct named *add_name(struct collect *c, struct beam_text t) {
    struct named *n = VEC_ADD(c->names, c->n_names, c->cap_names);
    *n = (struct named){.text = t};
    return n;
}

/* Between the end of an atom's text and the next one's are its tag and length. */
enum { ATOM_HEAD_MAX = 3 };

static void visit_atom(void *ctx, const uint8_t *utf8, size_t n) {
    struct collect *c = ctx;
    struct beam_text t = {utf8, (uint32_t)n};
    /* text converted from Latin-1 lies outside, does not live on, and names no module */
    if (utf8 < c->literal.p || utf8 >= c->literal.p + c->literal.n) return;
    struct named *last = c->n_names > c->literal_names ? &c->names[c->n_names - 1] : NULL;
    if (last && utf8 - (last->text.p + last->text.n) <= ATOM_HEAD_MAX) last->next = t;
    add_name(c, t);
}

static void visit_export_fun(void *ctx, const uint8_t *m, size_t m_n, const uint8_t *f, size_t f_n,
                             unsigned arity) {
    mark_mfa(ctx, (const char *)m, m_n, (const char *)f, f_n, arity, ((struct collect *)ctx)->literal_line,
             false);
}

static void look_at_literal(struct collect *c, uint32_t index, uint32_t line, bool matched) {
    uint32_t n_names = c->literal_names = c->n_names;
    const struct etf_visitor visitor = {c, visit_atom, visit_export_fun};
    c->literal = c->unit->beam.literals[index];
    c->literal_line = line;
    enum status st = etf_scan(c->literal.p, c->literal.n, &visitor);
    if (matched) c->n_names = n_names;
    if (st == ST_OK) return;
    note_error("%s: literal %u of module %s is damaged; compile it again", c->unit->path, index,
               c->unit->name);
    c->p->n_errors++;
}

static bool exports_name(const struct unit *u, struct beam_text f) {
    for (uint32_t i = 0; i < u->beam.n_exports; i++) {
        struct beam_text t = u->beam.atoms[u->beam.exports[i].function];
        if (t.n == f.n && memcmp(t.p, f.p, f.n) == 0) return true;
    }
    return false;
}

static bool is_bif_of_any_arity(struct beam_text m, struct beam_text f) {
    bool any = false;
    for (unsigned arity = 0; arity < 10 && !any; arity++)
        any = bif_names_lookup((const char *)m.p, m.n, (const char *)f.p, f.n, arity) >= 0;
    return any;
}

/* apply(M, F, Args) in the user's code, both known: the arguments are not, but the names can be checked. */
static void look_at_apply(struct collect *c, const struct unit_ref *r) {
    struct beam_text m = c->unit->beam.atoms[r->index], f = c->unit->beam.atoms[r->next];
    if (c->unit->origin != UNIT_USER || is_bif_of_any_arity(m, f)) return;
    const struct unit *u = program_unit(c->p, (const char *)m.p, m.n);
    if (u && exports_name(u, f)) return;
    char *where = place_of(c, r->line);
    note_warning("%s%.*s:%.*s is called by name and does not exist", where, (int)m.n, (const char *)m.p,
                 (int)f.n, (const char *)f.p);
    free(where);
}

static bool takes_callbacks(struct beam_text m, struct beam_text f) {
    bool module = false, verb = false;
    for (size_t k = 0; k < ARRAY_LEN(callback_takers); k++) module |= name_is(m, callback_takers[k]);
    for (size_t k = 0; module && k < ARRAY_LEN(callback_verbs); k++) {
        size_t n = strlen(callback_verbs[k]);
        verb |= f.n >= n && memcmp(f.p, callback_verbs[k], n) == 0;
    }
    return verb;
}

static void look_at_ref(struct collect *c, const struct unit_ref *r) {
    struct unit *u = c->unit;
    switch ((enum unit_ref_kind)r->kind) {
    case REF_LABEL: mark_function(c->p, u, u->label_function[r->index]); break;
    case REF_LAMBDA: mark_function(c->p, u, u->label_function[u->beam.lambdas[r->index].label]); break;
    case REF_APPLY: look_at_apply(c, r); break;
    case REF_LITERAL: look_at_literal(c, r->index, r->line, r->matched); break;
    case REF_ATOM:
        if (r->matched) break;
        add_name(c, u->beam.atoms[r->index])->next = r->next ? u->beam.atoms[r->next] : (struct beam_text){0};
        break;
    case REF_IMPORT: {
        const struct beam_import *i = &u->beam.imports[r->index];
        struct beam_text m = u->beam.atoms[i->module], f = u->beam.atoms[i->function];
        c->takes_callbacks |= takes_callbacks(m, f);
        if (mark_mfa(c, (const char *)m.p, m.n, (const char *)f.p, f.n, i->arity, r->line, true))
            warn_of_beyond(c, i, r->line);
        break;
    }
    }
}

static void look_at_function(struct collect *c, struct unit *u, uint32_t function) {
    struct unit_function *f = &u->functions[function];
    c->unit = c->p->looking_unit = u;
    c->function = c->p->looking_function = f;
    c->n_names = 0;
    c->takes_callbacks = false;
    for (uint32_t i = 0; i < f->n_refs; i++) look_at_ref(c, &u->refs[f->first_ref + i]);
    /* module_info/0,1 hold the module's name and call nothing by it */
    if (!name_is(u->beam.atoms[f->name], "module_info")) look_at_names(c);
}

static void look_at_extra(struct collect *c) {
    c->p->looking_unit = NULL;
    for (size_t i = 0; i < ARRAY_LEN(extra); i++) {
        uint32_t when = key_find(&c->p->by_name, extra[i].when, strlen(extra[i].when));
        if (when == KEY_NONE || !c->p->units[when]->used) continue;
        struct unit *u;
        uint32_t f, bif;
        if (program_resolve(c->p, extra[i].module, strlen(extra[i].module), extra[i].function,
                            strlen(extra[i].function), extra[i].arity, &u, &f, &bif) == RESOLVED_CODE)
            mark_function(c->p, u, f);
    }
}

static void run_worklist(struct collect *c) {
    struct program *p = c->p;
    while (p->n_work > 0) {
        while (p->n_work > 0) {
            struct work w = p->work[--p->n_work];
            look_at_function(c, w.unit, w.function);
        }
        p->looking_unit = NULL;
        look_at_user_names(c);
        look_at_extra(c);
    }
}

/* -- roots */
static bool add_user_modules(struct program *p, const struct source *source) {
    bool ok = true;
    for (uint32_t i = 0; i < source->n_beams; i++) {
        struct unit *u = unit_open(source->beams[i], UNIT_USER, NULL);
        if (!u) {
            ok = false;
        } else if (key_find(&p->by_name, u->name, strlen(u->name)) != KEY_NONE) {
            note_error("%s: module %s is in the program twice", source->beams[i], u->name);
            unit_free(u);
            ok = false;
        } else if (u->has_on_load) {
            note_error("%s: module %s has -on_load, which is not supported", source->beams[i], u->name);
            unit_free(u);
            ok = false;
        } else {
            program_add(p, u);
        }
    }
    return ok;
}

static void mark_ours(struct program *p) {
    for (uint32_t i = 0; i < p->otp->ours.n; i++) {
        const char *name = p->otp->ours.entries[i].key;
        struct unit *u = strncmp(name, "ling", 4) == 0 ? program_unit(p, name, strlen(name)) : NULL;
        if (u) mark_whole(p, u);
    }
}

static bool mark_kept(struct program *p, const char *const *keep, uint32_t n_keep) {
    bool ok = true;
    for (uint32_t i = 0; i < n_keep; i++) {
        struct unit *u = program_unit(p, keep[i], strlen(keep[i]));
        if (u) {
            mark_whole(p, u);
        } else {
            note_error("--keep %s: there is no such module in the program, in Ling or in OTP", keep[i]);
            ok = false;
        }
    }
    return ok;
}

static int by_unit_name(const void *a, const void *b) {
    return strcmp((*(struct unit *const *)a)->name, (*(struct unit *const *)b)->name);
}

/* Units of which nothing is live go; the rest is sorted, so that the image depends on nothing but its
 * contents. */
static void keep_used(struct program *p) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_units; i++) {
        if (p->units[i]->used)
            p->units[n++] = p->units[i];
        else
            unit_free(p->units[i]);
    }
    p->n_units = n;
    qsort(p->units, n, sizeof *p->units, by_unit_name);
    key_free(&p->by_name);
    for (uint32_t i = 0; i < n; i++)
        key_add(&p->by_name, p->units[i]->name, strlen(p->units[i]->name), i, NULL);
}

int program_collect(struct program *p, const struct otp *otp, const struct source *source, const char *entry,
                    const char *const *keep, uint32_t n_keep) {
    struct collect c = {.p = p, .source = source};
    *p = (struct program){.otp = otp};
    if (!add_user_modules(p, source)) return EXIT_USER;
    uint32_t n_user = p->n_units;
    int status = program_find_entry(p, entry, source->name);
    if (status != EXIT_FINE) return status;
    for (uint32_t i = 0; i < n_user; i++) mark_whole(p, p->units[i]);
    mark_ours(p);
    if (!mark_kept(p, keep, n_keep)) return EXIT_USER;
    run_worklist(&c);
    free(c.names);
    key_free(&c.user_names);
    keep_used(p);
    p->sealed = true;
    return p->n_errors ? EXIT_USER : EXIT_FINE;
}

void program_free(struct program *p) {
    for (uint32_t i = 0; i < p->n_units; i++) unit_free(p->units[i]);
    for (uint32_t i = 0; i < p->n_missing; i++) {
        free(p->missing[i].module);
        free(p->missing[i].function);
        free(p->missing[i].from_function);
    }
    free(p->units);
    free(p->missing);
    free(p->work);
    key_free(&p->by_name);
    key_free(&p->absent);
    key_free(&p->missing_seen);
    *p = (struct program){0};
}
