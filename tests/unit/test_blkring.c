/* Unit tests of kernel/drivers/xen/blkring.c against a backend in the same process: one that keeps the rules, and
 * ones that break each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/xen/blkring.c"

enum { DISK_BYTES = 1 << 20 };
static struct blkring blk;
static uint32_t refs[BLKRING_PAGES], seen; /* requests the backend has taken */
static uint8_t medium[DISK_BYTES];

static int setup(void **state) {
    *state = aligned_alloc(BLKRING_PAGE, (size_t)BLKRING_PAGES * BLKRING_PAGE);
    memset(*state, 0, (size_t)BLKRING_PAGES * BLKRING_PAGE);
    for (uint32_t i = 0; i < BLKRING_PAGES; i++) refs[i] = 100 + i;
    blkring_init(&blk, *state, refs, 51712);
    seen = 0;
    return 0;
}
static int teardown(void **state) {
    free(*state);
    return 0;
}

/* -- the backend's side */
static void answer(uint64_t id, uint8_t operation, int16_t status) {
    blk.ring->ring[blk.ring->rsp_prod++ % SIZE].rsp =
        (struct blkif_response){.id = id, .operation = operation, .status = status};
}
static void move_data(const struct blkif_request *q) {
    uint8_t *at = medium + q->sector_number * 512;
    for (int i = 0; i < q->nr_segments; i++) {
        size_t n = (size_t)(q->seg[i].last_sect - q->seg[i].first_sect + 1) * 512;
        uint8_t *p = blk.pages + (size_t)(q->seg[i].gref - 100) * BLKRING_PAGE + q->seg[i].first_sect * 512u;
        assert_true(q->seg[i].last_sect < 8 && q->seg[i].gref > 100 && q->seg[i].gref < 100 + BLKRING_PAGES);
        memcpy(q->operation == BLKIF_OP_READ ? p : at, q->operation == BLKIF_OP_READ ? at : p, n);
        at += n;
    }
}
static void serve(void) {
    while (seen != blk.ring->req_prod) {
        struct blkif_request q = blk.ring->ring[seen++ % SIZE].req;
        assert_int_equal(q.handle, 51712);
        if (q.operation == BLKIF_OP_READ || q.operation == BLKIF_OP_WRITE) move_data(&q);
        answer(q.id, q.operation, BLKIF_RSP_OKAY);
    }
}

static bool one(enum disk_op op, uint64_t at, void *buffer, size_t n) {
    void *owner = NULL;
    bool ok = false;
    assert_true(blkring_start(&blk, op, at, buffer, n, buffer));
    blkring_flush(&blk);
    assert_false(blkring_done(&blk, &owner, &ok));
    serve();
    assert_true(blkring_done(&blk, &owner, &ok));
    assert_ptr_equal(owner, buffer);
    assert_false(blkring_done(&blk, &owner, &ok));
    return ok;
}

static void test_write_and_read(void **state) {
    static uint8_t out[DISK_BYTES_MAX], in[DISK_BYTES_MAX];
    for (unsigned round = 0; round < 300; round++) { /* far around the ring */
        size_t n = (round * 512 % DISK_BYTES_MAX) + 512;
        for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(i + round);
        assert_true(one(DISK_WRITE, round * 512, out, n));
        assert_memory_equal(medium + round * 512, out, n);
        assert_true(one(DISK_READ, round * 512, in, n));
        assert_memory_equal(in, out, n);
    }
    assert_null(blk.broken);
}

static void test_flush_and_discard(void **state) {
    assert_true(one(DISK_FLUSH, 0, NULL, 0));
    assert_int_equal(blk.ring->ring[0].rsp.operation, BLKIF_OP_FLUSH_DISKCACHE);
    assert_true(blkring_start(&blk, DISK_DISCARD, 4096, NULL, 100 * 512, NULL));
    const struct blkif_request_discard *q = (const void *)&blk.ring->ring[1].req;
    assert_int_equal(q->operation, BLKIF_OP_DISCARD);
    assert_int_equal(q->sector_number, 8);
    assert_int_equal(q->nr_sectors, 100);
    assert_int_equal(q->flag, 0);
}

