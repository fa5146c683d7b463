/* Unit tests of kernel/lib: command line, SipHash, ChaCha20, heap, memmove. The sources are included: they are not the
 * VM's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/chacha.c"
#include "lib/cmdline.c"
#define rotate rotate64
#include "lib/siphash.c"
#undef rotate
#define malloc  kmalloc
#define calloc  kcalloc
#define realloc krealloc
#define free    kfree
void *kmalloc(size_t n);
void *kcalloc(size_t n, size_t bytes);
void *krealloc(void *p, size_t n);
void kfree(void *p);
#include "lib/heap.c"
#define MOVE_FOR_TEST
#define memmove kmemmove
#define memcpy  kmemcpy
void *kmemmove(void *to, const void *from, size_t n);
void *kmemcpy(void *restrict to, const void *restrict from, size_t n);
#include "lib/move.c"
#undef memmove
#undef memcpy
#define strlen kstrlen
#define strchr kstrchr
#define memchr kmemchr
size_t kstrlen(const char *s);
char *kstrchr(const char *s, int c);
void *kmemchr(const void *bytes, int c, size_t n);
#include "lib/scan.c"
#undef strlen
#undef strchr
#undef memchr
#undef malloc
#undef calloc
#undef realloc
#undef free

static void test_cmdline(void **state) {
    const char *line = "  a=1 ling.ip=10.0.2.15/24 ling.arg=x=y a=2 ab=3 last=";
    char v[16];
    const char *at = line;
    assert_true(cmdline_find(line, "a", v, sizeof v));
    assert_string_equal(v, "1");
    assert_true(cmdline_find(line, "ling.arg", v, sizeof v));
    assert_string_equal(v, "x=y");
    assert_true(cmdline_find(line, "last", v, sizeof v));
    assert_string_equal(v, "");
    assert_false(cmdline_find(line, "b", v, sizeof v));
    assert_true(cmdline_find(line, "ling.ip", v, 5)); /* cut */
    assert_string_equal(v, "10.0");
    assert_true(cmdline_next(&at, "a", v, sizeof v));
    assert_true(cmdline_next(&at, "a", v, sizeof v));
    assert_string_equal(v, "2");
    assert_false(cmdline_next(&at, "a", v, sizeof v));
}

static void test_cmdline_for_vm(void **state) {
    char out[64], small[8];
    cmdline_for_vm(" ling.port=80  ling.clock=1 virtio_mmio.device=512@0x1:5 ling.arg=a ling.ip=1 ", out,
                   sizeof out);
    assert_string_equal(out, "ling.port=80 ling.arg=a");
    cmdline_for_vm("abc=1 defg=2", small, sizeof small); /* what has no room is left out whole */
    assert_string_equal(small, "abc=1");
}

static void test_numbers(void **state) {
    uint64_t n = 7;
    uint32_t ip = 7;
    assert_true(parse_u64("18446744073709551615", &n) && n == UINT64_MAX);
    assert_false(parse_u64("18446744073709551616", &n) || parse_u64("", &n) || parse_u64("1x", &n) ||
                 parse_u64("-1", &n));
    assert_true(parse_size("64M", &n) && n == 64 << 20);
    assert_true(parse_size("3G", &n) && n == UINT64_C(3) << 30);
    assert_false(parse_size("M", &n) || parse_size("1MB", &n) || parse_size("99999999999999G", &n));
    assert_true(parse_ipv4("10.0.2.255", &ip) && ip == 0x0a0002ff);
    assert_false(parse_ipv4("10.0.2", &ip) || parse_ipv4("10.0.2.256", &ip) || parse_ipv4("10.0.2.1.", &ip));
}

static void test_siphash(void **state) { /* the paper, appendix A */
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t message[15];
    for (uint8_t i = 0; i < 15; i++) message[i] = i;
    assert_true(siphash(key, message, 15) == UINT64_C(0xa129ca6149be45e5));
}

