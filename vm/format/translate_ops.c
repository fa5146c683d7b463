/* translate_ops: one generic instruction -> specific ops, by its opcode.
 *
 * Operands that an op takes only in registers are loaded into scratch registers first (tr_src). Forms for x
 * and y registers exist where measurements say they pay. Source: OTP genop.tab, for what each opcode means.
 */
#include "format/translate_in.h"

#include <stdlib.h>

static const struct beam_arg *reg_or_fail(struct tr *t, const struct beam_arg *a) {
    if (!arg_is_reg(a)) tr_fail(t, ST_CORRUPT, "a destination that is no register");
    return a;
}

static uint32_t label_of(const struct beam_arg *a) {
    return a->kind == ARG_LABEL ? a->value : 0;
}

/* -- moves */
void tr_move(struct tr *t, const struct beam_arg *from, const struct beam_arg *to) {
    static const enum xop regs[2][2] = {{XOP_move_xx, XOP_move_xy}, {XOP_move_yx, XOP_move_yy}};
    reg_or_fail(t, to);
    if (arg_is_reg(from)) {
        if (!arg_same(from, to)) tr_emit(t, regs[arg_is_y(from)][arg_is_y(to)], from, to);
        return;
    }
    term c = tr_term(t, from);
    if (c <= UINT16_MAX)
        tr_emit(t, arg_is_y(to) ? XOP_move_ty : XOP_move_tx, to, c);
    else
        tr_emit(t, arg_is_y(to) ? XOP_move_cy : XOP_move_cx, to, c);
}

/* -- frames */
void tr_test_heap(struct tr *t, uint32_t words, uint32_t live) {
    uint32_t bytes = (words + SLACK_WORDS) * WORD;
    if (bytes <= UINT16_MAX)
        tr_emit(t, XOP_test_heap, bytes, live);
    else
        tr_emit(t, XOP_test_heap_wide, live, (int)bytes);
}

void tr_allocate(struct tr *t, uint32_t slots, uint32_t words, uint32_t live) {
    uint32_t bytes = (slots + words + SLACK_WORDS) * WORD;
    if (bytes > UINT16_MAX) {
        tr_test_heap(t, slots + words, live);
        bytes = 0;
    }
    tr_emit(t, XOP_allocate, slots * WORD, bytes, live);
}

void tr_deallocate(struct tr *t, uint32_t slots) {
    if (slots) tr_emit(t, XOP_deallocate, slots * WORD);
}

static void init_yregs(struct tr *t, const struct beam_arg *list) {
    uint32_t n = list->value;
    const struct beam_arg *y = list->list;
    for (uint32_t i = 0; i < n; i++)
        if (!arg_is_y(&y[i])) tr_fail(t, ST_CORRUPT, "init_yregs of no y register");
    if (n == 1) {
        tr_emit(t, XOP_init_y1, &y[0]);
    } else if (n == 2) {
        tr_emit(t, XOP_init_y2, &y[0], &y[1]);
    } else if (n == 3) {
        tr_emit(t, XOP_init_y3, &y[0], &y[1], &y[2]);
    } else if (n > 3) {
        tr_emit(t, XOP_init_yn, n);
        for (uint32_t i = 0; i < n; i++) tr_u16(t, y[i].value * WORD);
    }
}

/* -- calls of code in this module */
static void call(struct tr *t, const struct tins *in) {
    const struct beam_arg *target = &in->a[1];
    if (target->kind != ARG_LABEL || !target->value) {
        tr_fail(t, ST_CORRUPT, "a call of no label");
        return;
    }
    if (in->op == BEAM_call_last) {
        tr_call(t, XOP_call_last, target);
        tr_u16(t, in->a[2].value * WORD);
    } else {
        tr_call(t, in->op == BEAM_call ? XOP_call : XOP_call_only, target);
    }
}

