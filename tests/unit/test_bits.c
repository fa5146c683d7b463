/* Bit-level matching and building: against a bit-by-bit model at all alignments, and the rules of appending.
 */
#include "unit.h"

#include "data/big.h"
#include "data/bits.h"
#include "data/bits_float.h"
#include "data/bits_word.h"

static struct alloc *arena;
static struct heap heap;
enum { ARENA_BYTES = 64 << 20 };
static void no_memory(struct heap *h, size_t words) {
    panic("out of memory: %zu words", words);
}

static int setup(void **state) {
    static void *memory;
    if (!memory) memory = unit_arena(ARENA_BYTES);
    arena = alloc_create(memory, ARENA_BYTES);
    assert_int_equal(heap_init(&heap, arena, 1024), ST_OK);
    heap.oom = no_memory;
    return 0;
}
static int teardown(void **state) {
    heap_deinit(&heap);
    return 0;
}

static struct unit_random seed = {1};
static uint64_t rnd(void) {
    return unit_next(&seed);
}
static size_t rnd_to(size_t max) {
    return (size_t)(rnd() % (max + 1));
}

/* -- the model: one bit at a time */

static unsigned model_bit(const uint8_t *s, size_t at) {
    return s[at / 8] >> (7 - at % 8) & 1;
}

/* Bit i of the value (0: least) of a field of n bits at `at`. */
static unsigned model_value_bit(const uint8_t *s, size_t at, size_t n, bool little, size_t i) {
    if (!little) return model_bit(s, at + n - 1 - i);
    size_t whole = n / 8 * 8;
    if (i >= whole) return model_bit(s, at + n - 1 - (i - whole));
    return model_bit(s, at + i / 8 * 8 + 7 - i % 8);
}
/* Bit i of the two's complement of an integer term. */
static unsigned integer_bit(term t, size_t i) {
    if (term_is_small(t)) return i >= 62 ? small_value(t) < 0 : (unsigned)(small_value(t) >> i & 1);
    uint8_t bytes[512];
    int_to_bytes(t, bytes, sizeof bytes, true);
    return bytes[i / 8] >> (i % 8) & 1;
}

static term ctx_over(const uint8_t *s, size_t bytes, size_t at) {
    term t = heap_bin_copy(&heap, s, bytes);
    term ctx = bits_match_start(&heap, t, true);
    assert_true(bits_match_skip(ctx, at));
    return ctx;
}

static void test_integers_any_alignment(void **state) {
    uint8_t s[80];
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof s; i++) s[i] = (uint8_t)rnd();
        size_t at = rnd_to(70), n = round % 2 ? rnd_to(72) : rnd_to(400);
        unsigned flags = (unsigned)rnd() & (BITS_LITTLE | BITS_SIGNED);
        term ctx = ctx_over(s, sizeof s, at);
        term v = bits_match_integer(&heap, ctx, n, flags);
        assert_true(term_is_integer(v));
        bool negative =
            n > 0 && (flags & BITS_SIGNED) && model_value_bit(s, at, n, flags & BITS_LITTLE, n - 1);
        assert_int_equal(int_sign(v) < 0, negative);
        for (size_t i = 0; i < n + 70; i++) {
            unsigned want = i < n ? model_value_bit(s, at, n, flags & BITS_LITTLE, i) : negative;
            assert_int_equal(integer_bit(v, i), want);
        }
        assert_int_equal(bits_match_left(ctx), sizeof s * 8 - at - n);
        /* and back */
        uint8_t before[80];
        memset(before, round & 1 ? 0xff : 0, sizeof before);
        struct bits_builder b = {before, at, at + n, NONE};
        assert_true(bits_put_integer(&b, v, n, flags));
        assert_int_equal(b.offset_bits, at + n);
        for (size_t i = 0; i < sizeof s * 8; i++)
            assert_int_equal(model_bit(before, i),
                             i >= at && i < at + n ? model_bit(s, i) : (unsigned)(round & 1));
    }
}

static void test_match_fails_at_end(void **state) {
    uint8_t s[3] = {1, 2, 3};
    term ctx = ctx_over(s, 3, 1);
    assert_int_equal(bits_match_integer(&heap, ctx, 24, 0), NONE);
    assert_int_equal(bits_match_integer(&heap, ctx, SIZE_MAX, 0), NONE);
    assert_int_equal(bits_match_float(&heap, ctx, 32, 0), NONE);
    assert_int_equal(bits_match_binary(&heap, ctx, 24), NONE);
    assert_false(bits_match_skip(ctx, 24));
    assert_int_equal(bits_match_utf32(ctx, 0), NONE);
    assert_false(bits_match_string(ctx, s, 24));
    assert_int_equal(bits_match_left(ctx), 23);
    assert_int_equal(bits_match_integer(&heap, ctx, 0, 0), small_make(0));
    assert_int_equal(bits_match_byte(ctx), small_make(2));
    assert_true(bits_match_skip(ctx, 8));
    assert_int_equal(bits_match_byte(ctx), NONE);
}

