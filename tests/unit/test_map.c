/* Maps against a model: an array of pairs, with keys of all kinds, growing over and shrinking under the size
 * where flat maps become tries. Colliding hashes are forced by keys that the test makes. */
#include "oracle.h"

#include "data/map.h"

enum { MODEL_MAX = 3000 };

struct model {
    term keys[MODEL_MAX], values[MODEL_MAX];
    size_t n;
};
static struct model model;

static uint64_t seed = 7;
static uint64_t rnd(uint64_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static term random_key(size_t variety) {
    int64_t v = (int64_t)rnd(variety);
    switch (v % 5) {
    case 0: return small_make(v);
    case 1: return heap_float(&heap, (double)v);
    case 2: return TUPLE(&heap, small_make(v), NIL);
    case 3: return heap_string(&heap, (const char *)&v, 3, NIL);
    default: {
        char text[24];
        snprintf(text, sizeof text, "k%lld", (long long)v % 500);
        return atom_of(text);
    }
    }
}

static size_t model_find(term key) {
    size_t i = 0;
    while (i < model.n && !term_same(model.keys[i], key)) i++;
    return i;
}
static void model_put(term key, term value) {
    size_t i = model_find(key);
    model.keys[i] = key;
    model.values[i] = value;
    if (i == model.n) model.n++;
}
static void model_remove(term key) {
    size_t i = model_find(key);
    if (i == model.n) return;
    model.n--;
    model.keys[i] = model.keys[model.n];
    model.values[i] = model.values[model.n];
}

/* A map made of the model at once must be equal to one that was made by steps, in shape too: =:= compares
 * words. */
static void check_against_model(term map) {
    assert_int_equal(map_size(map), model.n);
    assert_int_equal(map_is_flat(map), model.n <= MAP_FLAT_MAX);
    term *kv = malloc((2 * model.n + 1) * sizeof *kv);
    for (size_t i = 0; i < model.n; i++) {
        assert_true(map_get(map, model.keys[i]) == model.values[i]);
        kv[2 * i] = model.keys[i];
        kv[2 * i + 1] = model.values[i];
    }
    term at_once = map_from_pairs(&heap, kv, model.n);
    assert_true(term_equal_exact(map, at_once));
    assert_int_equal(term_compare(map, at_once), 0);
    assert_true(term_hash(map) == term_hash(at_once));
    free(kv);
    struct map_iter it;
    term k, v;
    size_t n = 0;
    map_iter_init(&it, map);
    for (; map_iter_next(&it, &k, &v); n++) assert_true(model_find(k) < model.n);
    assert_int_equal(n, model.n);
}

static void random_steps(size_t variety, int steps, int check_every) {
    term map = map_empty(&heap), value;
    model.n = 0;
    for (int i = 0; i < steps; i++) {
        term key = random_key(variety), v = small_make(i);
        bool shrinking = i / (int)variety % 2;
        size_t had = model_find(key);
        if (rnd(3) > (shrinking ? 0u : 1u)) {
            term removed = map_take(&heap, map, key, &value);
            assert_int_equal(removed == NONE, had == model.n);
            if (removed != NONE) {
                assert_true(value == model.values[had]);
                map = removed;
            } else
                assert_true(map_remove(&heap, map, key) == map);
            model_remove(key);
        } else if (rnd(2)) {
            term updated = map_update(&heap, map, key, v);
            assert_int_equal(updated == NONE, had == model.n);
            if (updated != NONE) {
                map = updated;
                model.values[had] = v;
            }
        } else {
            map = map_put(&heap, map, key, v);
            model_put(key, v);
        }
        if (i % check_every == 0) check_against_model(map);
    }
    check_against_model(map);
    oracle_heap_reset();
}

static void small_maps_follow_the_model(void **state) {
    random_steps(20, 3000, 1);
}
static void maps_around_the_limit_follow_the_model(void **state) {
    random_steps(90, 6000, 7);
}
static void tries_follow_the_model(void **state) {
    random_steps(2500, 12000, 501);
}

static term map_of_range(int64_t from, int64_t to, int64_t factor) {
    term m = map_empty(&heap);
    for (int64_t i = from; i < to; i++) m = map_put(&heap, m, small_make(i), small_make(i * factor));
    return m;
}

static void merge_prefers_the_second(void **state) {
    static const int64_t sizes[] = {0, 1, 5, 20, 32, 33, 100, 1000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
            term a = map_of_range(0, sizes[i], 2), b = map_of_range(sizes[i] / 2, sizes[i] / 2 + sizes[j], 3);
            term m = map_merge(&heap, a, b), expected = a;
            struct map_iter it;
            term k, v;
            map_iter_init(&it, b);
            while (map_iter_next(&it, &k, &v)) expected = map_put(&heap, expected, k, v);
            assert_true(term_equal_exact(m, expected));
            oracle_heap_reset();
        }
}

static void duplicates_in_pairs(void **state) {
    static term kv[2 * 2000];
    for (size_t n = 1; n <= 2000; n = n * 2 + 1) {
        for (size_t i = 0; i < n; i++) {
            kv[2 * i] = small_make((int64_t)(i % 40));
            kv[2 * i + 1] = small_make((int64_t)i);
        }
        term m = map_from_pairs(&heap, kv, n);
        size_t expected = min_size(n, 40);
        assert_int_equal(map_size(m), expected);
        assert_int_equal(map_is_flat(m), expected <= MAP_FLAT_MAX);
        for (size_t k = 0; k < expected; k++) {
            size_t last = k + (n - 1 - k) / 40 * 40;
            assert_true(map_get(m, small_make((int64_t)k)) == small_make((int64_t)last));
        }
    }
}

static void lists_of_maps(void **state) {
    for (int64_t n = 0; n < 200; n += 13) {
        term m = map_of_range(0, n, 5), k = map_keys(&heap, m), v = map_values(&heap, m),
             kv = map_to_list(&heap, m);
        for (int64_t i = 0; i < n; i++, k = list_tail(k), v = list_tail(v), kv = list_tail(kv)) {
            assert_true(small_value(list_head(v)) == 5 * small_value(list_head(k)));
            assert_true(tuple_elements(list_head(kv))[0] == list_head(k));
            assert_true(tuple_elements(list_head(kv))[1] == list_head(v));
        }
        assert_true(k == NIL && v == NIL && kv == NIL);
    }
}

/* All pairs, once each, however the pieces are cut. */
static void pieces_cover_a_map(void **state) {
    static const int64_t sizes[] = {0, 1, 32, 33, 64, 65, 512, 513, 5000};
    term end = atom_of("none");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        term m = map_of_range(0, sizes[i], 1), seen = map_empty(&heap);
        term t = map_next(&heap, 0, m, NONE, end);
        while (t != end) {
            if (term_is_list(t)) {
                assert_true(list_tail(t) == m);
                t = map_next(&heap, small_value(list_head(t)), m, NONE, end);
                continue;
            }
            const term *e = tuple_elements(t);
            assert_true(map_get(seen, e[0]) == NONE);
            seen = map_put(&heap, seen, e[0], e[1]);
            t = e[2];
        }
        assert_true(term_equal_exact(seen, m));
        term acc = NIL;
        for (int64_t path = 0;;) {
            acc = map_next(&heap, path, m, acc, end);
            if (!term_is_list(acc) || !term_is_small(list_head(acc))) break;
            path = small_value(list_head(acc));
            acc = list_tail(list_tail(acc));
        }
        size_t n = 0;
        for (; term_is_list(acc); acc = list_tail(acc)) n++;
        assert_int_equal(n, sizes[i]);
    }
}

