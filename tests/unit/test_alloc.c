/* alloc: random use against a model, alignment, joining of neighbours, resizing, failing on purpose. */
#include "unit.h"

#include "base/alloc.h"

enum { ARENA = 1 << 20, LIVE = 300 };

static struct {
    unsigned char *p;
    size_t n;
    unsigned char fill;
} live[LIVE];

static void check_fill(int i) {
    for (size_t k = 0; k < live[i].n; k++) assert_int_equal(live[i].p[k], live[i].fill);
}

static void test_random(void **state) {
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    struct unit_random r = {1};
    memset(live, 0, sizeof live);
    for (int step = 0; step < 40000; step++) {
        int i = (int)(unit_next(&r) % LIVE);
        size_t n = 1 + unit_next(&r) % (unit_next(&r) % 16 ? 200 : 20000);
        if (live[i].p && unit_next(&r) % 3 == 0) {
            unsigned char *moved = alloc_resize(a, live[i].p, n);
            if (!moved) continue;
            live[i].p = moved;
            live[i].n = min_size(live[i].n, n);
            check_fill(i);
        } else if (live[i].p) {
            check_fill(i);
            alloc_put(a, live[i].p);
            live[i].p = NULL;
            continue;
        } else if (!(live[i].p = alloc_get(a, n))) {
            continue;
        }
        assert_int_equal((uintptr_t)live[i].p % 16, 0);
        assert_true(alloc_size_of(live[i].p) >= n);
        live[i].n = n;
        live[i].fill = (unsigned char)unit_next(&r);
        memset(live[i].p, live[i].fill, n);
        if (step % 512 == 0) alloc_check(a);
    }
    for (int i = 0; i < LIVE; i++) alloc_put(a, live[i].p);
    alloc_check(a);
    /* all neighbours joined again: nearly the whole arena is one block */
    void *all = alloc_get(a, ARENA - 16 * 1024);
    assert_non_null(all);
    alloc_put(a, all);
}

static void test_limits(void **state) {
    assert_null(alloc_create(unit_arena(ARENA), 1024));
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    assert_null(alloc_get(a, ARENA));
    assert_null(alloc_get(a, SIZE_MAX));
    assert_null(alloc_get(a, SIZE_MAX / 2));
    char *p = alloc_get_zeroed(a, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(p[i], 0);
    assert_null(alloc_resize(a, p, ARENA * 2)); /* p stays valid */
    p[99] = 1;
    alloc_put(a, NULL);
    size_t used = alloc_stats(a).used_bytes;
    alloc_put(a, p);
    assert_true(alloc_stats(a).used_bytes < used);
    assert_int_equal(alloc_stats(a).peak_bytes, used);
    alloc_check(a);
}

static void test_last_room(void **state) {
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    /* what is free in one piece can be had in one piece, though rounding up its size would miss it */
    struct alloc_stats s = alloc_stats(a);
    assert_non_null(alloc_get(a, s.arena_bytes - s.used_bytes - 64));
}

static void test_fail_after(void **state) {
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    alloc_fail_after(a, 2);
    void *p = alloc_get(a, 10), *q = alloc_get(a, 10);
    assert_non_null(p);
    assert_non_null(q);
    assert_null(alloc_get(a, 10));
    assert_null(alloc_resize(a, q, 10000));
    assert_non_null(alloc_resize(a, q, 1)); /* shrinking always works */
    alloc_fail_after(a, -1);
    assert_non_null(alloc_get(a, 10));
}

static void test_grow_in_place(void **state) {
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    char *p = alloc_get(a, 64), *q = alloc_get(a, 64), *r = alloc_get(a, 64);
    alloc_put(a, q);
    assert_ptr_equal(alloc_resize(a, p, 120), p);
    assert_ptr_not_equal(alloc_resize(a, p, 400), p);
    assert_non_null(r);
    alloc_check(a);
}

/* The reserve stays whole while the rest is full of holes; what lies in it is resized and given back like all else. */
static void test_reserve(void **state) {
    enum { BLOCKS = 3000, RESERVE = ARENA / 8 };
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    size_t empty = alloc_stats(a).used_bytes;
    alloc_reserve(a, RESERVE);
    assert_in_range(alloc_stats(a).used_bytes, empty, empty + 8192); /* its own head */
    empty = alloc_stats(a).used_bytes;
    alloc_reserve_open(a, false);
    void *blocks[BLOCKS], *kept;
    size_t n = 0;
    while (n < BLOCKS && (blocks[n] = alloc_get(a, 400))) n++;
    assert_in_range(n, 1500, BLOCKS - 1);
    assert_true(alloc_is_low(a));
    for (size_t i = 0; i < n; i += 2) alloc_put(a, blocks[i]);
    assert_false(alloc_is_low(a));
    assert_null(alloc_get(a, RESERVE / 2));
    alloc_reserve_open(a, true);
    assert_non_null(kept = alloc_get(a, RESERVE / 2));
    assert_null(alloc_get(a, RESERVE / 2));
    assert_ptr_equal(alloc_resize(a, kept, RESERVE / 4), kept);
    assert_ptr_equal(alloc_join_before(a, kept), kept);
    assert_in_range(alloc_extend(a, kept, RESERVE / 8), RESERVE / 3, RESERVE / 2);
    alloc_reserve_open(a, false);
    assert_null(alloc_resize(a, kept, RESERVE));
    alloc_check(a);
    alloc_put(a, kept);
    for (size_t i = 1; i < n; i += 2) alloc_put(a, blocks[i]);
    alloc_check(a);
    assert_true(alloc_stats(a).used_bytes == empty);
    assert_non_null(alloc_get(a, ARENA - RESERVE - RESERVE / 4));
}

/* A block takes in what is free around it, and its contents stay. */
static void test_neighbours(void **state) {
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    size_t empty = alloc_stats(a).used_bytes;
    char *before = alloc_get(a, 1000), *p = alloc_get(a, 100), *behind = alloc_get(a, 5000),
         *last = alloc_get(a, 16);
    memset(p, 7, 100);
    size_t size = alloc_size_of(p);
    assert_ptr_equal(alloc_join_before(a, p), p); /* both neighbours are in use */
    assert_int_equal(alloc_extend(a, p, 2000), size);
    alloc_put(a, before);
    alloc_put(a, behind);
    size_t peak = alloc_stats(a).peak_bytes;
    assert_ptr_equal(alloc_join_before(a, p), before);
    assert_in_range(alloc_size_of(before), 1100, 1200);
    assert_true(alloc_stats(a).peak_bytes == peak);
    assert_in_range(alloc_extend(a, before, 2000), 3100, 3200);
    alloc_check(a);
    for (int i = 0; i < 100; i++) assert_int_equal(p[i], 7);
    memmove(before, p, 100);
    assert_ptr_equal(alloc_resize(a, before, 100), before);
    assert_in_range(alloc_extend(a, before, 1 << 20), 6000, 6300); /* no more than there is */
    alloc_check(a);
    for (int i = 0; i < 100; i++) assert_int_equal(before[i], 7);
    alloc_put(a, before);
    alloc_put(a, last);
    assert_true(alloc_stats(a).used_bytes == empty);
    alloc_check(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_last_room),     cmocka_unit_test(test_fail_after),
        cmocka_unit_test(test_reserve),       cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_grow_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
