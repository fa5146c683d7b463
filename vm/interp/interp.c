/* interp: the dispatch loop: direct-threaded, one label an op, bodies in ops_*.inc by topic.
 *
 *   pc ─> | offset of the op's code (32) | h2 (16) | h3 (16) |   | h4 | h5 | h6 | h7 | …
 *
 *   X registers: vm->x      Y registers: E[i], the process's stack      heap: htop up to E less a slack
 *   stack (grows down):  [Y0 … Yn][return address][Y0 …][return address]…[to vm_exit]
 *
 * Locals hold pc, E, htop and reds; SAVE writes them to the process before anything outside is called, LOAD
 * reads them back. Invariant: after every op that checks room, E - htop >= HEAP_SLACK words; between two
 * checks a call takes one. Layouts of operands: vm/format/ops.tab. Built with the flags that
 * docs/design/interp.md explains.
 */
#include "interp/inside.h"

#include <float.h>

#include "data/big.h"
#include "data/bits.h"
#include "data/map.h"
#include "plat.h"

/* operands of the op at pc, by slot */
#define H(i)  (((const uint16_t *)pc)[i])
#define HS(i) ((int16_t)H(i))
#define D(i)  (((const uint32_t *)pc)[i])
#define W(i)  (pc[i])
#define X(i)  (*(term *)((char *)x + H(i)))
#define Y(i)  (*(term *)((char *)E + H(i)))
#define R(i)  (*operand_reg(x, E, H(i)))
#define F(i)                                                                                                 \
    (*(double *)((uintptr_t)x + (offsetof(struct vm, f) - offsetof(struct vm, x)) + H(i))) /* one base less */

#define OP(name) op_##name:
/* AT: an end that several ops share. */
#define AT(name)                                                                                             \
    name:
#define DISPATCH() goto *(void *)((char *)&&op_func_info + (int32_t)*pc)
#define NEXT(words)                                                                                          \
    do {                                                                                                     \
        pc += (words);                                                                                       \
        DISPATCH();                                                                                          \
    } while (0)
#define BRANCH(i)                                                                                            \
    do {                                                                                                     \
        pc += HS(i);                                                                                         \
        DISPATCH();                                                                                          \
    } while (0)
#define BRANCH32(d)                                                                                          \
    do {                                                                                                     \
        pc += (int32_t)(d);                                                                                  \
        DISPATCH();                                                                                          \
    } while (0)
/* TEST: next op when true, else branch. */
#define TEST(condition, i, words)                                                                            \
    do {                                                                                                     \
        if (condition) NEXT(words);                                                                          \
        BRANCH(i);                                                                                           \
    } while (0)

#define SAVE()                                                                                               \
    do {                                                                                                     \
        p->heap.top = htop;                                                                                  \
        p->heap.stop = E;                                                                                    \
        p->reds = reds;                                                                                      \
    } while (0)
#define LOAD_HEAP() (htop = p->heap.top)
#define LOAD()                                                                                               \
    do {                                                                                                     \
        htop = p->heap.top;                                                                                  \
        E = p->heap.stop;                                                                                    \
        reds = p->reds;                                                                                      \
    } while (0)
#define PUSH_RETURN(words) (*--E = ((term)pc << 1) + ((words)*16 + IMM_CP)) /* cp_make(pc + words) */
/* ENTER: go on at a function's entry, unless the slice is over. */
#define ENTER(code)                                                                                          \
    do {                                                                                                     \
        pc = (code);                                                                                         \
        if (UNLIKELY(--reds < 0)) goto out_of_reds;                                                          \
        DISPATCH();                                                                                          \
    } while (0)
#define CODE32(d) ((const uint64_t *)(uintptr_t)(d))
/* Room for `words` more on the heap, X0..X(live-1) being roots. */
#define TOO_FEW(bytes) UNLIKELY((char *)E - (char *)htop < (ptrdiff_t)(bytes))
#ifdef LING_GC_STRESS
#define NO_ROOM(bytes) (TOO_FEW(bytes) || heap_must_collect(&p->heap))
#else
#define NO_ROOM(bytes) TOO_FEW(bytes)
#endif
#define COLLECT(words, live)                                                                                 \
    do {                                                                                                     \
        SAVE();                                                                                              \
        collect(p, (words), (live));                                                                         \
        LOAD();                                                                                              \
    } while (0)
