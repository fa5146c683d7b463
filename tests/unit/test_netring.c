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
    give(0, 0, 0, 60);
    give(0, 0, 0, 60);
    assert_non_null(netring_receive(&net, &n));
    netring_receive_done(&net);
    breaks("unknown id of a received frame");
}
static void test_id_out_of_turn(void **state) {
    give(5, 0, 0, 60);
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
static void test_sent_id_twice(void **state) {
    assert_true(netring_send(&net, "x", 1) && netring_send(&net, "x", 1));
    netring_flush(&net);
    sent(net.tx.ring->ring[0].req.id);
    sent(net.tx.ring->ring[0].rsp.id);
    breaks("unknown id of a sent frame");
}
static void test_length_too_great(void **state) {
    give(0, 0, 0, NETRING_PAGE + 1);
    breaks("a frame outside of its slot");
}
static void test_length_greatest(void **state) {
    give(0, 1, 0, INT16_MAX);
    breaks("a frame outside of its slot");
}
static void test_offset_too_great(void **state) {
    give(0, NETRING_PAGE - 59, 0, 60);
    breaks("a frame outside of its slot");
}
static void test_offset_greatest(void **state) {
    give(0, UINT16_MAX, NETRXF_more_data, 1);
    breaks("a frame outside of its slot");
}

/* The next frame is the one given last, whole, in its slot; and all slots are the backend's again. */
static void next_is(uint16_t id) {
    size_t n = 0;
    assert_ptr_equal(netring_receive(&net, &n), page(&net, NETRING_RX_SLOT + id));
    assert_int_equal(n, 60);
    netring_receive_done(&net);
    assert_null(netring_receive(&net, &n));
    assert_null(net.broken);
    netring_flush(&net);
    assert_int_equal(net.rx.ring->req_prod - net.rx.ring->rsp_prod, NETRING_SLOTS);
}

static void test_errors_are_skipped(void **state) {
    give(0, 0, 0, -1);
    give(1, 65535, 0, 0);
    give(2, 0, 0, NETRING_FRAME_MAX + 1); /* a tagged frame of somebody's, perhaps: not the backend's fault */
    give(3, 0, 0, 60);
    next_is(3);
}

static void fill(uint16_t id, uint16_t offset, char c, size_t n) {
    memset(page(&net, NETRING_RX_SLOT + id) + offset, c, n);
}

static void test_several_slots(void **state) {
    size_t n = 0;
    fill(0, 4000, 'a', 96);
    fill(1, 0, 'b', 900);
    fill(2, 7, 'c', 1);
    give(0, 4000, NETRXF_more_data, 96);
    give(1, 0, NETRXF_more_data, 900);
    assert_null(netring_receive(&net, &n)); /* the rest has not come yet */
    assert_null(net.broken);
    give(2, 7, 0, 1);
    const uint8_t *frame = netring_receive(&net, &n);
    assert_non_null(frame);
    assert_int_equal(n, 997);
    assert_true(frame[0] == 'a' && frame[95] == 'a' && frame[96] == 'b' && frame[995] == 'b' &&
                frame[996] == 'c');
    netring_receive_done(&net);
    give(3, 0, 0, 60);
    next_is(3);
}

static void test_several_slots_too_long(void **state) {
    size_t n = 0;
    give(0, 0, NETRXF_more_data, NETRING_FRAME_MAX);
    give(1, 0, NETRXF_more_data, NETRING_PAGE);
    give(2, 0, 0, 1);
    assert_null(netring_receive(&net, &n));
    give(3, 0, 0, 60);
    next_is(3);
}

static void test_several_slots_with_an_error(void **state) {
    size_t n = 0;
    give(0, 0, NETRXF_more_data, 60);
    give(1, 0, NETRXF_more_data, -1);
    give(2, 0, 0, 60);
    assert_null(netring_receive(&net, &n));
    give(3, 0, 0, 60);
    next_is(3);
}

static void test_frame_without_end(void **state) {
    size_t n = 0;
    for (uint16_t i = 0; i < 10 * NETRING_SLOTS; i++) {
        give(i % NETRING_SLOTS, 0, NETRXF_more_data, 1000);
        assert_null(netring_receive(&net, &n));
        netring_flush(&net);
    }
    give(0, 0, 0, 1);
    give(1, 0, 0, 60);
    next_is(1);
}

static void extra(bool more) {
    struct netif_rx_sring *ring = net.rx.ring;
    struct netif_extra_info e = {.type = XEN_NETIF_EXTRA_TYPE_GSO, .flags = more};
    memcpy(&ring->ring[ring->rsp_prod++ % RX_SIZE].rsp, &e, sizeof e);
}

static void test_extra_answers_are_skipped(void **state) {
    size_t n = 0;
    give(0, 0, NETRXF_extra_info | NETRXF_more_data, 100);
    extra(true);
    extra(false);
    give(3, 0, 0, 100);
    assert_non_null(netring_receive(&net, &n));
    assert_int_equal(n, 200);
    netring_receive_done(&net);
    give(4, 0, NETRXF_extra_info, 60);
    assert_non_null(netring_receive(&net, &n));
    netring_receive_done(&net);
    extra(false);
    give(6, 0, 0, 60);
    next_is(6);
}

/* An event is asked for before the last look: what comes after that look notifies. */
static void test_listening(void **state) {
    netring_listen(&net);
    assert_false(netring_pending(&net));
    assert_int_equal(net.rx.ring->rsp_event, net.rx.ring->rsp_prod + 1);
    give(0, 0, 0, 60);
    assert_true(netring_pending(&net));
    for (int i = 0; i < NETRING_SLOTS; i++) assert_true(netring_send(&net, "x", 1));
    netring_flush(&net);
    next_is(0);
    netring_listen(&net);
    assert_true(net.tx.ring->rsp_event - net.tx.ring->rsp_prod <=
                NETRING_SLOTS); /* room is waited for, too */
    sent(net.tx.ring->ring[0].req.id);
    assert_true(netring_pending(&net));
}

/* A backend of random words. Whatever it does: frames lie in the memory meant for them, and nothing else
 * is touched (the sanitizer's part). */
static uint32_t random_state;
static uint32_t any(uint32_t below) {
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}
static void check_frame(const uint8_t *frame, size_t n) {
    const uint8_t *slots = page(&net, NETRING_RX_SLOT), *end = page(&net, NETRING_PAGES);
    assert_true(n >= 1 && n <= NETRING_FRAME_MAX);
    assert_true(frame == net.rx.frame ||
                (frame >= slots && frame + n <= end && (frame - slots) % 4096 + n <= 4096));
}
static void random_step(void) {
    static const uint16_t flags[] = {0, 0, 0, NETRXF_more_data, NETRXF_extra_info, 0xffff};
    struct netif_rx_sring *rx = net.rx.ring;
    uint16_t turn = rx->rsp_prod % NETRING_SLOTS;
    size_t n = 0;
    switch (any(8)) {
    case 0: sent((uint16_t)any(NETRING_SLOTS)); break;
    case 1: net.tx.ring->rsp_prod += any(3); break;
    case 2: any(100) ? (void)0 : memset(rx->ring, (int)any(256), 2048); break;
    case 3: rx->rsp_prod += any(50) ? 0 : any(UINT32_MAX); break;
    case 4: netring_send(&net, "frame", any(6)); break;
    default:
        give(any(50) ? turn : (uint16_t)any(65536), any(4) ? (uint16_t)any(4096) : 0, flags[any(6)],
             (int16_t)(any(3) ? any(60) : any(65536)));
    }
    const uint8_t *frame = netring_receive(&net, &n);
    if (frame) {
        check_frame(frame, n);
        netring_receive_done(&net);
    }
    netring_listen(&net);
    netring_pending(&net);
    netring_flush(&net);
}
static void test_random_backend(void **state) {
    unsigned broken = 0, frames = 0;
    for (random_state = 1; frames < 200000; frames++) {
        random_step();
        if (!net.broken) continue;
        broken++;
        memset(*state, 0, (size_t)NETRING_PAGES * NETRING_PAGE);
        netring_init(&net, *state, refs);
        netring_flush(&net);
    }
    assert_true(broken > 1000);
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
                                       TEST(test_id_out_of_turn),
                                       TEST(test_sent_id_never_given),
                                       TEST(test_sent_id_outside),
                                       TEST(test_length_too_great),
                                       TEST(test_offset_too_great),
                                       TEST(test_several_slots),
                                       TEST(test_errors_are_skipped),
                                       TEST(test_sent_id_twice),
                                       TEST(test_length_greatest),
                                       TEST(test_offset_greatest),
                                       TEST(test_several_slots_too_long),
                                       TEST(test_several_slots_with_an_error),
                                       TEST(test_frame_without_end),
                                       TEST(test_extra_answers_are_skipped),
                                       TEST(test_listening),
                                       TEST(test_random_backend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
