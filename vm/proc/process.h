/* process: a process's own state, its mailbox, links and monitors, its exceptions. Passive: the scheduler
 * (run/) and the interpreter drive it.
 *
 *   mailbox   outer (just arrived, fragments off heap) ──fetch──> inner list ──save pointer──> loop_rec
 *   A message that loop_rec has looked at is part of the heap (its fragment adopted, msg->term a GC root).
 */
#ifndef LING_PROCESS_H
#define LING_PROCESS_H

#include "heap/bin.h"
#include "proc/timer.h"
#include "term/atoms.h" /* generated: A_OK, A_ERROR, … */

struct vm;

enum process_state { PROC_READY, PROC_RUNNING, PROC_WAITING, PROC_EXITING, PROC_DEAD };
enum {
    PROC_TRAP_EXIT = 1,
    PROC_KILLED = 2,
    PROC_ON_QUEUE = 4,
    PROC_SUSPENDED = 8,
    PROC_TIMEOUT = 16,
    PROC_BIF_WAIT = 32,
    PROC_SYSTEM = 64,
    PROC_WANT_GC = 128
};

struct message {
    struct message *next;
    struct frag *frag; /* NULL once adopted by the heap, or when the term is immediate/literal */
    term term;
};
struct mailbox {
    struct message *first, **last; /* all messages in order */
    struct message **save;         /* the link that points at the next message to look at */
    uint32_t length;
    term marker_ref; /* recv_marker: NONE when unset */
    struct message **marker_save;
    int64_t marker_token;
};

/* Links and monitors: one node a relation and side. */
/* REL_ALIAS: an alias without a monitor (alias/1, explicit_unalias): `ref` only; made and read by
 * bif/alias.c, freed with the others. */
enum relation_kind { REL_LINK, REL_MONITOR_OUT, REL_MONITOR_IN, REL_ALIAS };
struct relation {
    struct relation *next, *prev, *chain; /* of the holder; of the table (relation.c) */
    struct process *holder;
    enum relation_kind kind;
    term other; /* pid; for a monitor by name see `name` */
    uint64_t ref_hi, ref_lo;
    term name; /* registered name the monitor was made with, or NONE */
    term tag;  /* 'DOWN' or the {tag,T} of monitor/3, immediates/literals or held by frag */
    struct frag *tag_frag;
    bool alias, alias_demonitor, alias_reply_demonitor;
};

enum exc_class { EXC_ERROR, EXC_EXIT, EXC_THROW };
/* What a BIF that returned NONE wants. */
/* WANT_HIBERNATE: as WANT_TRAP (p->trap, vm->x), but the stack is dropped first, the heap is collected
 * (major), and the process waits until its mailbox is not empty before the call. */
enum bif_want { WANT_RAISE, WANT_TRAP, WANT_WAIT, WANT_YIELD, WANT_EXITED, WANT_HIBERNATE };

struct exception {
    enum exc_class class;
    term reason; /* {badmatch,V}, badarg, … */
    term trace;  /* stack trace already built (raise/3), or NONE: the interpreter builds it from the stack */
    term args;   /* list of the failing BIF's arguments, or NONE */
    term info;   /* error_info map for the top frame, or NONE */
    bool of_caller; /* raised for its caller by error/1,2,3, exit/1, throw/1: the trace has no frame of the
                       BIF itself, and args are those of the calling function */
};

enum { SLICE_REDS = 4000 }; /* reductions of a turn: what `reds` begins with */

struct process {
    struct heap heap;
    struct vm *vm;
    term pid;
    uint32_t flags;
    uint8_t state, priority;

    /* execution: valid when not running. X registers 0..live-1 are saved in args. */
    const uint64_t *pc;
    int32_t reds; /* left of this slice */
    uint32_t live;
    term *args; /* args_inline, or allocated when live is larger */
    uint32_t args_cap;
    term args_inline[8];
    const struct export_entry *current_mfa; /* for traces of BIFs and process_info(current_function) */
    term initial_m, initial_f;
    uint32_t initial_arity;

    struct exception exc;
    term end_reason; /* with PROC_KILLED: what a signal ends the process with; else NONE */
    enum bif_want want;
    const struct export_entry *trap; /* WANT_TRAP: call this with vm->x[0..arity-1] */
    uint32_t catches;

    struct mailbox mailbox;
    struct relation *relations;
    term *dict; /* process dictionary: open addressing, dict_cap pairs, NONE empty; roots */
    uint32_t dict_cap, dict_used;

