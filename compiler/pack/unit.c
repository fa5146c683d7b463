/* unit: reads a module and finds, function by function, what it refers to.
 *
 *   beam.code:  {line} {label} {func_info M F A} {label: entry} instr…   {line} {label} {func_info} …
 * int_code_end └────────────── function 0 [from, to) ─────────────────┘└ function 1 … refs[]:     [ of
 * function 0 ][ of function 1 ] …
 *
 * Invariant: every instruction belongs to exactly one function, so that functions can be dropped by leaving
 * out bytes (instructions refer to each other by label number only).
 */
#define _GNU_SOURCE
#include "pack/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/inflate.h"
#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"

enum { OP_LABEL = 1, OP_FUNC_INFO = 2, OP_ON_LOAD = 149, OP_LINE = 153, BEAM_BYTES_MAX = 1 << 28 };

bool unit_atom_is(const struct unit *u, uint32_t atom, const char *text) {
    struct beam_text t = u->beam.atoms[atom];
    return t.n == strlen(text) && memcmp(t.p, text, t.n) == 0;
}

uint32_t unit_export(const struct unit *u, const char *function, uint32_t arity) {
    for (uint32_t i = 0; i < u->beam.n_exports; i++) {
        const struct beam_export *e = &u->beam.exports[i];
        if (e->arity == arity && unit_atom_is(u, e->function, function)) return e->label;
    }
    return 0;
}

/* -- scanning */
struct scan {
    struct unit *u;
    uint32_t cap_functions, cap_refs;
    uint32_t start, line; /* where the function in the making starts; its current line */
    uint32_t pending[8];  /* labels before its func_info */
    uint32_t n_pending;
    bool matching;  /* the instruction at hand only compares */
    uint32_t x[16]; /* atoms put into X registers since the last call, 0: none known */
};

static void scan_ref(struct scan *s, enum unit_ref_kind kind, uint32_t index) {
    *VEC_ADD(s->u->refs, s->u->n_refs, s->cap_refs) =
        (struct unit_ref){.kind = (uint8_t)kind, .matched = s->matching, .index = index, .line = s->line};
}

static struct unit_function *scan_current(struct scan *s) {
    return s->u->n_functions ? &s->u->functions[s->u->n_functions - 1] : NULL;
}

/* Two atoms side by side: they may be a module and its function. */
static void scan_pair(struct scan *s, uint32_t first, uint32_t second) {
    if (s->matching) return;
    scan_ref(s, REF_ATOM, first);
    s->u->refs[s->u->n_refs - 1].next = second;
}

static void scan_arg(struct scan *s, const struct beam_arg *a) {
    switch (a->kind) {
    case ARG_ATOM: scan_ref(s, REF_ATOM, a->value); break;
    case ARG_LITERAL: scan_ref(s, REF_LITERAL, a->value); break;
    case ARG_LABEL:
        if (a->value) scan_ref(s, REF_LABEL, a->value);
        break;
    case ARG_LIST:
        for (uint32_t i = 0; i < a->value; i++) {
            scan_arg(s, &a->list[i]);
            if (i > 0 && a->list[i - 1].kind == ARG_ATOM && a->list[i].kind == ARG_ATOM)
                scan_pair(s, a->list[i - 1].value, a->list[i].value);
        }
        break;
    default: break;
    }
}

/* Which operand of the opcode is an import; -1: none. Source: OTP genop.tab. */
static int import_operand(uint32_t op) {
    switch (op) {
    case 7:  /* call_ext */
    case 8:  /* call_ext_last */
    case 10: /* bif1 */
    case 11: /* bif2 */
    case 78: /* call_ext_only */ return 1;
    case 9: /* bif0 */ return 0;
    case 124: /* gc_bif1 */
    case 125: /* gc_bif2 */
    case 152: /* gc_bif3 */ return 2;
    default: return -1;
    }
}

static void scan_func_info(struct scan *s, const struct beam_instr *in) {
    struct unit *u = s->u;
    struct unit_function *last = scan_current(s);
    if (last) last->n_refs = u->n_refs - last->first_ref;
    uint32_t f = u->n_functions, cap = s->cap_functions;
    struct unit_function *now = VEC_ADD(u->functions, u->n_functions, cap);
    s->cap_functions = cap;
    *now = (struct unit_function){
        .name = in->args[1].value, .arity = in->args[2].value, .from = s->start, .first_ref = u->n_refs};
    if (f > 0) u->functions[f - 1].to = s->start;
    for (uint32_t i = 0; i < s->n_pending; i++) u->label_function[s->pending[i]] = f;
    s->n_pending = 0;
    memset(s->x, 0, sizeof s->x);
}

