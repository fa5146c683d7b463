/* phash2 against real erl on random terms; term_hash: alike for equal terms however they are represented. */
#include "oracle.h"

#include "data/map.h"
#include "heap/bin.h"

static void check_phash2(char **field) {
    term t = decode_hex(field[0]);
    if (term_phash2(t) != strtoul(field[1], NULL, 10)) {
        char text[400];
        print_term_buf(text, sizeof text, t);
        fail_msg("phash2 of %s: %u, erl says %s", text, term_phash2(t), field[1]);
    }
}

static void phash2_is_otps(void **state) {
    oracle_lines("terms", 3000, 2, check_phash2);
}

static void check_equal_terms_hash_alike(char **field) {
    term a = decode_hex(field[0]), b = decode_hex(field[1]);
    if (term_equal_exact(a, b)) assert_true(term_hash(a) == term_hash(b));
    assert_true(term_hash(a) == term_hash(heap_copy(&heap, a)));
}

static void equal_terms_hash_alike(void **state) {
    oracle_lines("order", 3000, 2, check_equal_terms_hash_alike);
}

/* The same bits at all alignments. */
static void unaligned_bits_hash_alike(void **state) {
    uint8_t bytes[64], *shifted;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t size = 0; size < 300; size += 7)
        for (size_t shift = 0; shift < 8; shift++) {
            term plain = heap_sub_bin(&heap, heap_bin_copy(&heap, bytes, sizeof bytes), 0, size);
            term room = heap_bin_new(&heap, 64, &shifted);
            memset(shifted, 0xa5, 64);
            bits_copy(shifted, shift, bytes, 0, size);
            term moved = heap_sub_bin(&heap, room, shift, size);
            assert_true(term_hash(plain) == term_hash(moved));
            assert_int_equal(term_phash2(plain), term_phash2(moved));
            assert_true(term_equal_exact(plain, moved));
            assert_int_equal(term_compare(plain, moved), 0);
        }
}

static void zeros_hash_alike_and_integers_apart(void **state) {
    assert_true(term_hash(heap_float(&heap, 0.0)) == term_hash(heap_float(&heap, -0.0)));
    assert_true(term_hash(heap_float(&heap, 1.0)) != term_hash(small_make(1)));
}

/* Nested deeper than any C stack is. */
static void deep_terms_hash(void **state) {
    term t = NIL, m = map_empty(&heap);
    for (int i = 0; i < 1000000; i++) t = TUPLE(&heap, t, small_make(i));
    term_phash2(t);
    term_hash(t);
    for (int i = 0; i < 200000; i++) m = map_put(&heap, map_empty(&heap), m, small_make(i));
    assert_true(term_hash(m) == term_hash(m));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phash2_is_otps),
        cmocka_unit_test(equal_terms_hash_alike),
        cmocka_unit_test(unaligned_bits_hash_alike),
        cmocka_unit_test(zeros_hash_alike_and_integers_apart),
        cmocka_unit_test(deep_terms_hash),
    };
    return cmocka_run_group_tests_name("hash", tests, oracle_setup, oracle_teardown);
}
