/* bif_error: raising on purpose: error, exit, throw, raise, nif_error; and halt.
 *
 *   raise_…(p, …)   fills p->exc; the interpreter builds the stack trace from the stack
 *   of_caller       the trace starts at the function that called erlang:error/1, not at error/1 itself
 *
 * Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"

#include "data/map.h"

term raise_badarg_cause(struct process *p, term cause) {
    raise_badarg(p);
    p->exc.info = map_from_pairs(&p->heap, (term[]){A_CAUSE, cause, A_MODULE, A_ERL_ERTS_ERRORS}, 2);
    return NONE;
}

/* Raised as if by the caller of the BIF. args: a list replaces the arity of the caller's frame; anything else
 * does not. */
static term raise_of_caller(struct process *p, enum exc_class class, term reason, term args) {
    raise_class(p, class, reason, NONE);
    p->exc.of_caller = true;
    p->exc.args = term_is_list(args) || term_is_nil(args) ? args : NONE;
    return NONE;
}

term bif_erlang_error_1(struct process *p, const term *a) {
    return raise_of_caller(p, EXC_ERROR, a[0], NONE);
}
term bif_erlang_error_2(struct process *p, const term *a) {
    return raise_of_caller(p, EXC_ERROR, a[0], a[1]);
}
term bif_erlang_exit_1(struct process *p, const term *a) {
    return raise_of_caller(p, EXC_EXIT, a[0], NONE);
}
term bif_erlang_throw_1(struct process *p, const term *a) {
    return raise_of_caller(p, EXC_THROW, a[0], NONE);
}

/* The map of {error_info, Map} in an option list; NONE: there is none. */
static term error_info_option(term options) {
    for (; term_is_list(options); options = list_tail(options)) {
        term option = list_head(options);
        if (!term_is_tuple_of(option, 2)) continue;
        const term *pair = tuple_elements(option);
        if (pair[0] == A_ERROR_INFO && term_is_map(pair[1])) return pair[1];
    }
    return NONE;
}

/* error_info without a module means the module of the caller: the interpreter knows it and fills it in. */
term bif_erlang_error_3(struct process *p, const term *a) {
    raise_of_caller(p, EXC_ERROR, a[0], a[1]);
    p->exc.info = error_info_option(a[2]);
    return NONE;
}

term bif_erlang_nif_error_1(struct process *p, const term *a) {
    return raise_error(p, a[0]);
}
term bif_erlang_nif_error_2(struct process *p, const term *a) {
    return raise_error(p, a[0]);
}

/* -- raise/3 */

static bool class_of_atom(term t, enum exc_class *class) {
    if (t == A_ERROR)
        *class = EXC_ERROR;
    else if (t == A_EXIT)
        *class = EXC_EXIT;
    else if (t == A_THROW)
        *class = EXC_THROW;
    else
        return false;
    return true;
}

static bool is_list(term t) {
    return term_is_list(t) || term_is_nil(t);
}

/* A stack trace entry: {M,F,A} | {M,F,A,Loc} | {Fun,Args} | {Fun,Args,Loc}. `full`: it has its location. */
static bool frame_is_valid(term frame, bool *full) {
    if (!term_is_tuple(frame)) return false;
    const term *e = tuple_elements(frame);
    size_t n = tuple_size(frame);
    bool of_fun = n > 0 && term_is_fun(e[0]);
    size_t base = of_fun ? 2 : 3;
    if (n != base && n != base + 1) return false;
    if (!of_fun && !(term_is_atom(e[0]) && term_is_atom(e[1]))) return false;
    *full = n == base + 1;
    return !*full || is_list(e[base]);
}

static bool trace_is_valid(term trace, bool *all_full) {
    bool full;
    *all_full = true;
    for (; term_is_list(trace); trace = list_tail(trace)) {
        if (!frame_is_valid(list_head(trace), &full)) return false;
        *all_full &= full;
    }
    return term_is_nil(trace);
}

static term frame_complete(struct process *p, term frame) {
    size_t n = tuple_size(frame);
    const term *e = tuple_elements(frame);
    if (n == (term_is_fun(e[0]) ? 3u : 4u)) return frame;
    term with[4] = {e[0], e[1], n > 2 ? e[2] : NIL, NIL};
    return heap_tuple(&p->heap, n + 1, with);
}

static term trace_complete(struct process *p, term trace) {
    size_t n = 0;
    for (term t = trace; term_is_list(t); t = list_tail(t)) n++;
    term *cells = heap_alloc(&p->heap, 2 * n), *c = cells;
    for (; term_is_list(trace); trace = list_tail(trace), c += 2) {
        c[0] = frame_complete(p, list_head(trace));
        c[1] = list_make(c + 2);
    }
    c[-1] = NIL;
    return list_make(cells);
}

/* Bad arguments are returned as `badarg`, not raised. */
term bif_erlang_raise_3(struct process *p, const term *a) {
    enum exc_class class;
    bool all_full;
    if (!class_of_atom(a[0], &class) || !trace_is_valid(a[2], &all_full)) return A_BADARG;
    return raise_class(p, class, a[1], all_full ? a[2] : trace_complete(p, a[2]));
}

/* -- halt */

/* halt(Status | abort | Slogan, Options): leaves the scheduler loop; the process does not go on. */
term bif_erlang_halt_2(struct process *p, const term *a) {
    size_t n;
    int status = 0;
    if (!arg_list_length(a[1], &n)) return raise_badarg(p);
    if (term_is_small(a[0]) && small_value(a[0]) >= 0)
        status = (int)(small_value(a[0]) & 0xff);
    else if (a[0] == A_ABORT || (arg_list_length(a[0], &n) && term_is_list(a[0])))
        status = 1;
    else
        return raise_badarg(p);
    vm_stop(p->vm, status, "halt");
    return bif_yield(p);
}
