/* Unit tests of kernel/drivers/xen/netfront.c and xenbus.c with a store and a backend of the test's: how the device
 * comes, goes and comes back, and what is done with values in the store that are none. */
#include "xen_fake.h"

#include <stdio.h>

/* In this order: names of netfront's own are parameters of netring's. */
/* clang-format off */
#include "drivers/xen/netring.c"
#include "drivers/xen/xenbus.c"
#include "lib/cmdline.c"
#include "drivers/xen/netfront.c"
/* clang-format on */

/* -- the store: some nodes, and how often anything was written */
enum { NODES = 64 };
static struct {
    char path[96], value[160];
    bool there;
} nodes[NODES];
static unsigned writes;
static bool silent; /* it has not answered, and is not asked any more */

static void set(const char *path, const char *value) {
    int at = -1;
    for (int i = 0; i < NODES; i++)
        if (nodes[i].there ? !strcmp(nodes[i].path, path) : at < 0) at = i;
    for (int i = 0; i < NODES; i++)
        if (nodes[i].there && !strcmp(nodes[i].path, path)) at = i;
    assert_true(at >= 0 && strlen(path) < sizeof nodes[at].path && strlen(value) < sizeof nodes[at].value);
    strcpy(nodes[at].path, path);
    strcpy(nodes[at].value, value);
    nodes[at].there = true;
}
static void remove_below(const char *path) {
    for (int i = 0; i < NODES; i++)
        if (!strncmp(nodes[i].path, path, strlen(path))) nodes[i].there = false;
}
static const char *get_node(const char *path) {
    for (int i = 0; i < NODES; i++)
        if (nodes[i].there && !strcmp(nodes[i].path, path)) return nodes[i].value;
    return NULL;
}
bool store_read(const char *path, char *value, size_t cap) {
    const char *found = get_node(path);
    if (!found || strlen(found) >= cap) return false;
    strcpy(value, found);
    return true;
}
bool store_read_u64(const char *path, uint64_t *value) {
    const char *found = silent ? NULL : get_node(path);
    return found && parse_u64(found, value);
}
bool store_read_u32(const char *path, uint32_t *value) {
    uint64_t v;
    if (!store_read_u64(path, &v) || v > UINT32_MAX) return false;
    *value = (uint32_t)v;
    return true;
}
bool store_write_u32(const char *path, uint32_t value) {
    char text[16];
    snprintf(text, sizeof text, "%u", value);
    writes++;
    set(path, text);
    return true;
}
bool store_watch(const char *path) {
    return true;
}
bool store_unwatch(const char *path) {
    return true;
}
bool store_take_in(void) {
    return false;
}
bool store_is_usable(void) {
    return !silent;
}

/* -- grants and ports */
static uint32_t next_ref, next_port, open_ports;
static bool still_mapped;
static uint16_t last_domain;
bool gnttab_init(void) {
    return true;
}
uint32_t gnttab_grant(uint16_t domain, const void *page_of_ours, bool read_only) {
    assert_int_equal((uintptr_t)page_of_ours % 4096, 0);
    last_domain = domain;
    return next_ref++;
}
bool gnttab_end(uint32_t ref) {
    return !still_mapped;
}
uint32_t evtchn_open(uint16_t domain) {
    open_ports++;
    return next_port++;
}
void evtchn_close(uint32_t closed) {
    open_ports--;
}

#define BACK "/local/domain/0/backend/vif/1/0"
static void make_device(void) {
    set("device/vif/0/backend", BACK);
    set("device/vif/0/backend-id", "0");
    set("device/vif/0/mac", "00:16:3E:00:0a:ff");
    set("device/vif/0/state", "1");
    set(BACK "/online", "1");
    set(BACK "/state", "2");
}
static void remove_device(void) {
    remove_below(BACK);
    remove_below("device");
}
static const char *our_state(void) {
    return get_node("device/vif/0/state");
}
/* What netback does with our state. */
static void follow_frontend(void) {
    const char *ours = our_state(), *theirs = get_node(BACK "/state");
    if (!ours || !theirs) return;
    if (!strcmp(ours, "4") && !strcmp(theirs, "2")) set(BACK "/state", "4");
    if (!strcmp(ours, "6")) set(BACK "/state", "6");
    if (!strcmp(ours, "1") && !strcmp(theirs, "6")) set(BACK "/state", "2");
}

static void begin(void) {
    fake_reset();
    memset(nodes, 0, sizeof nodes);
    device = (struct xenbus_device){.path = "device/vif/0"};
    phase = AWAY;
    begun = refused = still_mapped = silent = false;
    granted_to = port = given = copied = put = writes = open_ports = 0;
    next_ref = 8;
    next_port = 3;
    fake_backend = follow_frontend;
    make_device();
}
static bool start(uint8_t mac[6]) {
    begin();
    return nic_init(mac);
}
/* The store changed, and netback reacted, some times over. */
static void settle(void) {
    for (int i = 0; i < 10; i++) {
        netfront_store_changed();
        follow_frontend();
    }
}