static void make_fun(struct tr *t, uint32_t lambda, const struct beam_arg *to, const struct beam_arg *env,
                     uint32_t n) {
    const struct beam_arg *captured[256];
    static struct beam_arg x[256];
    if (n > 255) {
        tr_fail(t, ST_CORRUPT, "a fun with %u free variables", n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!env) x[i] = (struct beam_arg){.kind = ARG_X, .value = i};
        captured[i] = env ? tr_src(t, &env[i]) : &x[i];
    }
    tr_emit(t, XOP_make_fun, reg_or_fail(t, to), n);
    tr_u64(t, 0);
    tr_fixup(t, FIX_FUN64, false, lambda);
    for (uint32_t i = 0; i < n; i++) tr_reg(t, captured[i]);
}

/* -- tests */
static const struct {
    uint8_t op;
    uint16_t to;
} type_tests[] = {
    {BEAM_is_integer, XOP_is_integer},
    {BEAM_is_float, XOP_is_float},
    {BEAM_is_number, XOP_is_number},
    {BEAM_is_atom, XOP_is_atom},
    {BEAM_is_pid, XOP_is_pid},
    {BEAM_is_port, XOP_is_port},
    {BEAM_is_reference, XOP_is_reference},
    {BEAM_is_binary, XOP_is_binary},
    {BEAM_is_bitstr, XOP_is_bitstr},
    {BEAM_is_list, XOP_is_list},
    {BEAM_is_tuple, XOP_is_tuple},
    {BEAM_is_map, XOP_is_map},
    {BEAM_is_boolean, XOP_is_boolean},
    {BEAM_is_function, XOP_is_function},
};

static bool type_test(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    if (in->op == BEAM_is_nil || in->op == BEAM_is_nonempty_list) {
        const struct beam_arg *r = tr_src(t, &a[1]);
        bool nil = in->op == BEAM_is_nil;
        tr_emit(t,
                arg_is_y(r) ? (nil ? XOP_is_nil_y : XOP_is_nonempty_list_y)
                            : (nil ? XOP_is_nil_x : XOP_is_nonempty_list_x),
                r, label_of(&a[0]));
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(type_tests); i++) {
        if (type_tests[i].op != in->op) continue;
        const struct beam_arg *r = tr_src(t, &a[1]);
        tr_emit(t, (enum xop)type_tests[i].to, r, label_of(&a[0]));
        return true;
    }
    return false;
}

/* Comparison of x with a small constant: lt: x < c, c < x; ge: x >= c, c >= x. */
static bool compare_const(struct tr *t, const struct tins *in) {
    const struct beam_arg *f = &in->a[0], *l = &in->a[1], *r = &in->a[2];
    bool lt = in->op == BEAM_is_lt;
    if (arg_is_x(l) && arg_is_int(r, INT16_MIN, INT16_MAX)) {
        tr_emit(t, lt ? XOP_is_lt_xi : XOP_is_ge_xi, l, (int)r->i, label_of(f));
        return true;
    }
    if (arg_is_x(r) && arg_is_int(l, INT16_MIN, INT16_MAX)) {
        tr_emit(t, lt ? XOP_is_gt_xi : XOP_is_le_xi, r, (int)l->i, label_of(f));
        return true;
    }
    return false;
}

static void order_test(struct tr *t, const struct tins *in) {
    if (compare_const(t, in)) return;
    bool lt = in->op == BEAM_is_lt;
    const struct beam_arg *l = tr_src(t, &in->a[1]), *r = tr_src(t, &in->a[2]);
    bool xx = arg_is_x(l) && arg_is_x(r);
    tr_emit(t, lt ? (xx ? XOP_is_lt_xx : XOP_is_lt) : (xx ? XOP_is_ge_xx : XOP_is_ge), l, r,
            label_of(&in->a[0]));
}

static void exact_test(struct tr *t, const struct tins *in) {
    bool eq = in->op == BEAM_is_eq_exact;
    const struct beam_arg *l = &in->a[1], *r = &in->a[2];
    uint32_t f = label_of(&in->a[0]);
    if (!arg_is_reg(l) && arg_is_reg(r)) {
        l = &in->a[2];
        r = &in->a[1];
    }
    l = tr_src(t, l);
    if (arg_is_reg(r)) {
        tr_emit(t, eq ? XOP_is_eq_exact : XOP_is_ne_exact, l, r, f);
        return;
    }
    term c = tr_term(t, r);
    if (eq && c == NIL)
        tr_emit(t, arg_is_y(l) ? XOP_is_nil_y : XOP_is_nil_x, l, f);
    else if (term_is_imm(c) && arg_is_x(l))
        tr_emit(t, eq ? XOP_is_eq_imm_x : XOP_is_ne_imm_x, l, f, c);
    else
        tr_emit(t, eq ? XOP_is_eq_exact_c : XOP_is_ne_exact_c, l, f, c);
}

