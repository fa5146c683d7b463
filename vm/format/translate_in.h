/* translate_in: what the parts of the translator share.
 *
 *   .beam ──read a function──> struct tins[] ──fuse or translate one by one──> words, fix-ups, lines
 *
 * A function's instructions lie in an array, without their `line` instructions, so that fusion looks ahead
 * freely. */
#ifndef LING_TRANSLATE_IN_H
#define LING_TRANSLATE_IN_H

#include "format/ops.h"
#include "format/translate.h"

struct tins {
    uint32_t op, n_args, offset;
    uint32_t line; /* index + 1 of the line entry that starts here; 0: none */
    const struct beam_arg *a;
};

/* A branch inside the function, to be filled in when its label is known. */
struct tbranch {
    uint32_t op_word, half; /* distances count from op_word; half: index of a 16-bit slot in the code */
    uint32_t label;
    bool is32;
};

struct tr {
    const struct beam *b;
    const struct link_env *env;
    struct xcode *out;
    char *why;
    enum status st; /* first error; sticky */

    struct tins *in; /* instructions of the function at hand */
    uint32_t n_in, cap_in;
    uint32_t cap_functions, cap_lines, pending_line;
    struct tblock *blocks; /* memory of the operands */

    uint32_t op_word, half; /* the op being written; next 16-bit slot (absolute) */
    uint32_t scratch;       /* constants loaded for the instruction at hand */
    struct tbranch *branches;
    uint32_t n_branches, cap_branches;
    uint32_t function, arity; /* name (atom index) */

    bool wide; /* second try: branches reach beyond 16 bits, so they go through islands */
    uint32_t island_label, island_word;
};

enum { SCRATCH_FIRST = 1024, SCRATCH_MAX = 16, SLACK_WORDS = 16, WORD = 8 };
/* An operand in a whole word: a term, or this kind of immediate with a register's offset (bit 0: y) from bit
 * 8 on. */
enum { WIDE_REG = 0x57 };

/* -- translate_emit.c */
/* tr_fail: remember the first error, with the function's name. */
void tr_fail(struct tr *t, enum status st, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void *tr_grow(struct tr *t, void *array, uint32_t *cap, uint32_t need, size_t each);
void tr_begin(struct tr *t, enum xop op);
void tr_u16(struct tr *t, uint32_t v);
void tr_u32(struct tr *t, uint32_t v);
void tr_u64(struct tr *t, uint64_t v);
void tr_reg(struct tr *t, const struct beam_arg *a); /* 16 bits, bit 0: y */
void tr_wide(struct tr *t, const struct beam_arg *a);
void tr_branch16(struct tr *t, uint32_t label);
void tr_branch32(struct tr *t, uint32_t label);
void tr_fixup(struct tr *t, enum fixup_kind kind, bool local,
              uint32_t index); /* of the word before the next slot */
/* tr_emit: one op with operands by its layout: r x y: const struct beam_arg *; n h i t-free numbers: int; f
 * J: label (uint32_t); t a w: term (uint64_t). C and p are not for tr_emit. */
void tr_emit(struct tr *t, enum xop op, ...);
void tr_call(struct tr *t, enum xop op,
             const struct beam_arg *target); /* first operand C; target: label or import */
void tr_line(struct tr *t, uint32_t line, bool last_word);

static inline bool arg_is_reg(const struct beam_arg *a) {
    return a->kind == ARG_X || a->kind == ARG_Y;
}
static inline bool arg_is_x(const struct beam_arg *a) {
    return a->kind == ARG_X;
}
static inline bool arg_is_y(const struct beam_arg *a) {
    return a->kind == ARG_Y;
}
static inline bool arg_same(const struct beam_arg *a, const struct beam_arg *b) {
    return a->kind == b->kind && a->value == b->value;
}
static inline bool arg_is_int(const struct beam_arg *a, int64_t lo, int64_t hi) {
    return a->kind == ARG_I && a->i >= lo && a->i <= hi;
}
static inline uint32_t arg_number(const struct beam_arg *a) { /* in lists numbers come tagged or untagged */
    return a->kind == ARG_I ? (uint32_t)a->i : a->value;
}
extern const struct beam_arg tr_x0;
term tr_term(struct tr *t, const struct beam_arg *a); /* of a constant operand */
const struct beam_arg *tr_src(struct tr *t,
                              const struct beam_arg *a); /* constants: loaded into a scratch register */
uint32_t tr_words(const struct beam_arg *a);             /* heap need of test_heap, allocate_heap */

/* -- translate_ops.c */
void tr_one(struct tr *t, const struct tins *in);
void tr_move(struct tr *t, const struct beam_arg *from, const struct beam_arg *to);
void tr_test_heap(struct tr *t, uint32_t words, uint32_t live);
void tr_allocate(struct tr *t, uint32_t slots, uint32_t words, uint32_t live);
void tr_deallocate(struct tr *t, uint32_t slots);
void tr_tail_call_fun(struct tr *t, const struct tins *in);
bool tr_import_is(struct tr *t, uint32_t index, const char *module, const char *name, uint32_t arity);
/* -- translate_bifs.c */
void tr_bif(struct tr *t, const struct tins *in);
void tr_call_ext(struct tr *t, const struct tins *in);
/* -- translate_bits.c */
bool tr_bits(struct tr *t, const struct tins *in); /* false: not an opcode of the bit syntax */
/* -- translate_fuse.c */
uint32_t tr_fuse(struct tr *t, const struct tins *in, uint32_t left); /* instructions taken, 0: none */

#endif
