/* process: the table of processes, spawning, the run queue, collections with all kinds of roots, running out
 * of memory. */
#include "vm_setup.h"

#include "term/order.h"

static void test_table(void **state) {
    struct vm *vm = unit_vm();
    enum { N = 3000 };
    static term pids[N];
    for (int i = 0; i < N; i++) pids[i] = unit_spawn(vm)->pid;
    for (int i = 0; i < N; i++) assert_true(process_find(vm, pids[i])->pid == pids[i]);
    for (int i = 0; i < N; i += 2) process_terminate(vm, process_find(vm, pids[i]), A_NORMAL);
    for (int i = 0; i < N; i++) assert_int_equal(process_find(vm, pids[i]) != NULL, i % 2);
    for (int i = 0; i < N; i++) { /* new ones take no pid that was given out before */
        term pid = unit_spawn(vm)->pid;
        for (int k = 0; k < N; k += 97) assert_true(pid != pids[k]);
    }
    assert_int_equal(vm->n_processes, N + N / 2);
    assert_int_equal(vm->peak_processes, N + N / 2);
    assert_null(process_find(vm, NIL));
    assert_null(process_find(vm, pid_make(UINT64_C(1) << 40)));
    unit_end_all(vm);
}

static void test_numbers_wrap(void **state) {
    struct vm *vm = unit_vm();
    struct process *old = unit_spawn(vm);
    vm->next_number = UINT32_MAX - 1;
    struct process *a = unit_spawn(vm), *b = unit_spawn(vm), *c = unit_spawn(vm);
    assert_ptr_equal(process_find(vm, a->pid), a);
    assert_ptr_equal(process_find(vm, b->pid), b);
    assert_ptr_equal(process_find(vm, c->pid), c);
    assert_ptr_equal(process_find(vm, old->pid), old);
    unit_end_all(vm);
}

static void test_spawn_args(void **state) {
    struct vm *vm = unit_vm();
    struct process *parent = unit_spawn(vm), *p;
    term args = NIL;
    for (int i = 0; i < 20; i++) args = heap_cons(&parent->heap, TUPLE(&parent->heap, small_make(i)), args);
    assert_int_equal(process_spawn(vm, parent, A_ERLANG, A_APPLY, args, &spawn_defaults, &p, NULL), ST_OK);
    assert_int_equal(p->live, 3); /* not in the image: apply(M, F, Args) raises undef in there */
    assert_true(p->args[0] == A_ERLANG && p->args[1] == A_APPLY);
    assert_true(term_equal_exact(p->args[2], args));
    assert_true(p->args[2] != args);
    assert_int_equal(p->initial_arity, 20);
    assert_true(word_is_cp(*p->heap.stop));
    assert_true(p->parent == parent->pid && p->group_leader == parent->pid);
    assert_int_equal(p->state, PROC_READY);
    assert_ptr_equal(ready_pop(vm), p);
    assert_null(p->heap.frags);
    unit_end_all(vm);
}

static void test_spawn_fun(void **state) {
    struct vm *vm = unit_vm();
    struct process *parent = unit_spawn(vm), *p;
    static uint64_t code;
    static struct fun_entry entry = {.arity = 0, .num_free = 2, .code = &code};
    term *o = heap_alloc(&parent->heap, 5);
    o[0] = header_make(KIND_FUN, 4);
    o[1] = (term)&entry;
    o[2] = parent->pid;
    o[3] = small_make(1);
    o[4] = heap_string(&parent->heap, "env", 3, NIL);
    assert_int_equal(process_spawn_fun(vm, parent, boxed_make(o), &spawn_defaults, &p, NULL), ST_OK);
    assert_ptr_equal(p->pc, &code);
    assert_int_equal(p->live, 2);
    assert_true(p->args[0] == o[3] && term_equal_exact(p->args[1], o[4]) && p->args[1] != o[4]);
    entry.arity = 1; /* badarity is raised in the new process */
    assert_int_equal(process_spawn_fun(vm, parent, boxed_make(o), &spawn_defaults, &p, NULL), ST_OK);
    assert_ptr_equal(p->pc, vm->apply_code);
    assert_int_equal(p->live, 1);
    unit_end_all(vm);
}