static void equal_test(struct tr *t, const struct tins *in) {
    const struct beam_arg *l = tr_src(t, &in->a[1]), *r = tr_src(t, &in->a[2]);
    tr_emit(t, in->op == BEAM_is_eq ? XOP_is_eq : XOP_is_ne, l, r, label_of(&in->a[0]));
}

/* -- lists and tuples */
static void put_list(struct tr *t, const struct beam_arg *a) {
    if (a[1].kind == ARG_NIL) {
        const struct beam_arg *head = tr_src(t, &a[0]);
        tr_emit(t, XOP_put_list_nil, head, &a[2]);
        return;
    }
    const struct beam_arg *h = tr_src(t, &a[0]), *tail = tr_src(t, &a[1]);
    enum xop op = XOP_put_list_rrr;
    if (arg_is_x(tail) && arg_is_x(&a[2])) op = arg_is_x(h) ? XOP_put_list_xxx : XOP_put_list_yxx;
    tr_emit(t, op, h, tail, &a[2]);
}

static void get_list(struct tr *t, const struct beam_arg *a) {
    enum xop op = XOP_get_list_rrr;
    if (arg_is_x(&a[0]) && arg_is_x(&a[2])) op = arg_is_x(&a[1]) ? XOP_get_list_xxx : XOP_get_list_xyx;
    tr_emit(t, op, tr_src(t, &a[0]), &a[1], &a[2]);
}

static void get_element(struct tr *t, const struct beam_arg *a) {
    uint32_t offset = (a[1].value + 1) * WORD;
    const struct beam_arg *from = tr_src(t, &a[0]);
    enum xop op = XOP_get_element_rr;
    if (arg_is_x(from)) op = arg_is_x(&a[2]) ? XOP_get_element_xx : XOP_get_element_xy;
    tr_emit(t, op, from, offset, &a[2]);
}

static bool all_regs(const struct beam_arg *list, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!arg_is_reg(&list[i])) return false;
    return true;
}

static void put_tuple(struct tr *t, const struct beam_arg *a) {
    const struct beam_arg *to = &a[0], *e = a[1].list;
    uint32_t n = a[1].value;
    bool regs = all_regs(e, n), tagged = n >= 1 && n <= 3 && !arg_is_reg(&e[0]) && all_regs(e + 1, n - 1);
    if (n == 0) {
        tr_emit(t, XOP_tuple_rn, to, n);
    } else if (tagged) {
        term tag = tr_term(t, &e[0]);
        if (n == 1)
            tr_emit(t, XOP_tuple_c1, to, tag);
        else if (n == 2)
            tr_emit(t, XOP_tuple_c2, to, &e[1], tag);
        else
            tr_emit(t, XOP_tuple_c3, to, &e[1], &e[2], tag);
    } else if (!regs) {
        tr_emit(t, XOP_tuple_wn, to, n);
        for (uint32_t i = 0; i < n; i++) tr_wide(t, &e[i]);
    } else if (n == 2) {
        tr_emit(t, XOP_tuple_r2, to, &e[0], &e[1]);
    } else if (n == 3) {
        tr_emit(t, XOP_tuple_r3, to, &e[0], &e[1], &e[2]);
    } else if (n == 4) {
        tr_emit(t, XOP_tuple_r4, to, &e[0], &e[1], &e[2], &e[3]);
    } else {
        tr_emit(t, XOP_tuple_rn, to, n);
        for (uint32_t i = 0; i < n; i++) tr_reg(t, &e[i]);
    }
}

/* OTP 26: update_record Hint Size Src Dst [Pos, Value, …] */
static void update_record(struct tr *t, const struct beam_arg *a) {
    const struct beam_arg *from = tr_src(t, &a[2]);
    uint32_t n = a[4].value / 2;
    tr_emit(t, XOP_update_record, from, &a[3], a[1].value, n);
    for (uint32_t i = 0; i < n; i++) {
        tr_u64(t, arg_number(&a[4].list[2 * i]));
        tr_wide(t, &a[4].list[2 * i + 1]);
    }
}

