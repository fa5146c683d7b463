/* translate_emit: writes specific ops: operands into their slots, fix-ups, branches, lines.
 *
 *   word   | handler (32) | h2 (16) | h3 (16) |    | h4 | h5 | h6 | h7 |  …
 *
 * Operands take the next free slot in order: 16 bits anywhere, 32 bits on an even slot, 64 bits on a word.
 * Invariant: between ops, t->half is at the start of the word after the code so far.
 */
#include "format/translate_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct beam_arg tr_x0 = {.kind = ARG_X};

void tr_fail(struct tr *t, enum status st, const char *fmt, ...) {
    if (t->st != ST_OK) return;
    t->st = st;
    char text[120];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct beam_text f = t->function ? t->b->atoms[t->function] : (struct beam_text){(const uint8_t *)"?", 1};
    snprintf(t->why, 200, "%.*s/%u: %s", (int)(f.n < 60 ? f.n : 60), (const char *)f.p, t->arity, text);
}

void *tr_grow(struct tr *t, void *array, uint32_t *cap, uint32_t need, size_t each) {
    if (need <= *cap) return array;
    uint32_t n = need + need / 2 + 64;
    void *bigger = realloc(array, n * each);
    if (!bigger) {
        tr_fail(t, ST_NOMEM, "no memory");
        return array;
    }
    *cap = n;
    return bigger;
}

/* Room up to and including word `word`. Words are zero until written. */
static bool words_ensure(struct tr *t, uint32_t word) {
    struct xcode *o = t->out;
    if (word >= o->cap_words) {
        o->words = tr_grow(t, o->words, &o->cap_words, word + 1, sizeof *o->words);
        if (word >= o->cap_words) return false;
    }
    while (o->n_words <= word) o->words[o->n_words++] = 0;
    return true;
}

void tr_begin(struct tr *t, enum xop op) {
    t->op_word = t->out->n_words;
    t->half = t->op_word * 4;
    tr_u32(t, op < t->env->n_handlers ? t->env->handlers[op] : 0);
}

static void put(struct tr *t, uint64_t v, unsigned halves) {
    t->half = (t->half + halves - 1) & ~(halves - 1);
    if (t->st != ST_OK || !words_ensure(t, t->half / 4)) return;
    uint64_t mask = halves == 4 ? UINT64_MAX : (UINT64_C(1) << (halves * 16)) - 1;
    t->out->words[t->half / 4] |= (v & mask) << (t->half % 4 * 16);
    t->half += halves;
}

void tr_u16(struct tr *t, uint32_t v) {
    put(t, v, 1);
}
void tr_u32(struct tr *t, uint32_t v) {
    put(t, v, 2);
}
void tr_u64(struct tr *t, uint64_t v) {
    put(t, v, 4);
}

static uint32_t reg_offset(const struct beam_arg *a) {
    return a->value * WORD | (a->kind == ARG_Y);
}

void tr_reg(struct tr *t, const struct beam_arg *a) {
    if (!arg_is_reg(a)) tr_fail(t, ST_CORRUPT, "a constant where a register must be");
    tr_u16(t, reg_offset(a));
}

void tr_wide(struct tr *t, const struct beam_arg *a) {
    tr_u64(t, arg_is_reg(a) ? (uint64_t)reg_offset(a) << 8 | WIDE_REG : tr_term(t, a));
}

static void branch_add(struct tr *t, uint32_t label, bool is32) {
    t->branches = tr_grow(t, t->branches, &t->cap_branches, t->n_branches + 1, sizeof *t->branches);
    if (t->st != ST_OK) return;
    t->branches[t->n_branches++] = (struct tbranch){t->op_word, t->half, label, is32};
}

/* A distance of 0 stands for "no label". */
void tr_branch16(struct tr *t, uint32_t label) {
    if (t->wide && label && label == t->island_label)
        tr_u16(t, (uint32_t)((int32_t)t->island_word - (int32_t)t->op_word));
    else {
        if (label) branch_add(t, label, false);
        tr_u16(t, 0);
    }
}

void tr_branch32(struct tr *t, uint32_t label) {
    t->half = (t->half + 1) & ~1u;
    if (label) branch_add(t, label, true);
    tr_u32(t, 0);
}

void tr_fixup(struct tr *t, enum fixup_kind kind, bool local, uint32_t index) {
    struct xcode *o = t->out;
    o->fixups = tr_grow(t, o->fixups, &o->cap_fixups, o->n_fixups + 1, sizeof *o->fixups);
    if (t->st != ST_OK) return;
    o->fixups[o->n_fixups++] = (struct fixup){(t->half - 1) / 4, (uint8_t)kind, local, index};
}

