/* translate_bifs: calls of built-in functions: those with an op of their own, those called through the BIF
 * table, and erlang:apply, which is the interpreter's own.
 *
 *   bif1/bif2/gc_bif…  Fail [Live] Import Arguments… Destination       fail 0: an error raises
 */
#include "format/translate_in.h"

#include <stdio.h>

enum { NEVER_COLLECTS = UINT16_MAX };

/* A guard BIF, whatever opcode it came in. */
struct guard {
    uint32_t fail, live, import, n;
    const struct beam_arg *arg, *to;
};

enum form {
    F_ARITH2,   /* a b to live fail */
    F_ARITH1,   /* a to live fail */
    F_TEST2,    /* a b to fail */
    F_TEST1,    /* a to fail */
    F_CMP,      /* a b to */
    F_CMP_SWAP, /* b a to */
};
static const struct inlined {
    const char *name;
    uint8_t arity, form;
    uint16_t op;
} inlined[] = {
    {"+", 2, F_ARITH2, XOP_add},
    {"-", 2, F_ARITH2, XOP_sub},
    {"*", 2, F_ARITH2, XOP_mul},
    {"div", 2, F_ARITH2, XOP_div},
    {"rem", 2, F_ARITH2, XOP_rem},
    {"band", 2, F_ARITH2, XOP_band},
    {"bor", 2, F_ARITH2, XOP_bor},
    {"bxor", 2, F_ARITH2, XOP_bxor},
    {"bsl", 2, F_ARITH2, XOP_bsl},
    {"bsr", 2, F_ARITH2, XOP_bsr},
    {"bnot", 1, F_ARITH1, XOP_bnot},
    {"-", 1, F_ARITH1, XOP_neg},
    {"length", 1, F_ARITH1, XOP_length},
    {"byte_size", 1, F_ARITH1, XOP_byte_size},
    {"bit_size", 1, F_ARITH1, XOP_bit_size},
    {"element", 2, F_TEST2, XOP_element},
    {"map_get", 2, F_TEST2, XOP_map_get},
    {"is_map_key", 2, F_TEST2, XOP_is_map_key},
    {"and", 2, F_TEST2, XOP_and},
    {"or", 2, F_TEST2, XOP_or},
    {"xor", 2, F_TEST2, XOP_xor},
    {"not", 1, F_TEST1, XOP_not},
    {"tuple_size", 1, F_TEST1, XOP_tuple_size},
    {"hd", 1, F_TEST1, XOP_hd},
    {"tl", 1, F_TEST1, XOP_tl},
    {"map_size", 1, F_TEST1, XOP_map_size},
    {"<", 2, F_CMP, XOP_cmp_lt},
    {">", 2, F_CMP_SWAP, XOP_cmp_lt},
    {">=", 2, F_CMP, XOP_cmp_ge},
    {"=<", 2, F_CMP_SWAP, XOP_cmp_ge},
    {"==", 2, F_CMP, XOP_cmp_eq},
    {"/=", 2, F_CMP, XOP_cmp_ne},
    {"=:=", 2, F_CMP, XOP_cmp_eq_exact},
    {"=/=", 2, F_CMP, XOP_cmp_ne_exact},
};

static bool text_is(const struct beam *b, uint32_t atom, const char *s) {
    size_t n = strlen(s);
    return b->atoms[atom].n == n && memcmp(b->atoms[atom].p, s, n) == 0;
}

bool tr_import_is(struct tr *t, uint32_t index, const char *module, const char *name, uint32_t arity) {
    const struct beam_import *m = &t->b->imports[index];
    return m->arity == arity && text_is(t->b, m->function, name) && text_is(t->b, m->module, module);
}

static const struct inlined *inlined_find(struct tr *t, uint32_t import) {
    for (size_t i = 0; i < ARRAY_LEN(inlined); i++)
        if (tr_import_is(t, import, "erlang", inlined[i].name, inlined[i].arity)) return &inlined[i];
    return NULL;
}

static const struct inlined *inlined_of(enum xop op) {
    const struct inlined *f = inlined;
    while (f->op != (int)op) f++;
    return f;
}

