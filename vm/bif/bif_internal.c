/* bif_internal: module erts_internal, erts_debug, and single functions of error_logger, file, io, net_kernel,
 * and the user tags of dynamic tracing (which there is none of).
 *
 * Source: what OTP's own Erlang code calls, and erl(25) as the oracle.
 */
#include "bif/args.h"

/* -- garbage collection: BIFs never collect; the interpreter does, at its next chance */

term bif_erts_internal_garbage_collect_1(struct process *p, const term *a) {
    p->flags |= PROC_WANT_GC;
    return A_TRUE;
}

/* Of another process: when it runs next. */
static term collect_other(struct process *p, const term *pid) {
    struct process *who = process_find(p->vm, *pid);
    if (!who) return A_FALSE;
    who->flags |= PROC_WANT_GC;
    return A_TRUE;
}

/* request_system_task(Pid, Priority, {garbage_collect, Id, Type}): answers {garbage_collect, Id, Bool}. */
term bif_erts_internal_request_system_task_3(struct process *p, const term *a) {
    if (!term_is_pid(a[0]) || !term_is_tuple_of(a[2], 3) || tuple_elements(a[2])[0] != A_GARBAGE_COLLECT)
        return raise_badarg(p);
    term answer = TUPLE(&p->heap, A_GARBAGE_COLLECT, tuple_elements(a[2])[1], collect_other(p, a));
    return message_send(p->vm, p, answer) == ST_OK ? A_OK : raise_system_limit(p);
}

/* -- processes */

term bif_erts_internal_is_system_process_1(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    const struct process *who = process_find(p->vm, a[0]);
    return term_of_bool(who && who->flags & PROC_SYSTEM);
}

/* is_process_alive(Pid, Ref): answers {Ref, Bool}. */
term bif_erts_internal_is_process_alive_2(struct process *p, const term *a) {
    if (!term_is_pid(a[0]) || !term_is_ref(a[1])) return raise_badarg(p);
    const struct process *who = process_find(p->vm, a[0]);
    term answer = TUPLE(&p->heap, a[1], term_of_bool(who && who->state != PROC_EXITING));
    return message_send(p->vm, p, answer) == ST_OK ? A_OK : raise_system_limit(p);
}

/* -- constants of this system */

term bif_erts_internal_no_aux_work_threads_0(struct process *p, const term *a) {
    return small_make(1);
}
term bif_erts_internal_get_creation_0(struct process *p, const term *a) {
    return A_UNDEFINED; /* as on a node that is not alive */
}
term bif_erts_internal_scheduler_wall_time_1(struct process *p, const term *a) {
    return A_FALSE;
}
term bif_error_logger_warning_map_0(struct process *p, const term *a) {
    return A_WARNING;
}
term bif_file_native_name_encoding_0(struct process *p, const term *a) {
    return A_UTF8;
}
term bif_io_printable_range_0(struct process *p, const term *a) {
    return A_LATIN1;
}
term bif_net_kernel_dflag_unicode_io_1(struct process *p, const term *a) {
    return term_is_pid(a[0]) ? A_TRUE : raise_badarg(p);
}

/* -- terms */

static term boxed_type(const term *words) {
    switch (header_kind(*words)) {
    case KIND_TUPLE: return A_TUPLE;
    case KIND_FLATMAP: return A_FLATMAP;
    case KIND_HAMT_ROOT: return A_HASHMAP;
    case KIND_HAMT_NODE: return A_HASHMAP_NODE;
    case KIND_FUN: return A_FUN;
    case KIND_EXPORT: return A_EXPORT;
    case KIND_SUB_BIN: return A_SUB_BINARY;
    case KIND_MATCH_CTX: return A_MATCHSTATE;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: return A_BIGNUM;
    case KIND_FLOAT: return A_HFLOAT;
    case KIND_HEAP_BIN: return A_HEAP_BINARY;
    case KIND_REFC_BIN: return A_REFC_BINARY;
    case KIND_REF: return A_REFERENCE;
    }
    return A_UNDEFINED;
}

term bif_erts_internal_term_type_1(struct process *p, const term *a) {
    term t = a[0];
    if (term_is_boxed(t)) return boxed_type(boxed_ptr(t));
    if (term_is_list(t)) return A_LIST;
    if (term_is_nil(t)) return A_NIL;
    if (term_is_small(t)) return A_FIXNUM;
    if (term_is_atom(t)) return A_ATOM;
    return term_is_pid(t) ? A_PID : A_PORT;
}

/* Words of a deep copy; literals count, sharing does not. */
term bif_erts_debug_flat_size_1(struct process *p, const term *a) {
    return small_make((int64_t)term_size(a[0], 0, 0));
}

term bif_erts_debug_same_2(struct process *p, const term *a) {
    return term_of_bool(a[0] == a[1]);
}

/* -- tags of dynamic tracing */

term bif_erlang_dt_undefined(struct process *p, const term *a) {
    return A_UNDEFINED;
}
term bif_erlang_dt_true_1(struct process *p, const term *a) {
    return A_TRUE;
}
term bif_erlang_dt_same_1(struct process *p, const term *a) {
    return a[0];
}
