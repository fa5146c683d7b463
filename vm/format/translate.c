/* translate: the driver: reads a .beam function by function, has each instruction translated or fused, fills
 * branches in.
 *
 *   label f; line; func_info; label e; …body…        a function starts at the label before its func_info
 *
 * Branches inside a function are 16-bit distances in words. In a function where one does not reach, every
 * branch goes through an island: the function is translated again with t->wide set. Invariant:
 * out->label_word of a label is the word of the op that follows it. Source: OTP beam_asm, genop.tab.
 */
#include "format/translate_in.h"

#include <stdlib.h>

/* Operand memory of one function: blocks freed at its end. */
struct tblock {
    struct tblock *next;
    uint32_t used, cap;
    struct beam_arg args[];
};

static struct beam_arg *args_new(struct tr *t, uint32_t n) {
    struct tblock *k = t->blocks;
    if (!k || k->cap - k->used < n) {
        uint32_t cap = n > 1024 ? n : 1024;
        k = malloc(sizeof *k + cap * sizeof k->args[0]);
        if (!k) {
            tr_fail(t, ST_NOMEM, "no memory");
            return NULL;
        }
        *k = (struct tblock){t->blocks, 0, cap};
        t->blocks = k;
    }
    k->used += n;
    return k->args + k->used - n;
}

static void blocks_free(struct tr *t) {
    while (t->blocks) {
        struct tblock *k = t->blocks;
        t->blocks = k->next;
        free(k);
    }
}

/* The cursor's lists live until its next step: keep copies. */
static const struct beam_arg *args_copy(struct tr *t, const struct beam_arg *from, uint32_t n) {
    struct beam_arg *to = args_new(t, n);
    for (uint32_t i = 0; to && i < n; i++) {
        to[i] = from[i];
        if (from[i].kind == ARG_LIST)
            to[i].list = (struct beam_arg *)args_copy(t, from[i].list, from[i].value);
    }
    return to;
}

enum { FLOAT_REGISTERS = 256 };

/* -- operands of the kinds that the opcode has, so that the rest of the translator may rely on them */
static bool kind_ok(const struct beam_arg *a, char kind) {
    bool constant = a->kind == ARG_I || a->kind == ARG_ATOM || a->kind == ARG_NIL || a->kind == ARG_LITERAL ||
                    a->kind == ARG_BIG || a->kind == ARG_CHAR || a->kind == ARG_U;
    switch (kind) {
    case 'u': return a->kind == ARG_U;
    case 's': return constant || arg_is_reg(a);
    case 'd': return arg_is_reg(a);
    case 'y': return arg_is_y(a);
    case 'F': return a->kind == ARG_FR && a->value < FLOAT_REGISTERS;
    case 'f': return a->kind == ARG_LABEL;
    case 'A': return a->kind == ARG_ATOM;
    case 'h': return a->kind == ARG_ALLOC || a->kind == ARG_U;
    case 'l': return a->kind == ARG_LIST;
    default: return a->kind != ARG_LIST;
    }
}

static bool kinds_ok(struct tr *t, const struct beam_instr *in) {
    if (in->op >= beam_op_count || !beam_ops[in->op].supported)
        return true; /* refused when it is translated */
    const char *kinds = beam_op_kinds[in->op];
    for (uint32_t i = 0; i < in->n_args; i++) {
        if (kind_ok(&in->args[i], kinds[i])) continue;
        tr_fail(t, ST_CORRUPT, "operand %u of %s is of a wrong kind", i + 1, beam_ops[in->op].name);
        return false;
    }
    return true;
}

static void keep(struct tr *t, const struct beam_instr *in) {
    if (!kinds_ok(t, in)) return;
    if (in->op == BEAM_line) {
        t->pending_line = in->args[0].value + 1;
        return;
    }
    if (in->op == BEAM_executable_line || in->op == BEAM_debug_line || in->op == BEAM_nif_start) return;
    t->in = tr_grow(t, t->in, &t->cap_in, t->n_in + 2, sizeof *t->in);
    if (t->st != ST_OK) return;
    struct tins *k = &t->in[t->n_in++];
    *k = (struct tins){in->op, in->n_args, in->offset, 0, args_copy(t, in->args, in->n_args)};
    if (in->op != BEAM_label) {
        k->line = t->pending_line;
        t->pending_line = 0;
    }
}

/* -- one function */
static bool label_reached(const struct tbranch *k, uint32_t target, int32_t *distance) {
    *distance = (int32_t)target - (int32_t)k->op_word;
    return k->is32 || (*distance >= INT16_MIN && *distance <= INT16_MAX);
}

/* Fill the branches in. false: one does not reach. */
static bool branches_resolve(struct tr *t) {
    for (uint32_t i = 0; i < t->n_branches && t->st == ST_OK; i++) {
        const struct tbranch *k = &t->branches[i];
        uint32_t target = t->out->label_word[k->label];
        int32_t distance;
        if (target == UINT32_MAX) {
            tr_fail(t, ST_CORRUPT, "a branch to label %u, which is not in the function", k->label);
            return true;
        }
        if (!label_reached(k, target, &distance)) return false;
        uint64_t v = k->is32 ? (uint32_t)distance : (uint16_t)distance;
        t->out->words[k->half / 4] |= v << (k->half % 4 * 16);
    }
    return true;
}

