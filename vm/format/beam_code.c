/* beam_code: the generic instruction stream.
 *
 *   opcode byte, then beam_ops[opcode].arity operands; each operand:
 *     vvvv 0 ttt           value 0..15
 *     vvv 01 ttt  v8       value 0..2047
 *     nnn 11 ttt  v8*(n+2) big-endian two's complement; nnn = 7: a number follows, n + 9 bytes
 *   ttt = 7: eeee says what follows: list, float register, allocation list, literal, register with type
 *
 * Invariant: operands handed out are inside the module's tables (atoms, labels, literals, and by opcode
 * imports, lambdas, lines and strings). Source: beam_asm.erl, "The BEAM File Format", OTP genop.tab.
 */
#include "format/beam_read.h"

#include <stdlib.h>

enum { REGISTERS_MAX = 1024, FLOAT_REGISTERS_MAX = 1024, NUMBER_BYTES_MAX = 1 << 20 };

/* Opcodes whose operands are indices that their tags don't tell. Numbers are OTP's, for ever. */
enum {
    OP_FUNC_INFO = 2,
    OP_INT_CODE_END = 3,
    OP_CALL_EXT = 7,
    OP_CALL_EXT_LAST = 8,
    OP_BIF0 = 9,
    OP_BIF1 = 10,
    OP_BIF2 = 11,
    OP_CALL_EXT_ONLY = 78,
    OP_BS_PUT_STRING = 92,
    OP_MAKE_FUN2 = 103,
    OP_GC_BIF1 = 124,
    OP_GC_BIF2 = 125,
    OP_BS_MATCH_STRING = 132,
    OP_GC_BIF3 = 152,
    OP_LINE = 153,
    OP_MAKE_FUN3 = 171,
};

/* -- numbers */
static bool read_long_number(struct view *v, uint8_t first, struct beam_number *out) {
    uint32_t n = (uint32_t)(first >> 5) + 2;
    if (n == 9) {
        if (!beam_read_u32(v, &n) || n > NUMBER_BYTES_MAX) return false;
        n += 9;
    }
    const uint8_t *p = view_bytes(v, n);
    if (!p) return false;
    *out = (struct beam_number){n <= 8, 0, p, n};
    if (!out->fits) return true;
    uint64_t value = p[0] & 0x80 ? UINT64_MAX : 0;
    for (uint32_t i = 0; i < n; i++) value = value << 8 | p[i];
    out->i = (int64_t)value;
    return true;
}

bool beam_read_number(struct view *v, uint8_t first, struct beam_number *out) {
    if (!(first & 0x08)) {
        *out = (struct beam_number){.fits = true, .i = first >> 4};
        return true;
    }
    if (first & 0x10) return read_long_number(v, first, out);
    *out = (struct beam_number){.fits = true, .i = (first & 0xe0) << 3 | view_u8(v)};
    return !v->bad;
}

bool beam_read_u32(struct view *v, uint32_t *out) {
    uint8_t first = view_u8(v);
    struct beam_number n;
    /* not read_long_number's own count: a count of a count of … would recurse on hostile bytes */
    if (v->bad || (first & 7) != BTAG_U || ((first & 0x18) == 0x18 && first >> 5 > 3)) return false;
    if (!beam_read_number(v, first, &n) || !n.fits || n.i < 0 || n.i > UINT32_MAX) return false;
    *out = (uint32_t)n.i;
    return true;
}

/* -- operands */
struct decoder {
    struct beam_cursor *c;
    bool list_seen;
    const char *wrong; /* what is wrong, when a step returned false */
};

static bool wrong(struct decoder *d, const char *what) {
    d->wrong = what;
    return false;
}