static void inline_emit(struct tr *t, const struct inlined *f, const struct guard *g) {
    const struct beam_arg *a = tr_src(t, &g->arg[0]), *b = f->arity > 1 ? tr_src(t, &g->arg[1]) : NULL;
    enum xop op = (enum xop)f->op;
    switch ((enum form)f->form) {
    case F_ARITH2: tr_emit(t, op, a, b, g->to, g->live, g->fail); break;
    case F_ARITH1: tr_emit(t, op, a, g->to, g->live, g->fail); break;
    case F_TEST2: tr_emit(t, op, a, b, g->to, g->fail); break;
    case F_TEST1: tr_emit(t, op, a, g->to, g->fail); break;
    case F_CMP: tr_emit(t, op, a, b, g->to); break;
    case F_CMP_SWAP: tr_emit(t, op, b, a, g->to); break;
    }
}

/* register op constant, and constant + register: errors of these show no frame of the operator, so that the order of the
 * operands does not matter. false: no such form. */
static bool const_arith(struct tr *t, const struct inlined *f, const struct guard *g) {
    const struct beam_arg *a = &g->arg[0], *b = &g->arg[1];
    bool sum = f->op == XOP_add || f->op == XOP_sub;
    if (f->op == XOP_sub && arg_is_int(b, INT64_MIN, -1)) return false; /* the operator has a frame here */
    if (f->op == XOP_add && !arg_is_reg(a)) {
        a = &g->arg[1];
        b = &g->arg[0];
    }
    if (sum && arg_is_reg(a) && arg_is_int(b, SMALL_MIN, SMALL_MAX) && !arg_is_int(b, INT16_MIN, INT16_MAX)) {
        tr_emit(t, f->op == XOP_add ? XOP_add_c : XOP_sub_c, a, g->to, g->live, g->fail, tr_term(t, b));
        return true;
    }
    if (!arg_is_reg(a) || !arg_is_int(b, INT16_MIN, INT16_MAX)) return false;
    bool xx = arg_is_x(a) && arg_is_x(g->to) && g->fail == 0;
    if (sum) {
        bool add = f->op == XOP_add;
        if (xx)
            tr_emit(t, add ? XOP_add_xi : XOP_sub_xi, a, (int)b->i, g->to, g->live);
        else
            tr_emit(t, add ? XOP_add_i : XOP_sub_i, a, (int)b->i, g->to, g->live, g->fail);
        return true;
    }
    enum xop op = f->op == XOP_band ? XOP_band_i : f->op == XOP_bsl ? XOP_bsl_i : XOP_bsr_i;
    if (f->op != XOP_band && f->op != XOP_bsl && f->op != XOP_bsr) return false;
    if (b->i < 0 || (op != XOP_band_i && b->i > 60)) return false;
    tr_emit(t, op, a, (int)b->i, g->to, g->live, g->fail);
    return true;
}

static bool element_const(struct tr *t, const struct guard *g) {
    if (!arg_is_int(&g->arg[0], 1, 8000)) return false;
    const struct beam_arg *tuple = tr_src(t, &g->arg[1]);
    tr_emit(t, XOP_element_i, tuple, (uint32_t)g->arg[0].i * WORD, g->to, g->fail);
    return true;
}

static bool inline_bif(struct tr *t, const struct guard *g) {
    if (g->n == 0 && tr_import_is(t, g->import, "erlang", "self", 0)) {
        tr_emit(t, XOP_self, g->to);
        return true;
    }
    const struct inlined *f = inlined_find(t, g->import);
    if (!f || f->arity != g->n) return false;
    if (f->form == F_ARITH2 && const_arith(t, f, g)) return true;
    if (f->op == XOP_element && element_const(t, g)) return true;
    if ((f->op == XOP_add || f->op == XOP_sub) && g->fail == 0 && arg_is_x(&g->arg[0]) &&
        arg_is_x(&g->arg[1]) && arg_is_x(g->to))
        tr_emit(t, f->op == XOP_add ? XOP_add_xx : XOP_sub_xx, &g->arg[0], &g->arg[1], g->to, g->live);
    else
        inline_emit(t, f, g);
    return true;
}

