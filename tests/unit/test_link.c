/* link: exit signals as OTP's reference manual says, links, monitors, long chains. */
#include "vm_setup.h"

static struct process *trapping(struct vm *vm) {
    struct process *p = unit_spawn(vm);
    p->flags |= PROC_TRAP_EXIT;
    return p;
}

static void assert_exit_message(struct process *p, term from, term reason) {
    term t = unit_receive(p);
    assert_true(term_is_tuple_of(t, 3));
    assert_true(tuple_elements(t)[0] == A_EXIT_UPPER);
    assert_true(tuple_elements(t)[1] == from);
    assert_true(tuple_elements(t)[2] == reason);
}

static void assert_down(struct process *p, term ref, term object, term reason) {
    term t = unit_receive(p);
    assert_true(term_is_tuple_of(t, 5));
    const term *e = tuple_elements(t);
    assert_true(e[0] == A_DOWN && e[2] == A_PROCESS && e[3] == object && e[4] == reason);
    assert_true(ref_lo(e[1]) == ref_lo(ref) && ref_hi(e[1]) == ref_hi(ref));
}

static bool lives(const struct vm *vm, term pid) {
    return process_find(vm, pid) != NULL;
}

static void test_exit_signals(void **state) {
    struct vm *vm = unit_vm();
    struct process *me = trapping(vm), *p;
    term pid;
    p = unit_spawn(vm), pid = p->pid;
    exit_signal(vm, me->pid, p, A_NORMAL, false); /* normal to another: ignored */
    assert_true(lives(vm, pid));
    exit_signal(vm, pid, p, A_NORMAL, false); /* to itself: it exits */
    assert_false(lives(vm, pid));
    p = unit_spawn(vm), pid = p->pid;
    exit_signal(vm, me->pid, p, A_BADARG, false);
    assert_false(lives(vm, pid));
    p = trapping(vm), pid = p->pid;
    exit_signal(vm, me->pid, p, A_NORMAL, false);
    assert_exit_message(p, me->pid, A_NORMAL);
    exit_signal(vm, me->pid, p, A_BADARG, false);
    assert_exit_message(p, me->pid, A_BADARG);
    exit_signal(vm, me->pid, p, A_KILL, true); /* through a link kill is like any other reason */
    assert_exit_message(p, me->pid, A_KILL);
    link_make(vm, me, p);
    exit_signal(vm, me->pid, p, A_KILL, false);
    assert_false(lives(vm, pid));
    assert_exit_message(me, pid, A_KILLED);
    assert_null(me->relations);
    unit_end_all(vm);
}

static void test_links(void **state) {
    struct vm *vm = unit_vm();
    struct process *a = unit_spawn(vm), *b = unit_spawn(vm), *c = trapping(vm);
    term a_pid = a->pid, b_pid = b->pid;
    link_make(vm, a, b);
    link_make(vm, a, b);
    link_make(vm, b, a);
    link_make(vm, a, a);
    link_make(vm, b, c);
    link_break(vm, b, a_pid);
    assert_null(a->relations);
    process_terminate(vm, a, A_BADARG);
    assert_true(lives(vm, b_pid));
    a = unit_spawn(vm);
    link_make(vm, a, b);
    process_terminate(vm, a, A_NORMAL); /* a normal end takes only the link along */
    assert_true(lives(vm, b_pid));
    a = unit_spawn(vm);
    link_make(vm, a, b);
    process_terminate(vm, a, TUPLE(&a->heap, A_BADMATCH, heap_string(&a->heap, "x", 1, NIL)));
    assert_false(lives(vm, b_pid));
    term t = unit_receive(c);
    assert_true(tuple_elements(t)[1] == b_pid);
    term reason = tuple_elements(t)[2]; /* of a, through b */
    assert_true(tuple_elements(reason)[0] == A_BADMATCH);
    assert_int_equal(small_value(list_head(tuple_elements(reason)[1])), 'x');
    unit_end_all(vm);
}

/* 20,000 processes in a chain fall one after the other, without C recursion. */
static void test_chain(void **state) {
    struct vm *vm = unit_vm();
    enum { N = 8000 };
    struct process *first = unit_spawn(vm), *last = first;
    for (int i = 1; i < N; i++) {
        struct process *p = unit_spawn(vm);
        link_make(vm, last, p);
        last = p;
    }
    struct process *end = trapping(vm);
    link_make(vm, last, end);
    term last_pid = last->pid;
    exit_signal(vm, end->pid, first, A_UNDEF, false);
    assert_int_equal(vm->n_processes, 1);
    assert_int_equal(vm->stats.exited, N);
    assert_exit_message(end, last_pid, A_UNDEF);
    unit_end_all(vm);
}

