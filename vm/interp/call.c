/* call: what calls by value need: apply, funs, sends. */
#include "interp/inside.h"

#include "bif/biftab.h"
#include "plat.h"
#include "term/order.h"

int interp_spread(term *x, term list) {
    int n = 0;
    for (; term_is_list(list); list = list_tail(list)) {
        if (n == MAX_ARITY) return -1;
        x[n++] = list_head(list);
    }
    return term_is_nil(list) ? n : -1;
}

const struct export_entry *interp_apply_target(struct process *p, term m, term f, uint32_t arity) {
    const struct export_entry *e = NULL;
    if (term_is_atom(m) && term_is_atom(f)) {
        e = code_export_make(&p->vm->code, m, f, arity);
        if (!e) raise_system_limit(p);
    } else {
        raise_badarg(p);
    }
    return e;
}

static term args_of(struct process *p, uint32_t n) {
    term list = NIL;
    while (n-- > 0) list = heap_cons(&p->heap, p->vm->x[n], list);
    return list;
}

static void badarity(struct process *p, term fun, uint32_t n) {
    interp_reason(p, A_BADARITY, TUPLE(&p->heap, fun, args_of(p, n)));
}

const uint64_t *interp_fun_enter(struct process *p, term fun, uint32_t n, const struct export_entry **e) {
    *e = NULL;
    if (boxed_is(fun, KIND_FUN)) {
        const term *f = boxed_ptr(fun);
        const struct fun_entry *entry = (const struct fun_entry *)f[FUN_ENTRY];
        if (entry->arity == n) {
            memcpy(p->vm->x + n, f + FUN_ENV, entry->num_free * sizeof(term));
            return entry->code;
        }
        badarity(p, fun, n);
    } else if (boxed_is(fun, KIND_EXPORT)) {
        const struct export_entry *target = (const struct export_entry *)boxed_ptr(fun)[1];
        if (target->arity == n)
            *e = target;
        else
            badarity(p, fun, n);
    } else {
        interp_reason(p, A_BADFUN, fun);
    }
    return NULL;
}

bool interp_is_function(term fun, term arity) {
    if (!term_is_small(arity)) return false;
    const term *f = boxed_ptr(fun);
    if (boxed_is(fun, KIND_FUN)) return ((const struct fun_entry *)f[FUN_ENTRY])->arity == small_value(arity);
    return boxed_is(fun, KIND_EXPORT) && ((const struct export_entry *)f[1])->arity == small_value(arity);
}

bool interp_send(struct process *p, term to, term message) {
    return bif_erlang_send_2(p, (term[]){to, message}) != NONE;
}

const struct bif_entry interp_apply_bif = {"erlang", "apply", NULL, 3, BIF_PLAIN};
const struct bif_entry interp_apply_fun_bif = {"erlang", "apply", NULL, 2, BIF_PLAIN};

const struct bif_entry *interp_export_bif(const struct export_entry *e) {
    if (e->kind == EXPORT_BIF) return &bif_table[e->bif];
    struct atom_text m = atom_text(e->module), f = atom_text(e->function);
    int i = bif_lookup((const char *)m.utf8, m.bytes, (const char *)f.utf8, f.bytes, e->arity);
    return i < 0 ? NULL : &bif_table[i];
}

bool interp_export_raises(const struct export_entry *e) {
    static const bif_fn raising[] = {bif_erlang_error_1, bif_erlang_error_2, bif_erlang_error_3,
                                     bif_erlang_exit_1, bif_erlang_throw_1};
    if (e->kind == EXPORT_CODE) return false;
    const struct bif_entry *bif = interp_export_bif(e);
    for (size_t i = 0; bif && i < ARRAY_LEN(raising); i++)
        if (bif->fn == raising[i]) return true;
    return false;
}

const struct bif_entry interp_send_bif = {"erlang", "send", bif_erlang_send_2, 2, BIF_TRAP};

bool interp_deadline(term ms, uint64_t *ns) {
    if (ms == A_INFINITY) {
        *ns = UINT64_MAX;
        return true;
    }
    if (!term_is_small(ms) || (uint64_t)small_value(ms) > UINT32_MAX) return false;
    *ns = plat_clock_mono() + (uint64_t)small_value(ms) * 1000000;
    return true;
}