/* A label, which starts a function when a func_info follows it. */
static void scan_label(struct scan *s, uint32_t label, uint32_t offset, bool starts_function) {
    struct unit *u = s->u;
    struct unit_function *f = scan_current(s);
    if (starts_function) {
        if (s->n_pending == 0 && s->start == UINT32_MAX) s->start = offset;
        if (s->n_pending < ARRAY_LEN(s->pending)) s->pending[s->n_pending++] = label;
        return;
    }
    if (!f) return;
    u->label_function[label] = u->n_functions - 1;
    if (f->label == 0) f->label = label;
}

/* Tests: their atoms and literals never become values. Source: OTP genop.tab. */
static bool only_compares(uint32_t op) {
    return (op >= 39 && op <= 44) /* is_lt … is_ne_exact */
           || op == 59 /* select_val */ || op == 157 /* has_map_fields */ || op == 158 /* get_map_elements */
           || op == 159 /* is_tagged_tuple */;
}

static bool is_call(uint32_t op) {
    return (op >= 4 && op <= 8) /* call … call_ext_last */ || op == 78 /* call_ext_only */ ||
           op == 75 /* call_fun */ || op == 112 /* apply */ || op == 113 /* apply_last */;
}

/* erlang:apply/3, spawn/3, …: X0 is a module, X1 a function. */
static bool applies(const struct unit *u, const struct beam_instr *in) {
    static const char *const names[] = {"apply", "spawn", "spawn_link", "spawn_monitor", "spawn_opt"};
    int operand = import_operand(in->op);
    if (operand < 0) return false;
    const struct beam_import *i = &u->beam.imports[in->args[operand].value];
    if (i->arity < 3 || !unit_atom_is(u, i->module, "erlang")) return false;
    for (size_t k = 0; k < ARRAY_LEN(names); k++)
        if (unit_atom_is(u, i->function, names[k])) return true;
    return false;
}

/* Atoms handed over as neighbouring arguments, as in spawn(M, F, Args). */
static void scan_arguments(struct scan *s, const struct beam_instr *in) {
    const struct beam_arg *a = in->args;
    if (in->op == 64 /* move */ && a[1].kind == ARG_X && a[1].value < ARRAY_LEN(s->x))
        s->x[a[1].value] = a[0].kind == ARG_ATOM ? a[0].value : 0;
    if (!is_call(in->op)) return;
    uint32_t n =
        a[0].kind == ARG_U ? a[0].value + 2 : 0; /* apply has module and function behind the arguments */
    for (uint32_t i = 1; i < n && i < ARRAY_LEN(s->x); i++)
        if (s->x[i - 1] && s->x[i]) scan_pair(s, s->x[i - 1], s->x[i]);
    if (s->x[0] && s->x[1] && applies(s->u, in)) {
        scan_ref(s, REF_APPLY, s->x[0]);
        s->u->refs[s->u->n_refs - 1].next = s->x[1];
    }
    memset(s->x, 0, sizeof s->x);
}

static void scan_body(struct scan *s, const struct beam_instr *in) {
    s->matching = only_compares(in->op);
    int import = import_operand(in->op);
    if (import >= 0) scan_ref(s, REF_IMPORT, in->args[import].value);
    if (in->op == 103 /* make_fun2 */ || in->op == 171 /* make_fun3 */)
        scan_ref(s, REF_LAMBDA, in->args[0].value);
    for (uint32_t i = 0; i < in->n_args; i++) scan_arg(s, &in->args[i]);
    scan_arguments(s, in);
}

/* The kind of the instruction after this one, looked at without consuming it. */
static uint32_t next_op(const struct beam_cursor *c) {
    return view_left(&c->at) ? *c->at.p : 0;
}

/* Is a label at the cursor's last instruction the head of a function: label, then lines, then func_info? */
static bool heads_function(struct beam_cursor *c) {
    struct beam_cursor look = *c;
    struct beam_instr in;
    char why[160];
    look.pool = NULL;
    look.pool_cap = 0;
    bool head = false;
    while (next_op(&look) == OP_LINE && beam_next(&look, &in, why) == ST_OK) {
    }
    head = next_op(&look) == OP_FUNC_INFO;
    free(look.pool);
    return head;
}

