/* The launcher's pure parts: JSON lines within console output, reading reports, the instance's command line.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../compiler/pack/memory.c"
#include "../../compiler/run/report.c"
#include "../../compiler/run/stream.c"
#include "../../compiler/run/words.c"

void note_error(const char *fmt, ...) {
    abort();
}

static char text[1 << 18], lines[1 << 12];
static size_t text_n;

static void on_text(void *ctx, const char *bytes, size_t n) {
    memcpy(text + text_n, bytes, n);
    text_n += n;
    text[text_n] = 0;
}
static bool on_line(void *ctx, const char *json) {
    if (strstr(json, "mine")) return false;
    strcat(lines, json);
    strcat(lines, "|");
    return true;
}

/* Feeds input in pieces; compares what comes out. */
static void stream_gives(const char *input, const char *want_text, const char *want_lines) {
    for (size_t piece = 1; piece <= strlen(input); piece++) {
        struct stream s = {.text = on_text, .line = on_line};
        text_n = 0;
        text[0] = lines[0] = 0;
        for (size_t at = 0; at < strlen(input); at += piece) {
            size_t left = strlen(input) - at;
            stream_feed(&s, input + at, left < piece ? left : piece);
        }
        stream_end(&s);
        assert_string_equal(text, want_text);
        assert_string_equal(lines, want_lines);
    }
}

static void lines_are_taken_out(void **state) {
    stream_gives("hello\n", "hello\n", "");
    stream_gives("a\x1e{\"x\":1}\nb", "ab", "{\"x\":1}|");
    stream_gives("\x1e{}\n\x1e{1}\n", "", "{}|{1}|");
    stream_gives("a\x1e not json\n", "a\x1e not json\n", "");
    stream_gives("a\x1e{cut", "a\x1e{cut", "");
    stream_gives("\x1e\x1e{}\n", "\x1e\x1e{}\n", ""); /* RS, then no object: text */
    stream_gives("\x1e", "\x1e", "");
    stream_gives("a\x1e{mine}\n\x1e{\x1e\nb", "a\x1e{mine}\nb", "{\x1e|");
}

static void endless_lines_are_text(void **state) {
    struct stream s = {.text = on_text, .line = on_line};
    text_n = 0;
    lines[0] = 0;
    stream_feed(&s, "\x1e{", 2);
    for (int i = 0; i < 70000; i++) stream_feed(&s, "x", 1);
    stream_end(&s);
    assert_int_equal(text_n, 70002);
    assert_string_equal(lines, "");
}

static void report_create(void **state) {
    static const char json[] =
        "{\"ling\":1,\"phases_us\":{\"entry\":0,\"listening\":1500,\"exit\":null},\"status\":3}";
    char *with = report_with_create(json, "listening", 4000.4);
    assert_string_equal(with, "{\"ling\":1,\"phases_us\":{\"create\":-2500,\"entry\":0,\"listening\":1500,"
                              "\"exit\":null},\"status\":3}");
    free(with);
    static const char *const without[] = {
        "", "{", "{\"phases_us\":", "{\"phases_us\":{", "{\"phases_us\":7,\"exit\":1}", json};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        with = report_with_create(without[i], "exit", 1);
        assert_string_equal(with, without[i]);
        free(with);
    }
}

static void report_keys(void **state) {
    static const char json[] =
        "{\"ling\":1,\"t\":\"a\\\"b:{\",\"phases_us\":{\"exit\":1500,\"x\":null},\"status\":3,"
        "\"memory\":{\"peak\":2500000},\"exit\":9}";
    double n;
    char t[16], small[3];
    assert_true(json_number(json, "status", &n) && n == 3);
    assert_true(json_number(json, "phases_us.exit", &n) && n == 1500);
    assert_true(json_number(json, "memory.peak", &n) && n == 2500000);
    assert_true(json_number(json, "exit", &n) && n == 9);
    assert_false(json_number(json, "peak", &n));
    assert_false(json_number(json, "phases_us.x", &n));
    assert_false(json_number(json, "phases_us.status", &n));
    assert_false(json_number(json, "memory.peak.more", &n));
    assert_true(json_text(json, "t", t, sizeof t));
    assert_string_equal(t, "a\\\"b:{");
    assert_true(json_text(json, "t", small, sizeof small));
    assert_int_equal(strlen(small), 2);
    assert_false(json_text(json, "status", t, sizeof t));
    static const char *const damaged[] = {
        "", "{", "{\"status\"", "{\"status\":", "{\"status\":\"", "}{\"status\":1", "[\"status\":"};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        assert_false(json_number(damaged[i], "status", &n));
}

static void values_are_encoded(void **state) {
    char *s = words_encode("a b%\n\xc3\xa5=/~");
    assert_string_equal(s, "a%20b%25%0A%C3%A5=/~");
    free(s);
    char *env[] = {"K=a b"}, *args[] = {"x y", ""};
    struct run_config c = {
        .service = true, .requests = "infinity", .env = env, .n_env = 1, .args = args, .n_args = 2};
    char **words = words_of(&c, WORDS_PROCESS, 8080), *line = words_join(words);
    assert_string_equal(
        line,
        "ling.report_fd=3 ling.port=8080 ling.requests=infinity ling.env=K=a%20b ling.arg=x%20y ling.arg=");
    free(line);
    words_free(words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_taken_out), cmocka_unit_test(endless_lines_are_text),
        cmocka_unit_test(report_create),       cmocka_unit_test(report_keys),
        cmocka_unit_test(values_are_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