static bool arg_plain(struct decoder *d, uint8_t tag, const struct beam_number *n, struct beam_arg *a) {
    static const enum beam_arg_kind kinds[] = {ARG_U, ARG_I, ARG_ATOM, ARG_X, ARG_Y, ARG_LABEL, ARG_CHAR};
    const struct beam *b = d->c->beam;
    const int64_t limits[] = {
        UINT32_MAX, 0, b->n_atoms, REGISTERS_MAX - 1, REGISTERS_MAX - 1, (int64_t)b->n_labels - 1, 0x10ffff};
    a->kind = kinds[tag];
    a->i = n->i;
    if (tag == BTAG_I) {
        if (n->fits) return true;
        a->kind = ARG_BIG;
        a->bytes = n->bytes;
        a->n_bytes = n->n_bytes;
        return true;
    }
    if (tag == BTAG_F && n->fits && n->i == 0) return true; /* {f,0}, even in a module without labels */
    if (!n->fits || n->i < 0 || n->i > limits[tag]) return wrong(d, "an operand outside its table");
    a->value = (uint32_t)n->i;
    if (tag == BTAG_A && n->i == 0) a->kind = ARG_NIL;
    return true;
}

static bool arg_indexed(struct decoder *d, enum beam_arg_kind kind, uint32_t limit, struct beam_arg *a) {
    uint32_t value = 0;
    if (!beam_read_u32(&d->c->at, &value) || value >= limit) return wrong(d, "an operand outside its table");
    a->kind = kind;
    a->value = value;
    a->i = value;
    return true;
}

static bool arg_alloc(struct decoder *d, struct beam_arg *a) {
    uint32_t n = 0;
    uint32_t *const sums[] = {&a->words, &a->floats, &a->funs};
    a->kind = ARG_ALLOC;
    if (!beam_read_u32(&d->c->at, &n) || n > 3) return wrong(d, "a bad allocation list");
    while (n-- > 0) {
        uint32_t kind = 0, count = 0;
        if (!beam_read_u32(&d->c->at, &kind) || kind > 2 || !beam_read_u32(&d->c->at, &count) ||
            count > INT32_MAX / 8)
            return wrong(d, "a bad allocation list");
        *sums[kind] = count;
    }
    return true;
}

static bool arg_decode(struct decoder *d, struct beam_arg *a, bool nested);

/* Register with a hint at its type (since OTP 25): the hint is dropped. */
static bool arg_typed(struct decoder *d, struct beam_arg *a) {
    uint32_t type = 0;
    uint8_t next = view_left(&d->c->at) ? *d->c->at.p & 7 : BTAG_U;
    if (next != BTAG_X && next != BTAG_Y) return wrong(d, "a type on what is no register");
    return arg_decode(d, a, true) && (beam_read_u32(&d->c->at, &type) || wrong(d, "a bad type index"));
}

static bool pool_reserve(struct beam_cursor *c, uint32_t n) {
    if (n <= c->pool_cap) return true;
    uint32_t cap = n < 64 ? 64 : n + n / 2;
    struct beam_arg *pool = realloc(c->pool, cap * sizeof *pool);
    if (!pool) return false;
    c->pool = pool;
    c->pool_cap = cap;
    return true;
}

static bool arg_list(struct decoder *d, struct beam_arg *a) {
    struct beam_cursor *c = d->c;
    uint32_t n = 0;
    if (d->list_seen) return wrong(d, "two lists in one instruction");
    if (!beam_read_u32(&c->at, &n) || n > view_left(&c->at)) return wrong(d, "a list longer than the code");
    if (!pool_reserve(c, n)) return wrong(d, "no memory for a list operand");
    d->list_seen = true;
    for (uint32_t i = 0; i < n; i++)
        if (!arg_decode(d, &c->pool[i], true)) return false;
    a->kind = ARG_LIST;
    a->value = n;
    a->list = c->pool;
    return true;
}

static bool arg_extended(struct decoder *d, uint8_t first, struct beam_arg *a, bool nested) {
    switch (first >> 4) {
    case BEXT_LIST: return nested ? wrong(d, "a list in a list") : arg_list(d, a);
    case BEXT_FREG: return arg_indexed(d, ARG_FR, FLOAT_REGISTERS_MAX, a);
    case BEXT_ALLOC: return nested ? wrong(d, "an allocation list in a list") : arg_alloc(d, a);
    case BEXT_LITERAL: return arg_indexed(d, ARG_LITERAL, d->c->beam->n_literals, a);
    case BEXT_TYPED: return arg_typed(d, a);
    default: return wrong(d, "an operand of unknown kind");
    }
}

