/* translate, disassemble: every OTP library module that is installed is translated and read back; small
 * modules are checked op by op. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glob.h>

#include "format/ops.h"
#include "format/translate.h"

_Noreturn void panic(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}

static uint32_t handlers[XOP_COUNT];
static term empty_tuple[1];

static term env_atom(void *ctx, uint32_t index) {
    return atom_make(index);
}
static term env_literal(void *ctx, uint32_t index) {
    return boxed_make(empty_tuple);
}
static term env_integer(void *ctx, const struct beam_arg *arg) {
    return boxed_make(empty_tuple);
}
static term env_float(void *ctx, double d) {
    return boxed_make(empty_tuple);
}
static struct import_target env_import(void *ctx, uint32_t index) {
    const struct beam *b = ctx;
    const struct beam_text *m = &b->atoms[b->imports[index].module];
    bool erlang = m->n == 6 && memcmp(m->p, "erlang", 6) == 0;
    return (struct import_target){erlang ? IMPORT_BIF : IMPORT_CODE, 7, erlang};
}

static struct link_env env_for(struct beam *b) {
    for (uint32_t i = 0; i < XOP_COUNT; i++) handlers[i] = 0x1000 + i * 4;
    empty_tuple[0] = header_make(KIND_TUPLE, 0);
    return (struct link_env){b,         env_atom,   env_literal, env_integer,
                             env_float, env_import, handlers,    XOP_COUNT};
}

static void *file_read(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    void *bytes = malloc(*n);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

/* Every word belongs to an op, and every label and branch falls on the start of one. */
static void check_code(const struct beam *b, const struct xcode *x) {
    char text[4096];
    uint8_t *starts = calloc(x->n_words + 1, 1);
    uint32_t at = 0;
    while (at < x->n_words) {
        starts[at] = 1;
        size_t n = disassemble(x->words + at, handlers, XOP_COUNT, text, sizeof text);
        assert_true(n > 0 && n <= x->n_words - at);
        at += (uint32_t)n;
    }
    for (uint32_t i = 1; i < b->n_labels; i++)
        if (x->label_word[i] != UINT32_MAX && x->label_word[i] < x->n_words)
            assert_true(starts[x->label_word[i]]);
    for (uint32_t i = 0; i < x->n_functions; i++)
        assert_int_equal((uint32_t)x->words[x->functions[i].word], handlers[XOP_func_info]);
    for (uint32_t i = 1; i < x->n_lines; i++) assert_true(x->lines[i].word >= x->lines[i - 1].word);
    for (uint32_t i = 0; i < x->n_fixups; i++) assert_true(x->fixups[i].word < x->n_words);
    free(starts);
}

static void translate_file(const char *path) {
    struct beam b;
    struct xcode x;
    size_t n;
    char why[200] = "";
    void *bytes = file_read(path, &n);
    if (beam_open(&b, bytes, n, why) != ST_OK) fail_msg("%s: %s", path, why);
    struct link_env env = env_for(&b);
    if (translate_module(&b, &env, &x, why) != ST_OK) fail_msg("%s: %s", path, why);
    check_code(&b, &x);
    xcode_free(&x);
    beam_close(&b);
    free(bytes);
}

static void test_otp_modules(void **state) {
    glob_t g = {0};
    const char *patterns[] = {"/usr/lib/erlang/lib/stdlib-*/ebin/*.beam",
                              "/usr/lib/erlang/lib/kernel-*/ebin/*.beam"};
    size_t done = 0;
    for (size_t p = 0; p < ARRAY_LEN(patterns); p++) {
        if (glob(patterns[p], 0, NULL, &g) != 0) continue;
        for (size_t i = 0; i < g.gl_pathc; i++, done++) translate_file(g.gl_pathv[i]);
        globfree(&g);
    }
    if (done == 0) skip();
}

/* -- damaged code: an error, never a crash */
static void test_damaged(void **state) {
    glob_t g = {0};
    if (glob("/usr/lib/erlang/lib/stdlib-*/ebin/queue.beam", 0, NULL, &g) != 0) skip();
    size_t n;
    uint8_t *bytes = file_read(g.gl_pathv[0], &n), *copy = malloc(n);
    uint32_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        memcpy(copy, bytes, n);
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[12 + seed % (n - 12)] ^= (uint8_t)(1u << (seed >> 24 & 7));
        }
        struct beam b;
        struct xcode x;
        char why[200];
        if (beam_open(&b, copy, n, why) != ST_OK) continue;
        struct link_env env = env_for(&b);
        if (translate_module(&b, &env, &x, why) == ST_OK) xcode_free(&x);
        beam_close(&b);
    }
    free(bytes);
    free(copy);
    globfree(&g);
}

static void test_stub(void **state) {
    struct beam b = {0};
    struct link_env env = env_for(&b);
    uint64_t words[STUB_WORDS];
    char text[100];
    assert_int_equal(translate_stub(&env, IMPORT_BIF, 12, 0x500000, words), STUB_WORDS);
    assert_int_equal(disassemble(words, handlers, XOP_COUNT, text, sizeof text), 1);
    assert_string_equal(text, "call_bif_only 12");
    translate_stub(&env, IMPORT_UNDEF, 0, 0x500000, words);
    assert_int_equal(disassemble(words, handlers, XOP_COUNT, text, sizeof text), 2);
    assert_string_equal(text, "call_undef 0x500000");
}

static void test_not_an_op(void **state) {
    struct beam b = {0};
    env_for(&b);
    char text[100];
    assert_int_equal(disassemble(&(uint64_t){3}, handlers, XOP_COUNT, text, sizeof text), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_otp_modules),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_stub),
        cmocka_unit_test(test_not_an_op),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