static enum status scan_code(struct scan *s, char why[160]) {
    struct unit *u = s->u;
    struct beam_cursor c;
    struct beam_instr in;
    enum status st;
    s->start = UINT32_MAX;
    beam_begin(&c, &u->beam);
    while ((st = beam_next(&c, &in, why)) == ST_OK) {
        if (in.op == OP_LABEL) {
            if (in.args[0].kind != ARG_U && in.args[0].kind != ARG_LABEL) break;
            if (in.args[0].value >= u->beam.n_labels) break;
            scan_label(s, in.args[0].value, in.offset, heads_function(&c));
        } else if (in.op == OP_FUNC_INFO) {
            if (s->start == UINT32_MAX) s->start = in.offset;
            scan_func_info(s, &in);
            s->start = UINT32_MAX;
        } else if (in.op == OP_LINE) {
            s->line = in.args[0].value;
        } else if (scan_current(s)) {
            if (in.op == OP_ON_LOAD) u->has_on_load = true;
            scan_body(s, &in);
        }
    }
    if (st == ST_OK) st = ST_CORRUPT, snprintf(why, 160, "a label outside the label table");
    struct unit_function *last = scan_current(s);
    if (last) {
        last->n_refs = u->n_refs - last->first_ref;
        last->to = (uint32_t)(c.at.p - u->beam.code.p) - (st == ST_NOTFOUND ? 1 : 0);
    }
    beam_end(&c);
    return st == ST_NOTFOUND ? ST_OK : st;
}

/* Lambda and export labels must be entries of functions, and every function must have one. */
static bool labels_consistent(const struct unit *u) {
    const struct beam *b = &u->beam;
    for (uint32_t i = 0; i < u->n_functions; i++)
        if (u->functions[i].label == 0) return false;
    for (uint32_t i = 0; i < b->n_exports; i++)
        if (u->label_function[b->exports[i].label] == UINT32_MAX) return false;
    for (uint32_t i = 0; i < b->n_lambdas; i++)
        if (u->label_function[b->lambdas[i].label] == UINT32_MAX) return false;
    for (uint32_t i = 0; i < u->n_refs; i++)
        if (u->refs[i].kind == REF_LABEL && u->label_function[u->refs[i].index] == UINT32_MAX) return false;
    return true;
}

static enum status unit_scan(struct unit *u, char why[160]) {
    struct scan s = {.u = u};
    u->label_function = mem_get((size_t)u->beam.n_labels * sizeof *u->label_function);
    memset(u->label_function, 0xff, (size_t)u->beam.n_labels * sizeof *u->label_function);
    enum status st = scan_code(&s, why);
    if (st == ST_OK && !labels_consistent(u)) {
        st = ST_CORRUPT;
        snprintf(why, 160, "a label that is named is not defined");
    }
    return st;
}

/* -- opening */
static bool unpack_gzip(const char *path, struct file_bytes *f) {
    if (f->n < 2 || f->p[0] != 0x1f || f->p[1] != 0x8b) return true;
    struct file_bytes unpacked;
    if (inflate_gzip(f->p, f->n, BEAM_BYTES_MAX, &unpacked.p, &unpacked.n) != ST_OK) {
        note_error("%s: damaged: it starts like a compressed file and can't be unpacked; compile it again",
                   path);
        return false;
    }
    free(f->p);
    *f = unpacked;
    return true;
}

struct unit *unit_open(const char *path, enum unit_origin origin, const char *name) {
    struct file_bytes f;
    char why[160];
    if (!file_read(path, &f)) {
        note_error("can't read %s: %s", path, strerror(errno));
        return NULL;
    }
    struct unit *u = mem_get(sizeof *u);
    u->path = mem_text(path, strlen(path));
    u->origin = origin;
    bool unpacked = unpack_gzip(path, &f);
    u->bytes = f.p;
    u->n_bytes = f.n;
    if (!unpacked) goto failed;
    enum status st = beam_open(&u->beam, f.p, f.n, why);
    if (st == ST_OK) st = unit_scan(u, why);
    if (st != ST_OK) {
        note_error("%s: %s%s", path, why, st == ST_CORRUPT ? "; compile it again" : "");
        goto failed;
    }
    u->name = mem_text((const char *)u->beam.atoms[1].p, u->beam.atoms[1].n);
    if (name && strcmp(name, u->name) != 0) {
        note_error("%s: holds module %s, not %s", path, u->name, name);
        goto failed;
    }
    return u;
failed:
    unit_free(u);
    return NULL;
}

void unit_free(struct unit *u) {
    if (!u) return;
    beam_close(&u->beam);
    free(u->name);
    free(u->path);
    free(u->bytes);
    free(u->functions);
    free(u->refs);
    free(u->label_function);
    free(u->live_code);
    free(u);
}

/* -- pruning */
void unit_prune(struct unit *u) {
    struct beam *b = &u->beam;
    uint32_t live = 0, n = 0;
    for (uint32_t i = 0; i < u->n_functions; i++) live += u->functions[i].live;
    if (live == u->n_functions) return;
    u->live_code = mem_get(view_left(&b->code) + 1);
    for (uint32_t i = 0; i < u->n_functions; i++) {
        const struct unit_function *f = &u->functions[i];
        if (!f->live) continue;
        memcpy(u->live_code + n, b->code.p + f->from, f->to - f->from);
        n += f->to - f->from;
    }
    u->live_code[n++] = 3; /* int_code_end */
    b->code = view_of(u->live_code, n);
    b->n_functions = live;
}