/* -- select */
struct pair {
    term value;
    uint32_t label;
};

static int pair_order(const void *a, const void *b) {
    const struct pair *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

enum { LINEAR_MAX = 8 };

static bool pairs_dense(const struct pair *p, uint32_t n) { /* sorted */
    for (uint32_t i = 0; i < n; i++)
        if (!term_is_small(p[i].value)) return false;
    return n > 3 &&
           p[n - 1].value - p[0].value < (uint64_t)n * 12; /* values are << 2: up to 3 slots for one */
}

static void select_table(struct tr *t, const struct beam_arg *src, uint32_t fail, const struct pair *p,
                         uint32_t n) {
    uint32_t slots = (uint32_t)((p[n - 1].value - p[0].value) >> 2) + 1, k = 0;
    tr_emit(t, XOP_jump_table, src, fail, slots, (int)(p[0].value >> 2));
    for (uint32_t i = 0; i < slots; i++) {
        bool hit = p[k].value == p[0].value + ((term)i << 2);
        tr_branch32(t, hit ? p[k].label : fail);
        k += hit;
    }
    t->half = (t->half + 3) & ~3u;
}

static void select_pairs(struct tr *t, enum xop op, const struct beam_arg *src, uint32_t fail,
                         const struct pair *p, uint32_t n) {
    tr_emit(t, op, src, fail, n);
    t->half = (t->half + 3) & ~3u;
    for (uint32_t i = 0; i < n; i++) {
        tr_u32(t, (uint32_t)p[i].value);
        tr_branch32(t, p[i].label);
    }
}

static void select_64(struct tr *t, const struct beam_arg *src, uint32_t fail, const struct pair *p,
                      uint32_t n) {
    tr_emit(t, XOP_select_64, src, fail, n);
    for (uint32_t i = 0; i < n; i++) tr_u64(t, p[i].value);
    for (uint32_t i = 0; i < n; i++) tr_branch32(t, p[i].label);
}

static void select_emit(struct tr *t, const struct beam_arg *src, uint32_t fail, struct pair *p, uint32_t n) {
    bool narrow = true;
    for (uint32_t i = 0; i < n; i++) narrow = narrow && p[i].value <= UINT32_MAX && term_is_imm(p[i].value);
    if (!narrow) {
        select_64(t, src, fail, p, n);
    } else if (n <= LINEAR_MAX) {
        select_pairs(t, XOP_select_32, src, fail, p, n);
    } else {
        qsort(p, n, sizeof *p, pair_order);
        if (pairs_dense(p, n) && p[n - 1].value - p[0].value < (UINT16_MAX << 2))
            select_table(t, src, fail, p, n);
        else
            select_pairs(t, XOP_select_bin_32, src, fail, p, n);
    }
}

static void select_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *list = in->a[2].list, *src = tr_src(t, &in->a[0]);
    uint32_t n = in->a[2].value / 2;
    struct pair *p = malloc((n + 1) * sizeof *p);
    if (!p || n == 0 || n > UINT16_MAX) {
        tr_fail(t, p ? ST_CORRUPT : ST_NOMEM, "a select of %u values", n);
        free(p);
        return;
    }
    bool arity = in->op == BEAM_select_tuple_arity;
    for (uint32_t i = 0; i < n; i++)
        p[i] = (struct pair){arity ? header_make(KIND_TUPLE, list[2 * i].value) : tr_term(t, &list[2 * i]),
                             label_of(&list[2 * i + 1])};
    uint32_t fail = label_of(&in->a[1]);
    if (!fail) fail = p[n - 1].label; /* no other value is possible */
    if (arity)
        select_pairs(t, XOP_select_arity, src, fail, p, n);
    else
        select_emit(t, src, fail, p, n);
    free(p);
}

