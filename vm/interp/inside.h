/* inside: what the parts of the interpreter share. The dispatch loop (interp.c) keeps the machine's state in
 * locals and writes it back (p->heap.top, p->heap.stop, p->reds) before it calls any of these. */
#ifndef LING_INTERP_INSIDE_H
#define LING_INTERP_INSIDE_H

#include "bif/bif.h"
#include "format/ops.h"
#include "interp/interp.h"

enum { FUN_ENTRY = 1, FUN_CREATOR = 2, FUN_ENV = 3 }; /* words of a fun */
enum { LIVE_NEVER = UINT16_MAX };                     /* the instruction may not collect */
enum { STACK_SLACK_WORDS = HEAP_SLACK };
enum { MAX_ARITY = 255 };

/* A register operand: an offset in bytes from X0, or with bit 0 set from Y0. */
static inline term *operand_reg(term *x, term *E, unsigned o) {
    char *base = o & 1 ? (char *)E - 1 : (char *)x;
    return (term *)(base + o);
}
/* A wide operand: a term, or the name of a register. */
static inline term operand_wide(term *x, term *E, uint64_t w) {
    return (w & 0xff) == 0x57 ? *operand_reg(x, E, (unsigned)(w >> 8)) : w;
}

/* -- vmcode.c */
enum { FUNC_INFO_WORDS = 2 };
/* interp_entry_arity: number of live X registers at a function's entry; -1: no function of a module starts
 * here. */
int interp_entry_arity(const uint64_t *pc);
/* interp_bif_code: code that calls this BIF of bif_table in tail position. */
const uint64_t *interp_bif_code(const struct bif_entry *bif);

/* -- guards.c: operators and guard BIFs with an op of their own, when the fast path does not do */
enum guard {
    G_ADD,
    G_SUB,
    G_MUL,
    G_DIV,
    G_REM,
    G_BAND,
    G_BOR,
    G_BXOR,
    G_BSL,
    G_BSR,
    G_BNOT,
    G_NEG,
    G_LENGTH,
    G_BYTE_SIZE,
    G_BIT_SIZE,
    G_ELEMENT,
    G_MAP_GET,
    G_IS_MAP_KEY,
    G_AND,
    G_OR,
    G_XOR,
    G_NOT,
    G_TUPLE_SIZE,
    G_HD,
    G_TL,
    G_MAP_SIZE,
    G_COUNT
};
extern const struct bif_entry interp_guards[G_COUNT];
/* interp_arith: + - * on anything. NONE: p->exc is set. */
term interp_arith(struct process *p, enum guard op, const term *a);
/* interp_keep: collects because much was allocated beside the block; r survives, X registers 0..live-1 too.
 * Returns r. */
term interp_keep(struct process *p, uint32_t live, term r);
bool interp_to_double(term t, double *d);

/* -- unwind.c */
/* interp_unwind: p->exc is raised by the instruction at pc, in `bif` with args when it is not NULL. Finds the
 * catch, sets X0..X3 and p->heap.stop. Returns its handler; NULL: nobody catches, p->exc is complete and
 * p->state PROC_EXITING. */
const uint64_t *interp_unwind(struct process *p, const uint64_t *pc, const struct bif_entry *bif,
                              const term *args);
/* interp_unwind_call_fun: the same for a call of a fun that is no tail call: OTP 25 shows its place twice. */
const uint64_t *interp_unwind_call_fun(struct process *p, const uint64_t *pc);
/* interp_unwind_undef: M:F/A with the arguments in X0.. does not exist. */
const uint64_t *interp_unwind_undef(struct process *p, const struct export_entry *e);
term interp_trace_list(struct process *p, term raw); /* raw trace -> list */
void interp_raise_raw(struct process *p, term class, term reason,
                      term raw); /* sets p->exc from a catch's registers */
term interp_catch_value(struct process *p, term class, term reason, term raw);        /* what `catch` gives */
const uint64_t *interp_function_clause(struct process *p, const uint64_t *func_info); /* as interp_unwind */
void interp_reason(struct process *p, term tag, term value); /* raise error {tag, value} */

/* -- call.c */
/* interp_spread: the list's elements into X0..; -1: not a proper list of at most MAX_ARITY. */
int interp_spread(term *x, term list);
extern const struct bif_entry interp_apply_bif, interp_apply_fun_bif; /* names for stack traces only */
/* interp_export_bif: the BIF that an export means; NULL: none (it is undefined). */
const struct bif_entry *interp_export_bif(const struct export_entry *e);
/* interp_export_raises: error, exit, throw: who applies one in a tail call is in the trace all the same. */
bool interp_export_raises(const struct export_entry *e);
/* interp_apply_target: M:F/n. NULL: p->exc is set. */
const struct export_entry *interp_apply_target(struct process *p, term m, term f, uint32_t arity);
/* interp_fun_enter: for a call of `fun` with n arguments in X0..: the code to go on at, or NULL: *e is an
 * export to call, or p->exc is set and *e is NULL. */
const uint64_t *interp_fun_enter(struct process *p, term fun, uint32_t n, const struct export_entry **e);
bool interp_is_function(term fun, term arity);
bool interp_send(struct process *p, term to, term message); /* false: as a BIF that returned NONE */
extern const struct bif_entry interp_send_bif;
bool interp_deadline(term ms,
                     uint64_t *ns); /* of receive … after; UINT64_MAX: infinity. false: timeout_value */

/* -- maps.c */
enum { MAP_OPERAND_WORDS = 2 };
/* Pairs of wide operands at `at`. assoc: the new map, NONE with exc badmap. exact: also badkey. */
term interp_map_put(struct process *p, term *x, term map, const uint64_t *at, uint32_t pairs, bool exact);
term interp_record_update(struct process *p, term *x, term tuple, uint32_t size, const uint64_t *at,
                          uint32_t updates);

/* -- binaries.c */
/* interp_create_bin: segments at `at`. NONE: p->exc is set. */
term interp_create_bin(struct process *p, term *x, const uint64_t *at, uint32_t segments);
/* interp_bit_size: size term * unit in bits. false: no such size. */
bool interp_bit_size(term size, uint32_t unit, size_t *bits);

#endif
