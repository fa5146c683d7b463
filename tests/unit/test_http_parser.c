/* The HTTP parser: what is accepted, and everything that must be refused. The parser's layer is above those
 * that unit tests link, and it is pure: its source is part of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../vm/http/parser.c"

static struct http_head head;

/* Status of a head: 0 accepted. The bytes are in a block of their own, for the sanitizer to see a read past
 * the end. */
static int parse_bytes(const char *text, size_t n) {
    uint8_t *bytes = malloc(n ? n : 1);
    size_t seen = 0;
    memcpy(bytes, text, n);
    int end = http_head_scan(bytes, n, &seen), status = end < 0 ? -end : 0;
    if (end > 0 && !http_head_parse(bytes, (size_t)end, &head)) status = head.error;
    if (end == 0) status = 1; /* incomplete */
    free(bytes);
    return status;
}
static int parse(const char *text) {
    return parse_bytes(text, strlen(text));
}

static void accepts_plain_requests(void **state) {
    const char *text = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y:  v \t\r\n\r\n";
    assert_int_equal(parse(text), 0);
    assert_int_equal(head.method_code, HTTP_GET);
    assert_int_equal(head.n_fields, 2);
    assert_true(head.keep_alive);
    assert_false(head.chunked || head.has_length || head.expect_continue);
    assert_memory_equal(text + head.target.at, "/a?b=c", head.target.len);
    assert_int_equal(head.fields[1].value.len, 1);
    assert_int_equal(text[head.fields[1].value.at], 'v');
    assert_int_equal(parse("\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n"), 0);
    assert_int_equal(parse("GET http://h:80/x HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
    assert_int_equal(parse("GET http://[::1]:80/x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 0);
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 0);
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: h:\r\n\r\n"), 0);
    assert_int_equal(parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
    assert_int_equal(parse("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 0);
}

static void knows_when_to_keep_alive(void **state) {
    assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
    assert_false(head.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0);
    assert_true(head.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n"), 0);
    assert_false(head.keep_alive);
}

static void reads_framing(void **state) {
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n"), 0);
    assert_int_equal(head.content_length, 12);
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"),
                     0);
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ChunKed\r\n\r\n"), 0);
    assert_true(head.chunked);
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"),
                     0);
    assert_true(head.expect_continue);
}

#define H "GET / HTTP/1.1\r\nHost: h\r\n"
static const struct {
    const char *text;
    int status;
} refused[] = {
    {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
    {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /\r\n\r\n", 400},
    {"GET\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET / http/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET / HTTP/11\r\nHost: h\r\n\r\n", 400},
    {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
    {"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /#f HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /\x80 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501},
    {"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
    {"get / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
    /* line ends */
    {"GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: h\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
    {"GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", 400},
    {"\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    /* fields */
    {H "X : y\r\n\r\n", 400},
    {H "X\r\n\r\n", 400},
    {H ": y\r\n\r\n", 400},
    {H "X: y\r\n folded\r\n\r\n", 400},
    {H "X: y\r\n\tfolded\r\n\r\n", 400},
    {H "X: a\x01\r\n\r\n", 400},
    {H "X: a\x7f\r\n\r\n", 400},
    {H "X(: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {H "Host: h\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:8:0\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a]\r\n\r\n", 400},
    {"GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET http://h:x/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
    {H "Expect: 200-ok\r\n\r\n", 417},
    /* framing */
    {H "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
    {H "Content-Length: 5, 5\r\n\r\n", 400},
    {H "Content-Length: +5\r\n\r\n", 400},
    {H "Content-Length: -5\r\n\r\n", 400},
    {H "Content-Length: 0x5\r\n\r\n", 400},
    {H "Content-Length: 5 5\r\n\r\n", 400},
    {H "Content-Length:\r\n\r\n", 400},
    {H "Content-Length: 9999999999999999999\r\n\r\n", 400},
    {H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
    {H "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
    {H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {H "Transfer-Encoding: chunked, gzip\r\n\r\n", 400},
    {H "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {H "Transfer-Encoding: gzip\r\n\r\n", 501},
    {H "Transfer-Encoding: xchunked\r\n\r\n", 501},
    {H "Transfer-Encoding: \"chunked\"\r\n\r\n", 501},
    {H "Transfer-Encoding: chunked;q=1\r\n\r\n", 501},
    {H "Transfer-Encoding:\r\n\r\n", 501},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
};

static void refuses_bad_requests(void **state) {
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        int got = parse(refused[i].text);
        if (got != refused[i].status) print_error("case %zu: %d\n%s\n", i, got, refused[i].text);
        assert_int_equal(got, refused[i].status);
    }
    assert_int_equal(parse_bytes("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 28), 400);
    assert_int_equal(parse_bytes(H "X: \0\r\n\r\n", sizeof H - 1 + 8), 400);
}

/* Fed byte by byte, a head is complete exactly at its last byte, and refused no later than when whole. */
static void scans_in_pieces(void **state) {
    const char *text = "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\nGET";
    size_t seen = 0, whole = strlen(text) - 3;
    for (size_t n = 1; n < whole; n++) assert_int_equal(http_head_scan((const uint8_t *)text, n, &seen), 0);
    assert_int_equal(http_head_scan((const uint8_t *)text, whole, &seen), (int)whole);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        const uint8_t *p = (const uint8_t *)refused[i].text;
        size_t n = strlen(refused[i].text), at = 0;
        int end = 0;
        seen = 0;
        while (end == 0 && at < n) end = http_head_scan(p, ++at, &seen);
        assert_int_not_equal(end, 0);
        if (end > 0) assert_false(http_head_parse(p, (size_t)end, &head));
    }
}

static void refuses_long_heads(void **state) {
    char *big = malloc(40000);
    size_t seen = 0;
    memset(big, 'a', 40000);
    memcpy(big, "GET /", 5);
    assert_int_equal(http_head_scan((uint8_t *)big, HTTP_MAX_LINE, &seen), 0);
    assert_int_equal(http_head_scan((uint8_t *)big, HTTP_MAX_LINE + 10, &seen), -414);
    memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
    seen = 0;
    assert_int_equal(http_head_scan((uint8_t *)big, HTTP_MAX_HEAD, &seen), 0);
    assert_int_equal(http_head_scan((uint8_t *)big, HTTP_MAX_HEAD + 1, &seen), -431);
    size_t n = (size_t)sprintf(big, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < HTTP_MAX_FIELDS; i++) n += (size_t)sprintf(big + n, "x: y\r\n");
    sprintf(big + n, "\r\n");
    assert_int_equal(parse(big), 431);
    free(big);
}

/* -- chunks */

/* Decodes text in pieces of `piece` bytes. Returns the body's length, or -1 bad, -2 incomplete; *used: bytes
 * consumed. */
static int unchunk(const char *text, size_t piece, char *out, size_t *used) {
    struct http_chunks c = {0};
    size_t n = strlen(text), at = 0, len = 0;
    while (at < n) {
        size_t end = at + piece < n ? at + piece : n;
        while (at < end) {
            const uint8_t *data = NULL;
            size_t took = 0, got = 0;
            enum http_chunk_result r =
                http_chunks_step(&c, (const uint8_t *)text + at, end - at, &took, &data, &got);
            at += took;
            *used = at;
            if (r == HTTP_CHUNK_BAD) return -1;
            if (r == HTTP_CHUNK_END) return (int)len;
            if (r == HTTP_CHUNK_DATA) memcpy(out + len, data, got);
            len += got;
        }
    }
    return -2;
}

static void decodes_chunks(void **state) {
    const char *text = "5\r\nhello\r\n00A;x=y;\"z\"\r\n, world 12\r\n0\r\nTrailer: t\r\nU: v\r\n\r\nGET";
    for (size_t piece = 1; piece < 80; piece++) {
        char out[64];
        size_t used;
        assert_int_equal(unchunk(text, piece, out, &used), 15);
        assert_memory_equal(out, "hello, world 12", 15);
        assert_int_equal(used, strlen(text) - 3);
    }
}

static void refuses_bad_chunks(void **state) {
    static const char *const bad[] = {
        "\r\n",
        "g\r\n",
        "-1\r\n",
        "+5\r\nhello",
        " 5\r\nhello",
        "5 \r\nhello",
        "0x5\r\nhello",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r\r\n",
        "5\rhello",
        "1000000000000000\r\n",
        "5;a\nb\r\nhello",
        "5;\x01\r\nhello",
        "0\r\nX: y\n\r\n",
        "0\r\n\n",
        "0\r\n\rX",
        "0\r\n\x02\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\nX\r\n\r\n",
        "0\r\n: y\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
        "0\r\nX: y\r\n folded\r\n\r\n",
        "0\r\n\r\r\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        for (size_t piece = 1; piece < 20; piece += 18) {
            char out[64];
            size_t used;
            int got = unchunk(bad[i], piece, out, &used);
            if (got != -1) print_error("chunk case %zu: %d\n", i, got);
            assert_int_equal(got, -1);
        }
    char *big = malloc(HTTP_MAX_CHUNK_EXT + 100), out[8];
    size_t used;
    memset(big, 'x', HTTP_MAX_CHUNK_EXT + 99);
    big[HTTP_MAX_CHUNK_EXT + 99] = 0;
    memcpy(big, "5;", 2);
    assert_int_equal(unchunk(big, 100, out, &used), -1);
    free(big);
}

/* -- targets */

static void splits_targets(void **state) {
    struct http_target t;
    assert_true(http_target_split((const uint8_t *)"http://h?q", 10, &t));
    assert_int_equal(t.path_len, 1);
    assert_int_equal(t.query_len, 1);
    assert_true(http_target_split((const uint8_t *)"HTTP://h", 8, &t));
    assert_int_equal(t.path[0], '/');
    assert_true(http_target_split((const uint8_t *)"/a?b?c", 6, &t));
    assert_int_equal(t.path_len, 2);
    assert_int_equal(t.query_len, 3);
    assert_false(http_target_split((const uint8_t *)"a", 1, &t));
    assert_false(http_target_split((const uint8_t *)"http://", 7, &t));
}

static void decodes_escapes(void **state) {
    uint8_t out[16] = {0};
    assert_int_equal(http_decoded_size((const uint8_t *)"a%20+%C3%a5", 11), 5);
    http_decode((const uint8_t *)"a%20+%C3%a5", 11, true, out);
    assert_memory_equal(out, "a  \xc3\xa5", 5);
    http_decode((const uint8_t *)"a+b", 3, false, out);
    assert_memory_equal(out, "a+b", 3);
    static const char *const bad[] = {"%", "%2", "a%", "%g0", "%0g", "%%20", "%-1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(http_decoded_size((const uint8_t *)bad[i], strlen(bad[i])), -1);
}

static void checks_answers(void **state) {
    assert_true(http_name_valid((const uint8_t *)"x-y", 3));
    assert_false(http_name_valid((const uint8_t *)"", 0));
    assert_false(http_name_valid((const uint8_t *)"x y", 3));
    assert_false(http_name_valid((const uint8_t *)"x:", 2));
    assert_true(http_value_valid((const uint8_t *)"a\tb \xe4", 5));
    assert_false(http_value_valid((const uint8_t *)"a\r\nb", 4));
    assert_false(http_value_valid((const uint8_t *)"a\0", 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_plain_requests), cmocka_unit_test(knows_when_to_keep_alive),
        cmocka_unit_test(reads_framing),          cmocka_unit_test(refuses_bad_requests),
        cmocka_unit_test(scans_in_pieces),        cmocka_unit_test(refuses_long_heads),
        cmocka_unit_test(decodes_chunks),         cmocka_unit_test(refuses_bad_chunks),
        cmocka_unit_test(splits_targets),         cmocka_unit_test(decodes_escapes),
        cmocka_unit_test(checks_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
