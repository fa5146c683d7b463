/* translate_bits: the bit syntax: matching (bs_start_match… bs_match) and building (bs_init… bs_create_bin).
 *
 * A segment of bs_create_bin takes three words:   [type 8 | flags 8 | unit 16 | number 32][value or
 * bytes][size]; the number is how long a string is, else which segment of the source this is. Source: OTP beam_ssa_codegen, beam_validator.
 */
#include "format/segment.h"
#include "format/translate_in.h"
#include "term/order.h"

static uint32_t label_of(const struct beam_arg *a) {
    return a->kind == ARG_LABEL ? a->value : 0;
}

/* -- matching */
static void start_match(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    if (in->op == BEAM_bs_start_match2) { /* Fail Src Live Slots Dst */
        tr_emit(t, XOP_bs_start_match, tr_src(t, &a[1]), &a[4], a[2].value, label_of(&a[0]));
    } else if (in->op == BEAM_bs_start_match3) { /* Fail Src Live Dst */
        tr_emit(t, XOP_bs_start_match, tr_src(t, &a[1]), &a[3], a[2].value, label_of(&a[0]));
    } else if (a[0].kind == ARG_LABEL) { /* bs_start_match4 Fail Live Src Dst */
        tr_emit(t, XOP_bs_start_match, tr_src(t, &a[2]), &a[3], a[1].value, label_of(&a[0]));
    } else { /* {atom,no_fail} or {atom,resume} */
        const struct beam_text *how = &t->b->atoms[a[0].value];
        if (how->n == 6 && memcmp(how->p, "resume", 6) == 0)
            tr_move(t, &a[2], &a[3]);
        else
            tr_emit(t, XOP_bs_start_match, tr_src(t, &a[2]), &a[3], a[1].value, 0);
    }
}

/* Fixed number of bits of size * unit; false: not known here, or too large for 16 bits. */
static bool fixed_bits(const struct beam_arg *size, uint32_t unit, uint32_t *bits) {
    if (size->kind != ARG_I && size->kind != ARG_U) return false;
    if (size->i < 0 || (uint64_t)size->i * unit > UINT16_MAX) return false;
    *bits = (uint32_t)size->i * unit;
    return true;
}

static bool is_all(struct tr *t, const struct beam_arg *size) {
    return size->kind == ARG_ATOM && t->b->atoms[size->value].n == 3 &&
           memcmp(t->b->atoms[size->value].p, "all", 3) == 0;
}

enum { FLAG_LITTLE = 2, FLAG_SIGNED = 4, FLAG_NATIVE = 16 };

static void get_field(struct tr *t, const struct tins *in) { /* Fail Ctx Live Size Unit Flags Dst */
    const struct beam_arg *a = in->a, *ctx = tr_src(t, &a[1]), *to = &a[6];
    uint32_t fail = label_of(&a[0]), live = a[2].value, unit = a[4].value, flags = a[5].value, bits;
    if (in->op == BEAM_bs_get_integer2 && fixed_bits(&a[3], unit, &bits)) {
        bool plain = (flags & (FLAG_LITTLE | FLAG_SIGNED | FLAG_NATIVE)) == 0 ||
                     (bits == 8 && (flags & FLAG_SIGNED) == 0);
        if (plain && (bits == 8 || bits == 16 || bits == 32))
            tr_emit(t,
                    bits == 8    ? XOP_bs_get_u8
                    : bits == 16 ? XOP_bs_get_u16
                                 : XOP_bs_get_u32,
                    ctx, to, fail);
        else
            tr_emit(t, XOP_bs_get_int_c, ctx, to, bits, flags, live, fail);
    } else if (in->op == BEAM_bs_get_binary2 && is_all(t, &a[3])) {
        tr_emit(t, XOP_bs_get_bin_all, ctx, to, unit, live, fail);
    } else if (in->op == BEAM_bs_get_binary2 && fixed_bits(&a[3], unit, &bits)) {
        tr_emit(t, XOP_bs_get_bin_c, ctx, to, live, fail, (int)bits);
    } else if (in->op == BEAM_bs_get_binary2) {
        const struct beam_arg *size = tr_src(t, &a[3]);
        tr_emit(t, XOP_bs_get_bin_v, ctx, size, to, unit, live, fail);
    } else {
        const struct beam_arg *size = tr_src(t, &a[3]);
        tr_emit(t, in->op == BEAM_bs_get_integer2 ? XOP_bs_get_int_v : XOP_bs_get_float, ctx, size, to, unit,
                flags, live, fail);
    }
}

