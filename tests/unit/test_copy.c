/* copy: deep copies of any shape and depth, literals shared, binaries counted. */
#include "unit.h"

#include "heap/bin.h"

static const size_t arena_bytes = 256u << 20;

static void oom(struct heap *h, size_t words) {
    panic("out of memory");
}

static struct alloc *setup(struct heap *h) {
    struct alloc *a = alloc_create(unit_arena(arena_bytes), arena_bytes);
    assert_int_equal(heap_init(h, a, 1000), ST_OK);
    h->oom = oom;
    return a;
}

/* Structural equality along lists and tuples, without C recursion along tails and last elements. */
static bool same(term a, term b) {
    for (;;) {
        if (a == b) return true;
        if (term_is_imm(a) || term_is_imm(b) || (a & TAG_MASK) != (b & TAG_MASK)) return false;
        if (term_is_list(a)) {
            if (!same(list_head(a), list_head(b))) return false;
            a = list_tail(a);
            b = list_tail(b);
            continue;
        }
        const term *x = boxed_ptr(a), *y = boxed_ptr(b);
        if (x[0] != y[0]) return false;
        size_t n = header_arity(x[0]);
        if (header_kind(x[0]) == KIND_REFC_BIN) return x[REFC_BIN] == y[REFC_BIN];
        if (header_kind(x[0]) >= KIND_FIRST_RAW) return memcmp(x, y, (1 + n) * sizeof(term)) == 0;
        for (size_t i = 1; i < n; i++)
            if (!same(x[i], y[i])) return false;
        if (n == 0) return true;
        a = x[n];
        b = y[n];
    }
}

static void test_shapes(void **state) {
    struct heap h, to;
    setup(&h);
    setup(&to);
    term s = heap_string(&h, "shape", 5, NIL);
    term shapes[] = {
        NIL,
        small_make(-5),
        s,
        heap_cons(&h, s, s),
        heap_cons(&h, NIL, small_make(3)),
        heap_float(&h, 1.5),
        heap_ref(&h, 7, 8),
        heap_tuple(&h, 0, NULL),
        TUPLE(&h, s, s, TUPLE(&h, s)),
        heap_bin_copy(&h, "bytes", 5),
        heap_bin_copy(&h, NULL, 0),
    };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        size_t before = heap_used_words(&to);
        term copy = heap_copy(&to, shapes[i]);
        assert_true(same(copy, shapes[i]));
        assert_int_equal(heap_used_words(&to) - before, term_size(shapes[i], 0, 0));
        if (!term_is_imm(shapes[i])) assert_true(copy != shapes[i]);
    }
    assert_int_equal(term_size(s, 0, 0), 10);
    assert_int_equal(term_size(heap_cons(&h, s, s), 0, 0), 22); /* sharing is not kept */
    heap_deinit(&h);
    heap_deinit(&to);
}

/* Nested 200,000 deep to the left, to the right and in the middle: no C stack is used for it. */
static void test_deep(void **state) {
    for (int shape = 0; shape < 4; shape++) {
        struct heap h;
        struct alloc *a = setup(&h);
        term t = NIL;
        for (int i = 0; i < 200000; i++) {
            term one = small_make(i);
            if (shape == 0) t = heap_cons(&h, t, one);
            if (shape == 1) t = TUPLE(&h, one, t);
            if (shape == 2) t = TUPLE(&h, one, t, one);
            if (shape == 3)
                t = i % 2 ? heap_cons(&h, t, TUPLE(&h, one))
                          : TUPLE(&h, t, one, NIL, heap_cons(&h, one, NIL));
        }
        term copy, at = t;
        size_t words = term_size(t, 0, 0);
        struct frag *f = frag_copy(a, t, 0, 0, &copy);
        assert_non_null(f);
        assert_int_equal(f->used_words, words);
        assert_int_equal(term_size(t, 0, 0), words); /* the pointers were turned back */
        for (int i = 200000; i-- > 0;) {
            int64_t seen[2];
            term *both[2] = {&at, &copy};
            for (int k = 0; k < 2; k++) {
                term x = *both[k];
                const term *e = term_is_list(x) ? NULL : tuple_elements(x);
                if (shape == 0)
                    seen[k] = small_value(list_tail(x)), x = list_head(x);
                else if (shape == 1)
                    seen[k] = small_value(e[0]), x = e[1];
                else if (shape == 2)
                    seen[k] = small_value(e[0]), x = e[1];
                else if (!e)
                    seen[k] = small_value(tuple_elements(list_tail(x))[0]), x = list_head(x);
                else
                    seen[k] = small_value(e[1]), x = e[0];
                *both[k] = x;
            }
            assert_int_equal(seen[0], i);
            assert_int_equal(seen[1], i);
        }
        frag_free(a, f);
        heap_deinit(&h);
    }
}

static void test_literals(void **state) {
    struct heap h;
    setup(&h);
    static term literal[2];
    literal[0] = small_make(1);
    literal[1] = NIL;
    h.literal_lo = (uintptr_t)literal;
    h.literal_hi = (uintptr_t)(literal + 2);
    term t = TUPLE(&h, list_make(literal), heap_cons(&h, NIL, list_make(literal)));
    assert_int_equal(term_size(t, h.literal_lo, h.literal_hi), 5);
    assert_int_equal(term_size(t, 0, 0), 9);
    term copy = heap_copy(&h, t);
    assert_ptr_equal(list_ptr(tuple_elements(copy)[0]), literal);
    assert_ptr_equal(list_ptr(list_tail(tuple_elements(copy)[1])), literal);
    assert_true(heap_copy(&h, list_make(literal)) == list_make(literal));
    heap_deinit(&h);
}

static void test_binaries(void **state) {
    struct heap h, to;
    struct alloc *a = setup(&h);
    setup(&to);
    uint8_t *data;
    term b = heap_bin_new(&h, 1000, &data);
    memset(data, 7, 1000);
    struct bin *bin = (struct bin *)boxed_ptr(b)[REFC_BIN];
    boxed_ptr(b)[REFC_FLAGS] = BIN_WRITABLE;
    term sub = heap_sub_bin(&h, b, 80, 801);
    boxed_ptr(sub)[SUB_FLAGS] = small_make(BIN_WRITABLE);
    term copy, t = TUPLE(&h, b, sub);
    struct frag *f = frag_copy(a, t, 0, 0, &copy);
    assert_int_equal(bin->refs, 3);
    const term *e = tuple_elements(copy);
    assert_int_equal(boxed_ptr(e[0])[REFC_FLAGS] & BIN_WRITABLE, 0);
    assert_int_equal(boxed_ptr(e[1])[SUB_FLAGS], small_make(0));
    heap_adopt(&h, f);
    struct root_span span = {&copy, 1};
    struct roots roots = {.spans = &span, .n = 1};
    assert_int_equal(heap_collect(&h, 0, &roots), ST_OK); /* the originals die */
    heap_check(&h, &roots);
    assert_int_equal(bin->refs, 2);
    heap_deinit(&h);
    assert_int_equal(alloc_stats(a).used_bytes, alloc_stats(to.alloc).used_bytes - 1000 * sizeof(term) - 16);
    heap_deinit(&to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_binaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
