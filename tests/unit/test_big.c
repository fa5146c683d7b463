/* Integers of any size against real erl, and the edges of their representation. */
#include "oracle.h"

#include <math.h>

#include "data/big.h"

static term calculate(const char *op, term a, term b) {
    int64_t by;
    double d;
    if (!strcmp(op, "add")) return int_add(&heap, a, b);
    if (!strcmp(op, "sub")) return int_sub(&heap, a, b);
    if (!strcmp(op, "mul")) return int_mul(&heap, a, b);
    if (!strcmp(op, "div")) return int_div(&heap, a, b);
    if (!strcmp(op, "rem")) return int_rem(&heap, a, b);
    if (!strcmp(op, "band")) return int_band(&heap, a, b);
    if (!strcmp(op, "bor")) return int_bor(&heap, a, b);
    if (!strcmp(op, "bxor")) return int_bxor(&heap, a, b);
    if (!strcmp(op, "bnot")) return int_bnot(&heap, a);
    if (!strcmp(op, "neg")) return int_neg(&heap, a);
    if (!strcmp(op, "float")) return int_to_double(a, &d) ? heap_float(&heap, d) : NONE;
    assert_string_equal(op, "bsl");
    assert_true(int_to_i64(b, &by));
    return int_shift(&heap, a, by);
}

/* A small where one will do, no leading zeros. */
static bool is_normal(term t) {
    if (!term_is_big(t)) return true;
    const term *obj = boxed_ptr(t);
    size_t n = header_arity(obj[0]);
    int64_t v;
    return n > 0 && obj[n] != 0 && !(int_to_i64(t, &v) && small_fits(v));
}

static void check_operation(char **field) {
    term a = decode_hex(field[1]), b = decode_hex(field[2]), expected = decode_hex(field[3]);
    term r = calculate(field[0], a, b);
    if (r == NONE || !term_equal_exact(r, expected) || !is_normal(r)) {
        char text[4][400];
        term all[] = {a, b, r, expected};
        for (int i = 0; i < 4; i++) print_term_buf(text[i], sizeof text[i], all[i]);
        fail_msg("%s %s %s: %s, erl says %s", field[0], text[0], text[1], text[2], text[3]);
    }
}

static void operations_are_otps(void **state) {
    oracle_lines("big", 6000, 4, check_operation);
}

static void check_text(char **field) {
    term t = decode_hex(field[0]), back;
    int base = atoi(field[1]);
    char *text = malloc(int_text_max(t, base) + 1);
    size_t n = int_to_text(t, base, text);
    text[n] = 0;
    assert_string_equal(text, field[2]);
    assert_int_equal(int_from_text(&heap, text, n, base, &back), ST_OK);
    assert_true(term_equal_exact(t, back) && is_normal(back));
    free(text);
}

static void text_is_otps(void **state) {
    oracle_lines("parse", 3000, 3, check_text);
}

static void check_bytes(char **field) {
    term t = decode_hex(field[1]);
    uint8_t bytes[200];
    for (int little = 0; little < 2; little++) {
        size_t n = int_bit_length(t) / 8 + 1;
        int_to_bytes(t, bytes, n, little);
        term back = int_from_bytes(&heap, bytes, n, little, true);
        assert_true(term_equal_exact(t, back) && is_normal(back));
        if (int_sign(t) < 0) continue;
        back = int_from_bytes(&heap, bytes, n, little, false);
        assert_true(term_equal_exact(t, back) && is_normal(back));
    }
}

static void bytes_round_trip(void **state) {
    oracle_lines("big", 2000, 2, check_bytes);
}