static void made_up_paths_do_no_harm(void **state) {
    term m = map_of_range(0, 5000, 1), flat = map_of_range(0, 5, 1);
    for (int i = 0; i < 20000; i++) {
        int64_t path = (int64_t)(rnd(UINT64_MAX) >> (4 + rnd(60)));
        map_next(&heap, path, m, NONE, NIL);
        map_next(&heap, path, flat, NIL, NIL);
        if (i % 100 == 0) oracle_heap_reset(), m = map_of_range(0, 5000, 1), flat = map_of_range(0, 5, 1);
    }
    assert_true(map_next(&heap, -1, m, NONE, NIL) == NONE);
}

static void flat_maps_share_keys(void **state) {
    term m = map_of_range(0, 10, 1), updated = map_update(&heap, m, small_make(3), NIL);
    assert_true(flatmap_keys(m) == flatmap_keys(updated));
    assert_true(map_update(&heap, m, small_make(3), small_make(3)) == m);
    assert_true(map_put(&heap, m, small_make(3), small_make(3)) == m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_maps_follow_the_model),
        cmocka_unit_test(maps_around_the_limit_follow_the_model),
        cmocka_unit_test(tries_follow_the_model),
        cmocka_unit_test(merge_prefers_the_second),
        cmocka_unit_test(duplicates_in_pairs),
        cmocka_unit_test(lists_of_maps),
        cmocka_unit_test(pieces_cover_a_map),
        cmocka_unit_test(made_up_paths_do_no_harm),
        cmocka_unit_test(flat_maps_share_keys),
    };
    return cmocka_run_group_tests_name("map", tests, oracle_setup, oracle_teardown);
}
