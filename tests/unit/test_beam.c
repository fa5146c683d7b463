/* The .beam reader: real modules of OTP, built ones with what this OTP does not write, and damaged ones. */
#define _GNU_SOURCE
#include "unit.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/md5.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "format/beam.h"
#include "format/inflate.h"

/* -- modules built by hand */
struct bytes {
    uint8_t p[4096];
    size_t n;
};

static void put(struct bytes *b, const void *p, size_t n) {
    assert_true(b->n + n <= sizeof b->p);
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
}
static void put8(struct bytes *b, unsigned v) {
    put(b, &(uint8_t){(uint8_t)v}, 1);
}
static void put32(struct bytes *b, uint32_t v) {
    for (int i = 3; i >= 0; i--) put8(b, v >> (8 * i));
}
static void put_chunk(struct bytes *b, const char *id, const struct bytes *data) {
    put(b, id, 4);
    put32(b, (uint32_t)data->n);
    put(b, data->p, data->n);
    put(b, "\0\0\0", (4 - data->n % 4) % 4);
}

struct parts {
    struct bytes atoms, code, imports, exports, literals, lines, strings;
    bool no_imports;
};

/* Module m with function f/1 at label 2. Atoms: 1 m, 2 f. `instructions` follow the entry label. */
static struct parts parts_of(const void *instructions, size_t n) {
    struct parts p = {0};
    put32(&p.atoms, 2);
    put(&p.atoms, "\001m\001f", 4);
    put32(&p.code, 16);
    put32(&p.code, 0);
    put32(&p.code, 180);
    put32(&p.code, 3);
    put32(&p.code, 1);
    put(&p.code,
        "\x01\x10"
        "\x02\x12\x22\x10"
        "\x01\x20",
        8); /* label 1, func_info m f 1, label 2 */
    put(&p.code, instructions, n);
    put8(&p.code, 3);
    put32(&p.imports, 0);
    put32(&p.exports, 1);
    put32(&p.exports, 2);
    put32(&p.exports, 1);
    put32(&p.exports, 2);
    return p;
}

static struct bytes assemble(const struct parts *p) {
    struct bytes body = {0}, file = {0};
    put(&body, "BEAM", 4);
    put_chunk(&body, "AtU8", &p->atoms);
    put_chunk(&body, "Code", &p->code);
    if (!p->no_imports) put_chunk(&body, "ImpT", &p->imports);
    put_chunk(&body, "ExpT", &p->exports);
    if (p->strings.n) put_chunk(&body, "StrT", &p->strings);
    if (p->literals.n) put_chunk(&body, "LitT", &p->literals);
    if (p->lines.n) put_chunk(&body, "Line", &p->lines);
    put(&file, "FOR1", 4);
    put32(&file, (uint32_t)body.n);
    put(&file, body.p, body.n);
    return file;
}

/* Opens a module and runs through its code; the last instruction before the end is left in *last. */
static enum status read_all(const struct bytes *file, struct beam_instr *last, struct beam_arg *list,
                            char *why) {
    struct beam b;
    struct beam_cursor c;
    struct beam_instr in;
    uint8_t *exact = malloc(file->n ? file->n : 1); /* the sanitizer sees a read past the end */
    memcpy(exact, file->p, file->n);
    enum status st = beam_open(&b, exact, file->n, why);
    if (st == ST_OK) {
        beam_begin(&c, &b);
        while ((st = beam_next(&c, &in, why)) == ST_OK) {
            if (last) *last = in;
            for (uint32_t i = 0; list && i < in.n_args; i++)
                if (in.args[i].kind == ARG_LIST && in.args[i].value <= 8)
                    memcpy(list, in.args[i].list, in.args[i].value * sizeof *list);
        }
        beam_end(&c);
        beam_close(&b);
    }
    free(exact);
    return st;
}

static enum status read_code(const char *instructions, size_t n, struct beam_instr *last,
                             struct beam_arg *list, char *why) {
    struct parts p = parts_of(instructions, n);
    struct bytes file = assemble(&p);
    return read_all(&file, last, list, why);
}
#define READ(text, last, list, why) read_code(text, sizeof text - 1, last, list, why)

