/* options: the command line: all options, escapes, what is refused. */
#include "unit.h"

#include "base/alloc.h"
#include "../../vm/run/options.c" /* run/ is above what unit tests link */

static struct options o;
static char why[OPTIONS_WHY];

static enum status parse(const char *line) {
    struct alloc *a = alloc_create(unit_arena(1 << 20), 1 << 20);
    memset(why, 0, sizeof why);
    return options_parse(a, line, &o, why);
}

static void test_defaults(void **state) {
    assert_int_equal(parse(""), ST_OK);
    assert_int_equal(o.requests, 1);
    assert_int_equal(o.port, 80);
    assert_int_equal(o.timeout_ms, 0);
    assert_int_equal(o.n_env + o.n_args, 0);
    assert_int_equal(parse("  quiet virtio_mmio.device=4K@0x1000:5 linger.x=1\n"), ST_OK);
}

static void test_values(void **state) {
    assert_int_equal(
        parse("ling.requests=infinity ling.timeout_ms=5000 ling.port=8080 ling.ip=10.0.2.15/24,10.0.2.2 "
              "ling.env=A=b%20c ling.env=EMPTY= ling.arg=one ling.arg= ling.arg=%ce%bb%25 "
              "ling.max_body=4294967295 ling.header_timeout_ms=1 ling.request_timeout_ms=2 "
              "ling.idle_timeout_ms=3 ling.max_heap_words=100000"),
        ST_OK);
    assert_true(o.requests == UINT64_MAX);
    assert_int_equal(o.timeout_ms, 5000);
    assert_int_equal(o.port, 8080);
    assert_int_equal(o.n_env, 2);
    assert_string_equal(o.env[0].key, "A");
    assert_string_equal(o.env[0].value, "b c");
    assert_string_equal(o.env[1].value, "");
    assert_int_equal(o.n_args, 3);
    assert_string_equal(o.args[0], "one");
    assert_string_equal(o.args[1], "");
    assert_string_equal(o.args[2], "\xce\xbb%");
    assert_int_equal(o.max_body, UINT32_MAX);
    assert_int_equal(o.header_timeout_ms + o.request_timeout_ms + o.idle_timeout_ms, 6);
    assert_int_equal(o.max_heap_words, 100000);
}

static void test_refused(void **state) {
    static const char *const lines[] = {
        "ling.nosuch=1",
        "ling.",
        "ling.requests=0",
        "ling.requests=",
        "ling.requests",
        "ling.requests=-1",
        "ling.port=65536",
        "ling.port=8o",
        "ling.arg=%",
        "ling.arg=%4",
        "ling.arg=%zz",
        "ling.arg=%00",
        "ling.env=novalue",
        "ling.env==x",
        "ling.max_body=4294967296",
        "ling.requests=99999999999999999999999",
        "ling.timeout_ms=1s",
        "a b ling.portx=1",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_int_equal(parse(lines[i]), ST_BADARG);
        assert_true(strlen(why) > 5);
    }
    parse("ling.port=x");
    assert_string_equal(why, "option ling.port: expected a port, 0 to 65535");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
