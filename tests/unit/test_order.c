/* Term order and equality against real erl, on pairs that are often alike but for a detail. */
#include "oracle.h"

#include "data/big.h"
#include "data/map.h"

static int sign(int d) {
    return (d > 0) - (d < 0);
}

static void check_order(char **field) {
    term a = decode_hex(field[0]), b = decode_hex(field[1]);
    int loose = atoi(field[2]), exact = atoi(field[3]);
    if (sign(term_compare(a, b)) != loose || sign(term_compare_exact(a, b)) != exact) {
        char x[400], y[400];
        print_term_buf(x, sizeof x, a);
        print_term_buf(y, sizeof y, b);
        fail_msg("%s and %s: %d %d, erl says %d %d", x, y, term_compare(a, b), term_compare_exact(a, b),
                 loose, exact);
    }
    assert_int_equal(sign(term_compare(b, a)), -loose);
    assert_int_equal(sign(term_compare_exact(b, a)), -exact);
    assert_int_equal(term_equal(a, b), loose == 0);
    assert_int_equal(term_equal_exact(a, b), exact == 0);
    assert_int_equal(term_same(a, b), exact == 0);
}

static void order_is_otps(void **state) {
    oracle_lines("order", 6000, 4, check_order);
}

static term tries_nested(int depth, term inner) {
    for (int i = 0; i < depth; i++) {
        term m = map_empty(&heap);
        for (int k = 0; k < 40; k++) m = map_put(&heap, m, small_make(k), k == 20 ? inner : small_make(0));
        inner = m;
    }
    return inner;
}

/* Deep in tries the order is not OTP's any more, but an order. */
static void deep_tries_have_an_order(void **state) {
    term a = tries_nested(60, small_make(1)), b = tries_nested(60, small_make(2)),
         c = tries_nested(60, small_make(1));
    assert_true(term_compare(a, b) != 0);
    assert_int_equal(sign(term_compare(a, b)), -sign(term_compare(b, a)));
    assert_int_equal(term_compare(a, c), 0);
    a = tries_nested(10, small_make(1)), b = tries_nested(10, small_make(2));
    assert_true(term_compare(a, b) < 0);
}

static term nest_left(int depth, term inner) {
    for (int i = 0; i < depth; i++) inner = TUPLE(&heap, inner, small_make(i));
    return inner;
}

static void deep_terms_compare(void **state) {
    term a = nest_left(1000000, small_make(1)), b = nest_left(1000000, small_make(2));
    assert_true(term_compare(a, b) < 0);
    assert_false(term_equal_exact(a, b));
    assert_true(term_equal_exact(a, nest_left(1000000, small_make(1))));
}

static void integers_compare_exactly_with_floats(void **state) {
    assert_int_equal(int_compare_float(small_make((INT64_C(1) << 53) + 1), 0x1p53), 1);
    assert_int_equal(int_compare_float(small_make(SMALL_MIN), -0x1p61), 0);
    assert_int_equal(int_compare_float(small_make(SMALL_MAX), 0x1p61), -1);
    assert_int_equal(int_compare_float(small_make(-1), -1.5), 1);
    assert_int_equal(int_compare_float(int_from_double(&heap, 0x1p1000), 0x1p1000), 0);
    assert_int_equal(
        int_compare_float(int_add(&heap, int_from_double(&heap, 0x1p1000), small_make(1)), 0x1p1000), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_otps),
        cmocka_unit_test(deep_tries_have_an_order),
        cmocka_unit_test(deep_terms_compare),
        cmocka_unit_test(integers_compare_exactly_with_floats),
    };
    return cmocka_run_group_tests_name("order", tests, oracle_setup, oracle_teardown);
}