    term group_leader, parent, name; /* name: registered atom or NONE */
    struct timer *wait_timer;        /* of receive … after, NULL none: &wait when it runs */
    struct timer wait;
    struct msg_timer *timers;                /* message timers that will send to this process */
    struct process *next_ready, *prev_ready; /* run queue; next_ready also chains processes about to end */
    uint64_t reductions;                     /* without those of the slice that is running */
    uint32_t table_slot;
    uint64_t seq; /* spawn order */
    void *owner;  /* http request being served by this process, or NULL (see http/) */
};

/* -- process.c */
struct spawn_opts {
    size_t min_heap_words, max_heap_words;
    uint8_t priority;
    bool link, monitor, trap_exit;
    uint16_t fullsweep_after;
    term monitor_tag; /* NONE: 'DOWN' */
};
extern const struct spawn_opts spawn_defaults;
/* process_spawn: a new ready process that will call m:f(args…); args: proper list on any heap, copied.
 * parent may be NULL. *ref: the monitor's reference on parent's heap, when opts.monitor. ST_NOMEM, ST_LIMIT.
 */
enum status process_spawn(struct vm *vm, struct process *parent, term m, term f, term args,
                          const struct spawn_opts *opts, struct process **out, term *ref) MUST_CHECK;
/* process_spawn_fun: as above, calling a fun of arity 0. */
enum status process_spawn_fun(struct vm *vm, struct process *parent, term fun, const struct spawn_opts *opts,
                              struct process **out, term *ref) MUST_CHECK;
struct process *process_find(const struct vm *vm, term pid); /* NULL: no such process (or dead) */
/* process_terminate: p ends with `reason` (on p's heap or immediate): name, timers, links, monitors, memory.
 * p must not be used afterwards, except by the scheduler when p is vm->current (state PROC_DEAD, freed
 * there). */
void process_terminate(struct vm *vm, struct process *p, term reason);
/* process_collect: GC: collects p's heap; p is vm->current and its X registers 0..live-1 are in vm->x, or p
 * is at rest and they are in args. Afterwards there is room for need_words. When no memory is left or
 * max_heap_size is passed: h->oom, which leads to the scheduler and ends p. So it returns ST_OK, or not at
 * all. */
enum status process_collect(struct process *p, size_t need_words, uint32_t live) MUST_CHECK;
enum status process_collect_major(struct process *p, size_t need_words, uint32_t live) MUST_CHECK;
/* process_save_x / process_load_x: X registers 0..live-1 between vm->x and p->args. */
enum status process_save_x(struct process *p, uint32_t live) MUST_CHECK;
void process_load_x(struct process *p);

/* process_wait_start: receive … after: at deadline p gets PROC_TIMEOUT and becomes ready.
 * process_wait_cancel: stops the timer, if any, and clears PROC_TIMEOUT. */
void process_wait_start(struct process *p, uint64_t deadline_ns);
void process_wait_cancel(struct process *p);
/* process_free: the memory of a dead process that was vm->current when it ended. */
void process_free(struct vm *vm, struct process *p);
/* process_oom: heap->oom of every process: ends the current one (longjmp to vm->oom_exit), or panics. */
void process_oom(struct heap *h, size_t words);
/* process_each: every process that exists, in table order; start with slot 0. NULL: no more. */
struct process *process_each(const struct vm *vm, uint32_t *slot);

/* -- ready.c: the run queue */
void process_make_ready(struct vm *vm,
                        struct process *p); /* WAITING -> READY; nothing when it is not waiting */
struct process *ready_pop(struct vm *vm);   /* next to run, NULL: none */
void ready_push(struct vm *vm, struct process *p);
void ready_remove(struct vm *vm, struct process *p); /* nothing when it is not queued */

/* -- message.c */
/* message_send: deep copy of t into `to`'s mailbox; wakes it. from may be NULL. ST_NOMEM: nothing sent. */
enum status message_send(struct vm *vm, struct process *to, term t) MUST_CHECK;
/* message_send_tuple: a tuple of n elements, each copied from wherever it lies (also from words on the C
 * stack). */
enum status message_send_tuple(struct vm *vm, struct process *to, size_t n, const term *elements) MUST_CHECK;
/* message_send_frag: t already lies in frag (may be NULL for immediates); takes frag over. */
enum status message_send_frag(struct vm *vm, struct process *to, struct frag *frag, term t) MUST_CHECK;
term mailbox_peek(
    struct process *p); /* term of the message at the save pointer (adopts it); NONE: at the end */
