/* bif_link: links, monitors, aliases, exit signals. State: proc/link.c, bif/alias.c.
 *
 * Signals take effect at once (one core). A signal that ends the caller itself makes the BIF return
 * WANT_EXITED. Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"
#include "bif/monitor.h"

#include "term/order.h"

/* The end of a BIF that may have sent a signal to its own process. */
static term signalled(struct process *p, term value) {
    if (!(p->flags & PROC_KILLED)) return value;
    p->want = WANT_EXITED;
    return NONE;
}

/* -- links, exit */

term bif_erlang_link_1(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    struct process *other = process_find(p->vm, a[0]);
    if (other == p) return A_TRUE;
    if (other)
        link_make(p->vm, p, other);
    else
        exit_signal(p->vm, a[0], p, A_NOPROC, true);
    return signalled(p, A_TRUE);
}

term bif_erlang_unlink_1(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    link_break(p->vm, p, a[0]);
    return A_TRUE;
}

term bif_erlang_exit_2(struct process *p, const term *a) {
    if (!term_is_pid(a[0])) return raise_badarg(p);
    struct process *to = process_find(p->vm, a[0]);
    if (to) exit_signal(p->vm, p->pid, to, a[1], false);
    return signalled(p, A_TRUE);
}

/* -- monitors */

const struct monitor_opts monitor_opts_default = {.tag = A_DOWN};

static bool alias_kind_of(term t, enum alias_kind *kind) {
    if (t == A_EXPLICIT_UNALIAS)
        *kind = ALIAS_EXPLICIT;
    else if (t == A_DEMONITOR)
        *kind = ALIAS_DEMONITOR;
    else if (t == A_REPLY_DEMONITOR)
        *kind = ALIAS_REPLY_DEMONITOR;
    else
        return false;
    return true;
}

static bool monitor_opt_read(term option, struct monitor_opts *o) {
    if (!term_is_tuple_of(option, 2)) return false;
    const term *pair = tuple_elements(option);
    if (pair[0] == A_TAG) {
        o->tag = pair[1];
        return true;
    }
    return pair[0] == A_ALIAS && (o->alias = alias_kind_of(pair[1], &o->alias_kind));
}

bool monitor_opts_read(term options, struct monitor_opts *o) {
    for (; term_is_list(options); options = list_tail(options))
        if (!monitor_opt_read(list_head(options), o)) return false;
    return term_is_nil(options);
}

/* An explicit alias outlives its monitor, also one whose target is gone already: alias and 'DOWN' are made
 * here. */
static term monitor_gone_with_alias(struct process *p, term target, term name, const struct monitor_opts *o) {
    term ref = alias_make(p, false);
    if (ref == NONE) return NONE;
    term object = name == NONE ? target : TUPLE(&p->heap, name, A_NONODE_NOHOST);
    term down = TUPLE(&p->heap, o->tag, ref, A_PROCESS, object, A_NOPROC);
    return message_send(p->vm, p, down) == ST_OK ? ref : NONE;
}

term monitor_start(struct process *p, struct process *found, term target, term name,
                   const struct monitor_opts *o) {
    if (!found && o->alias && o->alias_kind == ALIAS_EXPLICIT)
        return monitor_gone_with_alias(p, target, name, o);
    term ref = monitor_make(p->vm, p, found, target, name, o->tag);
    return o->alias && ref != NONE ? alias_of_monitor(p, ref, o->alias_kind) : ref;
}

/* The process that `target` of monitor/2 names: a pid, a name, {Name, node()}. false: nothing of these. */
static bool monitor_target(struct process *p, term target, struct process **found, term *name) {
    *name = NONE;
    if (term_is_pid(target)) {
        *found = process_find(p->vm, target);
        return true;
    }
    if (term_is_tuple_of(target, 2) && tuple_elements(target)[1] == A_NONODE_NOHOST)
        target = tuple_elements(target)[0];
    if (!term_is_atom(target)) return false;
    *name = target;
    *found = name_find(p->vm, target);
    return true;
}

/* Watching oneself is allowed, and nothing is ever heard of it. */
static term monitor_self(struct process *p, const struct monitor_opts *o) {
    if (!o->alias) return ref_make(p);
    term ref = alias_make(p, o->alias_kind == ALIAS_REPLY_DEMONITOR);
    return ref == NONE ? raise_system_limit(p) : ref;
}

static term monitor(struct process *p, const term *a, const struct monitor_opts *o) {
    struct process *found;
    term name;
    if (a[0] == A_TIME_OFFSET && a[1] == A_CLOCK_SERVICE) return ref_make(p); /* the offset never changes */
    if (a[0] != A_PROCESS) return raise_badarg_cause(p, A_BADTYPE);
    if (!monitor_target(p, a[1], &found, &name)) return raise_badarg(p);
    if (found == p) return monitor_self(p, o);
    term ref = monitor_start(p, found, name == NONE ? a[1] : name, name, o);
    return ref == NONE ? raise_system_limit(p) : ref;
}

term bif_erlang_monitor_2(struct process *p, const term *a) {
    return monitor(p, a, &monitor_opts_default);
}

term bif_erlang_monitor_3(struct process *p, const term *a) {
    struct monitor_opts o = monitor_opts_default;
    if (!monitor_opts_read(a[2], &o)) return raise_badarg_cause(p, A_BADOPT);
    return monitor(p, a, &o);
}

/* Remove a message {_, Ref, _, _, _} from the mailbox. */
static void flush_down(struct process *p, term ref) {
    mailbox_rewind(p);
    for (term m; (m = mailbox_peek(p)) != NONE; mailbox_next(p)) {
        if (!term_is_tuple_of(m, 5) || !term_same(tuple_elements(m)[1], ref)) continue;
        mailbox_remove(p);
        return;
    }
    mailbox_rewind(p);
}

term bif_erlang_demonitor_1(struct process *p, const term *a) {
    if (!term_is_ref(a[0])) return raise_badarg(p);
    monitor_break(p->vm, p, a[0]);
    return A_TRUE;
}

/* Options flush and info. With info: was the monitor still there? */
term bif_erlang_demonitor_2(struct process *p, const term *a) {
    bool flush = false, info = false;
    term options = a[1];
    for (; term_is_list(options); options = list_tail(options)) {
        flush |= list_head(options) == A_FLUSH;
        info |= list_head(options) == A_INFO;
        if (list_head(options) != A_FLUSH && list_head(options) != A_INFO) return raise_badarg(p);
    }
    if (!term_is_nil(options) || !term_is_ref(a[0])) return raise_badarg(p);
    bool found = monitor_break(p->vm, p, a[0]);
    if (!found && flush) flush_down(p, a[0]);
    if (!info) return A_TRUE;
    return term_of_bool(found);
}

/* -- aliases */

term bif_erlang_alias_1(struct process *p, const term *a) {
    bool reply = false;
    term options = a[0];
    for (; term_is_list(options); options = list_tail(options)) {
        if (list_head(options) != A_REPLY && list_head(options) != A_EXPLICIT_UNALIAS) return raise_badarg(p);
        reply = list_head(options) == A_REPLY;
    }
    if (!term_is_nil(options)) return raise_badarg(p);
    term ref = alias_make(p, reply);
    return ref == NONE ? raise_system_limit(p) : ref;
}

term bif_erlang_unalias_1(struct process *p, const term *a) {
    return term_is_ref(a[0]) ? term_of_bool(alias_drop(p, a[0])) : raise_badarg(p);
}
