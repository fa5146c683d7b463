/* translate_fuse: sequences of generic instructions that become one op. Which ones pay was measured: see
 * docs/design/interp.md. A label between two instructions ends a sequence, because it is one of the
 * instructions.
 */
#include "format/translate_in.h"

static uint32_t label_of(const struct beam_arg *a) {
    return a->kind == ARG_LABEL ? a->value : 0;
}

/* -- calls of funs in tail position: needed for constant stack space, not for speed */
static uint32_t fuse_call_fun(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_call_fun && in[0].op != BEAM_call_fun2) return 0;
    if (left >= 3 && in[1].op == BEAM_deallocate && in[2].op == BEAM_return) {
        if (in[0].op == BEAM_call_fun2 && arg_is_y(&in[0].a[2])) return 0; /* the fun lies in the frame */
        tr_deallocate(t, in[1].a[0].value);
        tr_tail_call_fun(t, in);
        return 3;
    }
    if (left >= 2 && in[1].op == BEAM_return) {
        tr_tail_call_fun(t, in);
        return 2;
    }
    return 0;
}

/* -- lists */
static uint32_t fuse_list(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_is_nonempty_list || left < 2 || in[1].op != BEAM_get_list) return 0;
    const struct beam_arg *src = &in[0].a[1], *a = in[1].a;
    if (!arg_is_x(src) || !arg_same(src, &a[0]) || !arg_is_x(&a[1]) || !arg_is_x(&a[2])) return 0;
    tr_emit(t, XOP_list_xxx, src, label_of(&in[0].a[0]), &a[1], &a[2]);
    return 2;
}

static uint32_t fuse_cons(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_test_heap || left < 2 || in[1].op != BEAM_put_list || tr_words(&in[0].a[0]) != 2)
        return 0;
    const struct beam_arg *a = in[1].a;
    uint32_t live = in[0].a[1].value;
    if (!arg_is_reg(&a[0]) || !arg_is_reg(&a[1])) return 0;
    if (left >= 4 && in[2].op == BEAM_deallocate && in[3].op == BEAM_return && arg_is_y(&a[0]) &&
        arg_is_x(&a[1]) && arg_same(&a[2], &tr_x0)) {
        tr_emit(t, XOP_cons_yxx_return, live, &a[0], &a[1], &a[2], in[2].a[0].value * WORD);
        return 4;
    }
    tr_emit(t, XOP_cons_rrr, live, &a[0], &a[1], &a[2]);
    return 2;
}

/* -- tuples */
static uint32_t fuse_tuple(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_is_tuple || left < 2 || in[1].op != BEAM_test_arity) return 0;
    const struct beam_arg *src = &in[0].a[1];
    if (!arg_is_reg(src) || !arg_same(src, &in[1].a[1]) || label_of(&in[0].a[0]) != label_of(&in[1].a[0]))
        return 0;
    if (arg_is_x(src))
        tr_emit(t, XOP_is_tuple_of_x, src, in[1].a[2].value, label_of(&in[0].a[0]));
    else
        tr_emit(t, XOP_is_tuple_of, src, in[1].a[2].value, label_of(&in[0].a[0]));
    return 2;
}

static bool element_follows(const struct tins *a, const struct tins *b) {
    return b->op == BEAM_get_tuple_element && arg_same(&a->a[0], &b->a[0]) &&
           b->a[1].value == a->a[1].value + 1 && arg_is_x(&b->a[2]) && !arg_same(&a->a[2], &a->a[0]);
}

static uint32_t fuse_elements(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_get_tuple_element || left < 2) return 0;
    const struct beam_arg *a = in[0].a;
    if (!arg_is_x(&a[0]) || !arg_is_x(&a[2]) || !element_follows(&in[0], &in[1])) return 0;
    uint32_t offset = (a[1].value + 1) * WORD;
    if (left >= 3 && element_follows(&in[1], &in[2])) {
        tr_emit(t, XOP_get_element3_xx, &a[0], offset, &a[2], &in[1].a[2], &in[2].a[2]);
        return 3;
    }
    tr_emit(t, XOP_get_element2_xx, &a[0], offset, &a[2], &in[1].a[2]);
    return 2;
}

/* -- moves */
static bool is_move(const struct tins *in, enum beam_arg_kind from, enum beam_arg_kind to) {
    return in->op == BEAM_move && in->a[0].kind == from && in->a[1].kind == to;
}

