/* process: the table of processes, and how one begins.
 *
 *   pid <0.number.serial>      table[number & (table_size-1)] ──> struct process
 *   new process:   stack [ return to vm->exit_code ]      args = X registers      pc = entry of M:F/A, or
 * vm->apply_code
 *
 * Numbers are given out in turn, skipping those whose slot is taken; the table is at most half full. Numbers
 * wrap after 2^28, then the serial counts on: a pid is used again only after 2^32 others.
 */
#include "proc/vm.h"

enum { TABLE_FIRST = 256, PROCESS_LIMIT = 1 << 18, STACK_FIRST = 1 };

const struct spawn_opts spawn_defaults = {
    .min_heap_words = 233, .priority = 1, .fullsweep_after = UINT16_MAX, .monitor_tag = NONE};

static enum status table_resize(struct vm *vm, uint32_t size) {
    struct process **grown = alloc_get_zeroed(vm->alloc, size * sizeof *grown);
    if (!grown) return ST_NOMEM;
    for (uint32_t i = 0; i < vm->table_size; i++) {
        struct process *p = vm->table[i];
        if (!p) continue;
        p->table_slot = (uint32_t)pid_data(p->pid) & (size - 1);
        grown[p->table_slot] = p;
    }
    alloc_put(vm->alloc, vm->table);
    vm->table = grown;
    vm->table_size = size;
    return ST_OK;
}

static enum status table_insert(struct vm *vm, struct process *p) {
    if (vm->n_processes >= PROCESS_LIMIT) return ST_LIMIT;
    if (2 * (vm->n_processes + 1) > vm->table_size) {
        enum status st = table_resize(vm, vm->table_size ? 2 * vm->table_size : TABLE_FIRST);
        if (st != ST_OK) return st;
    }
    while (vm->table[vm->next_number & (vm->table_size - 1)]) vm->next_number++;
    p->pid = pid_make(vm->next_number);
    p->table_slot = vm->next_number++ & (vm->table_size - 1);
    vm->table[p->table_slot] = p;
    if (++vm->n_processes > vm->peak_processes) vm->peak_processes = vm->n_processes;
    return ST_OK;
}

struct process *process_find(const struct vm *vm, term pid) {
    if (vm->table_size == 0 || !term_is_pid(pid)) return NULL;
    struct process *p = vm->table[pid_data(pid) & (vm->table_size - 1)];
    return p && p->pid == pid && p->state < PROC_EXITING ? p : NULL;
}

struct process *process_each(const struct vm *vm, uint32_t *slot) {
    while (*slot < vm->table_size) {
        struct process *p = vm->table[(*slot)++];
        if (p && p->state < PROC_EXITING) return p;
    }
    return NULL;
}

static void process_init(struct vm *vm, struct process *p, struct process *parent,
                         const struct spawn_opts *opts) {
    struct heap *h = &p->heap;
    h->owner = p;
    h->oom = process_oom;
    h->literal_lo = vm->code.image ? (uintptr_t)vm->code.image->literals_lo : 0;
    h->literal_hi = vm->code.image ? (uintptr_t)vm->code.image->literals_hi : 0;
    h->min_words = max_size(opts->min_heap_words, 4 * HEAP_SLACK);
    h->max_words = opts->max_heap_words ? opts->max_heap_words : vm->max_heap_words;
    h->fullsweep_after = opts->fullsweep_after;
    p->vm = vm;
    p->priority = opts->priority;
    p->flags = opts->trap_exit ? PROC_TRAP_EXIT : 0;
    p->args = p->args_inline;
    p->args_cap = ARRAY_LEN(p->args_inline);
    p->exc = (struct exception){.reason = NONE, .trace = NONE, .args = NONE, .info = NONE};
    p->end_reason = NONE;
    mailbox_free(p);
    p->name = NONE;
    p->parent = parent ? parent->pid : A_UNDEFINED;
    p->group_leader = parent ? parent->group_leader : NONE;
    p->seq = vm->stats.spawned++;
    *--h->stop = cp_make(vm->exit_code);
}

/* A process with room for `words` of arguments on its heap, in the table, not yet ready. */
static enum status process_new(struct vm *vm, struct process *parent, const struct spawn_opts *opts,
                               size_t words, struct process **out) {
    struct process *p = alloc_get_spare(vm->alloc, sizeof *p);
    if (!p) return ST_NOMEM;
    enum status st =
        heap_init(&p->heap, vm->alloc, max_size(opts->min_heap_words, words + 2 * HEAP_SLACK + STACK_FIRST));
    if (st == ST_OK && (st = table_insert(vm, p)) != ST_OK) heap_deinit(&p->heap);
    if (st != ST_OK) {
        alloc_put(vm->alloc, p);
        return st;
    }
    process_init(vm, p, parent, opts);
    if (p->group_leader == NONE) p->group_leader = p->pid;
    *out = p;
    return ST_OK;
}

