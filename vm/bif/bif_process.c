/* bif_process: sending, registered names, and a process's own state.
 *
 * Destinations of a message: a pid, a registered name, {Name, Node}, an alias. What is gone swallows
 * messages; only an unknown name raises. Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"
#include "bif/monitor.h"

#include "data/map.h"

/* -- sending */

enum sent { SENT, SENT_BADARG, SENT_REMOTE, SENT_NOMEM };

static enum sent send_to(struct vm *vm, struct process *to, term t) {
    return !to || message_send(vm, to, t) == ST_OK ? SENT : SENT_NOMEM;
}

static enum sent send_to_node(struct vm *vm, const term *dest, term t) {
    if (!term_is_atom(dest[0]) || !term_is_atom(dest[1])) return SENT_BADARG;
    return dest[1] == A_NONODE_NOHOST ? send_to(vm, name_find(vm, dest[0]), t) : SENT_REMOTE;
}

static enum sent send_any(struct vm *vm, term dest, term t) {
    if (term_is_pid(dest)) return send_to(vm, process_find(vm, dest), t);
    if (term_is_atom(dest)) {
        struct process *to = name_find(vm, dest);
        return to ? send_to(vm, to, t) : SENT_BADARG;
    }
    if (term_is_ref(dest)) return alias_send(vm, dest, t) == ST_OK ? SENT : SENT_NOMEM;
    return term_is_tuple_of(dest, 2) ? send_to_node(vm, tuple_elements(dest), t) : SENT_BADARG;
}

term bif_erlang_send_2(struct process *p, const term *a) {
    p->reds -= 4;
    switch (send_any(p->vm, a[0], a[1])) {
    case SENT_BADARG: return raise_badarg(p);
    case SENT_NOMEM: return raise_system_limit(p);
    default: return a[1];
    }
}

/* Options noconnect, nosuspend; without distribution only the first can matter. */
term bif_erlang_send_3(struct process *p, const term *a) {
    bool noconnect = false;
    term options = a[2];
    for (; term_is_list(options); options = list_tail(options)) {
        if (list_head(options) != A_NOCONNECT && list_head(options) != A_NOSUSPEND)
            return raise_badarg_cause(p, A_BADOPT);
        noconnect |= list_head(options) == A_NOCONNECT;
    }
    if (!term_is_nil(options)) return raise_badarg_cause(p, A_BADOPT);
    switch (send_any(p->vm, a[0], a[1])) {
    case SENT_BADARG: return raise_badarg(p);
    case SENT_NOMEM: return raise_system_limit(p);
    case SENT_REMOTE: return noconnect ? A_NOCONNECT : A_OK;
    default: return A_OK;
    }
}

/* -- names */

term bif_erlang_register_2(struct process *p, const term *a) {
    if (!term_is_atom(a[0]) || a[0] == A_UNDEFINED || !term_is_pid(a[1]))
        return raise_badarg_cause(p, A_NONE);
    struct process *who = process_find(p->vm, a[1]);
    if (!who) return raise_badarg_cause(p, A_NOTALIVE);
    switch (name_register(p->vm, a[0], who)) {
    case ST_OK: return A_TRUE;
    case ST_NOMEM: return raise_system_limit(p);
    default: return raise_badarg_cause(p, A_REGISTERED_NAME);
    }
}

term bif_erlang_unregister_1(struct process *p, const term *a) {
    return term_is_atom(a[0]) && name_unregister(p->vm, a[0]) == ST_OK ? A_TRUE : raise_badarg(p);
}

term bif_erlang_whereis_1(struct process *p, const term *a) {
    if (!term_is_atom(a[0])) return raise_badarg(p);
    struct process *who = name_find(p->vm, a[0]);
    return who ? who->pid : A_UNDEFINED;
}

term bif_erlang_registered_0(struct process *p, const term *a) {
    term list = NIL;
    uint32_t slot = 0;
    for (struct process *who; (who = process_each(p->vm, &slot));)
        if (who->name != NONE) list = heap_cons(&p->heap, who->name, list);
    reds_charge(p, slot);
    return list;
}

