/* Unit tests of kernel/drivers/xen/console.c against a backend in the same process. */
#include "xen_fake.h"

#include "drivers/xen/console.c"

void xen_console_write(const char *text, size_t n) {
    fake_say(text, n);
}

static struct xencons_interface ring;
static char shown[8192];
static size_t n_shown;

static void take_bytes(uint32_t n) {
    while (n-- && ring.out_cons != ring.out_prod)
        shown[n_shown++] = ring.out[MASK_XENCONS_IDX(ring.out_cons++, ring.out)];
}
static void take_one(void) {
    take_bytes(1);
}

static void begin(uint32_t first_index) {
    fake_reset();
    memset(&ring, 0, sizeof ring);
    ring.out_prod = ring.out_cons = ring.in_prod = ring.in_cons = first_index;
    xen.console = &ring;
    n_shown = 0;
    xcon_init();
}
static void write_text(const char *text) {
    xcon_write((const uint8_t *)text, strlen(text));
}

static void test_everything_arrives(void **state) {
    static uint8_t text[5000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)(i * 7);
    begin(UINT32_MAX - 1000); /* indices go around */
    fake_backend = take_one;
    xcon_write(text, sizeof text);
    xcon_drain(UINT64_MAX);
    assert_int_equal(n_shown, sizeof text);
    assert_memory_equal(shown, text, sizeof text);
    assert_string_equal(fake_said, "");
}

static void test_nobody_takes_anything(void **state) {
    static uint8_t text[3000];
    begin(0);
    xcon_write(text, sizeof text);
    assert_true(fake_now >= TAKE_NS && fake_now < 2 * TAKE_NS);
    uint64_t then = fake_now;
    xcon_write(text, sizeof text); /* not waited for again */
    xcon_drain(fake_now + TAKE_NS);
    assert_int_equal(fake_now, then);
    fake_backend = take_one; /* it is back: what is in the ring, and what is written from now on */
    ring.out_cons++;
    n_shown = 0;
    write_text("again");
    xcon_drain(UINT64_MAX);
    assert_memory_equal(shown + n_shown - 5, "again", 5);
}

static void test_index_runs_ahead(void **state) {
    begin(0);
    write_text("hello");
    ring.out_cons = 6;
    write_text("more");
    assert_int_equal(ring.out_prod, 5);
    assert_non_null(strstr(fake_said, "took more"));
    xcon_drain(UINT64_MAX);
}

static void test_our_index_is_overwritten(void **state) {
    begin(0);
    write_text("abc");
    ring.out_prod = 77777;
    write_text("def");
    assert_int_equal(ring.out_prod, 6);
    assert_memory_equal(ring.out, "abcdef", 6);
    ring.in_cons = 99;
    ring.in[0] = 'x';
    ring.in_prod = 1;
    uint8_t byte = 0;
    assert_int_equal(xcon_read(&byte, 1), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(ring.in_cons, 1);
}

static void test_input(void **state) {
    uint8_t bytes[2000];
    begin(UINT32_MAX);
    assert_false(xcon_has_input());
    memset(ring.in, 'y', sizeof ring.in);
    ring.in_prod = UINT32_MAX + (uint32_t)sizeof ring.in;
    assert_true(xcon_has_input());
    assert_int_equal(xcon_read(bytes, sizeof bytes), sizeof ring.in);
    assert_false(xcon_has_input());
}

static void test_input_runs_ahead(void **state) {
    uint8_t bytes[2000];
    begin(0);
    ring.in_prod = sizeof ring.in + 1;
    assert_false(xcon_has_input());
    assert_int_equal(xcon_read(bytes, sizeof bytes), 0);
    assert_non_null(strstr(fake_said, "gave more"));
    ring.in_prod = 1; /* too late to behave */
    assert_int_equal(xcon_read(bytes, sizeof bytes), 0);
    write_text("still");
    assert_int_equal(ring.out_prod, 5);
}

static void test_no_ring(void **state) {
    uint8_t byte;
    fake_reset();
    xcon_init();
    write_text("nowhere");
    assert_int_equal(xcon_read(&byte, 1), 0);
    assert_string_equal(fake_said, "");
    xen.first = true;
    write_text("the hypervisor's");
    assert_string_equal(fake_said, "the hypervisor's");
}

static void random_backend(void) {
    switch (rand() % 4) {
    case 0: ring.out_cons += (uint32_t)rand() % 64; break;
    case 1: ring.in_prod += (uint32_t)rand() % 64; break;
    case 2: ring.out_prod = ring.in_cons = (uint32_t)rand(); break;
    case 3: take_bytes((uint32_t)rand() % 100), n_shown = 0; break;
    }
}
static void test_random_backend(void **state) {
    static uint8_t bytes[3000];
    for (unsigned seed = 0; seed < 2000; seed++) {
        srand(seed);
        begin((uint32_t)rand());
        fake_backend = random_backend;
        for (int i = 0; i < 10; i++) {
            random_backend();
            xcon_write(bytes, (size_t)rand() % sizeof bytes);
            assert_true(xcon_read(bytes, sizeof bytes) <= sizeof bytes);
        }
        xcon_drain(fake_now + TAKE_NS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_everything_arrives),
                                       cmocka_unit_test(test_nobody_takes_anything),
                                       cmocka_unit_test(test_index_runs_ahead),
                                       cmocka_unit_test(test_our_index_is_overwritten),
                                       cmocka_unit_test(test_input),
                                       cmocka_unit_test(test_input_runs_ahead),
                                       cmocka_unit_test(test_no_ring),
                                       cmocka_unit_test(test_random_backend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