static void test_as_many_as_there_are_slots(void **state) {
    static uint8_t b[DISK_REQUESTS][512];
    void *owner;
    bool ok, given[DISK_REQUESTS] = {false};
    for (int i = 0; i < DISK_REQUESTS; i++)
        assert_true(blkring_start(&blk, DISK_READ, 0, b[i], 512, &given[i]));
    assert_false(blkring_start(&blk, DISK_READ, 0, b[0], 512, NULL));
    blkring_flush(&blk);
    for (int i = DISK_REQUESTS; i--;)
        answer((uint64_t)i, BLKIF_OP_READ, BLKIF_RSP_OKAY); /* in another order */
    while (blkring_done(&blk, &owner, &ok)) *(bool *)owner = ok;
    for (int i = 0; i < DISK_REQUESTS; i++) assert_true(given[i]);
}

static void test_what_is_not_a_request(void **state) {
    static uint8_t b[DISK_BYTES_MAX + 512];
    assert_false(blkring_start(&blk, DISK_READ, 0, b, 511, NULL));
    assert_false(blkring_start(&blk, DISK_WRITE, 0, b, DISK_BYTES_MAX + 512, NULL));
    assert_false(blkring_flush(&blk));
}

static void test_notify(void **state) {
    assert_true(blkring_start(&blk, DISK_FLUSH, 0, NULL, 0, NULL));
    assert_true(blkring_flush(&blk)); /* the first was waited for */
    assert_true(blkring_start(&blk, DISK_FLUSH, 0, NULL, 0, NULL));
    assert_false(blkring_flush(&blk));
    blkring_listen(&blk);
    assert_int_equal(blk.ring->rsp_event, 1);
    assert_false(blkring_pending(&blk));
    serve();
    assert_true(blkring_pending(&blk));
}

static void test_failure(void **state) {
    static const int16_t statuses[] = {BLKIF_RSP_ERROR, BLKIF_RSP_EOPNOTSUPP, 1, INT16_MAX, INT16_MIN};
    uint8_t b[512] = "untouched";
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        void *owner;
        bool ok = true;
        assert_true(blkring_start(&blk, DISK_READ, 0, b, sizeof b, NULL));
        blkring_flush(&blk);
        memset(data_of(&blk, 0), 'x', 512);
        answer(0, BLKIF_OP_READ, statuses[i]);
        assert_true(blkring_done(&blk, &owner, &ok));
        assert_false(ok);
        assert_string_equal(b, "untouched");
    }
    assert_null(blk.broken);
}