static void test_queue(void **state) {
    struct vm *vm = unit_vm();
    struct process *p[8];
    for (int i = 0; i < 8; i++) {
        p[i] = unit_spawn(vm);
        p[i]->priority = (uint8_t)(i / 2);
    }
    for (int i = 0; i < 8; i++) ready_push(vm, p[i]);
    ready_push(vm, p[0]); /* nothing happens twice */
    assert_int_equal(vm->ready.length, 8);
    const int order[] = {6, 7, 4, 5, 2, 3, 0, 1};
    for (int i = 0; i < 8; i++) assert_ptr_equal(ready_pop(vm), p[order[i]]);
    assert_null(ready_pop(vm));
    /* one of low priority gets a turn now and then */
    int low_turns = 0;
    ready_push(vm, p[0]);
    ready_push(vm, p[2]);
    for (int i = 0; i < 80; i++) {
        struct process *next = ready_pop(vm);
        low_turns += next == p[0];
        ready_push(vm, next);
    }
    assert_int_equal(low_turns, 10);
    ready_remove(vm, p[0]);
    ready_remove(vm, p[2]);
    p[2]->flags |= PROC_SUSPENDED;
    ready_push(vm, p[2]);
    assert_null(ready_pop(vm));
    p[2]->flags &= ~(uint32_t)PROC_SUSPENDED;
    process_make_ready(vm, p[2]);
    assert_ptr_equal(ready_pop(vm), p[2]);
    unit_end_all(vm);
}

/* Every kind of root survives collections. */
static void test_collect(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    unit_run(vm, p);
    for (int i = 0; i < 20; i++) vm->x[i] = TUPLE(&p->heap, small_make(i));
    for (int i = 0; i < 30; i++)
        dict_put(p, TUPLE(&p->heap, small_make(i)), heap_string(&p->heap, "v", 1, NIL));
    for (int i = 0; i < 5; i++) assert_int_equal(message_send(vm, p, TUPLE(&p->heap, small_make(i))), ST_OK);
    mailbox_rewind(p);
    for (int i = 0; i < 3; i++) {
        mailbox_peek(p);
        mailbox_next(p);
    }
    *--p->heap.stop = TUPLE(&p->heap, A_OK);
    raise_error(p, TUPLE(&p->heap, A_BADMATCH, NIL));
    mailbox_bind(p, mailbox_reserve(p), ref_make(p));
    for (int round = 0; round < 6; round++) {
        assert_int_equal(round % 3 ? process_collect(p, 100, 20) : process_collect_major(p, 100, 20), ST_OK);
        for (int i = 0; i < 20; i++) assert_int_equal(small_value(tuple_elements(vm->x[i])[0]), i);
    }
    term key = TUPLE(&p->heap, small_make(7));
    assert_int_equal(small_value(list_head(dict_get(p, key))), 'v');
    assert_true(tuple_elements(*p->heap.stop)[0] == A_OK);
    assert_true(tuple_elements(p->exc.reason)[0] == A_BADMATCH);
    assert_int_equal(ref_hi(p->mailbox.marker_ref), 42);
    for (int i = 0; i < 5; i++) assert_int_equal(small_value(tuple_elements(unit_receive(p))[0]), i);
    assert_int_equal(vm->stats.gc_minor, 4);
    assert_int_equal(vm->stats.gc_major, 2);
    /* at rest, the X registers are in args */
    assert_int_equal(process_save_x(p, 20), ST_OK);
    p->state = PROC_WAITING;
    memset(vm->x, 0, sizeof vm->x);
    assert_int_equal(process_collect(p, 0, 20), ST_OK);
    process_load_x(p);
    for (int i = 0; i < 20; i++) assert_int_equal(small_value(tuple_elements(vm->x[i])[0]), i);
    unit_end_all(vm);
}

static void test_no_memory(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm), *q;
    for (long n = 0; n < 3; n++) {
        alloc_fail_after(vm->alloc, n);
        enum status st = process_spawn(vm, NULL, A_ERLANG, A_APPLY, NIL, &spawn_defaults, &q, NULL);
        alloc_fail_after(vm->alloc, -1);
        assert_true(n > 1 || st == ST_NOMEM);
    }
    unit_run(vm, p);
    volatile int fell = 0;
    if (setjmp(vm->oom_exit) == 0) {
        vm->oom_armed = true;
        (void)!process_collect(p, (size_t)UNIT_ARENA, 0);
    } else {
        fell = 1;
    }
    assert_int_equal(fell, 1);
    assert_int_equal(vm->oom_words, UNIT_ARENA);
    p->heap.max_words = 500;
    heap_alloc(&p->heap, 100);
    if (setjmp(vm->oom_exit) == 0)
        (void)!process_collect(p, 1000, 0);
    else
        fell = 2;
    assert_int_equal(fell, 2);
    assert_int_equal(vm->oom_words, 500);
    unit_end_all(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),      cmocka_unit_test(test_numbers_wrap),
        cmocka_unit_test(test_spawn_args), cmocka_unit_test(test_spawn_fun),
        cmocka_unit_test(test_queue),      cmocka_unit_test(test_collect),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