/* -- maps */
static void put_map(struct tr *t, const struct tins *in) { /* Fail Src Dst Live List */
    const struct beam_arg *a = in->a, *src = tr_src(t, &a[1]);
    uint32_t n = a[4].value / 2;
    if (in->op == BEAM_put_map_assoc)
        tr_emit(t, XOP_put_map_assoc, src, &a[2], a[3].value, n);
    else
        tr_emit(t, XOP_put_map_exact, src, &a[2], a[3].value, label_of(&a[0]), n);
    for (uint32_t i = 0; i < 2 * n; i++) tr_wide(t, &a[4].list[i]);
}

static void map_fields(struct tr *t, const struct tins *in) { /* Fail Src List */
    const struct beam_arg *a = in->a, *src = tr_src(t, &a[1]);
    bool get = in->op == BEAM_get_map_elements;
    uint32_t n = get ? a[2].value / 2 : a[2].value;
    if (get && n == 1 && arg_is_reg(&a[2].list[0])) {
        tr_emit(t, XOP_get_map_element_r, src, &a[2].list[0], &a[2].list[1], label_of(&a[0]));
        return;
    }
    tr_emit(t, get ? XOP_get_map_elements : XOP_has_map_fields, src, label_of(&a[0]), n);
    for (uint32_t i = 0; i < a[2].value; i++) tr_wide(t, &a[2].list[i]);
}

/* -- floats */
static void fmove(struct tr *t, const struct beam_arg *from, const struct beam_arg *to) {
    if (to->kind != ARG_FR && from->kind != ARG_FR) {
        tr_fail(t, ST_CORRUPT, "fmove without a float register");
    } else if (to->kind != ARG_FR) {
        tr_emit(t, XOP_fstore, from->value * WORD, to);
    } else if (from->kind == ARG_LITERAL) {
        term c = tr_term(t, from);
        tr_emit(t, XOP_fload_c, to->value * WORD, term_is_float(c) ? boxed_ptr(c)[1] : 0);
    } else {
        tr_emit(t, XOP_fload, tr_src(t, from), to->value * WORD);
    }
}

static void float_arith(struct tr *t, const struct tins *in) {
    static const enum xop ops[] = {XOP_fadd, XOP_fsub, XOP_fmul, XOP_fdiv};
    const struct beam_arg *a = in->a;
    if (in->op == BEAM_fnegate)
        tr_emit(t, XOP_fneg, a[1].value * WORD, a[2].value * WORD);
    else
        tr_emit(t, ops[in->op - BEAM_fadd], a[1].value * WORD, a[2].value * WORD, a[3].value * WORD);
}

/* -- the table */
static void call_fun(struct tr *t, const struct tins *in, bool tail) {
    if (in->op == BEAM_call_fun)
        tr_emit(t, tail ? XOP_call_fun_only : XOP_call_fun, in->a[0].value);
    else
        tr_emit(t, tail ? XOP_call_fun2_only : XOP_call_fun2, in->a[1].value, tr_src(t, &in->a[2]));
}

void tr_tail_call_fun(struct tr *t, const struct tins *in) {
    call_fun(t, in, true);
}

static void with_register(struct tr *t, enum xop op, const struct beam_arg *a) {
    tr_emit(t, op, tr_src(t, a));
}

static void func_info(struct tr *t, const struct beam_arg *a) {
    tr_emit(t, XOP_func_info, a[2].value, (uint64_t)tr_term(t, &a[0]), (uint64_t)tr_term(t, &a[1]));
}

static bool frame_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_allocate:
    case BEAM_allocate_zero: tr_allocate(t, a[0].value, 0, a[1].value); break;
    case BEAM_allocate_heap:
    case BEAM_allocate_heap_zero: tr_allocate(t, a[0].value, tr_words(&a[1]), a[2].value); break;
    case BEAM_test_heap: tr_test_heap(t, tr_words(&a[0]), a[1].value); return true;
    case BEAM_init: tr_emit(t, XOP_init_y1, &a[0]); return true;
    case BEAM_init_yregs: init_yregs(t, &a[0]); return true;
    case BEAM_deallocate: tr_deallocate(t, a[0].value); return true;
    case BEAM_trim:
        if (a[0].value) tr_emit(t, XOP_trim, a[0].value * WORD);
        return true;
    default: return false;
    }
    if (in->op == BEAM_allocate_zero || in->op == BEAM_allocate_heap_zero)
        for (uint32_t i = 0; i < a[0].value; i++)
            tr_emit(t, XOP_init_y1, &(struct beam_arg){.kind = ARG_Y, .value = i});
    return true;
}

