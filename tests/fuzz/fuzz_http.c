/* Fuzzing of the HTTP parser: heads, chunked bodies, targets.
 *
 *   clang -fsanitize=fuzzer,address -DLING_LIBFUZZER …   libFuzzer drives LLVMFuzzerTestOneInput
 *   without -DLING_LIBFUZZER: fuzz_http [ROUNDS]         deterministic: seeds mutated by a fixed generator
 *
 * Checked: no read outside the bytes (sanitizers); slices lie within the head; feeding in two pieces at any
 * cut gives what feeding at once gives; an accepted head never carries two ways to frame its body. */
#include <stdio.h>
#include <stdlib.h>

#include "../../vm/http/parser.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(x)                                                                                             \
    ((x) ? (void)0 : (fprintf(stderr, "fuzz_http: %s:%d: %s\n", __FILE__, __LINE__, #x), abort()))

static bool within(struct http_slice s, size_t n) {
    return s.at <= n && s.len <= n - s.at;
}

static void check_target(const uint8_t *p, size_t n) {
    struct http_target t;
    if (!http_target_split(p, n, &t)) return;
    CHECK(t.path_len >= 1);
    int64_t size = http_decoded_size(t.query, t.query_len);
    if (size < 0) return;
    CHECK((size_t)size <= t.query_len);
    uint8_t *out = malloc(size ? (size_t)size : 1);
    http_decode(t.query, t.query_len, true, out);
    (void)http_utf8_valid(out, (size_t)size);
    free(out);
}

static void check_head(const uint8_t *p, size_t n) {
    static struct http_head h;
    bool accepted = http_head_parse(p, n, &h);
    CHECK(accepted || (h.error >= 400 && h.error < 600 && h.why));
    if (!accepted) return;
    CHECK(within(h.method, n) && within(h.target, n) && h.n_fields <= HTTP_MAX_FIELDS);
    for (uint32_t i = 0; i < h.n_fields; i++) {
        CHECK(within(h.fields[i].name, n) && within(h.fields[i].value, n) && h.fields[i].name.len > 0);
        CHECK(http_value_valid(p + h.fields[i].value.at, h.fields[i].value.len));
    }
    CHECK(!(h.chunked && h.has_length));
    check_target(p + h.target.at, h.target.len);
}

static int scan_pieces(const uint8_t *p, size_t n, size_t cut) {
    size_t seen = 0;
    int r = http_head_scan(p, cut, &seen);
    return r ? r : http_head_scan(p, n, &seen);
}

/* Decodes up to the end or an error; a digest of the outcome. */
static uint64_t chunks_digest(const uint8_t *p, size_t n, size_t cut) {
    struct http_chunks c = {0};
    uint64_t hash = 14695981039346656037u;
    for (size_t at = 0; at < n;) {
        const uint8_t *data = NULL;
        size_t used = 0, len = 0, end = at < cut ? cut : n;
        enum http_chunk_result r = http_chunks_step(&c, p + at, end - at, &used, &data, &len);
        CHECK(used <= end - at);
        if (r == HTTP_CHUNK_BAD) return 1;
        if (r == HTTP_CHUNK_END) return hash ^ (at + used);
        CHECK(used > 0);
        if (r == HTTP_CHUNK_DATA) CHECK(len > 0 && data >= p && data + len <= p + n);
        if (r == HTTP_CHUNK_DATA)
            for (size_t i = 0; i < len; i++) hash = (hash ^ data[i]) * 1099511628211u;
        at += used;
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 2) return 0;
    size_t cut = (size_t)(data[0] | data[1] << 8) % (n - 1);
    uint8_t *p = malloc(n - 1); /* exact, for the sanitizer */
    n -= 2;
    memcpy(p, data + 2, n);
    if (cut > n) cut = n;
    size_t seen = 0;
    int whole = n ? http_head_scan(p, n, &seen) : 0;
    if (n) CHECK(scan_pieces(p, n, cut) == whole || whole < 0);
    if (whole > 0) check_head(p, (size_t)whole);
    check_target(p, n);
    CHECK(chunks_digest(p, n, cut) == chunks_digest(p, n, n));
    free(p);
    return 0;
}

#ifndef LING_LIBFUZZER
static const char *const seeds[] = {
    "GET /a%20b?x=1&y=%C3%A5+z HTTP/1.1\r\nHost: h:80\r\nConnection: keep-alive, x\r\n\r\n",
    "POST http://h/p HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nContent-Length: 10\r\nExpect: "
    "100-continue\r\n\r\n0123456789",
    "\r\nPUT /x HTTP/1.0\r\nTransfer-Encoding: gzip, chunked\r\n folded: yes\r\nX : y\r\n\r\n",
    "5;ext=\"v\"\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: t\r\n\r\nGET / HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]:8\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
};

static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint32_t random_below(uint32_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % n;
}

/* One edit: a byte changed, removed, doubled, or replaced by one that means something to the parser. */
static size_t mutate(uint8_t *p, size_t n, size_t cap) {
    static const uint8_t special[] = "\r\n :;,\t0aF%?#\x00\x7f\xc3";
    size_t at = random_below((uint32_t)n);
    switch (random_below(4)) {
    case 0: p[at] = (uint8_t)random_below(256); break;
    case 1: p[at] = special[random_below(sizeof special - 1)]; break;
    case 2:
        if (n > 4) memmove(p + at, p + at + 1, --n - at);
        break;
    default:
        if (n < cap) memmove(p + at + 1, p + at, n++ - at);
    }
    return n;
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 200000;
    for (long i = 0; i < rounds; i++) {
        uint8_t input[512];
        const char *seed = seeds[(size_t)i % ARRAY_LEN(seeds)];
        size_t n = strlen(seed) + 2;
        input[0] = (uint8_t)random_below(256);
        input[1] = 0;
        memcpy(input + 2, seed, n - 2);
        for (uint32_t edits = random_below(6); edits > 0; edits--) n = mutate(input, n, sizeof input);
        LLVMFuzzerTestOneInput(input, n);
    }
    printf("ok - fuzz_http: %ld inputs\n", rounds);
    return 0;
}
#endif