static void skip_field(struct tr *t, const struct tins *in) { /* Fail Ctx Size Unit Flags */
    const struct beam_arg *a = in->a, *ctx = tr_src(t, &a[1]);
    uint32_t bits;
    if (is_all(t, &a[2]))
        tr_emit(t, XOP_bs_skip_all, ctx, a[3].value, label_of(&a[0]));
    else if (fixed_bits(&a[2], a[3].value, &bits))
        tr_emit(t, XOP_bs_skip_c, ctx, label_of(&a[0]), (int)bits);
    else {
        const struct beam_arg *size = tr_src(t, &a[2]);
        tr_emit(t, XOP_bs_skip_v, ctx, size, a[3].value, label_of(&a[0]));
    }
}

static void match_string(struct tr *t, const struct beam_arg *a) { /* Fail Ctx Bits Offset */
    tr_emit(t, XOP_bs_match_string, tr_src(t, &a[1]), label_of(&a[0]), (int)a[2].value);
    tr_u64(t, 0);
    tr_fixup(t, FIX_STRING64, false, a[3].value);
}

static bool utf_op(struct tr *t, const struct tins *in) { /* Fail Ctx Live Flags [Dst] */
    const struct beam_arg *a = in->a;
    uint32_t f = label_of(&a[0]), flags = in->n_args > 3 ? a[3].value : 0;
    switch (in->op) {
    case BEAM_bs_get_utf8: tr_emit(t, XOP_bs_get_utf8, &a[1], &a[4], f); return true;
    case BEAM_bs_skip_utf8: tr_emit(t, XOP_bs_skip_utf8, &a[1], f); return true;
    case BEAM_bs_get_utf16: tr_emit(t, XOP_bs_get_utf16, &a[1], &a[4], flags, f); return true;
    case BEAM_bs_skip_utf16: tr_emit(t, XOP_bs_skip_utf16, &a[1], flags, f); return true;
    case BEAM_bs_get_utf32: tr_emit(t, XOP_bs_get_utf32, &a[1], &a[4], flags, f); return true;
    case BEAM_bs_skip_utf32: tr_emit(t, XOP_bs_skip_utf32, &a[1], flags, f); return true;
    default: return false;
    }
}

static bool name_is(struct tr *t, const struct beam_arg *a, const char *name) {
    size_t n = strlen(name);
    return a->kind == ARG_ATOM && t->b->atoms[a->value].n == n &&
           memcmp(t->b->atoms[a->value].p, name, n) == 0;
}

/* Field flags come as a number, or (OTP 26, in lists) as a literal list of atoms. */
static uint32_t flags_of(struct tr *t, const struct beam_arg *a) {
    if (!arg_is_reg(a) && a->kind != ARG_LITERAL) return a->kind == ARG_NIL ? 0 : a->value;
    uint32_t flags = 0;
    static const struct {
        const char *name;
        uint32_t flag;
    } names[] = {{"little", FLAG_LITTLE}, {"signed", FLAG_SIGNED}, {"native", FLAG_NATIVE}};
    for (term l = tr_term(t, a); term_is_list(l); l = list_tail(l)) {
        if (!term_is_atom(list_head(l))) continue;
        struct atom_text name = atom_text(list_head(l));
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            if (name.bytes == strlen(names[k].name) && memcmp(name.utf8, names[k].name, name.bytes) == 0)
                flags |= names[k].flag;
    }
    return flags;
}

/* -- OTP 26 */

/* bs_match Fail Ctx {list,[Command, Operands…, …]}. Only =:= can fail once the size is ensured: it puts the context back to
 * where the bs_match began. */
struct match {
    const struct beam_arg *ctx;
    uint32_t fail, taken; /* bits so far */
};

