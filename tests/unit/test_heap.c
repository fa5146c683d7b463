/* heap: random programs over a heap, with a model outside that knows what every root must look like after any
 * number of collections; growth and shrinking; fragments; off-heap binaries; running out of memory. */
#include "unit.h"

#include "heap/collect.h"

enum { ROOTS = 24, STACK = 16, STEPS = 60000 };
static const size_t arena_bytes = 64u << 20;

static jmp_buf out_of_memory;
static void oom(struct heap *h, size_t words) {
    longjmp(out_of_memory, 1);
}

static struct alloc *heap_setup(struct heap *h, size_t min_words) {
    struct alloc *a = alloc_create(unit_arena(arena_bytes), arena_bytes);
    assert_int_equal(heap_init(h, a, min_words), ST_OK);
    h->oom = oom;
    return a;
}

/* A fingerprint of a term, by content. */
static uint64_t digest(term t, int depth) {
    uint64_t d = 0xcbf29ce484222325u;
#define MIX(x) (d = (d ^ (uint64_t)(x)) * 0x100000001b3u)
    for (; term_is_list(t) && depth < 40; t = list_tail(t)) MIX(digest(list_head(t), depth + 1) + 1);
    if (term_is_imm(t) || depth >= 40) return MIX(term_is_imm(t) ? t : 0), d;
    if (term_is_list(t)) return d;
    const term *o = boxed_ptr(t);
    MIX(o[0]);
    if (term_is_bitstring(t)) {
        struct bits b = term_bits(t);
        for (size_t i = 0; i < b.size_bits / 8; i++) MIX(b.bytes[b.offset_bits / 8 + i]);
        return d;
    }
    size_t n = header_arity(o[0]);
    for (size_t i = 1; i <= n; i++) MIX(header_kind(o[0]) >= KIND_FIRST_RAW ? o[i] : digest(o[i], depth + 1));
    return d;
#undef MIX
}

struct world {
    struct heap h;
    struct alloc *a;
    struct unit_random r;
    term roots[ROOTS];
    term more[4];
    uint64_t digests[ROOTS];
};

static void more_roots(void *ctx, void (*root)(struct gc *gc, struct root_span span), struct gc *gc) {
    struct world *w = ctx;
    for (size_t i = 0; i < ARRAY_LEN(w->more); i++) root(gc, (struct root_span){&w->more[i], 1});
}

static term any_root(struct world *w) {
    return w->roots[unit_next(&w->r) % ROOTS];
}

static term new_binary(struct world *w) {
    size_t n = unit_next(&w->r) % 3 ? unit_next(&w->r) % 64 : unit_next(&w->r) % 3000;
    uint8_t *data;
    term t = heap_bin_new(&w->h, n, &data);
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)unit_next(&w->r);
    if (unit_next(&w->r) % 2) return t;
    return heap_sub_bin(&w->h, t, n / 3 * 8, n / 2 * 8);
}

static term new_list(struct world *w) {
    term t = unit_next(&w->r) % 4 ? NIL : any_root(w);
    for (uint64_t n = unit_next(&w->r) % 30; n > 0; n--)
        t = heap_cons(&w->h, unit_next(&w->r) % 8 ? small_make((int64_t)n) : any_root(w), t);
    return t;
}

static term new_term(struct world *w) {
    switch (unit_next(&w->r) % 8) {
    case 0: return small_make((int64_t)unit_next(&w->r) >> 3);
    case 1: return TUPLE(&w->h, any_root(w), any_root(w), atom_make(7));
    case 2: return heap_float(&w->h, (double)unit_next(&w->r));
    case 3: return new_binary(w);
    case 4: return heap_ref(&w->h, unit_next(&w->r) | 2, unit_next(&w->r) | 1);
    case 5: return heap_string(&w->h, "hello", 5, any_root(w));
    default: return new_list(w);
    }
}

typedef enum status (*collector)(struct heap *h, size_t need_words, const struct roots *roots);

