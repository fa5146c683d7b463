/* Unit tests of kernel/drivers/xen/netring.c against a backend in the same process: one that keeps the rules,
 * and ones that break each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/xen/netring.c"

static struct netring net;
static uint32_t refs[NETRING_PAGES];

static int setup(void **state) {
    *state = aligned_alloc(NETRING_PAGE, (size_t)NETRING_PAGES * NETRING_PAGE);
    memset(*state, 0, (size_t)NETRING_PAGES * NETRING_PAGE);
    for (uint32_t i = 0; i < NETRING_PAGES; i++) refs[i] = 100 + i;
    netring_init(&net, *state, refs);
    netring_flush(&net);
    return 0;
}
static int teardown(void **state) {
    free(*state);
    return 0;
}

/* -- the backend's side */
static void give(uint16_t id, uint16_t offset, uint16_t flags, int16_t status) {
    struct netif_rx_sring *ring = net.rx.ring;
    ring->ring[ring->rsp_prod % RX_SIZE].rsp =
        (struct netif_rx_response){.id = id, .offset = offset, .flags = flags, .status = status};
    ring->rsp_prod++;
}
static void sent(uint16_t id) {
    struct netif_tx_sring *ring = net.tx.ring;
    ring->ring[ring->rsp_prod++ % TX_SIZE].rsp = (struct netif_tx_response){.id = id};
}

static void test_requests(void **state) {
    assert_int_equal(net.rx.ring->req_prod, NETRING_SLOTS);
    for (unsigned i = 0; i < NETRING_SLOTS; i++) {
        assert_int_equal(net.rx.ring->ring[i].req.id, i);
        assert_int_equal(net.rx.ring->ring[i].req.gref, 100 + NETRING_RX_SLOT + i);
    }
}

static void test_receive(void **state) {
    size_t n = 0;
    for (int round = 0; round < 2000; round++) { /* far around the ring */
        uint16_t id = (uint16_t)(net.rx.ring->ring[net.rx.taken % RX_SIZE].req.id);
        memcpy(page(&net, NETRING_RX_SLOT + id) + 64, &round, sizeof round);
        give(id, 64, 0, 60);
        assert_true(netring_pending(&net));
        const uint8_t *frame = netring_receive(&net, &n);
        assert_non_null(frame);
        assert_int_equal(n, 60);
        assert_memory_equal(frame, &round, sizeof round);
        netring_receive_done(&net);
        netring_flush(&net);
        assert_null(netring_receive(&net, &n));
    }
    assert_null(net.broken);
}

static void test_send(void **state) {
    uint8_t frame[NETRING_FRAME_MAX] = {1, 2, 3};
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < NETRING_SLOTS; i++) assert_true(netring_send(&net, frame, sizeof frame));
        assert_false(netring_send(&net, frame, sizeof frame)); /* full */
        netring_flush(&net);
        for (uint32_t i = net.tx.taken; i != net.tx.shown; i++) {
            struct netif_tx_request q = net.tx.ring->ring[i % TX_SIZE].req;
            assert_int_equal(q.gref, 100 + NETRING_TX_SLOT + q.id);
            assert_int_equal(q.size, sizeof frame);
            sent(q.id);
        }
    }
    assert_false(netring_send(&net, frame, NETRING_FRAME_MAX + 1));
    assert_null(net.broken);
}

static void test_notify(void **state) {
    uint8_t frame[60] = {0};
    net.tx.ring->req_event = 1;
    assert_true(netring_send(&net, frame, sizeof frame));
    assert_true(netring_flush(&net)); /* the first was waited for */
    assert_true(netring_send(&net, frame, sizeof frame));
    assert_false(netring_flush(&net)); /* the second was not */
    assert_false(netring_flush(&net));
}

static void breaks(const char *what) {
    size_t n = 0;
    assert_null(netring_receive(&net, &n));
    netring_flush(&net);
    assert_string_equal(net.broken, what);
    assert_null(netring_receive(&net, &n));
    assert_false(netring_pending(&net));
    assert_false(netring_send(&net, "x", 1));
}

static void test_too_many_answers(void **state) {
    net.rx.ring->rsp_prod = NETRING_SLOTS + 1;
    breaks("more answers than requests");
}
static void test_index_backwards(void **state) {
    net.rx.ring->rsp_prod = UINT32_MAX;
    breaks("more answers than requests");
}
static void test_too_many_sent(void **state) {
    net.tx.ring->rsp_prod = 1;
    breaks("more answers than requests");
}
static void test_id_outside(void **state) {
    give(NETRING_SLOTS, 0, 0, 60);
    breaks("unknown id of a received frame");
}
static void test_id_twice(void **state) {
    size_t n;
    give(5, 0, 0, 60);
    give(5, 0, 0, 60);
    assert_non_null(netring_receive(&net, &n));
    breaks("unknown id of a received frame");
}
static void test_sent_id_never_given(void **state) {
    assert_true(netring_send(&net, "x", 1));
    netring_flush(&net);
    sent(net.tx.ring->ring[0].req.id == 3 ? 4 : 3);
    breaks("unknown id of a sent frame");
}
static void test_sent_id_outside(void **state) {
    assert_true(netring_send(&net, "x", 1));
    netring_flush(&net);
    sent(65535);
    breaks("unknown id of a sent frame");
}
static void test_length_too_great(void **state) {
    give(0, 0, 0, NETRING_FRAME_MAX + 1);
    breaks("a frame outside of its slot");
}
static void test_offset_too_great(void **state) {
    give(0, NETRING_PAGE - 59, 0, 60);
    breaks("a frame outside of its slot");
}
static void test_several_slots(void **state) {
    give(0, 0, NETRXF_more_data, 60);
    breaks("a frame of several slots");
}
static void test_errors_are_skipped(void **state) {
    size_t n = 0;
    give(0, 0, 0, -1);
    give(1, 65535, 0, 0);
    give(2, 0, 0, 60);
    assert_ptr_equal(netring_receive(&net, &n), page(&net, NETRING_RX_SLOT + 2));
    assert_null(net.broken);
    assert_true(net.rx.posted[0] && net.rx.posted[1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_requests),
                                       TEST(test_receive),
                                       TEST(test_send),
                                       TEST(test_notify),
                                       TEST(test_too_many_answers),
                                       TEST(test_index_backwards),
                                       TEST(test_too_many_sent),
                                       TEST(test_id_outside),
                                       TEST(test_id_twice),
                                       TEST(test_sent_id_never_given),
                                       TEST(test_sent_id_outside),
                                       TEST(test_length_too_great),
                                       TEST(test_offset_too_great),
                                       TEST(test_several_slots),
                                       TEST(test_errors_are_skipped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