static void test_start(void **state) {
    assert_int_equal(bits_match_start(&heap, NIL, true), NONE);
    assert_int_equal(bits_match_start(&heap, small_make(3), true), NONE);
    assert_int_equal(bits_match_start(&heap, heap_tuple(&heap, 0, NULL), true), NONE);
    term t = heap_bin_copy(&heap, "abcdefgh", 8);
    term sub = heap_sub_bin(&heap, t, 12, 32);
    term ctx = bits_match_start(&heap, sub, true);
    assert_int_equal(bits_match_left(ctx), 32);
    assert_int_equal(bits_match_start(&heap, ctx, true), ctx);
    assert_int_equal(bits_match_integer(&heap, ctx, 4, 0), small_make('b' & 15));
    assert_int_equal(bits_match_byte(ctx), small_make('c'));
    term other = bits_match_start(&heap, ctx, false);
    assert_int_not_equal(other, ctx);
    assert_int_equal(bits_match_byte(other), small_make('d'));
    assert_int_equal(bits_match_byte(ctx), small_make('d'));
    term tail = bits_match_tail(&heap, ctx);
    struct bits b = term_bits(tail);
    assert_int_equal(b.size_bits, 12);
    assert_int_equal(b.offset_bits % 8, 0);
    assert_int_equal(bits_match_left(ctx), 12);
}

static void test_strings(void **state) {
    for (int round = 0; round < 3000; round++) {
        uint8_t s[40], lit[40] = {0};
        for (size_t i = 0; i < sizeof s; i++) s[i] = (uint8_t)rnd();
        size_t at = rnd_to(20), n = rnd_to(250);
        bits_copy(lit, 0, s, at, n);
        term ctx = ctx_over(s, sizeof s, at);
        assert_true(bits_match_string(ctx, lit, n));
        assert_int_equal(bits_match_left(ctx), sizeof s * 8 - at - n);
        if (n == 0) continue;
        size_t wrong = rnd_to(n - 1);
        lit[wrong / 8] ^= (uint8_t)(0x80 >> wrong % 8);
        assert_false(bits_match_string(ctx_over(s, sizeof s, at), lit, n));
    }
}

static void test_floats(void **state) {
    static const double good[] = {0.0, -0.0, 1.0, -1.5, 65504.0, 0x1p-24, 0x1p-14, 1e300, 5e-324, 3.14};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        for (unsigned flags = 0; flags <= BITS_LITTLE; flags += BITS_LITTLE)
            for (size_t at = 0; at < 8; at++) {
                uint8_t s[16] = {0};
                struct bits_builder b = {s, at, at + 64, NONE};
                assert_true(bits_put_float(&b, heap_float(&heap, good[i]), 64, flags));
                term v = bits_match_float(&heap, ctx_over(s, 16, at), 64, flags);
                double d = float_value(v);
                assert_memory_equal(&d, &good[i], 8);
            }
    /* every finite half reads and writes back the same */
    for (uint32_t h = 0; h < 0x10000; h++) {
        double d = bits_float_decode(h, 16);
        if ((h >> 10 & 31) == 31)
            assert_false(__builtin_isfinite(d));
        else
            assert_int_equal(bits_float_encode(d, 16), h);
    }
    assert_int_equal(bits_float_encode(65519.9, 16), 0x7bff);
    assert_int_equal(bits_float_encode(65520.0, 16), 0x7c00);
    assert_int_equal(bits_float_encode(-1e30, 16), 0xfc00);
    assert_int_equal(bits_float_encode(0x1p-25, 16), 0);
    assert_int_equal(bits_float_encode(0x1.8p-25, 16), 1);
    assert_int_equal(bits_float_encode(1e300, 32), 0x7f800000);

    uint8_t inf[8] = {0x7f, 0xf0}, buf[8];
    assert_int_equal(bits_match_float(&heap, ctx_over(inf, 8, 0), 64, 0), NONE);
    assert_int_equal(bits_match_float(&heap, ctx_over(inf, 8, 0), 24, 0), NONE);
    assert_true(float_value(bits_match_float(&heap, ctx_over(inf, 8, 0), 0, 0)) == 0.0);
    struct bits_builder b = {buf, 0, 64, NONE};
    assert_false(bits_put_float(&b, NIL, 64, 0));
    assert_false(bits_put_float(&b, small_make(1), 24, 0));
    term big = int_shift(&heap, small_make(1), 2000);
    assert_false(bits_put_float(&b, big, 64, 0));
    assert_true(bits_put_float(&b, small_make(1), 64, 0));
    assert_int_equal(buf[0], 0x3f);
}