static void put_x(struct tr *t, const struct beam_arg *a, enum beam_arg_kind kind) {
    if (a->kind != kind) tr_fail(t, ST_CORRUPT, "a register of another kind than the op has");
    tr_u16(t, a->value * WORD);
}

static bool emit_operand(struct tr *t, char letter, va_list *ap) {
    switch (letter) {
    case 'r': tr_reg(t, va_arg(*ap, const struct beam_arg *)); return true;
    case 'x': put_x(t, va_arg(*ap, const struct beam_arg *), ARG_X); return true;
    case 'y': put_x(t, va_arg(*ap, const struct beam_arg *), ARG_Y); return true;
    case 'n': {
        uint32_t v = va_arg(*ap, uint32_t);
        if (v > UINT16_MAX) tr_fail(t, ST_UNSUPPORTED, "an operand is too large: %u", v);
        tr_u16(t, v);
        return true;
    }
    case 'h': tr_u16(t, (uint32_t)va_arg(*ap, int)); return true;
    case 'f': tr_branch16(t, va_arg(*ap, uint32_t)); return true;
    case 'J': tr_branch32(t, va_arg(*ap, uint32_t)); return true;
    case 'i': tr_u32(t, (uint32_t)va_arg(*ap, int)); return true;
    case 't': tr_u16(t, (uint32_t)va_arg(*ap, uint64_t)); return true;
    case 'a': tr_u32(t, (uint32_t)va_arg(*ap, uint64_t)); return true;
    case 'w': tr_u64(t, va_arg(*ap, uint64_t)); return true;
    default: return false;
    }
}

void tr_emit(struct tr *t, enum xop op, ...) {
    va_list ap;
    va_start(ap, op);
    tr_begin(t, op);
    for (const char *l = xop_table[op].layout; *l && emit_operand(t, *l, &ap); l++) continue;
    va_end(ap);
}

void tr_call(struct tr *t, enum xop op, const struct beam_arg *target) {
    tr_begin(t, op);
    tr_u32(t, 0);
    tr_fixup(t, FIX_CODE_HI32, target->kind == ARG_LABEL, target->value);
}

term tr_term(struct tr *t, const struct beam_arg *a) {
    switch (a->kind) {
    case ARG_NIL: return NIL;
    case ARG_ATOM: return t->env->atom(t->env->ctx, a->value);
    case ARG_LITERAL: return t->env->literal(t->env->ctx, a->value);
    case ARG_U:
    case ARG_CHAR: return small_make(a->value);
    case ARG_I:
        if (small_fits(a->i)) return small_make(a->i);
        return t->env->integer(t->env->ctx, a);
    case ARG_BIG: return t->env->integer(t->env->ctx, a);
    default: tr_fail(t, ST_CORRUPT, "an operand is not a constant"); return NIL;
    }
}

const struct beam_arg *tr_src(struct tr *t, const struct beam_arg *a) {
    static const struct beam_arg registers[SCRATCH_MAX] = {
#define SCRATCH(i) {.kind = ARG_X, .value = SCRATCH_FIRST + (i)}
        SCRATCH(0), SCRATCH(1), SCRATCH(2),  SCRATCH(3),  SCRATCH(4),  SCRATCH(5),  SCRATCH(6),  SCRATCH(7),
        SCRATCH(8), SCRATCH(9), SCRATCH(10), SCRATCH(11), SCRATCH(12), SCRATCH(13), SCRATCH(14), SCRATCH(15),
#undef SCRATCH
    };
    if (arg_is_reg(a)) return a;
    if (t->scratch == SCRATCH_MAX) {
        tr_fail(t, ST_UNSUPPORTED, "more than %d constants in one instruction", SCRATCH_MAX);
        return &tr_x0;
    }
    const struct beam_arg *to = &registers[t->scratch++];
    tr_move(t, a, to);
    return to;
}

uint32_t tr_words(const struct beam_arg *a) {
    if (a->kind != ARG_ALLOC) return a->value;
    return a->words + 2 * a->floats + 3 * a->funs; /* float: header, double; fun: header, entry, creator */
}

/* The location that holds from this op on, or, for the second half of a fusion, for its last word: return
 * addresses are looked up by the word before them. */
void tr_line(struct tr *t, uint32_t line, bool last_word) {
    struct xcode *o = t->out;
    if (!line) return;
    struct beam_line where = t->b->lines[line - 1];
    uint32_t word = last_word && o->n_words ? o->n_words - 1 : o->n_words;
    if (o->n_lines && o->lines[o->n_lines - 1].file == where.file &&
        o->lines[o->n_lines - 1].line == where.line)
        return;
    o->lines = tr_grow(t, o->lines, &t->cap_lines, o->n_lines + 1, sizeof *o->lines);
    if (t->st != ST_OK) return;
    o->lines[o->n_lines++] = (struct xline){word, where.file, where.line};
}
