/* exception: raising from C, and the other things a BIF can want instead of returning a value. */
#include "proc/vm.h"

term raise_class(struct process *p, enum exc_class c, term reason, term trace) {
    p->exc = (struct exception){.class = c, .reason = reason, .trace = trace, .args = NONE, .info = NONE};
    p->want = WANT_RAISE;
    return NONE;
}

term raise_error(struct process *p, term reason) {
    return raise_class(p, EXC_ERROR, reason, NONE);
}
term raise_badarg(struct process *p) {
    return raise_error(p, A_BADARG);
}
term raise_badarith(struct process *p) {
    return raise_error(p, A_BADARITH);
}
term raise_system_limit(struct process *p) {
    return raise_error(p, A_SYSTEM_LIMIT);
}
term raise_notsup(struct process *p) {
    return raise_error(p, A_NOTSUP);
}
term raise_badkey(struct process *p, term key) {
    return raise_error(p, TUPLE(&p->heap, A_BADKEY, key));
}
term raise_badmap(struct process *p, term t) {
    return raise_error(p, TUPLE(&p->heap, A_BADMAP, t));
}

static term want(struct process *p, enum bif_want what) {
    p->want = what;
    return NONE;
}

term bif_trap(struct process *p, const struct export_entry *to) {
    p->trap = to;
    return want(p, WANT_TRAP);
}

term bif_wait(struct process *p) {
    p->flags |= PROC_BIF_WAIT;
    return want(p, WANT_WAIT);
}

term bif_yield(struct process *p) {
    return want(p, WANT_YIELD);
}