/* ROOM: as test_heap. bytes: slack included. */
#define ROOM(bytes, live)                                                                                    \
    do {                                                                                                     \
        if (NO_ROOM(bytes)) COLLECT((bytes) / 8, live);                                                      \
    } while (0)
#define SLACK(words) (((words) + STACK_SLACK_WORDS) * 8)
/* RAISE: p->exc is set, by the op at pc. */
#define RAISE() goto raise
#define RAISE_TAGGED(tag, value)                                                                             \
    do {                                                                                                     \
        SAVE();                                                                                              \
        interp_reason(p, tag, value);                                                                        \
        goto raise_saved;                                                                                    \
    } while (0)

/* As isfinite, by a comparison: gcc's own goes through integer registers. */
static inline bool is_finite(double d) {
    return __builtin_fabs(d) <= DBL_MAX;
}

/* Order of what is not two small integers. */
static NOINLINE int compare_slow(term l, term r) {
    if (term_is_float(l) && term_is_float(r)) {
        double a = float_value(l), b = float_value(r);
        return a < b ? -1 : a > b;
    }
    return term_compare(l, r);
}

static COLD void collect(struct process *p, size_t words, uint32_t live) {
    if (process_collect(p, words, live) != ST_OK) p->heap.oom(&p->heap, words);
}

static inline bool wants_collection(struct process *p) {
    return heap_must_collect(&p->heap) || UNLIKELY(p->flags & PROC_WANT_GC);
}

static COLD void collect_wanted(struct process *p, uint32_t live) {
    enum status st =
        p->flags & PROC_WANT_GC ? process_collect_major(p, 0, live) : process_collect(p, 0, live);
    if (st != ST_OK) p->heap.oom(&p->heap, 0);
}

/* The process leaves the processor: X0..X(live-1) are kept, it goes on at pc. */
static COLD void leave(struct process *p, const uint64_t *pc, uint32_t live, enum process_state state) {
    p->pc = pc;
    if (wants_collection(p)) collect_wanted(p, live);
    if (process_save_x(p, live) != ST_OK) p->heap.oom(&p->heap, live);
    p->state = (uint8_t)state;
}

/* erlang:hibernate/3: no stack, no garbage. Returns true when the process may go on at once. */
static COLD bool hibernate(struct process *p, uint32_t arity) {
    p->heap.stop = p->heap.end - 1; /* the return to vm_exit */
    if (process_collect_major(p, 0, arity) != ST_OK) p->heap.oom(&p->heap, 0);
    return p->mailbox.first != NULL;
}

/* One copy only: the addresses of its labels are in the table. */
#if defined(__has_attribute) && __has_attribute(noclone)
#define ONE_COPY __attribute__((noinline, noclone))
#else
#define ONE_COPY __attribute__((noinline))
#endif

ONE_COPY void interp_run(struct vm *vm, struct process *p) {
    /* Offsets of the ops' code, final when assembled. Named for the linker: lingpack reads them from the ELF.
     */
    static const int32_t handlers[] __asm__("interp_handlers")
        __attribute__((used, section(".ling.handlers"))) = {
#define X_HANDLER(name) &&op_##name - &&op_func_info,
            XOPS(X_HANDLER)
#undef X_HANDLER
        };
    term *const x = vm->x;
    const uint64_t *pc = p->pc;
    term *E, *htop;
    int32_t reds;
    /* of the shared ends of guard ops and calls of BIFs */
    const struct bif_entry *bif;
    const struct export_entry *export;
    term args[4], value;
    uint32_t live, dst, words;
    enum guard guard;
    int32_t fail;
    bool tail = false;
    struct bits_builder builder;

    (void)handlers;
    LOAD();
    DISPATCH();

#include "interp/ops_control.inc"
#include "interp/ops_data.inc"
#include "interp/ops_arith.inc"
#include "interp/ops_guard.inc"
#include "interp/ops_map.inc"
#include "interp/ops_exception.inc"
#include "interp/ops_message.inc"
#include "interp/ops_float.inc"
#include "interp/ops_match.inc"
#include "interp/ops_build.inc"
}

const uint32_t interp_handler_count = XOP_COUNT;
__asm__(".globl interp_handlers");