static void edges_of_small(void **state) {
    term max = small_make(SMALL_MAX), min = small_make(SMALL_MIN);
    term above = int_add(&heap, max, small_make(1)), below = int_sub(&heap, min, small_make(1));
    assert_true(term_is_big(above) && term_is_big(below));
    assert_true(int_sub(&heap, above, small_make(1)) == max);
    assert_true(int_add(&heap, below, small_make(1)) == min);
    assert_true(term_equal_exact(int_div(&heap, min, small_make(-1)), above));
    assert_true(int_rem(&heap, min, above) == small_make(0));
    assert_true(term_equal_exact(int_neg(&heap, min), above));
    assert_true(int_neg(&heap, above) == min);
    assert_true(term_equal_exact(int_from_double(&heap, 0x1p61), above));
    assert_true(int_from_double(&heap, -0x1p61) == min);
    assert_true(int_from_u64(&heap, UINT64_MAX) != NONE);
    uint64_t u;
    int64_t i;
    assert_true(int_to_u64(int_from_u64(&heap, UINT64_MAX), &u) && u == UINT64_MAX);
    assert_true(int_to_i64(int_from_i64(&heap, INT64_MIN), &i) && i == INT64_MIN);
    assert_false(int_to_i64(int_from_u64(&heap, UINT64_MAX), &i));
}

static void shifts_far(void **state) {
    term big = int_shift(&heap, small_make(3), 1000);
    assert_true(int_shift(&heap, big, -1000) == small_make(3));
    assert_true(int_shift(&heap, big, -1000000) == small_make(0));
    assert_true(int_shift(&heap, int_neg(&heap, big), INT64_MIN + 1) == small_make(-1));
    assert_true(int_shift(&heap, small_make(-5), -200) == small_make(-1));
    assert_true(int_shift(&heap, small_make(5), INT64_MAX) == NONE);
    assert_true(int_shift(&heap, small_make(0), INT64_MAX) == small_make(0));
}

static void too_large_is_a_limit(void **state) {
    term huge = int_shift(&heap, small_make(1), 64 * BIG_MAX_LIMBS - 1);
    assert_true(huge != NONE);
    assert_true(int_mul(&heap, huge, small_make(2)) == NONE);
    assert_true(int_mul(&heap, huge, huge) == NONE);
    assert_true(int_add(&heap, huge, huge) == NONE);
    term less = int_sub(&heap, huge, small_make(1));
    assert_int_equal(int_bit_length(less), 64 * BIG_MAX_LIMBS - 1);
    assert_true(int_rem(&heap, huge, less) == small_make(1));
}

static void large_products_and_texts(void **state) {
    term n = small_make(1), back;
    for (int i = 2; i < 3000; i++) n = int_mul(&heap, n, small_make(i));
    term square = int_mul(&heap, n, n);
    assert_true(term_equal_exact(int_div(&heap, square, n), n));
    assert_true(int_rem(&heap, square, n) == small_make(0));
    size_t cap = int_text_max(square, 10);
    char *text = malloc(cap);
    size_t len = int_to_text(square, 10, text);
    assert_int_equal(int_from_text(&heap, text, len, 10, &back), ST_OK);
    assert_true(term_equal_exact(square, back));
    free(text);
}

static void bad_text_is_refused(void **state) {
    static const char *const bad[] = {"", "-", "+", "12a", " 1", "1 ", "--1", "99999999999999999999x", "0x1"};
    term t = NIL;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(int_from_text(&heap, bad[i], strlen(bad[i]), 10, &t), ST_BADARG);
    assert_true(t == NIL);
    size_t n = 2000000;
    char *digits = malloc(n);
    memset(digits, '9', n);
    assert_int_equal(int_from_text(&heap, digits, n, 10, &t), ST_LIMIT);
    memset(digits, '0', n);
    digits[n - 1] = '7';
    assert_int_equal(int_from_text(&heap, digits, n, 10, &t), ST_OK);
    assert_true(t == small_make(7));
    free(digits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_otps),
        cmocka_unit_test(text_is_otps),
        cmocka_unit_test(bytes_round_trip),
        cmocka_unit_test(edges_of_small),
        cmocka_unit_test(shifts_far),
        cmocka_unit_test(too_large_is_a_limit),
        cmocka_unit_test(large_products_and_texts),
        cmocka_unit_test(bad_text_is_refused),
    };
    return cmocka_run_group_tests_name("big", tests, oracle_setup, oracle_teardown);
}
