/* Fuzzing of the external term format: decoding, then everything that walks the decoded term.
 *
 *   clang -fsanitize=fuzzer,address -DLING_LIBFUZZER …   libFuzzer drives LLVMFuzzerTestOneInput
 *   without -DLING_LIBFUZZER: fuzz_etf [ROUNDS]          deterministic: built-in terms mutated ROUNDS times
 *
 * Linked with the objects of vm/{base,format,term,heap,data} (build/obj/asan/libunit.a) and GMP.
 * Checked: no read outside the bytes (each input lies in a block of exactly its size); memory stays in
 * proportion to the input; what was decoded encodes to something that decodes to an equal term with equal
 * hashes. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/names.h"

#include "data/print.h"
#include "term/order.h"
#include "term/workstack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(x) ((x) ? (void)0 : (fprintf(stderr, "fuzz_etf: %s:%d: %s\n", __FILE__, __LINE__, #x), abort()))

enum { ARENA_BYTES = 64 << 20 };

/* A closure of one free variable, whatever is asked for. */
static const void *any_fun(void *ctx, term m, uint32_t index, const uint8_t uniq[16]) {
    static struct fun_entry e = {.arity = 1, .num_free = 1};
    e.module = m;
    return &e;
}

static const struct etf_env env = {.atom = names_atom, .export_entry = names_export, .fun_entry = any_fun};

static void out_of_memory(struct heap *h, size_t words) {
    panic("fuzz_etf: no memory for %zu words", words);
}

static void check_term(struct heap *h, term t) {
    char text[256];
    print_term_buf(text, sizeof text, t);
    size_t n = etf_size(t), used;
    uint8_t *bytes = malloc(n);
    term back = NIL;
    CHECK(etf_encode(t, bytes) == n);
    CHECK(etf_decode(h, &env, bytes + 1, n - 1, &used, &back) == ST_OK && used == n - 1);
    CHECK(term_equal_exact(t, back) && term_compare(t, back) == 0 && term_compare_exact(back, t) == 0);
    CHECK(term_hash(t) == term_hash(back) && term_phash2(t) == term_phash2(back));
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static void *memory;
    if (!memory) memory = aligned_alloc(4096, ARENA_BYTES);
    struct heap h;
    struct alloc *arena = alloc_create(memory, ARENA_BYTES);
    term t = NIL;
    size_t used = 0;
    if (n > 100000 || heap_init(&h, arena, 1024)) return 0;
    h.oom = out_of_memory;
    atom_text = names_text;
    term_scratch.alloc = arena;
    uint8_t *copy = malloc(n + !n);
    memcpy(copy, data, n);
    enum status st = etf_decode(&h, &env, copy, n, &used, &t);
    CHECK(heap_used_words(&h) <= 16 * n + 1024);
    free(copy);
    if (st == ST_OK) check_term(&h, t);
    names_forget();
    heap_deinit(&h);
    return 0;
}

#ifndef LING_LIBFUZZER
static uint64_t seed = 1;
static uint64_t rnd(uint64_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* Pieces that terms are made of, each with the number of terms that must follow it. */
static const struct piece {
    size_t n, elements;
    const char *bytes;
} pieces[] = {
#define PIECE(elements, s)                                                                                   \
    { sizeof s - 1, elements, s }
    PIECE(0, "a\5"),
    PIECE(0, "b\xff\xff\xff\xfe"),
    PIECE(0, "n\x09\1\1\2\3\4\5\6\7\10\11"),
    PIECE(0, "F\x3f\xf8\0\0\0\0\0\0"),
    PIECE(0, "c1.50000000000000000000e+00\0\0\0\0\0"),
    PIECE(0, "d\0\2ok"),
    PIECE(0, "w\2\xce\xbb"),
    PIECE(0, "s\1a"),
    PIECE(0, "h\0"),
    PIECE(0, "j"),
    PIECE(0, "k\0\3abc"),
    PIECE(0, "m\0\0\0\3xyz"),
    PIECE(0, "M\0\0\0\2\3\xff\xe0"),
    PIECE(0, "q\0d\0\1md\0\1fa\2"),
    PIECE(0, "q"
             "w\1m"
             "w\1f"
             "a\2"),
    PIECE(0, "X"
             "w\15nonode@nohost"
             "\0\0\0\1\0\0\0\2\0\0\0\0"),
    PIECE(0, "Z\0\3"
             "w\15nonode@nohost"
             "\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\3"),
    PIECE(0, "Y"
             "w\15nonode@nohost"
             "\0\0\0\7\0\0\0\0"),
    PIECE(0, "o\0\0\1\0\0"),
    PIECE(2, "h\2"),
    PIECE(3, "i\0\0\0\3"),
    PIECE(3, "l\0\0\0\2"),
    PIECE(4, "t\0\0\0\2"),
    PIECE(80, "t\0\0\0\x28"),
    PIECE(1, "p\0\0\0\x40\1"
             "0123456789abcdef"
             "\0\0\0\1\0\0\0\1"
             "w\1m"
             "a\0"
             "a\0"
             "X"
             "w\15nonode@nohost"
             "\0\0\0\1\0\0\0\2\0\0\0\0"),
};
enum { N_LEAVES = 19 };

/* A whole term, mostly; then now and then damaged. */
static size_t random_input(uint8_t *out, size_t cap) {
    size_t n = 0, due = 1, count = 0;
    for (; due > 0 && n + 64 < cap; count++) {
        const struct piece *p = &pieces[count > 40 || rnd(3) ? rnd(N_LEAVES) : rnd(ARRAY_LEN(pieces))];
        if (count == 0) p = &pieces[rnd(ARRAY_LEN(pieces))];
        memcpy(out + n, p->bytes, p->n);
        if (p->bytes[0] == 'a') out[n + 1] = (uint8_t)rnd(256); /* else few maps have all keys different */
        n += p->n;
        due += p->elements - 1;
    }
    while (rnd(3) == 0) out[rnd(n)] = (uint8_t)rnd(256);
    return rnd(16) ? n : rnd(n);
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 20000;
    static uint8_t input[16384];
    for (long i = 0; i < rounds; i++) LLVMFuzzerTestOneInput(input, random_input(input, sizeof input));
    printf("fuzz_etf: %ld inputs\n", rounds);
    return 0;
}
#endif