/* Two requests are open; after the breach both come back as not done, and nothing is taken any more. */
static uint8_t first[512], second[512];
static void open_two(void) {
    assert_true(blkring_start(&blk, DISK_READ, 0, first, 512, first));
    assert_true(blkring_start(&blk, DISK_WRITE, 0, second, 512, second));
    blkring_flush(&blk);
}
static void breaks(const char *what) {
    void *owner;
    bool ok = true;
    assert_true(blkring_done(&blk, &owner, &ok));
    assert_string_equal(blk.broken, what);
    assert_ptr_equal(owner, first);
    assert_false(ok);
    assert_true(blkring_done(&blk, &owner, &ok));
    assert_ptr_equal(owner, second);
    assert_false(ok);
    assert_false(blkring_done(&blk, &owner, &ok));
    assert_false(blkring_start(&blk, DISK_READ, 0, first, 512, NULL));
    assert_true(blkring_pending(&blk)); /* whoever waits looks once more */
}
static void test_more_answers_than_requests(void **state) {
    open_two();
    blk.ring->rsp_prod = 3;
    breaks("more answers than requests");
}
static void test_index_backwards(void **state) {
    open_two();
    blk.ring->rsp_prod = UINT32_MAX;
    breaks("more answers than requests");
}
static void test_id_outside(void **state) {
    open_two();
    answer(DISK_REQUESTS, BLKIF_OP_READ, 0);
    breaks("an answer to no request");
}
static void test_id_greatest(void **state) {
    open_two();
    answer(UINT64_MAX, BLKIF_OP_READ, 0);
    breaks("an answer to no request");
}
static void test_id_of_nobody(void **state) {
    open_two();
    answer(2, BLKIF_OP_READ, 0);
    breaks("an answer to no request");
}
static void test_id_twice(void **state) {
    void *owner;
    bool ok;
    open_two();
    answer(0, BLKIF_OP_READ, 0);
    answer(0, BLKIF_OP_READ, 0);
    assert_true(blkring_done(&blk, &owner, &ok));
    assert_true(ok && owner == first);
    assert_true(blkring_done(&blk, &owner, &ok));
    assert_string_equal(blk.broken, "an answer to no request");
    assert_true(!ok && owner == second);
}
static void test_other_operation(void **state) {
    open_two();
    answer(0, BLKIF_OP_WRITE, 0);
    breaks("an answer to another operation");
}

/* A backend of random words: buffers are touched only by reads of theirs that are done (the sanitizer watches). */
static void echo(void) {
    while (seen != blk.ring->req_prod) {
        struct blkif_request q = blk.ring->ring[seen++ % SIZE].req;
        answer(q.id, q.operation, BLKIF_RSP_OKAY);
    }
}
static void test_random_backend(void **state) {
    static const uint8_t ops[] = {BLKIF_OP_READ, BLKIF_OP_WRITE, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_DISCARD,
                                  77};
    unsigned broken = 0, done = 0;
    srand(1);
    for (int i = 0; i < 200000; i++) {
        uint8_t *buffer = malloc(DISK_BYTES_MAX);
        enum disk_op op = (enum disk_op)(rand() % 4);
        size_t n = op == DISK_FLUSH ? 0 : (size_t)(rand() % 4) * 512;
        if (!blkring_start(&blk, op, (uint64_t)rand() * 512, buffer, n, buffer)) free(buffer);
        blkring_flush(&blk);
        switch (rand() % 16) {
        case 0: answer((uint64_t)rand() % 9, ops[rand() % 5], (int16_t)rand()); break;
        case 1: blk.ring->rsp_prod += (uint32_t)(rand() % 50 ? 0 : rand()); break;
        case 2:
            if (rand() % 50 == 0) memset(blk.ring->ring, rand() % 256, 3000);
            break;
        default:
            if (rand() % 2) echo();
        }
        void *owner;
        bool ok;
        for (int k = 0; k <= DISK_REQUESTS && blkring_done(&blk, &owner, &ok); k++, done++) free(owner);
        if (!blk.broken) continue;
        while (blkring_done(&blk, &owner, &ok)) free(owner);
        broken++;
        memset(*state, 0, (size_t)BLKRING_PAGES * BLKRING_PAGE);
        blkring_init(&blk, *state, refs, 51712);
        seen = 0;
    }
    assert_true(broken > 1000 && done > 10000);
    void *owner;
    bool ok;
    blk.broken = "end";
    while (blkring_done(&blk, &owner, &ok)) free(owner);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_write_and_read),
                                       TEST(test_flush_and_discard),
                                       TEST(test_as_many_as_there_are_slots),
                                       TEST(test_what_is_not_a_request),
                                       TEST(test_notify),
                                       TEST(test_failure),
                                       TEST(test_more_answers_than_requests),
                                       TEST(test_index_backwards),
                                       TEST(test_id_outside),
                                       TEST(test_id_greatest),
                                       TEST(test_id_of_nobody),
                                       TEST(test_id_twice),
                                       TEST(test_other_operation),
                                       TEST(test_random_backend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
