/* bin: bits copied and compared at every offset, against a model of one bit at a time; sub binaries. */
#include "unit.h"

#include "heap/bin.h"

static const size_t arena_bytes = 1u << 20;
static void oom(struct heap *h, size_t words) {
    panic("out of memory");
}

static struct alloc *setup(struct heap *h) {
    struct alloc *a = alloc_create(unit_arena(arena_bytes), arena_bytes);
    assert_int_equal(heap_init(h, a, 1000), ST_OK);
    h->oom = oom;
    return a;
}

static int bit_get(const uint8_t *p, size_t at) {
    return p[at / 8] >> (7 - at % 8) & 1;
}
static void bit_set(uint8_t *p, size_t at, int v) {
    uint8_t mask = (uint8_t)(1u << (7 - at % 8));
    p[at / 8] = v ? p[at / 8] | mask : p[at / 8] & (uint8_t)~mask;
}

static void test_bits_copy(void **state) {
    struct unit_random r = {5};
    for (int round = 0; round < 20000; round++) {
        size_t n = unit_next(&r) % 300, src_off = unit_next(&r) % 20, dst_off = unit_next(&r) % 20;
        size_t src_bytes = (src_off + n + 7) / 8, dst_bytes = (dst_off + n + 7) / 8;
        /* exactly as large as needed: the sanitizer sees a byte too many */
        uint8_t *src = malloc(src_bytes + 1), *dst = malloc(dst_bytes + 1), *model = malloc(dst_bytes + 1);
        uint8_t *tight = malloc(src_bytes ? src_bytes : 1);
        for (size_t i = 0; i < src_bytes; i++) src[i] = tight[i] = (uint8_t)unit_next(&r);
        for (size_t i = 0; i < dst_bytes; i++) dst[i] = model[i] = (uint8_t)unit_next(&r);
        for (size_t i = 0; i < n; i++) bit_set(model, dst_off + i, bit_get(src, src_off + i));
        bits_copy(dst, dst_off, tight, src_off, n);
        assert_memory_equal(dst, model, dst_bytes);
        free(src), free(dst), free(model), free(tight);
    }
}

static int sign(int x) {
    return (x > 0) - (x < 0);
}

static int model_compare(struct bits a, struct bits b) {
    for (size_t i = 0; i < a.size_bits && i < b.size_bits; i++) {
        int d = bit_get(a.bytes, a.offset_bits + i) - bit_get(b.bytes, b.offset_bits + i);
        if (d) return d;
    }
    return a.size_bits < b.size_bits ? -1 : a.size_bits > b.size_bits;
}

static void test_bits_compare(void **state) {
    struct unit_random r = {6};
    uint8_t x[64], y[64];
    for (int round = 0; round < 20000; round++) {
        struct bits a = {x, unit_next(&r) % 17, unit_next(&r) % 200},
                    b = {y, unit_next(&r) % 17, unit_next(&r) % 200};
        for (int i = 0; i < 64; i++) x[i] = y[i] = (uint8_t)unit_next(&r);
        bits_copy(y, b.offset_bits, x, a.offset_bits, min_size(a.size_bits, b.size_bits));
        if (round % 2) y[unit_next(&r) % 64] ^= (uint8_t)(1u << unit_next(&r) % 8);
        assert_int_equal(sign(bits_compare(a, b)), sign(model_compare(a, b)));
        assert_int_equal(bits_compare(a, a), 0);
    }
}

static void test_sub(void **state) {
    struct heap h;
    struct alloc *a = setup(&h);
    uint8_t *data;
    term b = heap_bin_new(&h, 200, &data);
    for (int i = 0; i < 200; i++) data[i] = (uint8_t)i;
    assert_true(heap_sub_bin(&h, b, 0, 1600) == b);
    term sub = heap_sub_bin(&h, b, 80, 1000);
    assert_true(boxed_is(sub, KIND_SUB_BIN));
    assert_true(heap_sub_bin(&h, sub, 0, 1000) == sub);
    term subsub = heap_sub_bin(&h, sub, 8, 800);
    assert_true(boxed_ptr(subsub)[SUB_ORIG] == b);
    struct bits bits = term_bits(subsub);
    assert_int_equal(bits.bytes[bits.offset_bits / 8], 11);
    assert_int_equal(bits.size_bits, 800);
    term small = heap_sub_bin(&h, sub, 0, 64);
    assert_true(boxed_is(small, KIND_HEAP_BIN)); /* no larger than a sub binary */
    const uint8_t *bytes;
    size_t size;
    void *owned;
    term odd = heap_sub_bin(&h, b, 4, 808);
    assert_int_equal(term_bytes(a, odd, &bytes, &size, &owned), ST_OK);
    assert_non_null(owned);
    assert_int_equal(size, 101);
    assert_int_equal(bytes[1], 0x10);
    alloc_put(a, owned);
    assert_int_equal(term_bytes(a, heap_sub_bin(&h, b, 0, 801), &bytes, &size, &owned), ST_BADARG);
    assert_int_equal(term_bytes(a, NIL, &bytes, &size, &owned), ST_BADARG);
    assert_int_equal(term_bytes(a, sub, &bytes, &size, &owned), ST_OK);
    assert_null(owned);
    heap_deinit(&h);
}

static void test_empty_and_padding(void **state) {
    struct heap h;
    setup(&h);
    uint8_t *data;
    for (size_t n = 0; n <= HEAP_BIN_MAX; n++) {
        memset(h.top, 0xff, 20 * sizeof(term));
        term t = heap_bin_new(&h, n, &data);
        memset(data, 0xaa, n);
        const term *o = boxed_ptr(t);
        assert_int_equal(o[1], n);
        assert_int_equal(header_arity(o[0]), 1 + words_of_bytes(n));
        for (size_t i = n; i < 8 * words_of_bytes(n); i++) assert_int_equal(((const uint8_t *)(o + 2))[i], 0);
        assert_true(term_is_binary(t));
    }
    heap_deinit(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_copy),
        cmocka_unit_test(test_bits_compare),
        cmocka_unit_test(test_sub),
        cmocka_unit_test(test_empty_and_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