term bif_erlang_processes_0(struct process *p, const term *a) {
    term list = NIL;
    uint32_t slot = 0;
    for (struct process *who; (who = process_each(p->vm, &slot));)
        if (who->state != PROC_EXITING && who->state != PROC_DEAD) list = heap_cons(&p->heap, who->pid, list);
    reds_charge(p, slot);
    return list;
}

/* -- identity, nodes */

term bif_erlang_self_0(struct process *p, const term *a) {
    return p->pid;
}
term bif_erlang_node_0(struct process *p, const term *a) {
    return A_NONODE_NOHOST;
}

term bif_erlang_node_1(struct process *p, const term *a) {
    bool has_node = term_is_pid(a[0]) || term_is_port(a[0]) || term_is_ref(a[0]);
    return has_node ? A_NONODE_NOHOST : raise_badarg(p);
}

static bool nodes_kind(term t, bool *with_self) {
    *with_self |= t == A_THIS || t == A_KNOWN;
    return t == A_THIS || t == A_KNOWN || t == A_VISIBLE || t == A_HIDDEN || t == A_CONNECTED;
}

static bool nodes_read(term kinds, bool *with_self) {
    *with_self = false;
    if (term_is_atom(kinds)) return nodes_kind(kinds, with_self);
    for (; term_is_list(kinds); kinds = list_tail(kinds))
        if (!nodes_kind(list_head(kinds), with_self)) return false;
    return term_is_nil(kinds);
}

term bif_erlang_nodes_0(struct process *p, const term *a) {
    return NIL;
}

term bif_erlang_nodes_1(struct process *p, const term *a) {
    bool with_self;
    if (!nodes_read(a[0], &with_self)) return raise_badarg(p);
    return with_self ? heap_cons(&p->heap, A_NONODE_NOHOST, NIL) : NIL;
}

term bif_erlang_nodes_2(struct process *p, const term *a) {
    bool with_self;
    if (!nodes_read(a[0], &with_self) || !term_is_map(a[1])) return raise_badarg(p);
    term info = map_empty(&p->heap);
    return with_self ? heap_cons(&p->heap, TUPLE(&p->heap, A_NONODE_NOHOST, info), NIL) : NIL;
}

term bif_erlang_is_process_alive_1(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    struct process *who = process_find(p->vm, a[0]);
    return term_of_bool(who && who->state != PROC_EXITING);
}

/* -- group leaders */

term bif_erlang_group_leader_0(struct process *p, const term *a) {
    return p->group_leader;
}

/* group_leader(Leader, Pid): true, false (no such process), badarg: OTP's erlang:group_leader/2 makes the
 * exception. */
term bif_erts_internal_group_leader_2(struct process *p, const term *a) {
    if (!term_is_pid(a[0]) || !term_is_pid(a[1])) return A_BADARG;
    struct process *who = process_find(p->vm, a[1]);
    if (!who) return A_BADARG;
    who->group_leader = a[0];
    return A_TRUE;
}

/* -- scheduling */

/* The old stack goes away, so the arguments are put where the new one starts: in the X registers. */
term bif_erlang_hibernate_3(struct process *p, const term *a) {
    size_t n;
    if (!term_is_atom(a[0]) || !term_is_atom(a[1]) || !arg_list_length(a[2], &n) || n > 255)
        return raise_badarg(p);
    const struct export_entry *to = code_export_make(&p->vm->code, a[0], a[1], (uint32_t)n);
    if (!to) return raise_system_limit(p);
    term *x = p->vm->x;
    for (term list = a[2]; term_is_list(list); list = list_tail(list)) *x++ = list_head(list);
    bif_trap(p, to);
    p->want = WANT_HIBERNATE;
    return NONE;
}

/* The interpreter switches at the next call. */
term bif_erlang_yield_0(struct process *p, const term *a) {
    p->reds = 0;
    return A_TRUE;
}

term bif_erlang_bump_reductions_1(struct process *p, const term *a) {
    size_t n;
    if (!arg_size(a[0], SIZE_MAX >> 8, &n)) return raise_badarg(p);
    p->reds -= (int32_t)min_size(n, 4000);
    return A_TRUE;
}