static void test_code_points(void **state) {
    for (uint32_t c = 0; c <= 0x110000; c += c < 0x900 || (c > 0xd700 && c < 0xe100) ? 1 : 61) {
        bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        size_t at = c % 9;
        uint8_t s[8] = {0};
        struct bits_builder b = {s, at, 64, NONE};
        assert_int_equal(bits_put_utf8(&b, small_make(c)), good);
        if (good) {
            assert_int_equal(b.offset_bits, at + (size_t)bits_utf8_bytes(small_make(c)) * 8);
            assert_int_equal(bits_match_utf8(ctx_over(s, 8, at)), small_make(c));
        } else {
            assert_int_equal(bits_utf8_bytes(small_make(c)), 4);
        }
        for (unsigned flags = 0; flags <= BITS_LITTLE; flags += BITS_LITTLE) {
            b = (struct bits_builder){s, at, 64, NONE};
            assert_int_equal(bits_put_utf16(&b, small_make(c), flags), good);
            if (good) assert_int_equal(bits_match_utf16(ctx_over(s, 8, at), flags), small_make(c));
            b = (struct bits_builder){s, at, 64, NONE};
            assert_int_equal(bits_put_utf32(&b, small_make(c), flags), good);
            if (good) assert_int_equal(bits_match_utf32(ctx_over(s, 8, at), flags), small_make(c));
        }
    }
    static const struct {
        const char *s;
        size_t n;
    } bad[] = {{"\x80", 1},         {"\xc0\x80", 2},     {"\xc1\xbf", 2},         {"\xc3", 1},
               {"\xe0\x80\x80", 3}, {"\xed\xa0\x80", 3}, {"\xf0\x80\x80\x80", 4}, {"\xf4\x90\x80\x80", 4},
               {"\xf8", 1},         {"\xe2\x82", 2},     {"\xe2\x28\xa1", 3}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(bits_match_utf8(ctx_over((const uint8_t *)bad[i].s, bad[i].n, 0)), NONE);
    assert_int_equal(bits_match_utf16(ctx_over((const uint8_t *)"\xd8\x00", 2, 0), 0), NONE);
    assert_int_equal(bits_match_utf16(ctx_over((const uint8_t *)"\xdc\x00\xdc\x00", 4, 0), 0), NONE);
    assert_int_equal(bits_match_utf16(ctx_over((const uint8_t *)"\xd8\x00\x00\x41", 4, 0), 0), NONE);
    assert_int_equal(bits_utf8_bytes(NIL), 4);
    assert_int_equal(bits_utf16_bytes(small_make(-1)), 4);
}

static void test_build(void **state) {
    struct bits_builder b;
    bits_build(&heap, &b, 0);
    assert_true(term_is_binary(b.result));
    assert_int_equal(term_bits(b.result).size_bits, 0);
    for (size_t n = 1; n < 1200; n += 7) {
        bits_build(&heap, &b, n);
        uint8_t ones[200];
        memset(ones, 0xff, sizeof ones);
        term t = heap_sub_bin(&heap, heap_bin_copy(&heap, ones, sizeof ones), 3, n);
        assert_true(bits_put_binary_all(&b, t, 1));
        assert_false(bits_put_integer(&b, small_make(0), 1, 0));
        struct bits got = term_bits(b.result);
        assert_int_equal(got.size_bits, n);
        for (size_t i = 0; i < n; i++) assert_int_equal(model_bit(got.bytes, got.offset_bits + i), 1);
        assert_int_equal(term_is_binary(b.result), n % 8 == 0);
    }
    bits_build(&heap, &b, 24);
    assert_false(bits_put_binary(&b, heap_bin_copy(&heap, "ab", 2), 24));
    assert_false(bits_put_binary(&b, NIL, 8));
    assert_false(bits_put_binary_all(&b, heap_bin_copy(&heap, "ab", 2), 24));
    assert_false(bits_put_integer(&b, NIL, 8, 0));
    assert_false(bits_put_integer(&b, heap_float(&heap, 1.0), 0, 0));
    bits_put_string(&b, (const uint8_t *)"xyz", 3);
    assert_memory_equal(term_bits(b.result).bytes, "xyz", 3);
}

static bool append(term *acc, const char *s) {
    struct bits_builder b;
    size_t n = strlen(s);
    if (!bits_build_append(&heap, &b, *acc, n * 8, 8)) return false;
    bits_put_string(&b, (const uint8_t *)s, n);
    *acc = b.result;
    return true;
}
static void assert_bytes(term t, const char *s) {
    struct bits b = term_bits(t);
    assert_int_equal(b.size_bits, strlen(s) * 8);
    assert_memory_equal(b.bytes, s, strlen(s));
}

static void test_append_in_place(void **state) {
    term acc = heap_bin_copy(&heap, "", 0);
    for (int i = 0; i < 30; i++) assert_true(append(&acc, "0123456789"));
    const uint8_t *bytes = term_bits(acc).bytes;
    term older = acc;
    assert_true(append(&acc, "!"));
    assert_ptr_equal(term_bits(acc).bytes, bytes); /* in place */
    assert_int_equal(term_bits(older).size_bits, 300 * 8);
    /* the older one has lost the right to append: it copies */
    term branch = older;
    assert_true(append(&branch, "?"));
    assert_ptr_not_equal(term_bits(branch).bytes, bytes);
    assert_int_equal(term_bits(acc).bytes[300], '!');
    assert_int_equal(term_bits(branch).bytes[300], '?');
}

static void test_append_is_linear(void **state) {
    term acc = bits_build_init_writable(&heap, 256);
    assert_int_equal(term_bits(acc).size_bits, 0);
    size_t moves = 0;
    const uint8_t *last = NULL;
    for (int i = 0; i < 1000000; i++) {
        struct bits_builder b;
        assert_true(bits_build_append(&heap, &b, acc, 8, 8));
        assert_true(bits_put_integer(&b, small_make(i), 8, 0));
        acc = b.result;
        moves += last != b.data;
        last = b.data;
        if (i % 1000 == 0) { /* the terms that appending leaves behind */
            struct root_span span = {&acc, 1};
            struct roots roots = {.spans = &span, .n = 1};
            assert_int_equal(heap_collect(&heap, 1000, &roots), ST_OK);
            heap_check(&heap, &roots);
        }
    }
    assert_in_range(moves, 1, 40);
    struct bits got = term_bits(acc);
    assert_int_equal(got.size_bits, 8000000);
    for (int i = 0; i < 1000000; i++) assert_int_equal(got.bytes[i], i & 255);
}

static void test_append_bits(void **state) {
    term acc = bits_build_init_writable(&heap, 0);
    for (int i = 0; i < 5000; i++) {
        struct bits_builder b;
        assert_true(bits_build_append(&heap, &b, acc, 3, 1));
        assert_true(bits_put_integer(&b, small_make(i), 3, 0));
        acc = b.result;
    }
    struct bits got = term_bits(acc);
    assert_int_equal(got.size_bits, 15000);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(bits_load(got.bytes, got.offset_bits + i * 3, 3), i & 7);
    struct bits_builder b;
    assert_false(bits_build_append(&heap, &b, acc, 8, 16));
    assert_false(bits_build_append(&heap, &b, NIL, 8, 8));
}

static void test_append_shared(void **state) {
    term acc = heap_bin_copy(&heap, "", 0);
    char want[200] = "";
    for (int i = 0; i < 10; i++) {
        assert_true(append(&acc, "0123456789"));
        strcat(want, "0123456789");
    }
    assert_true(append(&acc, "x"));
    strcat(want, "x");
    struct heap other;
    assert_int_equal(heap_init(&other, arena, 1024), ST_OK);
    other.oom = no_memory;
    term copy = heap_copy(&other, acc);
    term mine = acc;
    assert_true(append(&mine, "mine"));
    assert_bytes(copy, want);
    struct bits_builder b;
    assert_true(bits_build_append(&other, &b, copy, 8, 8));
    bits_put_string(&b, (const uint8_t *)"y", 1);
    assert_bytes(copy, want);
    assert_int_equal(term_bits(mine).bytes[101], 'm');
    assert_int_equal(term_bits(b.result).bytes[101], 'y');
    heap_deinit(&other);
    assert_bytes(acc, want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_integers_any_alignment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_match_fails_at_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_floats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_code_points, setup, teardown),
        cmocka_unit_test_setup_teardown(test_build, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append_in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append_is_linear, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append_shared, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