/* -- operands */
static void test_small_operands(void **state) {
    struct beam_instr in;
    char why[160];
    /* move {integer,5} {x,3} */
    assert_int_equal(READ("\x40\x51\x33", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.op, 64);
    assert_int_equal(in.n_args, 2);
    assert_int_equal(in.args[0].kind, ARG_I);
    assert_int_equal(in.args[0].i, 5);
    assert_int_equal(in.args[1].kind, ARG_X);
    assert_int_equal(in.args[1].value, 3);
    /* move nil {y,2}; move {atom,f} {x,0} */
    assert_int_equal(READ("\x40\x02\x24", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].kind, ARG_NIL);
    assert_int_equal(in.args[1].kind, ARG_Y);
    assert_int_equal(READ("\x40\x22\x03", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].kind, ARG_ATOM);
    assert_int_equal(in.args[0].value, 2);
}

static void test_long_operands(void **state) {
    struct beam_instr in;
    char why[160];
    /* 11 bits: 0x7ff; x register 1023 */
    assert_int_equal(READ("\x40\xe9\xff\x6b\xff", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].i, 0x7ff);
    assert_int_equal(in.args[1].value, 1023);
    /* two bytes -1, eight bytes, and nine with a leading zero */
    assert_int_equal(READ("\x40\x19\xff\xff\x03", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].i, -1);
    assert_int_equal(READ("\x40\xd9\x80\0\0\0\0\0\0\0\x03", &in, NULL, why), ST_NOTFOUND);
    assert_true(in.args[0].i == INT64_MIN);
    assert_int_equal(READ("\x40\xf9\x00\x00\x80\0\0\0\0\0\0\0\x03", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].kind, ARG_BIG);
    assert_int_equal(in.args[0].n_bytes, 9);
}

static void test_extended_operands(void **state) {
    struct beam_instr in;
    struct beam_arg list[8];
    char why[160];
    /* test_heap {alloc,[{words,5},{funs,1}]} 1 */
    assert_int_equal(READ("\x10\x37\x20\x00\x50\x20\x10\x10", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].kind, ARG_ALLOC);
    assert_int_equal(in.args[0].words, 5);
    assert_int_equal(in.args[0].funs, 1);
    /* put_tuple2 {x,0} {list,[{x,1}typed,nil]} */
    assert_int_equal(READ("\xa4\x03\x17\x20\x57\x13\x00\x02", &in, list, why), ST_NOTFOUND);
    assert_int_equal(in.args[1].kind, ARG_LIST);
    assert_int_equal(in.args[1].value, 2);
    assert_int_equal(list[0].kind, ARG_X);
    assert_int_equal(list[0].value, 1);
    assert_int_equal(list[1].kind, ARG_NIL);
    /* fmove {fr,3} {x,0} */
    assert_int_equal(READ("\x60\x27\x30\x03", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].kind, ARG_FR);
    assert_int_equal(in.args[0].value, 3);
}

static void test_bad_operands(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\x40\x32\x03", 3},             /* atom 3 of 2 */
        {"\x40\x47\x00\x03", 4},         /* literal without LitT */
        {"\x3d\x35", 2},                 /* jump {f,3} of 3 labels */
        {"\x40\x51", 2},                 /* ends inside */
        {"\x40\xf9\xf8\xf8\xf8\xf8", 6}, /* a count of a count */
        {"\xa4\x03\x17\x18\xff\xff", 6}, /* a list longer than the code */
        {"\xa4\x03\x17\x10\x17\x00", 6}, /* a list in a list */
        {"\x40\x57\x57\x03\x00\x03", 6}, /* typed typed */
        {"\x40\x07\x00\x03", 4},         /* float before OTP 16 */
        {"\x07\x10\x00", 3},             /* call_ext without imports */
        {"\x67\x00", 2},                 /* make_fun2 without lambdas */
        {"\x99\x10", 2},                 /* line 1: dropped when there is no Line chunk, so fine: see below */
    };
    char why[160];
    for (size_t i = 0; i + 1 < ARRAY_LEN(bad); i++) {
        why[0] = '\0';
        assert_int_equal(read_code(bad[i].bytes, bad[i].n, NULL, NULL, why), ST_CORRUPT);
        assert_true(why[0] != '\0');
    }
    struct beam_instr in;
    assert_int_equal(READ("\x99\x10", &in, NULL, why), ST_NOTFOUND);
    assert_int_equal(in.args[0].value, 0);
    assert_int_equal(READ("\xf9", NULL, NULL, why), ST_UNSUPPORTED);
    assert_non_null(strstr(why, "249"));
}