static uint32_t fuse_move_return(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_move || !arg_same(&in[0].a[1], &tr_x0) || left < 2) return 0;
    const struct beam_arg *from = &in[0].a[0];
    bool frame = in[1].op == BEAM_deallocate && left >= 3 && in[2].op == BEAM_return;
    if (frame && arg_is_y(from)) {
        tr_emit(t, XOP_return_y, from, in[1].a[0].value * WORD);
        return 3;
    }
    if (in[1].op != BEAM_return) return 0;
    if (arg_is_x(from)) {
        tr_emit(t, XOP_return_x, from);
        return 2;
    }
    if (arg_is_y(from)) return 0;
    term c = tr_term(t, from);
    tr_emit(t, c <= UINT16_MAX ? XOP_return_t : XOP_return_c, c);
    return 2;
}

static uint32_t fuse_move_call(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_move || left < 2 || !arg_is_x(&in[0].a[1])) return 0;
    const struct beam_arg *from = &in[0].a[0], *to = &in[0].a[1];
    bool tail = in[1].op == BEAM_call_only;
    if ((in[1].op != BEAM_call && !tail) || !arg_is_reg(from) || (tail && !arg_is_x(from))) return 0;
    if (in[1].a[1].kind != ARG_LABEL || !in[1].a[1].value) return 0;
    tr_call(t, tail ? XOP_move_only_xx : arg_is_x(from) ? XOP_move_call_xx : XOP_move_call_yx, &in[1].a[1]);
    tr_u16(t, from->value * WORD);
    tr_u16(t, to->value * WORD);
    tr_line(t, in[1].line, true);
    return 2;
}

static uint32_t fuse_moves(struct tr *t, const struct tins *in, uint32_t left) {
    static const struct {
        enum beam_arg_kind from, to;
        enum xop two, three;
    } kinds[] = {{ARG_X, ARG_X, XOP_move2_xx, XOP_move3_xx},
                 {ARG_X, ARG_Y, XOP_move2_xy, XOP_move3_xy},
                 {ARG_Y, ARG_X, XOP_move2_yx, XOP_move3_yx}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (left < 2 || !is_move(&in[0], kinds[i].from, kinds[i].to) ||
            !is_move(&in[1], kinds[i].from, kinds[i].to))
            continue;
        if (left >= 3 && is_move(&in[2], kinds[i].from, kinds[i].to)) {
            tr_emit(t, kinds[i].three, &in[0].a[0], &in[0].a[1], &in[1].a[0], &in[1].a[1], &in[2].a[0],
                    &in[2].a[1]);
            return 3;
        }
        tr_emit(t, kinds[i].two, &in[0].a[0], &in[0].a[1], &in[1].a[0], &in[1].a[1]);
        return 2;
    }
    return 0;
}

/* -- frames */
static uint32_t fuse_allocate(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_allocate || left < 2 || !is_move(&in[1], ARG_X, ARG_Y)) return 0;
    uint32_t slots = in[0].a[0].value, bytes = (slots + SLACK_WORDS) * WORD, live = in[0].a[1].value;
    const struct beam_arg *m = in[1].a;
    if (left >= 3 && is_move(&in[2], ARG_X, ARG_Y)) {
        tr_emit(t, XOP_allocate_xy2, slots * WORD, bytes, live, &m[0], &m[1], &in[2].a[0], &in[2].a[1]);
        return 3;
    }
    tr_emit(t, XOP_allocate_xy, slots * WORD, bytes, live, &m[0], &m[1]);
    return 2;
}

static uint32_t fuse_return(struct tr *t, const struct tins *in, uint32_t left) {
    if (in[0].op != BEAM_deallocate || left < 2 || in[1].op != BEAM_return) return 0;
    if (in[0].a[0].value)
        tr_emit(t, XOP_dealloc_return, in[0].a[0].value * WORD);
    else
        tr_emit(t, XOP_return);
    return 2;
}

uint32_t tr_fuse(struct tr *t, const struct tins *in, uint32_t left) {
    static uint32_t (*const rules[])(struct tr *, const struct tins *, uint32_t) = {
        fuse_call_fun, fuse_list,   fuse_cons,        fuse_tuple,     fuse_elements,
        fuse_allocate, fuse_return, fuse_move_return, fuse_move_call, fuse_moves,
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        uint32_t used = rules[i](t, in, left);
        if (used) return used;
    }
    return 0;
}
