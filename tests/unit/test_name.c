/* name: registered names, against a model. */
#include "vm_setup.h"

enum { NAMES = 300 };

static void test_random(void **state) {
    struct vm *vm = unit_vm();
    struct unit_random r = {3};
    static struct process *p[NAMES], *model[NAMES];
    for (int i = 0; i < NAMES; i++) p[i] = unit_spawn(vm);
    for (int step = 0; step < 20000; step++) {
        size_t n = unit_next(&r) % NAMES, k = unit_next(&r) % NAMES;
        term name = atom_make((uint32_t)(1000 + n * 7));
        if (unit_next(&r) % 2) {
            bool free_name = !model[n], free_process = p[k]->name == NONE;
            enum status st = name_register(vm, name, p[k]);
            assert_int_equal(st, free_name && free_process ? ST_OK : ST_BADARG);
            if (st == ST_OK) model[n] = p[k];
        } else {
            assert_int_equal(name_unregister(vm, name), model[n] ? ST_OK : ST_BADARG);
            model[n] = NULL;
        }
        if (step % 100 == 0)
            for (size_t i = 0; i < NAMES; i++)
                assert_ptr_equal(name_find(vm, atom_make((uint32_t)(1000 + i * 7))), model[i]);
    }
    unit_end_all(vm);
}

static void test_refused(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    assert_null(name_find(vm, A_OK));
    assert_int_equal(name_register(vm, A_UNDEFINED, p), ST_BADARG);
    assert_int_equal(name_register(vm, small_make(1), p), ST_BADARG);
    assert_null(name_find(vm, p->pid));
    assert_int_equal(name_register(vm, A_OK, p), ST_OK);
    process_terminate(vm, p, A_NORMAL);
    assert_null(name_find(vm, A_OK));
    unit_end_all(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
