/* dict: the process dictionary, against a model, with collections in between. */
#include "vm_setup.h"

enum { KEYS = 200 };

static term key_of(struct process *p, size_t i) {
    switch (i % 3) {
    case 0: return small_make((int64_t)i);
    case 1: return TUPLE(&p->heap, A_OK, small_make((int64_t)i));
    default: return heap_float(&p->heap, (double)i); /* 2.0 is not 2 */
    }
}

static void test_random(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    struct unit_random r = {4};
    static int64_t model[KEYS];
    for (size_t i = 0; i < KEYS; i++) model[i] = -1;
    uint32_t used = 0;
    for (int step = 0; step < 30000; step++) {
        size_t i = unit_next(&r) % KEYS;
        term key = key_of(p, i), old;
        switch (unit_next(&r) % 3) {
        case 0:
            old = dict_put(p, key, TUPLE(&p->heap, small_make(step)));
            used += model[i] < 0;
            break;
        case 1:
            old = dict_erase(p, key);
            used -= model[i] >= 0;
            break;
        default: old = dict_get(p, key); break;
        }
        assert_int_equal(old == NONE ? -1 : small_value(tuple_elements(old)[0]), model[i]);
        term now = dict_get(p, key);
        model[i] = now == NONE ? -1 : small_value(tuple_elements(now)[0]);
        assert_int_equal(p->dict_used, used);
        if (step % 200 == 0) assert_int_equal(process_collect(p, 0, 0), ST_OK);
    }
    uint32_t n = 0;
    for (term t = dict_list(p); term_is_list(t); t = list_tail(t), n++)
        assert_true(dict_get(p, tuple_elements(list_head(t))[0]) == tuple_elements(list_head(t))[1]);
    assert_int_equal(n, used);
    for (term t = dict_keys(p); term_is_list(t); t = list_tail(t), n--)
        assert_true(dict_get(p, list_head(t)) != NONE);
    assert_int_equal(n, 0);
    unit_end_all(vm);
}

static void test_empty(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    assert_true(dict_get(p, A_OK) == NONE);
    assert_true(dict_erase(p, A_OK) == NONE);
    assert_true(dict_list(p) == NIL && dict_keys(p) == NIL);
    unit_end_all(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