/* In a function too long for 16-bit distances: a jump near the instruction, for its label to go through. */
static void island(struct tr *t, const struct tins *in) {
    for (uint32_t i = 0; i < in->n_args; i++) {
        const struct beam_arg *a = &in->a[i];
        if (a->kind != ARG_LABEL || !a->value || in->op == BEAM_label) continue;
        if (in->op == BEAM_call || in->op == BEAM_call_last || in->op == BEAM_call_only) continue;
        tr_begin(t, XOP_jump);
        tr_u32(t, 2);
        t->island_label = a->value;
        t->island_word = t->out->n_words;
        tr_emit(t, XOP_jump, a->value);
    }
}

static void function_begin(struct tr *t, const struct tins *in) {
    t->function = in->a[1].value;
    t->arity = in->a[2].value;
    struct xcode *o = t->out;
    o->functions = tr_grow(t, o->functions, &t->cap_functions, o->n_functions + 1, sizeof *o->functions);
    if (t->st == ST_OK)
        o->functions[o->n_functions++] = (struct xfunction){o->n_words, t->function, t->arity};
}

static void function_words(struct tr *t) {
    for (uint32_t i = 0; i < t->n_in && t->st == ST_OK;) {
        const struct tins *in = &t->in[i];
        t->scratch = 0;
        t->island_label = 0;
        if (in->op == BEAM_func_info) function_begin(t, in);
        tr_line(t, in->line, false);
        uint32_t used = t->wide ? 0 : tr_fuse(t, in, t->n_in - i);
        if (!used) {
            if (t->wide) island(t, in);
            tr_one(t, in);
            used = 1;
        }
        i += used;
    }
}

static void function_translate(struct tr *t) {
    struct xcode *o = t->out;
    uint32_t words = o->n_words, fixups = o->n_fixups, functions = o->n_functions, lines = o->n_lines;
    t->n_branches = 0;
    t->wide = false;
    function_words(t);
    if (t->st == ST_OK && !branches_resolve(t)) {
        o->n_words = words;
        o->n_fixups = fixups;
        o->n_functions = functions;
        o->n_lines = lines;
        t->n_branches = 0;
        t->wide = true;
        function_words(t);
        if (t->st == ST_OK && !branches_resolve(t)) tr_fail(t, ST_UNSUPPORTED, "the function is too long");
    }
}

/* The instructions so far are a function, except for the labels at the end, which belong to the next. */
static void function_end(struct tr *t) {
    uint32_t end = t->n_in;
    while (end > 0 && t->in[end - 1].op == BEAM_label) end--;
    uint32_t rest = t->n_in - end;
    struct tins labels[16];
    if (rest > ARRAY_LEN(labels)) {
        tr_fail(t, ST_CORRUPT, "too many labels before a function");
        return;
    }
    uint32_t numbers[16];
    for (uint32_t i = 0; i < rest; i++) {
        labels[i] = t->in[end + i];
        numbers[i] = labels[i].a[0].value;
    }
    t->n_in = end;
    if (end) function_translate(t);
    blocks_free(t);
    t->n_in = 0;
    for (uint32_t i = 0; i < rest && t->st == ST_OK; i++) {
        struct beam_instr in = {
            .op = BEAM_label, .n_args = 1, .args = {{.kind = ARG_U, .value = numbers[i]}}};
        keep(t, &in);
    }
}

static bool labels_init(struct tr *t) {
    t->out->label_word = malloc((t->b->n_labels + 1) * sizeof *t->out->label_word);
    if (!t->out->label_word) {
        tr_fail(t, ST_NOMEM, "no memory");
        return false;
    }
    for (uint32_t i = 0; i <= t->b->n_labels; i++) t->out->label_word[i] = UINT32_MAX;
    return true;
}

static void module_translate(struct tr *t) {
    struct beam_cursor cursor;
    struct beam_instr in;
    char why[160] = "";
    if (!labels_init(t)) return;
    beam_begin(&cursor, t->b);
    while (t->st == ST_OK) {
        enum status st = beam_next(&cursor, &in, why);
        if (st == ST_NOTFOUND) break;
        if (st != ST_OK) {
            tr_fail(t, st, "%s", why);
            break;
        }
        if (in.op == BEAM_int_code_end) continue;
        uint32_t line = t->pending_line;
        if (in.op == BEAM_func_info) {
            t->pending_line = 0;
            function_end(t);
            t->pending_line = line;
        }
        keep(t, &in);
    }
    if (t->st == ST_OK) function_end(t);
    beam_end(&cursor);
}

enum status translate_module(const struct beam *b, const struct link_env *env, struct xcode *out,
                             char why[200]) {
    struct tr t = {.b = b, .env = env, .out = out, .why = why};
    *out = (struct xcode){0};
    module_translate(&t);
    blocks_free(&t);
    free(t.in);
    free(t.branches);
    if (t.st != ST_OK) xcode_free(out);
    return t.st;
}

void xcode_free(struct xcode *x) {
    free(x->words);
    free(x->fixups);
    free(x->label_word);
    free(x->functions);
    free(x->lines);
    *x = (struct xcode){0};
}

uint32_t translate_stub(const struct link_env *env, enum import_kind kind, uint32_t bif, uint64_t entry,
                        uint64_t words[STUB_WORDS]) {
    bool is_bif = kind == IMPORT_BIF;
    words[0] = env->handlers[is_bif ? XOP_call_bif_only : XOP_call_undef];
    if (is_bif) words[0] |= (uint64_t)bif << 32;
    words[1] = is_bif ? 0 : entry;
    return STUB_WORDS;
}