static bool arg_decode(struct decoder *d, struct beam_arg *a, bool nested) {
    struct beam_number n;
    uint8_t first = view_u8(&d->c->at);
    *a = (struct beam_arg){.kind = ARG_U};
    if (d->c->at.bad) return wrong(d, "the code ends inside it");
    if ((first & 7) == BTAG_Z) return arg_extended(d, first, a, nested);
    if (!beam_read_number(&d->c->at, first, &n)) return wrong(d, "the code ends inside it");
    return arg_plain(d, first & 7, &n, a);
}

/* -- instructions */
static bool index_ok(const struct beam_arg *a, uint32_t limit) {
    return a->kind == ARG_U && a->value < limit;
}

static bool string_ok(const struct beam *b, uint64_t bytes, uint32_t offset) {
    return bytes <= b->strings.n && offset <= b->strings.n - bytes;
}

static bool indices_ok(const struct beam *b, struct beam_instr *in) {
    struct beam_arg *a = in->args;
    switch (in->op) {
    case OP_FUNC_INFO: return a[0].kind == ARG_ATOM && a[1].kind == ARG_ATOM && index_ok(&a[2], 256);
    case OP_CALL_EXT:
    case OP_CALL_EXT_LAST:
    case OP_CALL_EXT_ONLY:
    case OP_BIF1:
    case OP_BIF2: return index_ok(&a[1], b->n_imports);
    case OP_BIF0: return index_ok(&a[0], b->n_imports);
    case OP_GC_BIF1:
    case OP_GC_BIF2:
    case OP_GC_BIF3: return index_ok(&a[2], b->n_imports);
    case OP_MAKE_FUN2:
    case OP_MAKE_FUN3: return index_ok(&a[0], b->n_lambdas);
    case OP_BS_PUT_STRING:
        return a[0].kind == ARG_U && a[1].kind == ARG_U && string_ok(b, a[0].value, a[1].value);
    case OP_BS_MATCH_STRING:
        return a[2].kind == ARG_U && a[3].kind == ARG_U &&
               string_ok(b, ((uint64_t)a[2].value + 7) / 8, a[3].value);
    case OP_LINE:
        if (b->n_lines == 1) a[0].value = 0; /* the Line chunk was stripped */
        return index_ok(&a[0], b->n_lines);
    default: return true;
    }
}

void beam_begin(struct beam_cursor *c, const struct beam *b) {
    *c = (struct beam_cursor){.beam = b, .at = b->code};
}

void beam_end(struct beam_cursor *c) {
    free(c->pool);
    *c = (struct beam_cursor){0};
}

enum status beam_next(struct beam_cursor *c, struct beam_instr *out, char why[160]) {
    struct decoder d = {.c = c};
    out->offset = (uint32_t)(c->at.p - c->beam->code.p);
    out->op = view_u8(&c->at);
    if (c->at.bad) return beam_fail(ST_CORRUPT, why, "the code ends without int_code_end");
    if (out->op == OP_INT_CODE_END) return ST_NOTFOUND;
    if (out->op >= beam_op_count || !beam_ops[out->op].name)
        return beam_fail(ST_UNSUPPORTED, why, "unknown opcode %u at code offset %u", out->op, out->offset);
    out->n_args = beam_ops[out->op].arity;
    for (uint32_t i = 0; i < out->n_args; i++)
        if (!arg_decode(&d, &out->args[i], false))
            return beam_fail(ST_CORRUPT, why, "%s at code offset %u: %s", beam_ops[out->op].name, out->offset,
                             d.wrong);
    if (!indices_ok(c->beam, out))
        return beam_fail(ST_CORRUPT, why, "%s at code offset %u: an index outside its table",
                         beam_ops[out->op].name, out->offset);
    return ST_OK;
}
