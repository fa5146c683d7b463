/* Tables: hashed and ordered storage, removal while fixed, order of iteration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/ets.h"

static struct atom_text no_text(term atom) {
    return (struct atom_text){(const uint8_t *)"a", 1};
}

struct fixture {
    void *arena;
    struct alloc *alloc;
    struct heap heap;
    struct ets *ets;
    size_t used_before;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    atom_text = no_text;
    f->arena = aligned_alloc(4096, 16 << 20);
    f->alloc = alloc_create(f->arena, 16 << 20);
    assert_int_equal(heap_init(&f->heap, f->alloc, 1024), ST_OK);
    f->ets = ets_create(f->alloc);
    f->used_before = alloc_stats(f->alloc).used_bytes;
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    heap_deinit(&f->heap);
    free(f->arena);
    free(f);
    return 0;
}

static struct ets_table *table(struct fixture *f, enum ets_type type) {
    struct ets_config c = {.name = atom_make(1), .type = type, .key_pos = 1, .id_lo = type + 1};
    struct ets_table *t = NULL;
    assert_int_equal(ets_table_new(f->ets, f->alloc, &c, &t), ST_OK);
    return t;
}

static void put(struct fixture *f, struct ets_table *t, int64_t key, int64_t value) {
    assert_int_equal(ets_insert(t, TUPLE(&f->heap, small_make(key), small_make(value))), ST_OK);
}

static int64_t value_of(struct ets_object *o) {
    return small_value(tuple_elements(o->tuple)[1]);
}

static void test_set_replaces(void **state) {
    struct fixture *f = *state;
    struct ets_table *t = table(f, ETS_SET);
    for (int i = 0; i < 1000; i++) put(f, t, i % 100, i);
    assert_int_equal(t->count, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(value_of(ets_lookup(t, small_make(i))), 900 + i);
    assert_null(ets_lookup(t, small_make(100)));
    ets_table_free(f->ets, t);
    alloc_check(f->alloc);
    assert_null(ets_first_table(f->ets));
}

static void test_bag_has_the_newest_first(void **state) {
    struct fixture *f = *state;
    struct ets_table *t = table(f, ETS_BAG);
    for (int i = 0; i < 200; i++) put(f, t, i % 10, i / 10 % 5);
    assert_int_equal(t->count, 50);
    struct ets_object *o = ets_lookup(t, small_make(7));
    for (int i = 5; i-- > 0; o = ets_same_key_next(t, o)) assert_int_equal(value_of(o), i);
    assert_null(o);
    ets_remove_key(t, small_make(7));
    assert_int_equal(t->count, 45);
    ets_table_free(f->ets, t);
}

static void test_tree_is_sorted_and_balanced(void **state) {
    struct fixture *f = *state;
    struct ets_table *t = table(f, ETS_ORDERED_SET);
    for (int i = 0; i < 2000; i++) put(f, t, (i * 7919) % 2003, i);
    for (int i = 0; i < 2003; i += 3) ets_remove_key(t, small_make(i));
    int64_t last = -1;
    size_t n = 0;
    for (struct ets_object *o = ets_first(t); o; o = ets_next(t, o), n++) {
        int64_t key = small_value(ets_key(t, o->tuple));
        assert_true(key > last && key % 3 != 0);
        last = key;
    }
    assert_int_equal(n, t->count);
    assert_true(t->root->height < 17);
    bool known;
    assert_int_equal(small_value(ets_key(t, ets_after(t, small_make(3), &known)->tuple)), 4);
    assert_int_equal(small_value(ets_key(t, ets_before(t, small_make(3), &known)->tuple)), 2);
    ets_table_free(f->ets, t);
}

static void removal_while_fixed(struct fixture *f, enum ets_type type) {
    struct ets_table *t = table(f, type);
    for (int i = 0; i < 300; i++) put(f, t, i, i);
    ets_fix(t);
    size_t seen = 0;
    for (struct ets_object *o = ets_first(t); o; o = ets_next(t, o), seen++) {
        ets_remove(t, o);
        if (seen % 2) put(f, t, small_value(ets_key(t, o->tuple)), -1); /* revives it */
    }
    assert_int_equal(seen, 300);
    assert_int_equal(t->count, 150);
    ets_unfix(t);
    assert_int_equal(t->removed, 0);
    size_t left = 0;
    for (struct ets_object *o = ets_first(t); o; o = ets_next(t, o), left++)
        assert_int_equal(value_of(o), -1);
    assert_int_equal(left, 150);
    ets_table_free(f->ets, t);
}

static void test_removal_while_fixed(void **state) {
    removal_while_fixed(*state, ETS_SET);
    removal_while_fixed(*state, ETS_ORDERED_SET);
}

static void test_no_memory_changes_nothing(void **state) {
    struct fixture *f = *state;
    struct ets_table *t = table(f, ETS_SET);
    put(f, t, 1, 10);
    term again = TUPLE(&f->heap, small_make(1), small_make(11));
    alloc_fail_after(f->alloc, 1);
    assert_int_equal(ets_insert(t, again), ST_NOMEM);
    alloc_fail_after(f->alloc, -1);
    assert_int_equal(t->count, 1);
    assert_int_equal(value_of(ets_lookup(t, small_make(1))), 10);
    ets_table_free(f->ets, t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set_replaces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bag_has_the_newest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tree_is_sorted_and_balanced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_removal_while_fixed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests_name("ets", tests, NULL, NULL);
}