static void test_connects(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    assert_memory_equal(mac, "\x00\x16\x3e\x00\x0a\xff", 6);
    assert_int_equal(atoi(get_node("device/vif/0/tx-ring-ref")), refs[0]);
    assert_int_equal(atoi(get_node("device/vif/0/rx-ring-ref")), refs[1]);
    assert_string_equal(get_node("device/vif/0/event-channel"), "3");
    assert_string_equal(get_node("device/vif/0/request-rx-copy"), "1");
    assert_string_equal(our_state(), "4");
    assert_int_equal(netfront_port(), 3);
    assert_true(nic_carrier(mac));
    assert_string_equal(fake_said, "");
}

static void test_values_that_are_none(void **state) {
    static const char *const bad[][2] = {{"device/vif/0/mac", "00:16:3e:00:00"},
                                         {"device/vif/0/mac", "00:16:3e:00:00:0g"},
                                         {"device/vif/0/mac", ""},
                                         {"device/vif/0/backend-id", "32752"},
                                         {"device/vif/0/backend-id", "-1"},
                                         {"device/vif/0/backend-id", "4294967296"},
                                         {"device/vif/0/backend", ""}};
    static const char *const states[] = {"7", "two", "99999999999"};
    uint8_t mac[6];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin();
        set(bad[i][0], bad[i][1]);
        assert_false(nic_init(mac));
        assert_int_equal(open_ports, 0);
    }
    begin();
    remove_below("device");
    assert_false(nic_init(mac)); /* no such device: not even a line */
    assert_string_equal(fake_said, "");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        begin();
        set(BACK "/state", states[i]);
        assert_true(nic_init(mac));
        assert_false(nic_carrier(mac));
        assert_int_equal(open_ports, 0);
    }
}

/* The start goes on without it, and it is taken when it comes. */
static void test_backend_that_is_late(void **state) {
    uint8_t mac[6];
    begin();
    fake_backend = NULL;
    assert_true(nic_init(mac));
    assert_memory_equal(mac, "\x00\x16\x3e\x00\x0a\xff", 6);
    assert_true(fake_now >= BACKEND_NS && fake_now < 2 * BACKEND_NS);
    assert_false(nic_carrier(mac));
    assert_non_null(strstr(fake_said, "does not answer"));
    settle();
    assert_true(nic_carrier(mac));
}

/* Several changes in the store are seen in one look. */
static void test_made_anew_unseen(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    remove_device();
    make_device();
    settle();
    assert_true(nic_carrier(mac));
    assert_int_equal(open_ports, 1);
    assert_non_null(strstr(fake_said, "made anew"));
}

static void test_closed_unseen(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    set(BACK "/state", "6");
    netfront_store_changed(); /* nothing but this tells of it */
    follow_frontend();
    settle();
    assert_true(nic_carrier(mac));
}

#define BACK5 "/local/domain/5/backend/vif/1/0"
static void test_moved_unseen(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    remove_device();
    make_device();
    remove_below(BACK);
    set("device/vif/0/backend", BACK5);
    set("device/vif/0/backend-id", "5");
    set(BACK5 "/state", "2");
    netfront_store_changed();
    assert_string_equal(our_state(), "4");
    assert_int_equal(last_domain, 5);
    set(BACK5 "/state", "4");
    netfront_store_changed();
    assert_true(nic_carrier(mac));
}

/* Nobody tells of the backend any more; it and its rings go on. */
static void test_store_falls_silent(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    silent = true;
    settle();
    assert_true(nic_carrier(mac));
    assert_int_equal(open_ports, 1);
    assert_string_equal(fake_said, "");
}

static void test_detached_and_attached(void **state) {
    uint8_t mac[6];
    char frame[NIC_HEADER + 60] = {0};
    assert_true(start(mac));
    uint32_t refs_before = next_ref;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < NETRING_SLOTS + 1; i++) assert_true(nic_send(frame, 60, frame));
        set(BACK "/online", "0");
        set(BACK "/state", "5");
        netfront_store_changed();
        assert_string_equal(our_state(), "6");
        assert_false(nic_carrier(mac));
        assert_false(nic_send(frame, 60, frame));
        for (int i = 0; i < NETRING_SLOTS + 1; i++) assert_ptr_equal(nic_sent(), frame);
        assert_null(nic_sent());
        settle();
        assert_string_equal(our_state(), "6"); /* not online: it is not asked to come back */
        assert_int_equal(netfront_port(), 0);
        assert_int_equal(open_ports, 0);
        remove_device();
        settle();
        make_device();
        set("device/vif/0/mac", "00:16:3e:00:00:77");
        settle();
        assert_true(nic_carrier(mac));
        assert_int_equal(mac[5], 0x77);
        assert_int_equal(open_ports, 1);
        assert_int_equal(rings.rx.ring->req_prod, NETRING_SLOTS); /* fresh rings */
    }
    assert_int_equal(next_ref, refs_before); /* the same grants all the time */
}

