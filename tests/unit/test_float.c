/* Float text against real erl. */
#include "oracle.h"

#include <math.h>

#include "term/float_text.h"

static double double_of_hex(const char *hex) {
    uint64_t u = strtoull(hex, NULL, 16);
    double d;
    memcpy(&d, &u, sizeof d);
    return d;
}

static void check_text(char **field) {
    double d = double_of_hex(field[0]), back;
    char text[64];
    text[float_short(d, text)] = 0;
    assert_string_equal(text, field[1]);
    assert_true(float_from_text(text, strlen(text), &back));
    assert_memory_equal(&back, &d, sizeof d);
    assert_int_equal(float_scientific(d, 20, text, sizeof text), strlen(field[2]));
    assert_string_equal(text, field[2]);
}

static void check_decimals(char **field) {
    double d = double_of_hex(field[0]);
    char text[256];
    text[float_decimals(d, atoi(field[1]), false, text, sizeof text)] = 0;
    assert_string_equal(text, field[2]);
    text[float_decimals(d, atoi(field[1]), true, text, sizeof text)] = 0;
    assert_string_equal(text, field[3]);
}

static void text_is_otps(void **state) {
    oracle_lines("floats", 8000, 3, check_text);
}
static void decimals_are_otps(void **state) {
    oracle_lines("decimals", 6000, 4, check_decimals);
}

/* Where the doubles below are closer than those above. */
static void powers_of_two_read_back(void **state) {
    for (int e = -1074; e < 1024; e++) {
        double d = ldexp(1, e), back;
        char text[32];
        size_t n = float_short(d, text);
        assert_true(float_from_text(text, n, &back));
        assert_true(back == d);
    }
}

static void syntax(void **state) {
    static const char *const good[] = {"1.0",     "-1.0e-5",   "+1.0",   "1.0E5",
                                       "00001.5", "1.5e00005", "1.0e+5", "1.0e-400"};
    static const char *const bad[] = {"",      "1",     "1.",    ".5",      "1e5",   "1.0e",
                                      "1.0e+", " 1.0",  "1.0 ",  "1.0e400", "0x1.0", "inf",
                                      "nan",   "--1.0", "1.0.0", "1.0e5.0", "-",     "-."};
    double d;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(float_from_text(good[i], strlen(good[i]), &d));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(float_from_text(bad[i], strlen(bad[i]), &d));
}

static void too_long_is_said(void **state) {
    char text[256];
    assert_int_equal(float_decimals(1e300, 3, false, text, sizeof text), 0);
    assert_int_equal(float_decimals(1.5, 253, false, text, sizeof text), 255);
    assert_int_equal(float_scientific(1.5, 249, text, 32), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_otps),
        cmocka_unit_test(decimals_are_otps),
        cmocka_unit_test(powers_of_two_read_back),
        cmocka_unit_test(syntax),
        cmocka_unit_test(too_long_is_said),
    };
    return cmocka_run_group_tests_name("float", tests, oracle_setup, oracle_teardown);
}