static void test_chacha(void **state) { /* RFC 8439 §2.3.2 */
    uint32_t key[8], out[16];
    const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
    for (uint32_t i = 0; i < 8; i++) key[i] = 0x03020100 + i * 0x04040404;
    chacha_block(key, 1, nonce, out);
    assert_int_equal(out[0], 0xe4e7f110);
    assert_int_equal(out[15], 0x4e3c50a2);
}

static void test_chacha_rng(void **state) {
    struct chacha_rng a = {{1}}, b = {{1}};
    uint8_t x[100], y[100];
    chacha_bytes(&a, x, sizeof x);
    chacha_bytes(&b, y, sizeof y);
    assert_memory_equal(x, y, sizeof x);
    chacha_bytes(&a, y, sizeof y);
    assert_memory_not_equal(x, y, sizeof x);
}

enum { MEMORY = 4 << 20, SLOTS = 300 };

static void test_heap(void **state) {
    static char memory[MEMORY] __attribute__((aligned(16)));
    static struct {
        unsigned char *p;
        size_t n;
    } slots[SLOTS];
    uint32_t random = 1;
    heap_add(memory + 3, MEMORY - 3);
    for (int round = 0; round < 100000; round++) {
        random = random * 1664525 + 1013904223;
        size_t i = random >> 8 & 255, n = (random >> 16) % (random & 128 ? 6000 : 200) + 1;
        if (slots[i].p) {
            for (size_t k = 0; k < slots[i].n; k++) assert_int_equal(slots[i].p[k], i);
            kfree(slots[i].p);
            slots[i].p = NULL;
            continue;
        }
        slots[i].p = kmalloc(n);
        slots[i].n = n;
        if (!slots[i].p) continue;
        assert_true((uintptr_t)slots[i].p % 16 == 0);
        assert_true((char *)slots[i].p >= memory && (char *)slots[i].p + n <= memory + MEMORY);
        memset(slots[i].p, (int)i, n);
    }
    for (size_t i = 0; i < SLOTS; i++) kfree(slots[i].p);
    void *big = kmalloc(200000);
    assert_non_null(big);
    assert_null(kmalloc(MEMORY));
    memset(big, 5, 200000);
    unsigned char *bigger = krealloc(big, 300000);
    assert_non_null(bigger);
    assert_int_equal(bigger[199999], 5);
    kfree(bigger);
    assert_null(kcalloc(SIZE_MAX, 2));
    unsigned char *zero = kcalloc(100, 10);
    for (int i = 0; i < 1000; i++) assert_int_equal(zero[i], 0);
}

/* As libc's, for every byte, found and not found. */
static void test_scan(void **state) {
    static const char text[] = "a\xff"
                               "b=c\0d";
    assert_int_equal(kstrlen(text), strlen(text));
    assert_int_equal(kstrlen(""), 0);
    for (int c = -1; c < 256; c++) {
        assert_ptr_equal(kstrchr(text, c), strchr(text, c));
        for (size_t n = 0; n <= sizeof text; n++) assert_ptr_equal(kmemchr(text, c, n), memchr(text, c, n));
    }
}

/* Every length up to some turns of the loops, at every kind of overlap. */
static void test_memmove(void **state) {
    uint8_t want[1024], got[1024], copy[300];
    for (size_t n = 0; n < sizeof copy; n++) {
        for (size_t to = 50; to <= 650; to += n % 7 + 1) {
            for (size_t i = 0; i < sizeof want; i++) want[i] = got[i] = (uint8_t)(i * 37 + n);
            memcpy(copy, want + 350, n);
            memcpy(want + to, copy, n);
            assert_ptr_equal(kmemmove(got + to, got + 350, n), got + to);
            assert_memory_equal(got, want, sizeof want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cmdline), cmocka_unit_test(test_cmdline_for_vm),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_siphash),
        cmocka_unit_test(test_chacha),  cmocka_unit_test(test_chacha_rng),
        cmocka_unit_test(test_heap),    cmocka_unit_test(test_memmove),
        cmocka_unit_test(test_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