/* -- chunks */
static void test_otp28(void **state) {
    struct parts p = parts_of("\x40\x47\x00\x03\x13", 5);
    struct bytes long_atoms = {0};
    uint8_t name[300];
    struct beam b;
    char why[160];
    memset(name, 'f', sizeof name);
    put32(&long_atoms, (uint32_t)-2);
    put(&long_atoms, "\x10m\x28\x2c", 4); /* lengths 1 and 300 */
    put(&long_atoms, name, 300);
    /* 300 = 0x12c: compact 11 bits: (1 << 5 | 8), 0x2c */
    p.atoms = long_atoms;
    put32(&p.literals, 0); /* not packed */
    put32(&p.literals, 1);
    put32(&p.literals, 3);
    put(&p.literals, "\x83\x61\x07", 3);
    struct bytes file = assemble(&p);
    assert_int_equal(beam_open(&b, file.p, file.n, why), ST_OK);
    assert_int_equal(b.n_atoms, 2);
    assert_int_equal(b.atoms[2].n, 300);
    assert_int_equal(b.n_literals, 1);
    assert_int_equal(b.literals[0].n, 3);
    assert_memory_equal(b.literals[0].p, "\x83\x61\x07", 3);
    beam_close(&b);
}

static void test_lines(void **state) {
    struct parts p = parts_of("\x99\x20\x13", 3);
    struct beam b;
    char why[160];
    put32(&p.lines, 0);
    put32(&p.lines, 0);
    put32(&p.lines, 2);
    put32(&p.lines, 3);
    put32(&p.lines, 1);
    put(&p.lines,
        "\x71\x12\x29\x01\x31\x00\x05"
        "a.hrl",
        12); /* 7 · file 1 · 257 · 3 · "a.hrl" */
    struct bytes file = assemble(&p);
    assert_int_equal(beam_open(&b, file.p, file.n, why), ST_OK);
    assert_int_equal(b.n_lines, 4);
    assert_int_equal(b.lines[1].file, 0);
    assert_int_equal(b.lines[1].line, 7);
    assert_int_equal(b.lines[2].file, 1);
    assert_int_equal(b.lines[2].line, 257);
    assert_int_equal(b.lines[3].line, 3);
    assert_int_equal(b.n_files, 2);
    assert_memory_equal(b.files[0].p, "m.erl", 5);
    assert_memory_equal(b.files[1].p, "a.hrl", 5);
    beam_close(&b);
}

static void test_chunk_faults(void **state) {
    char why[160];
    struct parts p = parts_of("", 0);
    p.no_imports = true;
    struct bytes file = assemble(&p);
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_CORRUPT);
    assert_non_null(strstr(why, "ImpT"));

    p = parts_of("", 0);
    p.code.p[7] = 1; /* instruction set */
    file = assemble(&p);
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_UNSUPPORTED);

    p = parts_of("", 0);
    p.exports.p[15] = 3; /* label */
    file = assemble(&p);
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_CORRUPT);

    p = parts_of("", 0);
    put32(&p.literals, 1000); /* claims to unpack to 1000 bytes */
    put(&p.literals, "\x78\x9c\x03\x00\x00\x00\x00\x01", 8);
    file = assemble(&p);
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_CORRUPT);

    file = (struct bytes){0};
    put(&file, "hello, world, I am text", 23);
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_CORRUPT);
    assert_non_null(strstr(why, "not a .beam"));
}

static void test_every_cut(void **state) {
    char why[160];
    struct parts p = parts_of("\xa4\x03\x17\x20\x57\x13\x00\x02\x13", 9);
    struct bytes file = assemble(&p), cut;
    assert_int_equal(read_all(&file, NULL, NULL, why), ST_NOTFOUND);
    for (size_t n = 0; n < file.n; n++) {
        cut = file;
        cut.n = n;
        assert_int_equal(read_all(&cut, NULL, NULL, why), ST_CORRUPT);
    }
    /* any byte changed: whatever it says, no read outside */
    for (size_t i = 0; i < file.n; i++)
        for (unsigned v = 0; v < 256; v += 17) {
            cut = file;
            cut.p[i] = (uint8_t)(cut.p[i] ^ (v + 1));
            (void)read_all(&cut, NULL, NULL, why);
        }
}

/* -- OTP's own */
static uint8_t *slurp(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *p = malloc(*n);
    assert_int_equal(fread(p, 1, *n, f), *n);
    fclose(f);
    return p;
}

