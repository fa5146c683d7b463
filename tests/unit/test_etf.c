/* The external term format: real erl's bytes in and out, hostile bytes, deep terms. */
#include "oracle.h"

#include "data/map.h"

static bool has_trie(const char *hex) {
    return strstr(hex, "74000000") != NULL;
}

/* OTP writes tries in its own hash order: then only the value is compared. */
static void check_round_trip(char **field) {
    term t = decode_hex(field[0]);
    size_t n = etf_size(t);
    uint8_t *bytes = malloc(n), *expected = malloc(strlen(field[0]) / 2);
    assert_int_equal(etf_encode(t, bytes), n);
    assert_int_equal(from_hex(field[0], expected), n);
    if (!has_trie(field[0])) assert_memory_equal(bytes, expected, n);
    size_t used;
    term back;
    assert_int_equal(etf_decode(&heap, &oracle_env, bytes + 1, n - 1, &used, &back), ST_OK);
    assert_true(term_equal_exact(t, back));
    for (unsigned options = 0; options < 4; options++) {
        n = etf_size_as(t, options);
        uint8_t *other = malloc(n);
        assert_int_equal(etf_encode_as(t, options, other), n);
        assert_int_equal(etf_decode(&heap, &oracle_env, other + 1, n - 1, &used, &back), ST_OK);
        assert_true(term_equal_exact(t, back));
        free(other);
    }
    free(bytes);
    free(expected);
}

static void terms_are_otps(void **state) {
    oracle_lines("terms", 2000, 1, check_round_trip);
}

static enum status decode_bytes(const void *bytes, size_t n) {
    size_t used;
    term t;
    uint8_t *copy = malloc(n + !n); /* exactly n bytes: a read beyond is seen */
    memcpy(copy, bytes, n);
    enum status st = etf_decode(&heap, &oracle_env, copy, n, &used, &t);
    free(copy);
    if (st == ST_OK) {
        uint8_t *out = malloc(etf_size(t));
        etf_encode(t, out);
        free(out);
        char text[200];
        print_term_buf(text, sizeof text, t);
    }
    return st;
}