static void test_backend_restarts(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    set(BACK "/state", "5");
    settle();
    assert_true(nic_carrier(mac));
    assert_non_null(strstr(fake_said, "the backend is gone"));
    assert_non_null(strstr(fake_said, "network: connected"));
    set(BACK "/state", "2"); /* its driver is replaced, and takes the rings as they are */
    uint32_t before = port;
    netfront_store_changed();
    assert_false(nic_carrier(mac));
    settle();
    assert_true(nic_carrier(mac));
    assert_int_equal(port, before);
}

static void test_another_domain(void **state) {
    uint8_t mac[6];
    assert_true(start(mac));
    remove_device();
    settle();
    make_device();
    set("device/vif/0/backend-id", "5");
    still_mapped = true;
    settle();
    assert_false(nic_carrier(mac)); /* the first one could still write to the pages */
    remove_below("device");
    settle();
    make_device();
    set("device/vif/0/backend-id", "5");
    set(BACK "/state", "2");
    still_mapped = false;
    settle();
    assert_true(nic_carrier(mac));
    assert_int_equal(last_domain, 5);
}

/* Broken rules: closed, one line, and nothing is done however often the backend asks for more. */
static void test_breach(void **state) {
    uint8_t mac[6];
    size_t n;
    assert_true(start(mac));
    rings.rx.ring->rsp_prod = 12345;
    assert_null(nic_receive(&n));
    nic_flush();
    assert_false(nic_carrier(mac));
    assert_string_equal(fake_said, "ling: network: more answers than requests\n");
    assert_string_equal(our_state(), "6");
    unsigned before = writes;
    for (int i = 0; i < 7; i++) {
        char s[2] = {(char)('0' + i), 0};
        set(BACK "/state", s);
        netfront_store_changed();
        nic_flush();
        assert_null(nic_receive(&n));
        assert_false(netfront_pending());
    }
    assert_int_equal(writes, before);
    assert_string_equal(fake_said, "ling: network: more answers than requests\n");
    remove_below("device"); /* the toolstack makes it anew */
    settle();
    make_device();
    settle();
    assert_true(nic_carrier(mac));
}

/* Frames that find no slot wait in order, so many; each owner comes back once. */
static void test_queue(void **state) {
    static char frames[QUEUE][NIC_HEADER + 60];
    uint8_t mac[6];
    unsigned back = 0, sent = 0;
    void *owner;
    assert_true(start(mac));
    for (int i = 0; i < QUEUE; i++) {
        frames[i][NIC_HEADER] = (char)i;
        assert_true(nic_send(frames[i], 60, frames[i]));
    }
    assert_false(nic_send(frames[0], 60, frames[0]));
    nic_flush();
    struct netif_tx_sring *ring = rings.tx.ring;
    for (int round = 0; round < 100; round++) {
        for (; sent < ring->req_prod; sent++) {
            struct netif_tx_request q = ring->ring[sent % TX_SIZE].req;
            assert_int_equal(page(&rings, NETRING_TX_SLOT + q.id)[0], sent % 256);
            ring->ring[ring->rsp_prod++ % TX_SIZE].rsp = (struct netif_tx_response){.id = q.id};
        }
        while ((owner = nic_sent())) assert_ptr_equal(owner, frames[back++]);
        nic_flush();
    }
    assert_int_equal(sent, QUEUE);
    assert_int_equal(back, QUEUE);
    assert_true(nic_send(frames[0], 60, frames[0]));
    assert_false(nic_send(frames[0], NIC_FRAME_MAX + 1, frames[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_connects),
                                       cmocka_unit_test(test_values_that_are_none),
                                       cmocka_unit_test(test_queue),
                                       cmocka_unit_test(test_backend_that_is_late),
                                       cmocka_unit_test(test_made_anew_unseen),
                                       cmocka_unit_test(test_closed_unseen),
                                       cmocka_unit_test(test_moved_unseen),
                                       cmocka_unit_test(test_store_falls_silent),
                                       cmocka_unit_test(test_another_domain),
                                       cmocka_unit_test(test_detached_and_attached),
                                       cmocka_unit_test(test_backend_restarts),
                                       cmocka_unit_test(test_breach)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
