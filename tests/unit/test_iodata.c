/* iolists and bitstring lists: sizes, flattening, bad leaves, and nesting far beyond any C stack. */
#include "unit.h"

#include "data/bits.h"
#include "term/atoms.h"
#include "term/workstack.h"

static struct heap heap;
enum { ARENA_BYTES = 64 << 20 };

static void no_memory(struct heap *h, size_t words) {
    panic("out of memory: %zu words", words);
}

static int setup(void **state) {
    static void *memory;
    if (!memory) memory = unit_arena(ARENA_BYTES);
    struct alloc *arena = alloc_create(memory, ARENA_BYTES);
    term_scratch = (struct term_scratch){.alloc = arena};
    assert_int_equal(heap_init(&heap, arena, 1024), ST_OK);
    heap.oom = no_memory;
    return 0;
}
static int teardown(void **state) {
    heap_deinit(&heap);
    return 0;
}

static term bin(const char *s) {
    return heap_bin_copy(&heap, s, strlen(s));
}
static term cons(term head, term tail) {
    return heap_cons(&heap, head, tail);
}

static void assert_flat(term t, const char *s) {
    uint8_t out[100];
    size_t n = 99;
    assert_int_equal(iodata_size(t, &n), ST_OK);
    assert_int_equal(n, strlen(s));
    memset(out, '#', sizeof out);
    iodata_write(t, out);
    assert_memory_equal(out, s, n);
    assert_int_equal(out[n], '#');
}

static void test_shapes(void **state) {
    assert_flat(NIL, "");
    assert_flat(bin(""), "");
    assert_flat(bin("abc"), "abc");
    assert_flat(heap_string(&heap, "abc", 3, NIL), "abc");
    assert_flat(cons(NIL, cons(NIL, NIL)), "");
    assert_flat(cons(small_make('a'), bin("bc")), "abc");
    assert_flat(cons(cons(small_make('a'), bin("b")), bin("c")), "abc");
    assert_flat(cons(cons(cons(bin("a"), NIL), cons(bin("b"), NIL)), cons(small_make('c'), NIL)), "abc");
    term sub = heap_sub_bin(&heap, bin("\x0a\xb0"), 4, 8); /* not on a byte boundary */
    assert_flat(cons(sub, cons(sub, NIL)), "\xab\xab");
}

static void test_bad(void **state) {
    const term bad[] = {small_make(256),
                        small_make(-1),
                        A_OK,
                        heap_float(&heap, 1.0),
                        heap_tuple(&heap, 0, NULL),
                        heap_sub_bin(&heap, bin("ab"), 0, 9)};
    size_t n = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(iodata_size(bad[i], &n), ST_BADARG);
        assert_int_equal(iodata_size(cons(bad[i], NIL), &n), ST_BADARG);
        assert_int_equal(iodata_size(cons(bin("x"), bad[i]), &n), ST_BADARG);
        assert_int_equal(iodata_size(cons(cons(bad[i], NIL), bin("x")), &n), ST_BADARG);
    }
    assert_int_equal(iodata_size(cons(small_make(1), small_make(2)), &n), ST_BADARG);
    assert_int_equal(n, 7);
}

static void test_bits_lists(void **state) {
    term three = heap_sub_bin(&heap, bin("\xa0"), 0, 3), five = heap_sub_bin(&heap, bin("\xff"), 3, 5);
    term list = cons(three, cons(cons(five, NIL), cons(small_make('z'), three)));
    size_t bits;
    assert_int_equal(iodata_bits_size(list, &bits), ST_OK);
    assert_int_equal(bits, 19);
    struct bits_builder b;
    bits_build(&heap, &b, bits);
    iodata_put(&b, list);
    struct bits got = term_bits(b.result);
    assert_int_equal(got.size_bits, 19);
    assert_memory_equal(got.bytes, "\xbfz\xa0", 3);
    assert_int_equal(iodata_bits_size(cons(A_OK, NIL), &bits), ST_BADARG);
}

/* Very deep to the left, to the right, and in the head of every tail. */
static void test_deep(void **state) {
    enum { DEEP = 200000 };
    term left = NIL, heads = NIL;
    for (int i = 0; i < DEEP; i++) {
        left = cons(left, cons(small_make(i & 255), NIL));
        heads = cons(cons(heads, NIL), NIL);
    }
    size_t n;
    assert_int_equal(iodata_size(left, &n), ST_OK);
    assert_int_equal(n, DEEP);
    uint8_t *out = malloc(DEEP);
    iodata_write(left, out);
    for (int i = 0; i < DEEP; i++) assert_int_equal(out[i], i & 255);
    free(out);
    assert_int_equal(iodata_size(heads, &n), ST_OK);
    assert_int_equal(n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bits_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
