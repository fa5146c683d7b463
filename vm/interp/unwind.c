/* unwind: exceptions: from the raising instruction to the catch, and the stack trace.
 *
 *   raw trace   {Class, Top, Address…}            addresses as small integers: of instructions, nearest first
 *     Top       []                                the first address is where it was raised
 *               {M, F, Args, Location}            a BIF, or a function called with wrong arguments
 *               {Address, Args | undefined, Info} the caller of erlang:error/1,2,3
 *               [Entry, …]                        a whole trace, as given to erlang:raise/3
 *
 * It becomes a list only when somebody looks. A catch is a word on the stack (catch_make); its frame starts
 * after the last return address below it. Source: erl(25) as the oracle; erlang(3), "Errors and Error
 * Handling".
 */
#include "data/map.h"
#include "interp/inside.h"

enum { TRACE_DEPTH = 8, RAW_CLASS = 0, RAW_TOP = 1, RAW_FIRST = 2 };

static term class_atom(enum exc_class c) {
    return c == EXC_ERROR ? A_ERROR : c == EXC_EXIT ? A_EXIT : A_THROW;
}

static enum exc_class class_of(term atom) {
    return atom == A_ERROR ? EXC_ERROR : atom == A_EXIT ? EXC_EXIT : EXC_THROW;
}

static term address_make(const uint64_t *pc) {
    return small_make((int64_t)(uintptr_t)pc);
}
static const uint64_t *address_code(term t) {
    return (const uint64_t *)(uintptr_t)small_value(t);
}

static term args_list(struct process *p, const term *args, unsigned n) {
    term list = NIL;
    while (n-- > 0) list = heap_cons(&p->heap, args[n], list);
    return list;
}

static term atom_of(struct process *p, const char *text) {
    term t = NIL;
    enum status st = atom_intern(&p->vm->code, (const uint8_t *)text, strlen(text), &t);
    return st == ST_OK ? t : A_UNDEFINED;
}