static void test_monitors(void **state) {
    struct vm *vm = unit_vm();
    struct process *me = unit_spawn(vm), *p = unit_spawn(vm);
    term pid = p->pid;
    term r1 = monitor_make(vm, me, p, pid, NONE, NONE), r2 = monitor_make(vm, me, p, pid, NONE, NONE);
    assert_non_null(monitor_find(me, r1));
    assert_true(monitor_break(vm, me, r1));
    assert_false(monitor_break(vm, me, r1));
    process_terminate(vm, p, A_BADARITH);
    assert_down(me, r2, pid, A_BADARITH);
    assert_true(unit_receive(me) == NONE);
    assert_false(monitor_break(vm, me, r2));
    term r3 = monitor_make(vm, me, NULL, pid, NONE, NONE);
    assert_down(me, r3, pid, A_NOPROC);
    assert_null(me->relations);
    /* by name: {Name, Node} */
    p = unit_spawn(vm);
    assert_int_equal(name_register(vm, A_TIMEOUT, p), ST_OK);
    term tag = TUPLE(&me->heap, A_OK, heap_string(&me->heap, "tag", 3, NIL));
    monitor_make(vm, me, p, p->pid, A_TIMEOUT, tag);
    process_terminate(vm, p, A_NORMAL);
    const term *e = tuple_elements(unit_receive(me));
    assert_true(tuple_elements(e[0])[0] == A_OK);
    assert_true(tuple_elements(e[3])[0] == A_TIMEOUT && tuple_elements(e[3])[1] == A_NONODE_NOHOST);
    term r4 = monitor_make(vm, me, NULL, A_TIMEOUT, A_TIMEOUT, NONE);
    e = tuple_elements(unit_receive(me));
    assert_true(ref_lo(e[1]) == ref_lo(r4) && tuple_elements(e[3])[0] == A_TIMEOUT && e[4] == A_NOPROC);
    /* the watcher ends first */
    p = unit_spawn(vm);
    monitor_make(vm, me, p, p->pid, NONE, NONE);
    monitor_make(vm, p, p, p->pid, NONE, NONE); /* itself: only a reference */
    process_terminate(vm, me, A_NORMAL);
    assert_null(p->relations);
    unit_end_all(vm);
}

static void test_spawn_link_monitor(void **state) {
    struct vm *vm = unit_vm();
    struct process *me = trapping(vm);
    struct spawn_opts opts = spawn_defaults;
    opts.link = opts.monitor = true;
    term ref;
    struct process *p = unit_spawn_opts(vm, me, opts, &ref);
    term pid = p->pid;
    process_terminate(vm, p, A_UNDEF);
    assert_int_equal(me->mailbox.length, 2);
    assert_down(me, ref, pid, A_UNDEF); /* the monitor was made last, so it is told first */
    assert_exit_message(me, pid, A_UNDEF);
    unit_end_all(vm);
}

/* Signals to the process that runs take effect when its turn ends. */
static void test_current(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm), *q = unit_spawn(vm);
    unit_run(vm, p);
    link_make(vm, p, q);
    exit_signal(vm, p->pid, q, A_KILL, false); /* kills its linked neighbour, and so itself */
    assert_true(p->flags & PROC_KILLED);
    assert_true(p->end_reason == A_KILLED);
    assert_int_equal(p->state, PROC_RUNNING);
    exit_signal(vm, p->pid, p, A_BADARG, false); /* the first reason stands */
    assert_true(p->end_reason == A_KILLED);
    term pid = p->pid;
    process_terminate(vm, p, p->end_reason);
    assert_int_equal(p->state, PROC_DEAD);
    assert_false(lives(vm, pid));
    process_free(vm, p);
    unit_end_all(vm);
}

static struct process *told;
static void on_end(struct vm *vm, struct process *p) {
    told = p;
}

/* Without memory the reason is lost, not the signal. */
static void test_no_memory(void **state) {
    struct vm *vm = unit_vm();
    struct process *me = unit_spawn(vm), *p = unit_spawn(vm);
    vm->process_ended = on_end;
    link_make(vm, me, p);
    term pid = me->pid;
    alloc_fail_after(vm->alloc, 0);
    process_terminate(vm, p, TUPLE(&p->heap, A_BADARG));
    alloc_fail_after(vm->alloc, -1);
    assert_false(lives(vm, pid));
    assert_ptr_equal(told, me);
    unit_end_all(vm);
}

/* A hundred thousand of everything: each step must not walk what the process has. */
static void test_many(void **state) {
    enum { MANY = 100000, ARENA = 256 << 20 };
    struct vm *vm = unit_vm();
    vm->alloc = alloc_create(unit_arena(ARENA), ARENA);
    struct spawn_opts small = spawn_defaults;
    small.min_heap_words = 0;
    struct process *hub = unit_spawn(vm), **p = calloc(MANY, sizeof *p);
    term *refs = calloc(MANY, sizeof *refs);
    hub->flags |= PROC_TRAP_EXIT;
    for (size_t i = 0; i < MANY; i++) {
        p[i] = unit_spawn_opts(vm, NULL, small, NULL);
        link_make(vm, hub, p[i]);
        link_make(vm, p[i], hub);
        refs[i] = monitor_make(vm, hub, p[i], p[i]->pid, NONE, NONE);
    }
    for (size_t i = 0; i < MANY; i += 2) link_break(vm, hub, p[i]->pid); /* the oldest first */
    for (size_t i = 0; i < MANY; i++) assert_true(!relation_find_link(p[i], hub->pid) == (i % 2 == 0));
    for (size_t i = 0; i < MANY; i += 4) assert_true(monitor_break(vm, hub, refs[i]));
    for (size_t i = 0; i < MANY; i += 4) assert_false(monitor_break(vm, hub, refs[i]));
    for (size_t i = 0; i < MANY; i += 2) process_terminate(vm, p[i], A_NORMAL);
    assert_int_equal(hub->mailbox.length, MANY / 4);
    process_terminate(vm, hub, A_ERROR);
    assert_int_equal(vm->n_processes, 0);
    assert_int_equal(vm->relations.n, 0);
    assert_true(vm->relations.cap <= 128);
    unit_end_all(vm);
    free(p);
    free(refs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_signals), cmocka_unit_test(test_links),
        cmocka_unit_test(test_chain),        cmocka_unit_test(test_monitors),
        cmocka_unit_test(test_current),      cmocka_unit_test(test_spawn_link_monitor),
        cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