static uint32_t match_command(struct tr *t, struct match *m, const struct beam_arg *c, uint32_t left) {
    const struct beam_arg *ctx = m->ctx;
    uint32_t f = m->fail, before = m->taken;
    uint32_t used = 0;
    if (name_is(t, c, "ensure_at_least") && (used = 3) <= left) {
        tr_emit(t, XOP_bs_ensure, ctx, f, (int)arg_number(&c[1]), (int)arg_number(&c[2]));
    } else if (name_is(t, c, "ensure_exactly") && (used = 2) <= left) {
        tr_emit(t, XOP_bs_ensure_exactly, ctx, f, (int)arg_number(&c[1]));
    } else if (name_is(t, c, "integer") && (used = 6) <= left) { /* Live Flags Size Unit Dst */
        m->taken += arg_number(&c[3]) * arg_number(&c[4]);
        tr_emit(t, XOP_bs_take_int, ctx, &c[5], arg_number(&c[3]) * arg_number(&c[4]), flags_of(t, &c[2]),
                arg_number(&c[1]));
    } else if (name_is(t, c, "binary") && (used = 6) <= left) {
        m->taken += arg_number(&c[3]) * arg_number(&c[4]);
        tr_emit(t, XOP_bs_take_bin, ctx, &c[5], arg_number(&c[1]),
                (int)(arg_number(&c[3]) * arg_number(&c[4])));
    } else if (name_is(t, c, "skip") && (used = 2) <= left) {
        m->taken += arg_number(&c[1]);
        tr_emit(t, XOP_bs_skip_c, ctx, f, (int)arg_number(&c[1]));
    } else if (name_is(t, c, "get_tail") && (used = 4) <= left) { /* Live Unit Dst */
        tr_emit(t, XOP_bs_get_tail, ctx, &c[3], arg_number(&c[1]));
    } else if (name_is(t, c, "=:=") && (used = 4) <= left) { /* Live Size Value */
        m->taken += arg_number(&c[2]);
        tr_emit(t, XOP_bs_eq, ctx, f, arg_number(&c[1]), (int)arg_number(&c[2]), (int)before,
                (uint64_t)tr_term(t, &c[3]));
    } else {
        tr_fail(t, ST_UNSUPPORTED, "a bs_match command that is not known");
        return left;
    }
    return used;
}

static void bs_match(struct tr *t, const struct beam_arg *a) {
    struct match m = {tr_src(t, &a[1]), label_of(&a[0]), 0};
    for (uint32_t i = 0; i < a[2].value && t->st == ST_OK;)
        i += match_command(t, &m, a[2].list + i, a[2].value - i);
}

static bool match_op(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_bs_start_match2:
    case BEAM_bs_start_match3:
    case BEAM_bs_start_match4: start_match(t, in); return true;
    case BEAM_bs_get_integer2:
    case BEAM_bs_get_float2:
    case BEAM_bs_get_binary2: get_field(t, in); return true;
    case BEAM_bs_skip_bits2: skip_field(t, in); return true;
    case BEAM_bs_test_tail2:
        tr_emit(t, XOP_bs_test_tail, &a[1], label_of(&a[0]), (int)a[2].value);
        return true;
    case BEAM_bs_test_unit: tr_emit(t, XOP_bs_test_unit, &a[1], a[2].value, label_of(&a[0])); return true;
    case BEAM_bs_match_string: match_string(t, a); return true;
    case BEAM_bs_get_tail: tr_emit(t, XOP_bs_get_tail, &a[0], &a[1], a[2].value); return true;
    case BEAM_bs_get_position: tr_emit(t, XOP_bs_get_position, &a[0], &a[1]); return true;
    case BEAM_bs_set_position: tr_emit(t, XOP_bs_set_position, &a[0], tr_src(t, &a[1])); return true;
    case BEAM_bs_match: bs_match(t, a); return true;
    default: return utf_op(t, in);
    }
}

/* -- building */

static bool segment_kind(struct tr *t, const struct beam_arg *type, const struct beam_arg *size,
                         uint32_t *kind) {
    static const struct {
        const char *name;
        enum segment_type kind;
    } kinds[] = {{"integer", SEG_INTEGER}, {"float", SEG_FLOAT},   {"binary", SEG_BINARY},
                 {"string", SEG_STRING},   {"utf8", SEG_UTF8},     {"utf16", SEG_UTF16},
                 {"utf32", SEG_UTF32},     {"append", SEG_APPEND}, {"private_append", SEG_PRIVATE_APPEND}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!name_is(t, type, kinds[i].name)) continue;
        *kind = kinds[i].kind == SEG_BINARY && is_all(t, size) ? SEG_BINARY_ALL : kinds[i].kind;
        return true;
    }
    return false;
}

/* Fail Alloc Live Unit Dst {list,[Type, Seg, Unit, Flags, Value, Size, …]} */
static void create_bin(struct tr *t, const struct beam_arg *a) {
    const struct beam_arg *s = a[5].list;
    uint32_t n = a[5].value / 6, kind = 0;
    if (tr_words(&a[1])) tr_test_heap(t, tr_words(&a[1]), a[2].value);
    tr_emit(t, XOP_bs_create_bin, &a[4], a[2].value, label_of(&a[0]), n);
    for (uint32_t i = 0; i < n && t->st == ST_OK; i++, s += 6) {
        if (!segment_kind(t, &s[0], &s[5], &kind)) {
            tr_fail(t, ST_UNSUPPORTED, "a segment of bs_create_bin that is not known");
            return;
        }
        bool string = kind == SEG_STRING;
        tr_u64(t, kind | (uint64_t)flags_of(t, &s[3]) << 8 | (uint64_t)(s[2].value & 0xffff) << 16 |
                      (string ? (uint64_t)s[5].i : arg_number(&s[1])) << 32);
        if (string) {
            tr_u64(t, 0);
            tr_fixup(t, FIX_STRING64, false, s[4].value);
            tr_u64(t, NIL);
        } else {
            tr_wide(t, &s[4]);
            tr_wide(t, &s[5]);
        }
    }
}