static void collect(struct world *w, size_t need, collector how) {
    struct root_span spans[2] = {{w->roots, ROOTS / 2}, {w->roots + ROOTS / 2, ROOTS - ROOTS / 2}};
    struct roots roots = {spans, 2, more_roots, w};
    assert_int_equal(how(&w->h, need, &roots), ST_OK);
    assert_true((size_t)(w->h.stop - w->h.top) >= need + HEAP_SLACK);
    assert_true(!w->h.frags || how == heap_compact);
    heap_check(&w->h, &roots);
    for (int i = 0; i < ROOTS; i++) assert_true(digest(w->roots[i], 0) == w->digests[i]);
    for (size_t i = 0; i < ARRAY_LEN(w->more); i++) assert_true(digest(w->more[i], 0) == w->digests[i]);
    for (int i = 0; i < STACK; i++) assert_true(digest(w->h.stop[i], 0) == w->digests[i]);
}

/* A message: a term copied to a fragment of its own, adopted. */
static term through_message(struct world *w, term t) {
    term copy;
    struct frag *f = frag_copy(w->a, t, 0, 0, &copy);
    assert_non_null(f);
    if (unit_next(&w->r) % 2) return heap_adopt_term(&w->h, f, copy);
    heap_adopt(&w->h, f);
    return copy;
}

static collector any_collector(struct world *w, unsigned in_place_of_8) {
    if (unit_next(&w->r) % 8 < in_place_of_8) return heap_compact;
    return unit_next(&w->r) % 16 ? heap_collect : heap_collect_major;
}

