/* translate: generic BEAM instructions -> the VM's register code, one module at a time.
 *
 * An instruction is a run of 64-bit words. The first holds the handler (32 bits: offset of the op's code in the
 * interpreter, see interp/) and the first 16-bit operands; see docs/design/interp.md for the encoding.
 * Everything is final except addresses in code, which come with a fix-up: the linker knows them after the layout.
 */
#ifndef LING_TRANSLATE_H
#define LING_TRANSLATE_H

#include "format/beam.h"
#include "term/term.h"

/* What the linker answers while a module is translated. Indices are the .beam's. */
enum import_kind { IMPORT_CODE, IMPORT_BIF, IMPORT_UNDEF };
struct import_target {
    enum import_kind kind;
    uint32_t bif; /* IMPORT_BIF: index in the BIF table */
    bool bif_is_guard;
};
struct link_env {
    void *ctx;
    term (*atom)(void *ctx, uint32_t index);
    term (*literal)(void *ctx, uint32_t index);
    term (*integer)(void *ctx, const struct beam_arg *arg); /* ARG_BIG as a literal bignum */
    term (*big_float)(void *ctx, double d);                 /* a float literal made by the translator */
    struct import_target (*import)(void *ctx, uint32_t index);
    const uint32_t *handlers; /* handler of each specific op, read from the VM that will run this */
    uint32_t n_handlers;
};

enum fixup_kind {
    FIX_CODE_LO32, /* low half of a word := address of label/import code */
    FIX_CODE_HI32, /* high half */
    FIX_CODE64,    /* the whole word */
    FIX_CATCH64,   /* the whole word := catch_make(label) */
    FIX_EXPORT64,  /* the whole word := address of the import's export_entry */
    FIX_FUN64,     /* the whole word := address of the lambda's fun_entry */
    FIX_STRING64,  /* the whole word := address of byte `index` of the module's string chunk */
};
struct fixup {
    uint32_t word;
    uint8_t kind;
    bool local; /* index is a label of this module; else an import (code/export), lambda or string offset */
    uint32_t index;
};
struct xfunction {
    uint32_t word, name_atom, arity;
}; /* name_atom: .beam atom index */
struct xline {
    uint32_t word, file, line;
};
struct xcode {
    uint64_t *words;
    uint32_t n_words, cap_words;
    struct fixup *fixups;
    uint32_t n_fixups, cap_fixups;
    uint32_t *label_word; /* [0..n_labels-1]: word of each label, UINT32_MAX: not defined */
    struct xfunction *functions;
    uint32_t n_functions;
    struct xline *lines; /* one entry where the location changes */
    uint32_t n_lines;
};
/* translate_module: ST_UNSUPPORTED / ST_CORRUPT with why naming opcode and function/arity. */
enum status translate_module(const struct beam *b, const struct link_env *env, struct xcode *out,
                             char why[200]) MUST_CHECK;
void xcode_free(struct xcode *x);

/* translate_stub: what export_entry.code points at when M:F/A is no Erlang code: EXPORT_BIF (calls BIF `bif`) or
 * EXPORT_NONE (raises undef). `entry` is the address the export_entry will have. Returns the number of words (2). */
enum { STUB_WORDS = 2 };
uint32_t translate_stub(const struct link_env *env, enum import_kind kind, uint32_t bif, uint64_t entry,
                        uint64_t words[STUB_WORDS]);

/* disassemble: one instruction at words; text into out; returns its length in words (0: not an instruction). */
size_t disassemble(const uint64_t *words, const uint32_t *handlers, uint32_t n_handlers, char *out,
                   size_t cap);

#endif