static uint64_t seed = 99;
static uint64_t rnd(uint64_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static void check_damaged(char **field) {
    uint8_t *bytes = malloc(strlen(field[0]) / 2);
    size_t n = from_hex(field[0], bytes) - 1;
    for (size_t cut = 0; cut < min_size(n, 60); cut++)
        assert_int_not_equal(decode_bytes(bytes + 1, cut), ST_OK);
    for (int i = 0; i < 20 && n > 0; i++) {
        size_t at = 1 + rnd(n);
        uint8_t was = bytes[at];
        bytes[at] = (uint8_t)rnd(256);
        decode_bytes(bytes + 1, n);
        if (i % 4) bytes[at] = was;
    }
    free(bytes);
}

static void damaged_terms_are_refused(void **state) {
    oracle_lines("terms", 500, 1, check_damaged);
}

struct sample {
    const char *what;
    enum status expected;
    size_t n;
    const char *bytes;
};
#define SAMPLE(what, status, bytes)                                                                          \
    { what, status, sizeof bytes - 1, bytes }

static void hostile_samples(void **state) {
    static const struct sample samples[] = {
        SAMPLE("a list of 4 G elements", ST_CORRUPT, "l\xff\xff\xff\xff"),
        SAMPLE("a tuple of 4 G elements", ST_CORRUPT, "i\xff\xff\xff\xff"),
        SAMPLE("a map of 4 G pairs", ST_CORRUPT, "t\xff\xff\xff\xff"),
        SAMPLE("a binary of 4 GB", ST_CORRUPT, "m\xff\xff\xff\xff"),
        SAMPLE("an integer of 4 GB", ST_CORRUPT, "o\xff\xff\xff\xff\0"),
        SAMPLE("a sign of 2", ST_CORRUPT, "n\1\2\5"),
        SAMPLE("not a number", ST_CORRUPT, "F\x7f\xf8\0\0\0\0\0\0"),
        SAMPLE("infinity", ST_CORRUPT, "F\x7f\xf0\0\0\0\0\0\0"),
        SAMPLE("a key twice", ST_CORRUPT, "t\0\0\0\2a\1a\1a\1a\1"),
        SAMPLE("9 bits in a byte", ST_CORRUPT, "M\0\0\0\1\x09\1"),
        SAMPLE("0 bits in the last byte", ST_CORRUPT, "M\0\0\0\1\0\1"),
        SAMPLE("another node's pid", ST_UNSUPPORTED, "Xw\1x\0\0\0\1\0\0\0\0\0\0\0\0"),
        SAMPLE("compressed", ST_UNSUPPORTED, "P\0\0\0\1abc"),
        SAMPLE("unknown tag", ST_CORRUPT, "\1"),
        SAMPLE("nothing", ST_CORRUPT, ""),
        SAMPLE("an empty list with a tail", ST_OK, "l\0\0\0\0a\1"),
        SAMPLE("a big that is small", ST_OK, "n\4\1\5\0\0\0"),
        SAMPLE("a big of no bytes", ST_OK, "n\0\0"),
        SAMPLE("old text float", ST_OK, "c1.50000000000000000000e+00\0\0\0\0\0"),
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        if (decode_bytes(samples[i].bytes, samples[i].n) != samples[i].expected)
            fail_msg("%s: status %d", samples[i].what, decode_bytes(samples[i].bytes, samples[i].n));
}

/* Each tuple claims all that is left: memory must not follow the claims. */
static void nested_claims_are_bounded(void **state) {
    enum { DEPTH = 100000 };
    uint8_t *bytes = malloc(5 * DEPTH);
    for (size_t i = 0; i < DEPTH; i++) {
        uint32_t claim = (uint32_t)(5 * (DEPTH - i) - 6);
        uint8_t head[5] = {'i', (uint8_t)(claim >> 24), (uint8_t)(claim >> 16), (uint8_t)(claim >> 8),
                           (uint8_t)claim};
        memcpy(bytes + 5 * i, head, 5);
    }
    assert_int_equal(decode_bytes(bytes, 5 * DEPTH), ST_CORRUPT);
    assert_true(heap_used_words(&heap) < 16 * 5 * DEPTH);
    free(bytes);
}

/* Lists in heads, tuples and maps, a million deep. */
static void deep_terms_need_no_c_stack(void **state) {
    enum { DEPTH = 300000 };
    static const char *const shells[] = {"l\0\0\0\1", "h\1", "t\0\0\0\1a\1"};
    static const size_t bytes_of[] = {5, 2, 7};
    for (size_t s = 0; s < 3; s++) {
        size_t n = bytes_of[s] * DEPTH + 1, at = 0;
        uint8_t *bytes = malloc(n + DEPTH);
        for (size_t i = 0; i < DEPTH; i++, at += bytes_of[s]) memcpy(bytes + at, shells[s], bytes_of[s]);
        memset(bytes + at, 'j', DEPTH + 1);
        assert_int_equal(decode_bytes(bytes, s == 0 ? n + DEPTH : n), ST_OK);
        free(bytes);
        oracle_heap_reset();
    }
}

/* Closures: encoded by hand here, as real erl has them for its own modules only. */
static const struct fun_entry closure_entry = {
    .arity = 1, .num_free = 2, .index = 3, .old_index = 3, .old_uniq = 77, .uniq = {9}};
static const void *find_closure(void *ctx, term m, uint32_t index, const uint8_t uniq[16]) {
    return index == 3 && uniq[0] == 9 ? &closure_entry : NULL;
}

static void closures_round_trip(void **state) {
    struct fun_entry entry = closure_entry;
    entry.module = atom_of("m");
    term *obj = heap_alloc(&heap, 5), back;
    obj[0] = header_make(KIND_FUN, 4);
    obj[1] = (term)&entry;
    obj[2] = pid_make(42);
    obj[3] = small_make(1);
    obj[4] = TUPLE(&heap, NIL);
    uint8_t out[200];
    size_t used, n = etf_encode(boxed_make(obj), out);
    assert_int_equal(n, etf_size(boxed_make(obj)));
    assert_int_equal(out[2] << 24 | out[3] << 16 | out[4] << 8 | out[5], n - 2);
    struct etf_env env = oracle_env;
    assert_int_equal(etf_decode(&heap, &env, out + 1, n - 1, &used, &back), ST_NOTFOUND);
    env.fun_entry = find_closure;
    assert_int_equal(etf_decode(&heap, &env, out + 1, n - 1, &used, &back), ST_OK);
    assert_true(boxed_ptr(back)[1] == (term)&closure_entry && boxed_ptr(back)[2] == pid_make(42));
    assert_true(term_equal_exact(boxed_ptr(back)[4], obj[4]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_otps),
        cmocka_unit_test(damaged_terms_are_refused),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(nested_claims_are_bounded),
        cmocka_unit_test(deep_terms_need_no_c_stack),
        cmocka_unit_test(closures_round_trip),
    };
    return cmocka_run_group_tests_name("etf", tests, oracle_setup, oracle_teardown);
}