static bool call_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_call:
    case BEAM_call_last:
    case BEAM_call_only: call(t, in); return true;
    case BEAM_call_ext:
    case BEAM_call_ext_last:
    case BEAM_call_ext_only: tr_call_ext(t, in); return true;
    case BEAM_bif0:
    case BEAM_bif1:
    case BEAM_bif2:
    case BEAM_gc_bif1:
    case BEAM_gc_bif2:
    case BEAM_gc_bif3: tr_bif(t, in); return true;
    case BEAM_call_fun:
    case BEAM_call_fun2: call_fun(t, in, false); return true;
    case BEAM_make_fun2:
        make_fun(t, a[0].value, &tr_x0, NULL, t->b->lambdas[a[0].value].num_free);
        return true;
    case BEAM_make_fun3: make_fun(t, a[0].value, &a[1], a[2].list, a[2].value); return true;
    case BEAM_apply: tr_emit(t, XOP_apply, a[0].value); return true;
    case BEAM_apply_last:
        tr_deallocate(t, a[1].value);
        tr_emit(t, XOP_apply_only, a[0].value);
        return true;
    case BEAM_return: tr_emit(t, XOP_return); return true;
    case BEAM_jump: tr_emit(t, XOP_jump, a[0].value); return true;
    default: return false;
    }
}

static bool test_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    uint32_t f = label_of(&a[0]);
    switch (in->op) {
    case BEAM_is_lt:
    case BEAM_is_ge: order_test(t, in); return true;
    case BEAM_is_eq:
    case BEAM_is_ne: equal_test(t, in); return true;
    case BEAM_is_eq_exact:
    case BEAM_is_ne_exact: exact_test(t, in); return true;
    case BEAM_test_arity: tr_emit(t, XOP_test_arity, tr_src(t, &a[1]), a[2].value, f); return true;
    case BEAM_is_tagged_tuple:
        tr_emit(t, XOP_is_tagged_tuple, tr_src(t, &a[1]), a[2].value, f, (uint64_t)tr_term(t, &a[3]));
        return true;
    case BEAM_is_function2: {
        const struct beam_arg *fun = tr_src(t, &a[1]), *arity = tr_src(t, &a[2]);
        tr_emit(t, XOP_is_function2, fun, arity, f);
        return true;
    }
    case BEAM_has_map_fields:
    case BEAM_get_map_elements: map_fields(t, in); return true;
    case BEAM_select_val:
    case BEAM_select_tuple_arity: select_op(t, in); return true;
    default: return type_test(t, in);
    }
}

static bool data_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_move: tr_move(t, &a[0], &a[1]); return true;
    case BEAM_swap: tr_emit(t, XOP_swap, &a[0], &a[1]); return true;
    case BEAM_get_list: get_list(t, a); return true;
    case BEAM_get_hd: tr_emit(t, XOP_get_hd, tr_src(t, &a[0]), &a[1]); return true;
    case BEAM_get_tl: tr_emit(t, XOP_get_tl, tr_src(t, &a[0]), &a[1]); return true;
    case BEAM_put_list: put_list(t, a); return true;
    case BEAM_get_tuple_element: get_element(t, a); return true;
    case BEAM_set_tuple_element: {
        const struct beam_arg *v = tr_src(t, &a[0]);
        tr_emit(t, XOP_set_element, v, &a[1], (a[2].value + 1) * WORD);
        return true;
    }
    case BEAM_put_tuple2: put_tuple(t, a); return true;
    case BEAM_update_record: update_record(t, a); return true;
    case BEAM_put_map_assoc:
    case BEAM_put_map_exact: put_map(t, in); return true;
    case BEAM_fmove: fmove(t, &a[0], &a[1]); return true;
    case BEAM_fconv: tr_emit(t, XOP_fconv, tr_src(t, &a[0]), a[1].value * WORD); return true;
    case BEAM_fadd:
    case BEAM_fsub:
    case BEAM_fmul:
    case BEAM_fdiv:
    case BEAM_fnegate: float_arith(t, in); return true;
    case BEAM_fclearerror:
    case BEAM_fcheckerror: return true; /* each operation checks its result */
    default: return false;
    }
}

