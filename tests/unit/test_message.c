/* message: sending and selective receive; receive markers. */
#include "vm_setup.h"

static void send_all(struct vm *vm, struct process *p, int from, int to) {
    for (int i = from; i < to; i++)
        assert_int_equal(message_send(vm, p, TUPLE(&p->heap, small_make(i))), ST_OK);
}

static int64_t number(term t) {
    return t == NONE ? -1 : small_value(tuple_elements(t)[0]);
}

/* Take the first message after the save pointer that has this number. */
static bool take(struct process *p, int64_t wanted) {
    for (term t; (t = mailbox_peek(p)) != NONE; mailbox_next(p))
        if (number(t) == wanted) {
            mailbox_remove(p);
            return true;
        }
    return false;
}

static void test_selective(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    assert_true(mailbox_peek(p) == NONE);
    mailbox_next(p);
    send_all(vm, p, 0, 6);
    assert_int_equal(p->state, PROC_READY);
    assert_true(take(p, 3));
    assert_true(take(p, 5)); /* the last one */
    send_all(vm, p, 6, 8);
    assert_true(take(p, 0)); /* the first one */
    assert_false(take(p, 99));
    send_all(vm, p, 8, 9); /* arrives while all were looked at: the save pointer is before it */
    assert_int_equal(number(mailbox_peek(p)), 8);
    mailbox_remove(p);
    const int left[] = {1, 2, 4, 6, 7};
    assert_int_equal(p->mailbox.length, 5);
    for (int i = 0; i < 5; i++) assert_int_equal(number(unit_receive(p)), left[i]);
    assert_int_equal(p->mailbox.length, 0);
    mailbox_remove(p);
    send_all(vm, p, 0, 3);
    unit_end_all(vm);
}

static void test_kinds(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm), *q = unit_spawn(vm);
    term big = NIL;
    for (int i = 0; i < 2000; i++) big = heap_cons(&q->heap, small_make(i), big);
    assert_int_equal(message_send(vm, p, A_OK), ST_OK);
    assert_int_equal(message_send(vm, p, big), ST_OK);
    uint8_t *data;
    assert_int_equal(message_send(vm, p, TUPLE(&q->heap, heap_bin_new(&q->heap, 500, &data))), ST_OK);
    process_terminate(vm, q, A_NORMAL); /* what was sent does not depend on the sender */
    assert_true(unit_receive(p) == A_OK);
    assert_int_equal(small_value(list_head(unit_receive(p))), 1999);
    term t = unit_receive(p);
    assert_int_equal(term_bits(tuple_elements(t)[0]).size_bits, 4000);
    alloc_fail_after(vm->alloc, 0);
    assert_int_equal(message_send(vm, p, t), ST_NOMEM);
    alloc_fail_after(vm->alloc, 1);
    assert_int_equal(message_send(vm, p, t), ST_NOMEM);
    alloc_fail_after(vm->alloc, -1);
    assert_int_equal(p->mailbox.length, 0);
    unit_end_all(vm);
}

static void test_bif_wait(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    assert_true(bif_wait(p) == NONE && p->want == WANT_WAIT);
    send_all(vm, p, 0, 1); /* is not what the BIF waits for */
    assert_int_equal(p->state, PROC_WAITING);
    process_make_ready(vm, p);
    assert_int_equal(p->state, PROC_READY);
    assert_false(p->flags & PROC_BIF_WAIT);
    unit_end_all(vm);
}

static void test_marker(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    send_all(vm, p, 0, 4);
    term token = mailbox_reserve(p), ref = ref_make(p), other = ref_make(p);
    mailbox_bind(p, token, ref);
    send_all(vm, p, 4, 6);
    mailbox_use(p, ref);
    assert_int_equal(number(mailbox_peek(p)), 4);
    mailbox_use(p, other); /* not marked: from the start */
    assert_int_equal(number(mailbox_peek(p)), 0);
    assert_true(take(p, 3)); /* the message whose link is the mark */
    mailbox_use(p, ref);
    assert_int_equal(number(mailbox_peek(p)), 4);
    while (unit_receive(p) != NONE) {
    }
    mailbox_use(p, ref);
    assert_true(mailbox_peek(p) == NONE);
    send_all(vm, p, 7, 8);
    assert_int_equal(number(mailbox_peek(p)), 7);
    mailbox_clear(p, ref);
    mailbox_use(p, ref);
    assert_int_equal(number(mailbox_peek(p)), 7);
    /* a mark that was reserved anew in between is too late for the first reference */
    token = mailbox_reserve(p);
    ref = ref_make(p);
    send_all(vm, p, 8, 9);
    mailbox_reserve(p);
    mailbox_bind(p, token, ref);
    mailbox_use(p, ref);
    assert_int_equal(number(mailbox_peek(p)), 7);
    unit_end_all(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selective),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_bif_wait),
        cmocka_unit_test(test_marker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
