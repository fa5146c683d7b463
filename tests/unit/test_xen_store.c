/* Unit tests of kernel/drivers/xen/store.c against a store in the same process: one that keeps the rules, and
 * ones that break each of them. */
#include "xen_fake.h"

#include <stdio.h>

#include "drivers/xen/store.c"
#include "lib/cmdline.c"

static struct xenstore_domain_interface ring;
static uint8_t request[XENSTORE_PAYLOAD_MAX + sizeof(struct xsd_sockmsg)];
static size_t n_request;
static struct xsd_sockmsg asked_for; /* the last whole request */
static const char *answer_text;      /* what a good store answers to it */

static void answer_bytes(const void *bytes, size_t n) {
    const char *p = bytes;
    while (n--) ring.rsp[MASK_XENSTORE_IDX(ring.rsp_prod++)] = *p++;
}
static void answer(uint32_t type, uint32_t id, uint32_t length, const char *text, size_t n) {
    struct xsd_sockmsg m = {.type = type, .req_id = id, .len = length};
    answer_bytes(&m, sizeof m);
    answer_bytes(text, n);
}
static void event(void) {
    answer(XS_WATCH_EVENT, 0, 7, "a\0ling\0", 7);
}

/* True when a whole request has come in. */
static bool take_request(void) {
    while (ring.req_cons != ring.req_prod && n_request < sizeof request)
        request[n_request++] = (uint8_t)ring.req[MASK_XENSTORE_IDX(ring.req_cons++)];
    if (n_request < sizeof asked_for) return false;
    memcpy(&asked_for, request, sizeof asked_for);
    if (n_request < sizeof asked_for + asked_for.len) return false;
    n_request = 0;
    return true;
}
static void good(void) {
    if (take_request())
        answer(asked_for.type, asked_for.req_id, (uint32_t)strlen(answer_text), answer_text,
               strlen(answer_text));
}

static void begin(void (*backend)(void)) {
    fake_reset();
    memset(&ring, 0, sizeof ring);
    ring.req_prod = ring.req_cons = UINT32_MAX - 20;
    ring.rsp_prod = ring.rsp_cons = UINT32_MAX - 5;
    xen.store = &ring;
    n_request = 0;
    answer_text = "7";
    fired = news = false;
    fake_backend = backend;
    store_init();
}

static void test_values(void **state) {
    char text[8];
    uint32_t v = 1;
    begin(good);
    assert_true(store_read("a/b", text, sizeof text));
    assert_string_equal(text, "7");
    assert_string_equal((char *)request + sizeof asked_for, "a/b");
    assert_true(store_read_u32("a/b", &v));
    assert_int_equal(v, 7);
    assert_true(store_write("c", "value"));
    assert_int_equal(asked_for.type, XS_WRITE);
    assert_memory_equal(request + sizeof asked_for, "c\0value", 7);
    answer_text = "1234567"; /* just fits; no NUL comes with it */
    assert_true(store_read("a", text, sizeof text));
    assert_string_equal(text, answer_text);
    answer_text = "12345678";
    assert_false(store_read("a", text, sizeof text));
    assert_int_equal(text[7], 0);
    answer_text = "";
    assert_true(store_read("a", text, sizeof text));
    assert_string_equal(text, "");
    assert_string_equal(fake_said, "");
}

static void test_numbers_that_are_none(void **state) {
    static const char *const bad[] = {"", "x", "-1", "4294967296", "7x", " 7", "99999999999999999999", "0x7"};
    uint32_t v = 42;
    begin(good);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        answer_text = bad[i];
        assert_false(store_read_u32("a", &v));
    }
    assert_int_equal(v, 42);
}

static char long_text[3001];
static void long_answer(void) {
    static uint32_t at;
    if (take_request()) {
        at = 0;
        answer(asked_for.type, asked_for.req_id, 3000, "", 0);
    }
    for (; at < 3000 && ring.rsp_prod - ring.rsp_cons < XENSTORE_RING_SIZE; at++)
        answer_bytes(&long_text[at], 1);
}
static void test_answer_longer_than_the_ring(void **state) {
    char text[4000];
    for (int i = 0; i < 3000; i++) long_text[i] = (char)('a' + i % 26);
    begin(long_answer);
    assert_true(store_read("a", text, sizeof text));
    assert_string_equal(text, long_text);
    assert_false(store_read("a", text, 100)); /* all of it is taken nevertheless */
    assert_true(store_read("a", text, sizeof text));
}

static void events_between(void) {
    if (!take_request()) return;
    event();
    event();
    answer(asked_for.type, asked_for.req_id, 1, "7", 1);
    event();
}
static void test_events_between(void **state) {
    uint32_t v = 0;
    begin(events_between);
    assert_false(store_changed());
    assert_true(store_read_u32("a", &v));
    assert_int_equal(v, 7);
    assert_true(store_pending()); /* they came with the answer: no sleeping before they are looked at */
    assert_true(store_changed());
    assert_false(store_pending());
    assert_false(store_changed());
    assert_int_equal(ring.rsp_cons, ring.rsp_prod);
}

static void refusal(void) {
    if (take_request()) answer(XS_ERROR, asked_for.req_id, 7, "ENOENT", 7);
}
static void test_no_such_node(void **state) {
    char text[8];
    begin(refusal);
    assert_false(store_read("a", text, sizeof text));
    assert_false(store_write("a", "b"));
    assert_string_equal(fake_said, "");
}