static bool exception_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_catch:
    case BEAM_try: tr_emit(t, XOP_catch, &a[0], a[1].value); return true;
    case BEAM_catch_end: tr_emit(t, XOP_catch_end, &a[0]); return true;
    case BEAM_try_end: tr_emit(t, XOP_try_end, &a[0]); return true;
    case BEAM_try_case: tr_emit(t, XOP_try_case, &a[0]); return true;
    case BEAM_try_case_end: with_register(t, XOP_try_case_end, &a[0]); return true;
    case BEAM_badmatch: with_register(t, XOP_badmatch, &a[0]); return true;
    case BEAM_case_end: with_register(t, XOP_case_end, &a[0]); return true;
    case BEAM_badrecord: with_register(t, XOP_badrecord, &a[0]); return true;
    case BEAM_if_end: tr_emit(t, XOP_if_end); return true;
    case BEAM_raise: {
        const struct beam_arg *trace = tr_src(t, &a[0]), *value = tr_src(t, &a[1]);
        tr_emit(t, XOP_raise, trace, value);
        return true;
    }
    case BEAM_raw_raise: tr_emit(t, XOP_raw_raise); return true;
    case BEAM_build_stacktrace: tr_emit(t, XOP_build_stacktrace); return true;
    default: return false;
    }
}

/* receive after T without clauses: the branch leads back to the instruction itself. It gets none: messages don't matter. */
static uint32_t wait_branch(struct tr *t, const struct tins *in) {
    uint32_t f = label_of(&in->a[0]);
    for (const struct tins *k = in; k > t->in && k[-1].op == BEAM_label; k--)
        if (k[-1].a[0].value == f) return 0;
    return f;
}

static bool message_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_send: tr_emit(t, XOP_send); return true;
    case BEAM_remove_message: tr_emit(t, XOP_remove_message); return true;
    case BEAM_timeout: tr_emit(t, XOP_timeout); return true;
    case BEAM_loop_rec: tr_emit(t, XOP_loop_rec, &a[1], label_of(&a[0])); return true;
    case BEAM_loop_rec_end: tr_emit(t, XOP_loop_rec_end, label_of(&a[0])); return true;
    case BEAM_wait: tr_emit(t, XOP_wait, label_of(&a[0])); return true;
    case BEAM_wait_timeout: tr_emit(t, XOP_wait_timeout, tr_src(t, &a[1]), wait_branch(t, in)); return true;
    case BEAM_recv_marker_reserve: tr_emit(t, XOP_recv_marker_reserve, &a[0]); return true;
    case BEAM_recv_marker_bind: tr_emit(t, XOP_recv_marker_bind, &a[0], &a[1]); return true;
    case BEAM_recv_marker_clear: tr_emit(t, XOP_recv_marker_clear, &a[0]); return true;
    case BEAM_recv_marker_use: tr_emit(t, XOP_recv_marker_use, &a[0]); return true;
    default: return false;
    }
}

void tr_one(struct tr *t, const struct tins *in) {
    switch (in->op) {
    case BEAM_label:
        if (in->a[0].value < t->b->n_labels) t->out->label_word[in->a[0].value] = t->out->n_words;
        return;
    case BEAM_func_info: func_info(t, in->a); return;
    case BEAM_on_load: return; /* the linker reads which function it names */
    default: break;
    }
    if (in->op >= beam_op_count || !beam_ops[in->op].supported)
        tr_fail(t, ST_UNSUPPORTED, "opcode %u (%s) is not supported", in->op,
                in->op < beam_op_count ? beam_ops[in->op].name : "unknown");
    else if (!(data_op(t, in) || call_op(t, in) || test_op(t, in) || frame_op(t, in) || exception_op(t, in) ||
               message_op(t, in) || tr_bits(t, in)))
        tr_fail(t, ST_UNSUPPORTED, "opcode %u (%s) is not supported", in->op, beam_ops[in->op].name);
}