static void test_otp_modules(void **state) {
    glob_t g;
    char why[160];
    size_t instructions = 0;
    if (glob("/usr/lib/erlang/lib/stdlib-*/ebin/*.beam", 0, NULL, &g) != 0) skip();
    for (size_t i = 0; i < g.gl_pathc; i++) {
        struct beam b;
        struct beam_cursor c;
        struct beam_instr in;
        enum status st;
        size_t n;
        uint8_t *p = slurp(g.gl_pathv[i], &n);
        assert_int_equal(beam_open(&b, p, n, why), ST_OK);
        beam_begin(&c, &b);
        while ((st = beam_next(&c, &in, why)) == ST_OK) instructions++;
        if (st != ST_NOTFOUND) fail_msg("%s: %s", g.gl_pathv[i], why);
        beam_end(&c);
        beam_close(&b);
        free(p);
    }
    globfree(&g);
    assert_true(instructions > 100000);
}

/* beam_lib:md5/1 is the oracle. */
static void test_md5(void **state) {
    FILE *erl =
        popen("erl -noshell -eval 'L = [lists, maps, io_lib, gen_server, unicode_util], "
              "[begin F = code:which(M), {ok, {_, D}} = beam_lib:md5(F), "
              "io:format(\"~s ~s~n\", [F, binary:encode_hex(D)]) end || M <- L], halt().' 2>/dev/null",
              "r");
    char path[512], want[64], got[33], why[160];
    int seen = 0;
    while (erl && fscanf(erl, "%511s %63s", path, want) == 2) {
        struct beam b;
        size_t n;
        uint8_t *p = slurp(path, &n);
        assert_int_equal(beam_open(&b, p, n, why), ST_OK);
        for (int i = 0; i < 16; i++) snprintf(got + 2 * i, 3, "%02X", b.md5[i]);
        assert_string_equal(got, want);
        beam_close(&b);
        free(p);
        seen++;
    }
    if (erl) pclose(erl);
    if (seen == 0) skip();
    assert_int_equal(seen, 5);
}

/* -- what the reader stands on */
static void test_digests(void **state) {
    struct md5 m;
    struct sha256 s;
    uint8_t d[32];
    md5_init(&m);
    md5_update(&m, "abc", 3);
    md5_final(&m, d);
    assert_memory_equal(d, "\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72",
                        16); /* RFC 1321 */
    sha256_init(&s);
    for (int i = 0; i < 1000000; i += 100) /* FIPS 180-4's third example: a million times 'a' */
        sha256_update(&s,
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                      "aaaaaaaaaaaaaa",
                      100);
    sha256_final(&s, d);
    assert_memory_equal(d,
                        "\xcd\xc7\x6e\x5c\x99\x14\xfb\x92\x81\xa1\xc7\xe2\x84\xd7\x3e\x67"
                        "\xf1\x80\x9a\x48\xa4\x97\x20\x0e\x04\x6d\x39\xcc\xc7\x11\x2c\xd0",
                        32);
}

static void test_utf8(void **state) {
    static const struct {
        const char *s;
        long count;
    } cases[] = {{"", 0},
                 {"abc", 3},
                 {"\xc3\xa4", 1},
                 {"\xe2\x82\xac!", 2},
                 {"\xf0\x9f\x98\x80", 1},
                 {"\xf4\x8f\xbf\xbf", 1},
                 {"\xc3", -1},
                 {"\x80", -1},
                 {"\xc0\x80", -1},
                 {"\xe0\x80\x80", -1},
                 {"\xed\xa0\x80", -1},
                 {"\xf4\x90\x80\x80", -1},
                 {"\xf8\x88\x80\x80\x80", -1},
                 {"a\xff", -1},
                 {"\xe2\x82", -1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(utf8_count((const uint8_t *)cases[i].s, strlen(cases[i].s)), cases[i].count);
}

static void test_inflate(void **state) {
    static const uint8_t packed[] = {0x78, 0x9c, 0x4b, 0x4c, 0x4c, 0x4c, 0x04, 0x00, 0x04, 0x2c, 0x01, 0x85};
    uint8_t out[16];
    assert_int_equal(inflate_exact(packed, sizeof packed, out, 3), ST_CORRUPT);
    assert_int_equal(inflate_exact(packed, 4, out, 4), ST_CORRUPT);
    uint8_t *gz = NULL;
    size_t n = 0;
    assert_int_equal(inflate_gzip(packed, sizeof packed, 1 << 20, &gz, &n), ST_CORRUPT);
    assert_null(gz);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_operands),
        cmocka_unit_test(test_long_operands),
        cmocka_unit_test(test_extended_operands),
        cmocka_unit_test(test_bad_operands),
        cmocka_unit_test(test_otp28),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_chunk_faults),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_otp_modules),
        cmocka_unit_test(test_md5),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_inflate),
    };
    return cmocka_run_group_tests_name("beam", tests, NULL, NULL);
}
