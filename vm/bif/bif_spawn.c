/* bif_spawn: spawn/3, spawn_link/3, spawn_opt/4, erts_internal:spawn_request/4, spawn_system_process/3. The
 * other spawns are Erlang code in OTP's erlang.erl on top of these.
 *
 * Invariant: a child cannot run before its parent's BIF has returned (one core), so the monitor of spawn_opt
 * is made after the child. Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/alias.h"
#include "bif/args.h"
#include "bif/monitor.h"

struct spawn_request {
    struct spawn_opts opts;
    bool monitor;
    struct monitor_opts monitor_opts;
    bool reply_yes, reply_error; /* spawn_request only */
    term reply_tag;
};

static bool mfa_is_valid(const term *a) {
    size_t n;
    return term_is_atom(a[0]) && term_is_atom(a[1]) && arg_list_length(a[2], &n) && n <= 255;
}

/* -- options */

bool priority_of_atom(term t, uint8_t *priority) {
    const term names[PRIORITIES] = {A_LOW, A_NORMAL, A_HIGH, A_MAX};
    for (uint8_t i = 0; i < PRIORITIES; i++)
        if (t == names[i]) {
            *priority = i;
            return true;
        }
    return false;
}

static bool read_pair(struct spawn_request *r, term key, term value) {
    size_t n;
    if (key == A_PRIORITY) return priority_of_atom(value, &r->opts.priority);
    if (key == A_MONITOR) {
        r->monitor = true;
        return monitor_opts_read(value, &r->monitor_opts);
    }
    if (key == A_MIN_HEAP_SIZE) return arg_size(value, SIZE_MAX >> 8, &r->opts.min_heap_words);
    if (key == A_MAX_HEAP_SIZE) return max_heap_read(value, &r->opts.max_heap_words);
    if (key == A_MIN_BIN_VHEAP_SIZE) return arg_size(value, SIZE_MAX >> 8, &n);
    if (key == A_MESSAGE_QUEUE_DATA) return value == A_ON_HEAP || value == A_OFF_HEAP;
    if (key == A_ASYNC_DIST) return term_is_bool(value);
    if (key != A_FULLSWEEP_AFTER || !arg_size(value, UINT32_MAX, &n)) return false;
    r->opts.fullsweep_after = (uint16_t)min_size(n, UINT16_MAX);
    return true;
}

static bool read_request_pair(struct spawn_request *r, term key, term value) {
    if (key == A_REPLY_TAG) {
        r->reply_tag = value;
        return true;
    }
    if (key != A_REPLY) return false;
    r->reply_yes = value == A_YES || value == A_SUCCESS_ONLY;
    r->reply_error = value == A_YES || value == A_ERROR_ONLY;
    return r->reply_yes || r->reply_error || value == A_NO;
}

static bool read_option(struct spawn_request *r, term option, bool request) {
    if (option == A_LINK) return r->opts.link = true;
    if (option == A_MONITOR) return r->monitor = true;
    if (!term_is_tuple_of(option, 2)) return false;
    const term *pair = tuple_elements(option);
    return (request && read_request_pair(r, pair[0], pair[1])) || read_pair(r, pair[0], pair[1]);
}

static bool read_options(struct spawn_request *r, term options, bool request) {
    *r = (struct spawn_request){.opts = spawn_defaults,
                                .monitor_opts = monitor_opts_default,
                                .reply_yes = true,
                                .reply_error = true,
                                .reply_tag = A_SPAWN_REPLY};
    for (; term_is_list(options); options = list_tail(options))
        if (!read_option(r, list_head(options), request)) return false;
    return term_is_nil(options);
}

/* -- spawning */

/* The pid, or {Pid, Ref} with a monitor. NONE: raised. */
static term spawn(struct process *p, const term *mfa, const struct spawn_request *r, term *ref) {
    struct process *child;
    *ref = NONE;
    if (process_spawn(p->vm, p, mfa[0], mfa[1], mfa[2], &r->opts, &child, NULL) != ST_OK)
        return raise_system_limit(p);
    term pid = child->pid;
    if (!r->monitor) return pid;
    *ref = monitor_start(p, child, pid, NONE, &r->monitor_opts);
    return *ref == NONE ? raise_system_limit(p) : pid;
}

static term spawn_plain(struct process *p, const term *a, bool link) {
    if (!mfa_is_valid(a)) return raise_badarg(p);
    struct spawn_request r = {.opts = spawn_defaults};
    r.opts.link = link;
    term ref;
    return spawn(p, a, &r, &ref);
}

term bif_erlang_spawn_3(struct process *p, const term *a) {
    return spawn_plain(p, a, false);
}
term bif_erlang_spawn_link_3(struct process *p, const term *a) {
    return spawn_plain(p, a, true);
}

term bif_erlang_spawn_opt_4(struct process *p, const term *a) {
    struct spawn_request r;
    if (!read_options(&r, a[3], false)) return raise_badarg_cause(p, A_BADOPT);
    if (!mfa_is_valid(a)) return raise_badarg(p);
    term ref, pid = spawn(p, a, &r, &ref);
    return pid == NONE || ref == NONE ? pid : TUPLE(&p->heap, pid, ref);
}

/* spawn_request(M, F, A, Options): as spawn_opt, but the answer comes as {ReplyTag, Ref, ok, Pid} or {…,
 * error, Reason}. */
term bif_erts_internal_spawn_request_4(struct process *p, const term *a) {
    struct spawn_request r;
    struct process *child;
    if (!read_options(&r, a[3], true)) return A_BADOPT;
    if (!mfa_is_valid(a)) return A_BADARG;
    enum status st = process_spawn(p->vm, p, a[0], a[1], a[2], &r.opts, &child, NULL);
    term ref =
        st == ST_OK && r.monitor ? monitor_start(p, child, child->pid, NONE, &r.monitor_opts) : ref_make(p);
    if (ref == NONE) return raise_system_limit(p);
    if (st == ST_OK ? r.reply_yes : r.reply_error) {
        term reply = TUPLE(&p->heap, r.reply_tag, ref, st == ST_OK ? A_OK : A_ERROR,
                           st == ST_OK ? child->pid : A_SYSTEM_LIMIT);
        if (message_send(p->vm, p, reply) != ST_OK) return raise_system_limit(p);
    }
    return ref;
}

/* The reply of a local spawn_request is always in the mailbox by now: nothing to abandon. */
term bif_erlang_spawn_request_abandon_1(struct process *p, const term *a) {
    return term_is_ref(a[0]) ? A_FALSE : raise_badarg(p);
}

term bif_erts_internal_spawn_system_process_3(struct process *p, const term *a) {
    struct process *child;
    if (!mfa_is_valid(a)) return raise_badarg(p);
    if (process_spawn(p->vm, NULL, a[0], a[1], a[2], &spawn_defaults, &child, NULL) != ST_OK)
        return raise_system_limit(p);
    child->flags |= PROC_SYSTEM;
    return child->pid;
}