static void import_fail(struct tr *t, uint32_t import, const char *what) {
    const struct beam_import *m = &t->b->imports[import];
    const struct beam_text *module = &t->b->atoms[m->module], *f = &t->b->atoms[m->function];
    tr_fail(t, ST_UNSUPPORTED, "%s %.*s:%.*s/%u", what, (int)(module->n < 30 ? module->n : 30),
            (const char *)module->p, (int)(f->n < 30 ? f->n : 30), (const char *)f->p, m->arity);
}

static void table_bif(struct tr *t, const struct guard *g) {
    static const enum xop ops[] = {XOP_guard0, XOP_guard1, XOP_guard2, XOP_guard3};
    struct import_target m = t->env->import(t->env->ctx, g->import);
    if (m.kind != IMPORT_BIF) {
        import_fail(t, g->import, "no such built-in function:");
        return;
    }
    const struct beam_arg *a[3] = {NULL, NULL, NULL};
    for (uint32_t i = 0; i < g->n; i++) a[i] = tr_src(t, &g->arg[i]);
    if (g->n == 0)
        tr_emit(t, XOP_guard0, m.bif, g->to);
    else
        tr_emit(t, ops[g->n], m.bif, g->fail, g->live, g->to, a[0], a[1], a[2]);
}

static bool guard_of(const struct tins *in, struct guard *g) {
    const struct beam_arg *a = in->a;
    bool gc = in->op == BEAM_gc_bif1 || in->op == BEAM_gc_bif2 || in->op == BEAM_gc_bif3;
    if (in->op == BEAM_bif0) {
        *g = (struct guard){0, NEVER_COLLECTS, a[0].value, 0, NULL, &a[1]};
        return arg_is_reg(g->to);
    }
    uint32_t n = in->n_args - (gc ? 4 : 3);
    *g = (struct guard){a[0].kind == ARG_LABEL ? a[0].value : 0,
                        gc ? a[1].value : NEVER_COLLECTS,
                        a[gc ? 2 : 1].value,
                        n,
                        &a[gc ? 3 : 2],
                        &a[in->n_args - 1]};
    return arg_is_reg(g->to);
}

/* +X is X + 0, as in OTP 25: the sign of -0.0 goes, and an error is one of the sum. */
static void unary_plus(struct tr *t, const struct guard *g) {
    struct beam_arg args[2] = {g->arg[0], {.kind = ARG_I}};
    struct guard sum = *g;
    sum.arg = args;
    sum.n = 2;
    const struct inlined *add = inlined_of(XOP_add);
    if (!const_arith(t, add, &sum)) inline_emit(t, add, &sum);
}

void tr_bif(struct tr *t, const struct tins *in) {
    struct guard g;
    if (!guard_of(in, &g) || t->b->imports[g.import].arity != g.n)
        tr_fail(t, ST_CORRUPT, "a malformed call of a built-in function");
    else if (g.n == 1 && tr_import_is(t, g.import, "erlang", "+", 1))
        unary_plus(t, &g);
    else if (!inline_bif(t, &g))
        table_bif(t, &g);
}

/* -- calls of other modules */
static void call_simple(struct tr *t, enum xop op, enum xop tail_op, bool tail) {
    tr_emit(t, tail ? tail_op : op);
}

void tr_call_ext(struct tr *t, const struct tins *in) {
    uint32_t import = in->a[1].value;
    bool last = in->op == BEAM_call_ext_last, tail = last || in->op == BEAM_call_ext_only;
    struct import_target m = {.kind = IMPORT_CODE};
    bool apply2 = tr_import_is(t, import, "erlang", "apply", 2),
         apply3 = tr_import_is(t, import, "erlang", "apply", 3);
    if (!apply2 && !apply3) m = t->env->import(t->env->ctx, import);
    if (m.kind != IMPORT_BIF && !apply2 && !apply3) {
        struct beam_arg target = {.kind = ARG_U, .value = import};
        tr_call(t, last ? XOP_call_last : tail ? XOP_call_only : XOP_call, &target);
        if (last) tr_u16(t, in->a[2].value * WORD);
        return;
    }
    if (last) tr_deallocate(t, in->a[2].value);
    if (apply2)
        call_simple(t, XOP_apply_fun, XOP_apply_fun_only, tail);
    else if (apply3)
        call_simple(t, XOP_apply_mfa, XOP_apply_mfa_only, tail);
    else
        tr_emit(t, tail ? XOP_call_bif_only : XOP_call_bif, m.bif);
}