void mailbox_next(struct process *p); /* save pointer one on */
void mailbox_remove(
    struct process *p); /* unlink and free the message at the save pointer; save pointer to the start */
void mailbox_rewind(struct process *p);
void mailbox_free(struct process *p);
/* Receive markers: messages before the mark cannot hold a reference made after it
 * (recv_marker_reserve/bind/use/clear). One a process; when it is not for this reference, `use` starts from
 * the first message as without a marker. mailbox_reserve returns a token (a small) for mailbox_bind. */
term mailbox_reserve(struct process *p);
void mailbox_bind(struct process *p, term token, term ref);
void mailbox_use(struct process *p, term ref);
void mailbox_clear(struct process *p, term ref);

/* -- relation.c: each in constant time */
/* relation_add: NULL: no memory. A link has no reference: 0, 0. */
struct relation *relation_add(struct vm *vm, struct process *holder, enum relation_kind kind, term other,
                              uint64_t ref_hi, uint64_t ref_lo) MUST_CHECK;
void relation_remove(struct vm *vm, struct relation *r);                  /* this side only */
struct relation *relation_find_link(const struct process *p, term other); /* NULL: none */
struct relation *relation_find_ref(const struct process *p, enum relation_kind kind, uint64_t hi,
                                   uint64_t lo);
void relation_rename(struct vm *vm, struct relation *r, uint64_t ref_hi, uint64_t ref_lo);

/* -- link.c. Signals take effect at once (one core, no signal queues). */
void link_make(struct vm *vm, struct process *a, struct process *b);
void link_break(struct vm *vm, struct process *a, term other);
/* exit_signal: as erlang:exit/2 and links: from is the sender's pid; link: came through a link. reason: any
 * term that `from` or `to` may hold. When the target is vm->current it gets flags |= PROC_KILLED and
 * end_reason: BIFs that can end processes must then return NONE with want = WANT_EXITED; the scheduler ends
 * p. */
void exit_signal(struct vm *vm, term from, struct process *to, term reason, bool link);
/* monitor_make: p watches target (pid, or name when target is an atom: resolved by the caller into found,
 * NULL when there is none: 'DOWN' noproc is sent at once). Returns the reference on p's heap. */
term monitor_make(struct vm *vm, struct process *p, struct process *found, term target, term name, term tag);
bool monitor_break(struct vm *vm, struct process *p, term ref); /* false: no such monitor */
struct relation *monitor_find(const struct process *p,
                              term ref); /* p's REL_MONITOR_OUT of this ref, or NULL */

/* -- name.c */
enum status name_register(struct vm *vm, term name,
                          struct process *p) MUST_CHECK; /* ST_BADARG: taken / has one */
enum status name_unregister(struct vm *vm, term name) MUST_CHECK;
struct process *name_find(const struct vm *vm, term name);

/* -- dict.c */
term dict_get(struct process *p, term key);             /* NONE: absent */
term dict_put(struct process *p, term key, term value); /* old value or NONE */
term dict_erase(struct process *p, term key);
term dict_list(struct process *p); /* [{K,V}] */
term dict_keys(struct process *p);

/* -- exception.c: raising from C. Each returns NONE, for `return raise_…`. */
term raise_error(struct process *p, term reason);
term raise_badarg(struct process *p);
term raise_badarith(struct process *p);
term raise_system_limit(struct process *p);
term raise_notsup(struct process *p);
term raise_class(struct process *p, enum exc_class c, term reason, term trace);
term raise_badkey(struct process *p, term key); /* {badkey,K} */
term raise_badmap(struct process *p, term t);   /* {badmap,T} */
/* Leave for Erlang code: the interpreter calls `to` with vm->x[0..arity-1], set by the caller, and its value
 * is the BIF's value. */
term bif_trap(struct process *p, const struct export_entry *to);
/* The process sleeps until process_make_ready, then the BIF runs again with the same arguments. */
term bif_wait(struct process *p);
term bif_yield(struct process *p);

/* -- ref.c */
term ref_make(struct process *p); /* unique reference on p's heap: [vm->ref_hi][vm->ref_lo++] */
static inline uint64_t ref_hi(term ref) {
    return boxed_ptr(ref)[1];
}
static inline uint64_t ref_lo(term ref) {
    return boxed_ptr(ref)[2];
}

#endif