static void world_run(struct world *w, uint64_t seed, size_t min_words, unsigned in_place_of_8) {
    w->a = heap_setup(&w->h, min_words);
    w->r.state = seed;
    for (int i = 0; i < ROOTS; i++) {
        w->roots[i] = NIL;
        w->digests[i] = digest(NIL, 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(w->more); i++) w->more[i] = NIL;
    w->h.stop -= STACK;
    for (int i = 0; i < STACK; i++) w->h.stop[i] = NIL;
    for (int step = 0; step < STEPS; step++) {
        size_t i = unit_next(&w->r) % ROOTS;
        term t = new_term(w);
        if (unit_next(&w->r) % 8 == 0 && term_size(t, 0, 0) < 20000) t = through_message(w, t);
        if (term_size(t, 0, 0) > 3000) t = NIL; /* terms that share themselves grow without bound */
        w->roots[i] = t;
        w->digests[i] = digest(t, 0);
        if (i < ARRAY_LEN(w->more)) w->more[i] = t;
        if (i < STACK) w->h.stop[i] = t;
        if (unit_next(&w->r) % 64 == 0) collect(w, unit_next(&w->r) % 500, any_collector(w, in_place_of_8));
    }
    collect(w, 10, heap_collect_major);
    alloc_check(w->a);
    assert_true(w->h.gc_minor > 50 && w->h.gc_major > 10 && w->h.words_reclaimed > 0);
    size_t before = alloc_stats(w->a).used_bytes;
    heap_deinit(&w->h);
    assert_true(alloc_stats(w->a).used_bytes < before);
    assert_int_equal(alloc_stats(w->a).used_bytes, align_up(alloc_stats(w->a).used_bytes, 16));
    /* every binary and every block is back: one block is as large as the arena */
    assert_non_null(alloc_get(w->a, arena_bytes - 16 * 1024));
}

static void test_random(void **state) {
    struct world *w = calloc(1, sizeof *w);
    for (uint64_t seed = 1; seed <= 6; seed++) {
        memset(w, 0, sizeof *w);
        world_run(w, seed, seed % 3 == 1 ? 233 : 4000, seed <= 3 ? 0 : (unsigned)seed - 2);
    }
    free(w);
}

/* A list that lives and grows, with garbage in between: the block sizes must make the work linear. */
static void test_growth(void **state) {
    struct heap h;
    heap_setup(&h, 233);
    term keep = NIL;
    struct root_span span = {&keep, 1};
    struct roots roots = {.spans = &span, .n = 1};
    for (int i = 0; i < 400000; i++) {
        keep = heap_cons(&h, small_make(i), keep);
        (void)TUPLE(&h, NIL, NIL);
        if ((size_t)(h.stop - h.top) < 64 || heap_must_collect(&h))
            assert_int_equal(heap_collect(&h, 64, &roots), ST_OK);
    }
    heap_check(&h, &roots);
    int64_t n = 0;
    for (term t = keep; term_is_list(t); t = list_tail(t)) n++;
    assert_int_equal(n, 400000);
    assert_true(h.gc_minor + h.gc_major < 400);
    assert_true(h.gc_major < 12);
    size_t large = heap_block_words(&h);
    keep = NIL;
    for (int i = 0; i < 12; i++) assert_int_equal(heap_collect_major(&h, 0, &roots), ST_OK);
    assert_true(heap_block_words(&h) < large / 4);
    heap_deinit(&h);
}

/* A stack that grows word by word. */
static void test_stack(void **state) {
    struct heap h;
    heap_setup(&h, 233);
    struct roots roots = {0};
    for (int i = 0; i < 300000; i++) {
        if ((size_t)(h.stop - h.top) < HEAP_SLACK + 4) assert_int_equal(heap_collect(&h, 4, &roots), ST_OK);
        *--h.stop = i % 3 ? small_make(i) : heap_cons(&h, small_make(i), NIL);
    }
    for (int i = 300000; i-- > 0;) {
        term t = *h.stop++;
        assert_int_equal(small_value(i % 3 ? t : list_head(t)), i);
    }
    assert_true(h.gc_minor + h.gc_major < 100);
    assert_int_equal(heap_collect(&h, 0, &roots), ST_OK);
    assert_int_equal(heap_collect(&h, 0, &roots), ST_OK);
    heap_deinit(&h);
}

/* A small arena with others' blocks in between: what lives may take nearly all of it before memory is said to be out. */
static void test_short_memory(void **state) {
    enum { ARENA = 8 << 20 };
    struct heap h;
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    void *others[40];
    for (size_t i = 0; i < ARRAY_LEN(others); i++) others[i] = alloc_get(a, 100 << 10);
    assert_int_equal(heap_init(&h, a, 233), ST_OK);
    h.oom = oom;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (i % 8) alloc_put(a, others[i]);
    term keep = NIL;
    struct root_span span = {&keep, 1};
    struct roots roots = {.spans = &span, .n = 1};
    int64_t n = 0;
    enum status st = ST_OK;
    while (st == ST_OK) {
        keep = heap_cons(&h, n % 3 ? small_make(n) : TUPLE(&h, small_make(n)), keep);
        n++;
        (void)TUPLE(&h, NIL, NIL);
        if ((size_t)(h.stop - h.top) < 64 || heap_must_collect(&h)) st = heap_collect(&h, 64, &roots);
    }
    assert_int_equal(st, ST_NOMEM);
    heap_check(&h, &roots);
    size_t used = heap_used_words(&h) * sizeof(term), free_bytes = ARENA - alloc_stats(a).used_bytes;
    if (used < (ARENA - 5 * (100u << 10)) * 9ul / 10)
        fail_msg("%zu words live, %zu bytes free", used / 8, free_bytes);
    for (term t = keep; term_is_list(t); t = list_tail(t)) {
        n--;
        assert_int_equal(small_value(n % 3 ? list_head(t) : tuple_elements(list_head(t))[0]), n);
    }
    assert_int_equal(n, 0);
    heap_deinit(&h);
    alloc_check(a);
}

/* A deep stack in the last memory, and then room again. */
static void test_short_memory_stack(void **state) {
    enum { ARENA = 4 << 20 };
    struct heap h;
    struct alloc *a = alloc_create(unit_arena(ARENA), ARENA);
    assert_int_equal(heap_init(&h, a, 233), ST_OK);
    h.oom = oom;
    void *other = alloc_get(a, ARENA / 16);
    struct roots roots = {0};
    enum status st = ST_OK;
    int64_t n = 0;
    for (; st == ST_OK; n++) {
        *--h.stop = n % 3 ? small_make(n) : heap_cons(&h, small_make(n), NIL);
        if ((size_t)(h.stop - h.top) < HEAP_SLACK + 4) st = heap_collect(&h, 4, &roots);
    }
    assert_true(n * sizeof(term) * 5 / 3 > (size_t)ARENA * 8 / 10);
    alloc_put(a, other); /* for the tables */
    while (n-- > 0) {
        term t = *h.stop++;
        assert_int_equal(small_value(n % 3 ? t : list_head(t)), n);
    }
    for (int i = 0; i < 8; i++) assert_int_equal(heap_collect(&h, 1000, &roots), ST_OK);
    assert_true(heap_block_words(&h) < 100000);
    heap_deinit(&h);
    alloc_check(a);
}

static void test_literals_stay(void **state) {
    struct heap h;
    heap_setup(&h, 233);
    static term literal[3];
    literal[0] = header_make(KIND_TUPLE, 2);
    literal[1] = literal[2] = NIL;
    h.literal_lo = (uintptr_t)literal;
    h.literal_hi = (uintptr_t)(literal + 3);
    term root = TUPLE(&h, boxed_make(literal), NIL);
    struct root_span span = {&root, 1};
    struct roots roots = {.spans = &span, .n = 1};
    for (int i = 0; i < 4; i++) {
        assert_int_equal((i % 2 ? heap_collect_major : heap_collect)(&h, 10, &roots), ST_OK);
        heap_check(&h, &roots);
    }
    assert_ptr_equal(boxed_ptr(tuple_elements(root)[0]), literal);
    assert_int_equal(literal[0], header_make(KIND_TUPLE, 2));
    heap_deinit(&h);
}

static void test_no_memory(void **state) {
    struct heap h;
    struct alloc *a = heap_setup(&h, 233);
    term root = heap_string(&h, "still here", 10, NIL);
    uint64_t d = digest(root, 0);
    struct root_span span = {&root, 1};
    struct roots roots = {.spans = &span, .n = 1};
    for (long n = 0; n < 3; n++) {
        alloc_fail_after(a, n);
        enum status st = heap_collect_major(&h, 1000, &roots);
        alloc_fail_after(a, -1);
        assert_true(st == ST_OK || st == ST_NOMEM);
        assert_true(digest(root, 0) == d);
        heap_check(&h, &roots);
    }
    assert_int_equal(heap_collect(&h, SIZE_MAX / 8, &roots), ST_NOMEM);
    alloc_fail_after(a, 0);
    volatile bool fell = setjmp(out_of_memory) != 0;
    if (!fell) {
        heap_alloc(&h, 100000);
        fail_msg("memory from nowhere");
    }
    alloc_fail_after(a, -1);
    h.max_words = 100;
    heap_string(&h, "0123456789", 10, NIL);
    assert_int_equal(heap_collect(&h, 200, &roots), ST_LIMIT);
    heap_deinit(&h);
}

static void test_shrink_last(void **state) {
    struct heap h;
    heap_setup(&h, 233);
    term *p = heap_alloc(&h, 10);
    heap_shrink_last(&h, p + 4, 6);
    assert_ptr_equal(h.top, p + 4);
    term *big = heap_alloc(&h, 5000); /* a fragment */
    size_t used = h.frag_words;
    heap_shrink_last(&h, big + 1000, 4000);
    assert_int_equal(h.frag_words, used - 4000);
    heap_deinit(&h);
}

/* A binary that is being built keeps its spare room while it grows, and gives it back after. */
static void test_writable(void **state) {
    struct heap h;
    struct alloc *a = heap_setup(&h, 233);
    struct bin *b = bin_new(a, 10000);
    b->size = 100;
    term root = heap_bin_wrap(&h, b);
    boxed_ptr(root)[REFC_SIZE] = 100;
    boxed_ptr(root)[REFC_FLAGS] = BIN_WRITABLE;
    struct root_span span = {&root, 1};
    struct roots roots = {.spans = &span, .n = 1};
    assert_int_equal(heap_collect(&h, 10, &roots), ST_OK);
    b = (struct bin *)boxed_ptr(root)[REFC_BIN];
    assert_int_equal(b->capacity, 10000);
    b->size = boxed_ptr(root)[REFC_SIZE] = 200;
    assert_int_equal(heap_collect(&h, 10, &roots), ST_OK);
    assert_int_equal(((struct bin *)boxed_ptr(root)[REFC_BIN])->capacity, 10000);
    assert_int_equal(heap_collect_major(&h, 10, &roots), ST_OK);
    assert_int_equal(((struct bin *)boxed_ptr(root)[REFC_BIN])->capacity, 200);
    assert_true(boxed_ptr(root)[REFC_FLAGS] & BIN_WRITABLE);
    heap_deinit(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_short_memory),
        cmocka_unit_test(test_short_memory_stack),
        cmocka_unit_test(test_literals_stay),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_shrink_last),
        cmocka_unit_test(test_writable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