static void test_too_long_to_ask(void **state) {
    static char path[5000];
    char text[8];
    memset(path, 'p', sizeof path - 1);
    begin(good);
    assert_false(store_read(path, text, sizeof text));
    assert_true(store_read("a", text, sizeof text));
}

/* After the breach the store is left alone: no sleep, not a byte. */
static void breaks(void (*backend)(void), const char *why) {
    char text[8];
    begin(backend);
    assert_false(store_read("a", text, sizeof text));
    assert_non_null(strstr(fake_said, why));
    unsigned sleeps = fake_sleeps;
    uint32_t put_before = ring.req_prod;
    assert_false(store_write("a", "b"));
    assert_false(store_watch("a"));
    store_changed();
    assert_false(store_take_in() || store_pending());
    assert_int_equal(fake_sleeps, sleeps);
    assert_int_equal(ring.req_prod, put_before);
}

static void wrong_id(void) {
    if (take_request()) answer(asked_for.type, asked_for.req_id + 1, 1, "7", 1);
}
static void wrong_type(void) {
    if (take_request()) answer(XS_MKDIR, asked_for.req_id, 1, "7", 1);
}
static void length_too_great(void) {
    if (take_request()) answer(asked_for.type, asked_for.req_id, XENSTORE_PAYLOAD_MAX + 1, "7", 1);
}
static void length_greatest(void) {
    if (take_request()) answer(asked_for.type, asked_for.req_id, UINT32_MAX, "7", 1);
}
static void answers_run_ahead(void) {
    ring.rsp_prod = ring.rsp_cons + XENSTORE_RING_SIZE + 1;
}
static void answers_run_back(void) {
    ring.rsp_prod = ring.rsp_cons - 1;
}
static void silence(void) {}
static void half_an_answer(void) {
    if (take_request()) answer(asked_for.type, asked_for.req_id, 10, "12345", 5);
}
static void events_without_end(void) {
    take_request();
    while (ring.rsp_prod - ring.rsp_cons + 23 <= XENSTORE_RING_SIZE) event();
}
static void test_breaches(void **state) {
    breaks(wrong_id, "not asked");
    breaks(wrong_type, "not asked");
    breaks(length_too_great, "longer than any");
    breaks(length_greatest, "longer than any");
    breaks(answers_run_ahead, "more in the ring");
    breaks(answers_run_back, "more in the ring");
    breaks(silence, "no answer");
    breaks(half_an_answer, "no answer");
    breaks(events_without_end, "without end");
}

static void test_took_too_much(void **state) {
    char text[8];
    begin(good);
    ring.req_cons = ring.req_prod + 1;
    assert_false(store_read("a", text, sizeof text));
    assert_non_null(strstr(fake_said, "took more"));
}

static void test_takes_nothing(void **state) {
    static char value[2000];
    memset(value, 'v', sizeof value - 1);
    begin(silence);
    assert_false(store_write("a", value));
    assert_non_null(strstr(fake_said, "no answer"));
}

static void test_unasked_answer(void **state) {
    begin(good);
    answer(XS_READ, 0, 1, "7", 1);
    assert_false(store_changed());
    assert_non_null(strstr(fake_said, "not asked"));
}

static void test_our_index_is_overwritten(void **state) {
    char text[8];
    begin(good);
    ring.rsp_cons = ring.rsp_prod - 77; /* the good store reads no index of ours but req_prod */
    assert_true(store_read("a", text, sizeof text));
    assert_string_equal(text, "7");
}

static void test_no_store(void **state) {
    char text[8];
    fake_reset();
    store_init();
    assert_false(store_read("a", text, sizeof text));
    assert_false(store_changed());
}

static void random_store(void) {
    static const uint32_t types[] = {XS_READ, XS_WRITE, XS_ERROR, XS_WATCH_EVENT, XS_WATCH, 99};
    bool whole = take_request();
    if (ring.rsp_prod - ring.rsp_cons > 512) return;
    switch (rand() % 8) {
    case 0: answer(types[rand() % 6], (uint32_t)rand() % 3, (uint32_t)rand() % 9, "12345678", 8); break;
    case 1: event(); break;
    case 2: answer_bytes("garbage", (size_t)rand() % 8); break;
    case 3:
        if (rand() % 8 == 0) ring.rsp_prod = (uint32_t)rand();
        break;
    case 4:
        if (rand() % 8 == 0) ring.req_cons = (uint32_t)rand();
        break;
    case 5: ring.req_prod = ring.rsp_cons = (uint32_t)rand(); break;
    default:
        if (whole) answer(asked_for.type, asked_for.req_id, 8, "12345678", 8);
    }
}
static void test_random_store(void **state) {
    for (unsigned seed = 0; seed < 5000; seed++) {
        char text[9];
        srand(seed);
        begin(random_store);
        for (int i = 0; i < 6; i++) {
            store_read("a/b/c", text, sizeof text);
            store_write("d", "12345678901234567890");
            store_changed();
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),         cmocka_unit_test(test_numbers_that_are_none),
        cmocka_unit_test(test_events_between), cmocka_unit_test(test_answer_longer_than_the_ring),
        cmocka_unit_test(test_no_such_node),   cmocka_unit_test(test_too_long_to_ask),
        cmocka_unit_test(test_breaches),       cmocka_unit_test(test_took_too_much),
        cmocka_unit_test(test_takes_nothing),  cmocka_unit_test(test_unasked_answer),
        cmocka_unit_test(test_no_store),       cmocka_unit_test(test_our_index_is_overwritten),
        cmocka_unit_test(test_random_store)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
