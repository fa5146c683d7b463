/* Fuzzing of the instance's command line: what the VM reads of it, and what the kernel layer does.
 *
 *   clang -fsanitize=fuzzer,address -DLING_LIBFUZZER …   libFuzzer drives LLVMFuzzerTestOneInput
 *   without -DLING_LIBFUZZER: fuzz_options [ROUNDS]      deterministic: lines of words, some damaged
 *
 * Linked with build/obj/asan/libunit.a. Checked: no access outside the line and the blocks (sanitizers: the
 * line lies in a block of exactly its size); what was read is terminated text, and numbers keep their limits;
 * a refusal has a reason. */
#include <stdio.h>
#include <stdlib.h>

#include "../../kernel/lib/cmdline.c"
#include "../../vm/run/options.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(x)                                                                                             \
    ((x) ? (void)0 : (fprintf(stderr, "fuzz_options: %s:%d: %s\n", __FILE__, __LINE__, #x), abort()))

static void check_options(const struct options *o, size_t line_bytes) {
    size_t text = 0;
    for (uint32_t i = 0; i < o->n_args; i++) text += strlen(o->args[i]) + 1;
    for (uint32_t i = 0; i < o->n_env; i++) {
        CHECK(o->env[i].key[0] && !strchr(o->env[i].key, '='));
        text += strlen(o->env[i].key) + 1 + strlen(o->env[i].value) + 1;
    }
    CHECK(text <= line_bytes + 1 && o->requests > 0);
}

static void check_kernel_words(const char *line, size_t n) {
    static const char *const keys[] = {"ling.ip", "ling.mem", "virtio_mmio.device"};
    char value[24], *rest = malloc(n + 2);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const char *at = line;
        for (int words = 0; cmdline_next(&at, keys[i], value, sizeof value); words++)
            CHECK(at <= line + n && strlen(value) < sizeof value && words < 1000);
    }
    for (size_t cap = 1; cap <= n + 2; cap = cap * 2 + 1) {
        char *exact = malloc(cap);
        cmdline_for_vm(line, exact, cap);
        CHECK(strlen(exact) < cap);
        free(exact);
    }
    cmdline_for_vm(line, rest, n + 2);
    CHECK(!cmdline_find(rest, "ling.ip", value, sizeof value));
    free(rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    enum { ARENA_BYTES = 256 << 10 };
    static void *memory;
    if (!memory) memory = aligned_alloc(4096, ARENA_BYTES);
    if (n > 4096) return 0;
    char *line = malloc(n + 1), why[OPTIONS_WHY] = "";
    memcpy(line, data, n);
    line[n] = 0;
    struct options o;
    enum status st = options_parse(alloc_create(memory, ARENA_BYTES), line, &o, why);
    CHECK(st == ST_OK || (why[0] && strlen(why) < sizeof why));
    if (st == ST_OK) check_options(&o, n);
    check_kernel_words(line, strlen(line));
    free(line);
    return 0;
}

#ifndef LING_LIBFUZZER
static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint32_t random_below(uint32_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % n;
}

static size_t random_line(char *out, size_t cap) {
    static const char *const words[] = {"ling.requests=",
                                        "ling.requests=infinity",
                                        "ling.port=80",
                                        "ling.env=K=V",
                                        "ling.env=%41=",
                                        "ling.arg=a%20b",
                                        "ling.arg=",
                                        "ling.ip=10.0.2.15/24,10.0.2.2",
                                        "ling.mem=32M",
                                        "ling.max_body=",
                                        "18446744073709551616",
                                        "4294967296",
                                        "1099511627776",
                                        "1",
                                        "ling.timeout_ms=",
                                        "ling.max_heap_words=",
                                        "%",
                                        "%0",
                                        "%00",
                                        "=",
                                        "quiet",
                                        "\t",
                                        "ling.",
                                        "ling.env",
                                        "virtio_mmio.device=512@0xfeb00e00:12"};
    size_t n = 0;
    for (uint32_t left = random_below(10); left > 0 && n + 64 < cap; left--) {
        n += (size_t)snprintf(out + n, cap - n, "%s%s", words[random_below(ARRAY_LEN(words))],
                              random_below(3) ? " " : "");
    }
    while (n && random_below(3) == 0) out[random_below((uint32_t)n)] = (char)random_below(256);
    return n;
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 20000;
    for (long i = 0; i < rounds; i++) {
        char line[512];
        LLVMFuzzerTestOneInput((const uint8_t *)line, random_line(line, sizeof line));
    }
    printf("fuzz_options: %ld lines\n", rounds);
    return 0;
}
#endif