static void build_init(struct tr *t, const struct tins *in) { /* Fail Size Words Live Flags Dst */
    const struct beam_arg *a = in->a;
    if (a[2].value) tr_test_heap(t, a[2].value, a[3].value);
    tr_emit(t, XOP_bs_init, tr_src(t, &a[1]), &a[5], in->op == BEAM_bs_init2 ? 8u : 1u, a[3].value,
            label_of(&a[0]));
}

static void build_append(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    if (in->op == BEAM_bs_append) { /* Fail Size Words Live Unit Bin Flags Dst */
        if (a[2].value) tr_test_heap(t, a[2].value, a[3].value);
        const struct beam_arg *size = tr_src(t, &a[1]), *bin = tr_src(t, &a[5]);
        tr_emit(t, XOP_bs_append, size, bin, &a[7], a[4].value, a[3].value, label_of(&a[0]));
    } else { /* Fail Size Unit Bin Flags Dst */
        const struct beam_arg *size = tr_src(t, &a[1]), *bin = tr_src(t, &a[3]);
        tr_emit(t, XOP_bs_append, size, bin, &a[5], a[2].value, (uint32_t)UINT16_MAX, label_of(&a[0]));
    }
}

static void put_field(struct tr *t, const struct tins *in) { /* Fail Size Unit Flags Src */
    const struct beam_arg *a = in->a, *value = tr_src(t, &a[4]);
    uint32_t f = label_of(&a[0]);
    if (in->op == BEAM_bs_put_binary && is_all(t, &a[1])) {
        tr_emit(t, XOP_bs_put_binary_all, value, a[2].value, f);
        return;
    }
    const struct beam_arg *size = tr_src(t, &a[1]);
    if (in->op == BEAM_bs_put_binary)
        tr_emit(t, XOP_bs_put_binary, value, size, a[2].value, f);
    else
        tr_emit(t, in->op == BEAM_bs_put_integer ? XOP_bs_put_integer : XOP_bs_put_float, value, size,
                a[2].value, a[3].value, f);
}

static void put_string(struct tr *t, const struct beam_arg *a) { /* Bytes Offset */
    tr_emit(t, XOP_bs_put_string, (int)a[0].value);
    tr_u64(t, 0);
    tr_fixup(t, FIX_STRING64, false, a[1].value);
}

bool tr_bits(struct tr *t, const struct tins *in) {
    const struct beam_arg *a = in->a;
    switch (in->op) {
    case BEAM_bs_create_bin: create_bin(t, a); return true;
    case BEAM_bs_init2:
    case BEAM_bs_init_bits: build_init(t, in); return true;
    case BEAM_bs_append:
    case BEAM_bs_private_append: build_append(t, in); return true;
    case BEAM_bs_init_writable: tr_emit(t, XOP_bs_init_writable); return true;
    case BEAM_bs_put_integer:
    case BEAM_bs_put_float:
    case BEAM_bs_put_binary: put_field(t, in); return true;
    case BEAM_bs_put_string: put_string(t, a); return true;
    case BEAM_bs_put_utf8: tr_emit(t, XOP_bs_put_utf8, tr_src(t, &a[2]), label_of(&a[0])); return true;
    case BEAM_bs_put_utf16:
        tr_emit(t, XOP_bs_put_utf16, tr_src(t, &a[2]), a[1].value, label_of(&a[0]));
        return true;
    case BEAM_bs_put_utf32:
        tr_emit(t, XOP_bs_put_utf32, tr_src(t, &a[2]), a[1].value, label_of(&a[0]));
        return true;
    case BEAM_bs_utf8_size: tr_emit(t, XOP_bs_utf8_size, tr_src(t, &a[1]), &a[2]); return true;
    case BEAM_bs_utf16_size: tr_emit(t, XOP_bs_utf16_size, tr_src(t, &a[1]), &a[2]); return true;
    case BEAM_bs_add: { /* Fail [A, B, Unit] Dst, flattened */
        const struct beam_arg *l = tr_src(t, &a[1]), *r = tr_src(t, &a[2]);
        tr_emit(t, XOP_bs_add, l, r, &a[4], a[3].value, label_of(&a[0]));
        return true;
    }
    default: return match_op(t, in);
    }
}
