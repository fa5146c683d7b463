/* beam: reader of .beam files (OTP 24 to 28): chunks, atoms, imports, exports, lambdas, lines, literals
 * (inflated), and the generic instruction stream. Knows bytes, not terms. Input is hostile: every index and
 * length is checked at open, so that users may index freely. Source: OTP "The BEAM File Format", beam_asm. */
#ifndef LING_BEAM_H
#define LING_BEAM_H

#include "base/base.h"

struct beam_text {
    const uint8_t *p;
    uint32_t n;
}; /* UTF-8 */
struct beam_import {
    uint32_t module, function, arity;
}; /* atom indices (1-based as in the file) */
struct beam_export {
    uint32_t function, arity, label;
};
struct beam_lambda {
    uint32_t function, arity, label, index, num_free, old_uniq;
};
struct beam_line {
    uint32_t file, line;
};

struct beam {
    const uint8_t *bytes;
    size_t n_bytes;
    struct beam_text *atoms; /* [1..n_atoms]; atoms[1] is the module's name */
    uint32_t n_atoms, n_imports, n_exports, n_locals, n_lambdas, n_literals, n_lines, n_files, n_labels,
        n_functions;
    struct beam_import *imports;
    struct beam_export *exports, *locals;
    struct beam_lambda *lambdas;
    struct beam_text *literals; /* each an external term with its 131 */
    struct beam_line *lines;    /* [0] is "no line" */
    struct beam_text *files;    /* [0] is the module's own source, "<module>.erl" when not stated */
    struct view code;           /* instruction bytes of the Code chunk */
    struct beam_text strings, attributes, compile_info;
    uint8_t md5[16];
    void *owned; /* what beam_close frees */
};

/* beam_open: parse bytes (kept by the caller, alive until beam_close). On failure *why is a sentence that
 * names chunk and offset. ST_CORRUPT, ST_UNSUPPORTED (older or newer than we read), ST_NOMEM. */
enum status beam_open(struct beam *b, const void *bytes, size_t n, char why[160]) MUST_CHECK;
void beam_close(struct beam *b);

/* One generic instruction. Operands are decoded and range-checked. */
enum beam_arg_kind {
    ARG_U,    /* untagged number: arity, count, index, flags */
    ARG_I,    /* small integer in `i`; beyond 64 bits: ARG_BIG */
    ARG_ATOM, /* value = atom index, never 0: {atom,0} is nil and comes as ARG_NIL */
    ARG_NIL,
    ARG_X,
    ARG_Y,
    ARG_FR,
    ARG_LABEL,   /* value = label, 0 = none ({f,0}) */
    ARG_CHAR,    /* code point */
    ARG_LITERAL, /* value = literal index */
    ARG_LIST,    /* value = number of args that follow, in list[] */
    ARG_ALLOC,   /* allocation list: words, floats, funs */
    ARG_BIG,     /* big integer: digits (big-endian two's complement bytes) in bytes/n_bytes */
};
struct beam_arg {
    enum beam_arg_kind kind;
    uint32_t value;
    int64_t i;
    const uint8_t *bytes; /* ARG_BIG */
    uint32_t n_bytes;
    uint32_t words, floats, funs; /* ARG_ALLOC */
    struct beam_arg *list;        /* ARG_LIST: value elements, valid until the next beam_next */
};
enum { BEAM_ARGS_MAX = 8 };
struct beam_instr {
    uint32_t op, n_args; /* op: BEAM opcode number */
    uint32_t offset;     /* in the Code chunk, for messages */
    struct beam_arg args[BEAM_ARGS_MAX];
};
struct beam_cursor {
    const struct beam *beam;
    struct view at;
    struct beam_arg *pool; /* list storage, owned */
    uint32_t pool_cap;
};
void beam_begin(struct beam_cursor *c, const struct beam *b);
/* beam_next: ST_OK, ST_NOTFOUND after int_code_end, ST_CORRUPT / ST_UNSUPPORTED with why. */
enum status beam_next(struct beam_cursor *c, struct beam_instr *out, char why[160]) MUST_CHECK;
void beam_end(struct beam_cursor *c);

/* Names and arities of the generic opcodes, generated from ops.tab. */
extern const struct beam_op {
    const char *name;
    uint8_t arity;
    bool supported;
} beam_ops[];
extern const uint32_t beam_op_count;

#endif