/* The run queue, links and monitor, once everything else stands. In this order: should there be no memory for
 * a link, then it is the parent that ends, and the child is as good as any. */
static void process_begin(struct vm *vm, struct process *parent, struct process *p,
                          const struct spawn_opts *opts, term *ref) {
    ready_push(vm, p);
    if (parent && opts->link) link_make(vm, parent, p);
    if (parent && opts->monitor && ref) *ref = monitor_make(vm, parent, p, p->pid, NONE, opts->monitor_tag);
}

static void start_at(struct process *p, const uint64_t *pc, uint32_t live) {
    p->pc = pc;
    p->live = live;
}

static uint32_t list_length(term list) {
    uint32_t n = 0;
    for (; term_is_list(list); list = list_tail(list)) n++;
    return n;
}

enum { ARITY_MAX = 255 };

static bool args_load(struct process *p, term args, uint32_t arity) {
    if (arity > p->args_cap) {
        p->args = alloc_get(p->vm->alloc, arity * sizeof(term));
        if (!p->args) {
            p->args = p->args_inline;
            return false;
        }
        p->args_cap = arity;
    }
    for (uint32_t i = 0; i < arity; i++, args = list_tail(args)) p->args[i] = list_head(args);
    return true;
}

static void process_discard(struct vm *vm, struct process *p) {
    vm->table[p->table_slot] = NULL;
    vm->n_processes--;
    process_free(vm, p);
}

enum status process_spawn(struct vm *vm, struct process *parent, term m, term f, term args,
                          const struct spawn_opts *opts, struct process **out, term *ref) {
    uint32_t arity = list_length(args);
    if (arity > ARITY_MAX) return ST_LIMIT;
    const struct export_entry *e = code_export(&vm->code, m, f, arity);
    uintptr_t lo = vm->code.image ? (uintptr_t)vm->code.image->literals_lo : 0;
    uintptr_t hi = vm->code.image ? (uintptr_t)vm->code.image->literals_hi : 0;
    struct process *p;
    enum status st = process_new(vm, parent, opts, term_size(args, lo, hi), &p);
    if (st != ST_OK) return st;
    p->initial_m = m;
    p->initial_f = f;
    p->initial_arity = arity;
    term copied = heap_copy(&p->heap, args);
    if (e && e->kind == EXPORT_CODE) {
        if (!args_load(p, copied, arity)) {
            process_discard(vm, p);
            return ST_NOMEM;
        }
        p->current_mfa = e;
        start_at(p, e->code, arity);
    } else { /* a BIF, or nothing: undef is raised in the new process, as in OTP */
        p->args[0] = m;
        p->args[1] = f;
        p->args[2] = copied;
        start_at(p, vm->apply_code, 3);
    }
    process_begin(vm, parent, p, opts, ref);
    *out = p;
    return ST_OK;
}

/* A closure's own code takes its environment after the arguments, of which there are none. */
static bool start_closure(struct process *p, term fun) {
    const term *o = boxed_ptr(fun);
    if (header_kind(o[0]) != KIND_FUN) return false;
    const struct fun_entry *e = (const struct fun_entry *)o[1];
    if (e->arity != 0 || e->num_free > p->args_cap) return false;
    memcpy(p->args, o + 3, e->num_free * sizeof(term));
    start_at(p, e->code, e->num_free);
    return true;
}

enum status process_spawn_fun(struct vm *vm, struct process *parent, term fun, const struct spawn_opts *opts,
                              struct process **out, term *ref) {
    uintptr_t lo = vm->code.image ? (uintptr_t)vm->code.image->literals_lo : 0;
    uintptr_t hi = vm->code.image ? (uintptr_t)vm->code.image->literals_hi : 0;
    struct process *p;
    enum status st = process_new(vm, parent, opts, term_size(fun, lo, hi), &p);
    if (st != ST_OK) return st;
    p->initial_m = A_ERLANG;
    p->initial_f = A_APPLY;
    p->initial_arity = 2;
    term copied = heap_copy(&p->heap, fun);
    if (!start_closure(p, copied)) {
        p->args[0] = copied;
        start_at(p, vm->apply_code, 1);
    }
    process_begin(vm, parent, p, opts, ref);
    *out = p;
    return ST_OK;
}

/* -- receive … after */
static void wait_fired(struct vm *vm, struct timer *t) {
    struct process *p = CONTAINER_OF(t, struct process, wait);
    p->wait_timer = NULL;
    p->flags |= PROC_TIMEOUT;
    process_make_ready(vm, p);
}

void process_wait_start(struct process *p, uint64_t deadline_ns) {
    process_wait_cancel(p);
    p->wait.fire = wait_fired;
    p->wait_timer = &p->wait;
    timer_start(&p->vm->timers, &p->wait, deadline_ns);
}

void process_wait_cancel(struct process *p) {
    if (p->wait_timer) timer_cancel(&p->vm->timers, p->wait_timer);
    p->wait_timer = NULL;
    p->flags &= ~(uint32_t)PROC_TIMEOUT;
}