/* -- error_info: which module explains the errors of a BIF */
static term explainer(const char *module) {
    static const struct {
        const char *module;
        term explainer;
    } table[] = {
        {"atomics", A_ERL_ERTS_ERRORS},   {"binary", A_ERL_STDLIB_ERRORS},
        {"counters", A_ERL_ERTS_ERRORS},  {"erlang", A_ERL_ERTS_ERRORS},
        {"ets", A_ERL_STDLIB_ERRORS},     {"lists", A_ERL_STDLIB_ERRORS},
        {"maps", A_ERL_STDLIB_ERRORS},    {"math", A_ERL_STDLIB_ERRORS},
        {"os", A_ERL_KERNEL_ERRORS},      {"re", A_ERL_STDLIB_ERRORS},
        {"unicode", A_ERL_STDLIB_ERRORS}, {"persistent_term", A_ERL_ERTS_ERRORS},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (strcmp(table[i].module, module) == 0) return table[i].explainer;
    return NONE;
}

static term location_with(struct process *p, term info, term rest) {
    return info == NONE ? rest : heap_cons(&p->heap, TUPLE(&p->heap, A_ERROR_INFO, info), rest);
}

static term bif_top(struct process *p, const struct bif_entry *bif, const term *args) {
    term info = p->exc.info, by = explainer(bif->module);
    if (by != NONE && p->exc.class == EXC_ERROR)
        info = map_put(&p->heap, info == NONE ? map_from_pairs(&p->heap, NULL, 0) : info, A_MODULE, by);
    return TUPLE(&p->heap, atom_of(p, bif->module), atom_of(p, bif->name), args_list(p, args, bif->arity),
                 location_with(p, info, NIL));
}

/* -- gathering */
struct addresses {
    const uint64_t *pc[TRACE_DEPTH];
    unsigned n;
};

static bool is_exit_frame(const uint64_t *ret) {
    return ret == interp_exit_code();
}

/* The callers: a return address stands for the instruction before it. Repetitions are left out. */
static void gather(struct process *p, struct addresses *to, unsigned limit) {
    for (const term *sp = p->heap.stop; sp < p->heap.end && to->n < limit; sp++) {
        if (!word_is_cp(*sp) || is_exit_frame(cp_code(*sp))) continue;
        const uint64_t *call = cp_code(*sp) - 1;
        if (to->n == 0 || to->pc[to->n - 1] != call) to->pc[to->n++] = call;
    }
}

static term raw_make(struct process *p, term class, term top, const struct addresses *at) {
    term *t = heap_alloc(&p->heap, 1 + RAW_FIRST + at->n);
    t[0] = header_make(KIND_TUPLE, RAW_FIRST + at->n);
    t[1 + RAW_CLASS] = class;
    t[1 + RAW_TOP] = top;
    for (unsigned i = 0; i < at->n; i++) t[1 + RAW_FIRST + i] = address_make(at->pc[i]);
    return boxed_make(t);
}

/* The trace of p->exc, raised at pc. */
static term raw_trace(struct process *p, const uint64_t *pc, const struct bif_entry *bif, const term *args) {
    struct exception *e = &p->exc;
    struct addresses at = {{NULL}, 0};
    term top = NIL, class = class_atom(e->class);
    unsigned limit = TRACE_DEPTH;
    if (bif && !e->of_caller) {
        top = bif_top(p, bif, args);
        at.pc[at.n++] = pc;
        limit = TRACE_DEPTH - 1;
    } else if (e->args != NONE || e->info != NONE) {
        top = TUPLE(&p->heap, address_make(pc), e->args == NONE ? A_UNDEFINED : e->args,
                    e->info == NONE ? NIL : e->info);
        at.pc[at.n++] = pc; /* shown by top; kept so that a caller at the same place is not shown again */
    } else {
        at.pc[at.n++] = pc;
    }
    gather(p, &at, limit);
    return raw_make(p, class, top, &at);
}

/* A trace handed in by raise/3 (a list) or by raw_raise (a raw trace, perhaps of another class). */
static term raw_given(struct process *p, term trace) {
    term class = class_atom(p->exc.class);
    if (!term_is_tuple(trace)) return TUPLE(&p->heap, class, trace);
    if (tuple_elements(trace)[RAW_CLASS] == class) return trace;
    term copy = heap_tuple(&p->heap, tuple_size(trace), tuple_elements(trace));
    tuple_elements(copy)[RAW_CLASS] = class;
    return copy;
}

/* -- raw trace -> list */
static term location_of(struct process *p, const struct code_place *at, term info) {
    struct heap *h = &p->heap;
    term rest = location_with(p, info, NIL);
    if (at->line == 0) return rest;
    rest = heap_cons(h, TUPLE(h, A_LINE, small_make(at->line)), rest);
    return heap_cons(h, TUPLE(h, A_FILE, at->file), rest);
}

static term place_entry(struct process *p, const uint64_t *pc, term args, term info, term rest) {
    struct code_place at;
    if (!code_lookup(&p->vm->code, pc, &at)) return rest;
    if (args == A_UNDEFINED) args = small_make(at.function->arity);
    term entry = TUPLE(&p->heap, at.module->name, at.function->name, args, location_of(p, &at, info));
    return heap_cons(&p->heap, entry, rest);
}

term interp_trace_list(struct process *p, term raw) {
    if (!term_is_tuple(raw)) return raw;
    const term *e = tuple_elements(raw);
    size_t n = tuple_size(raw), first = RAW_FIRST;
    term top = e[RAW_TOP], list = NIL;
    if (term_is_list(top)) return top;
    bool of_caller = term_is_tuple_of(top, 3);
    if (of_caller) first++;
    while (n > first) list = place_entry(p, address_code(e[--n]), A_UNDEFINED, NONE, list);
    if (top == NIL) return list;
    const term *t = tuple_elements(top);
    if (of_caller) return place_entry(p, address_code(t[0]), t[1], t[2] == NIL ? NONE : t[2], list);
    return heap_cons(&p->heap, top, list);
}

/* Where p is shown to be: who waits with a timeout is in its `receive`, not where the timeout leads. */
static const uint64_t *shown_pc(const struct process *p) {
    const uint16_t *op = (const uint16_t *)p->pc;
    bool waits = p->pc && p->state == PROC_WAITING && (uint32_t)*p->pc == interp_handlers[XOP_wait_timeout];
    return waits && op[3] ? p->pc + (int16_t)op[3] : p->pc;
}

term interp_stacktrace(struct process *p) {
    struct addresses at = {{NULL}, 0};
    if (p->pc) at.pc[at.n++] = shown_pc(p);
    gather(p, &at, TRACE_DEPTH);
    return interp_trace_list(p, raw_make(p, A_ERROR, NIL, &at));
}

/* -- finding the catch */
static const uint64_t *catch_find(struct process *p, term **frame) {
    *frame = p->heap.stop;
    for (term *sp = p->heap.stop; sp < p->heap.end; sp++) {
        if (word_is_cp(*sp)) *frame = sp + 1;
        if (word_is_catch(*sp)) return catch_handler(*sp);
    }
    return NULL;
}

static void exception_clear(struct exception *e) {
    *e = (struct exception){.class = EXC_ERROR, .reason = NONE, .trace = NONE, .args = NONE, .info = NONE};
}

/* Nobody catches: what the scheduler reports and sends to links. */
static void exception_finish(struct process *p, term raw) {
    struct exception *e = &p->exc;
    if (e->class == EXC_THROW) {
        e->class = EXC_ERROR;
        e->reason = TUPLE(&p->heap, A_NOCATCH, e->reason);
    }
    e->trace = interp_trace_list(p, raw);
    e->args = e->info = NONE;
    p->state = PROC_EXITING;
}

static const uint64_t *unwind(struct process *p, term raw) {
    term *frame, *x = p->vm->x;
    const uint64_t *handler = catch_find(p, &frame);
    if (!handler) {
        exception_finish(p, raw);
        return NULL;
    }
    x[0] = NONE;
    x[1] = class_atom(p->exc.class);
    x[2] = p->exc.reason;
    x[3] = raw;
    p->heap.stop = frame;
    exception_clear(&p->exc);
    return handler;
}

const uint64_t *interp_unwind(struct process *p, const uint64_t *pc, const struct bif_entry *bif,
                              const term *args) {
    term given = p->exc.trace;
    return unwind(p, given == NONE ? raw_trace(p, pc, bif, args) : raw_given(p, given));
}

const uint64_t *interp_unwind_call_fun(struct process *p, const uint64_t *pc) {
    struct addresses at = {{pc, pc}, 2};
    gather(p, &at, TRACE_DEPTH);
    return unwind(p, raw_make(p, A_ERROR, NIL, &at));
}

/* The callee does not exist, or takes other arguments: it is shown on top as if it had been called. */
static const uint64_t *unwind_called(struct process *p, term reason, term m, term f, uint32_t arity,
                                     term location) {
    struct addresses at = {{NULL}, 0};
    term top = TUPLE(&p->heap, m, f, args_list(p, p->vm->x, arity), location);
    raise_error(p, reason);
    gather(p, &at, TRACE_DEPTH - 1);
    return unwind(p, raw_make(p, A_ERROR, top, &at));
}

const uint64_t *interp_unwind_undef(struct process *p, const struct export_entry *e) {
    return unwind_called(p, A_UNDEF, e->module, e->function, e->arity, NIL);
}

const uint64_t *interp_function_clause(struct process *p, const uint64_t *func_info) {
    struct code_place at;
    uint32_t arity = (uint32_t)(func_info[0] >> 32 & 0xffff);
    term location = code_lookup(&p->vm->code, func_info, &at) ? location_of(p, &at, NONE) : NIL;
    return unwind_called(p, A_FUNCTION_CLAUSE, (uint32_t)func_info[1], func_info[1] >> 32, arity, location);
}

/* -- instructions */
void interp_raise_raw(struct process *p, term class, term reason, term raw) {
    if (class == NONE) class = term_is_tuple(raw) ? tuple_elements(raw)[RAW_CLASS] : A_ERROR;
    raise_class(p, class_of(class), reason, raw);
}

term interp_catch_value(struct process *p, term class, term reason, term raw) {
    if (class == A_THROW) return reason;
    if (class == A_ERROR) reason = TUPLE(&p->heap, reason, interp_trace_list(p, raw));
    return TUPLE(&p->heap, A_EXIT_UPPER, reason);
}

void interp_reason(struct process *p, term tag, term value) {
    raise_error(p, TUPLE(&p->heap, tag, value));
}
