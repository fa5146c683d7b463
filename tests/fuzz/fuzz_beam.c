/* Fuzzing of the .beam reader: chunks, instructions, literals' external terms.
 *
 *   clang -fsanitize=fuzzer,address -DLING_LIBFUZZER …   libFuzzer drives LLVMFuzzerTestOneInput
 *   without -DLING_LIBFUZZER: fuzz_beam [ROUNDS] [FILE.beam]…   deterministic: the files (without any: some
 * of OTP's) mutated ROUNDS times in all by a fixed generator
 *
 * Checked: no read outside the bytes (sanitizers: each input lies in a block of exactly its size); what the
 * reader hands out lies within the module's tables; it ends. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../build/gen/format/ops.c"
#include "../../compiler/pack/etf_scan.c"
#include "../../vm/base/md5.c"
#include "../../vm/format/beam.c"
#include "../../vm/format/beam_code.c"
#include "../../vm/format/inflate.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CHECK(x)                                                                                             \
    ((x) ? (void)0 : (fprintf(stderr, "fuzz_beam: %s:%d: %s\n", __FILE__, __LINE__, #x), abort()))

static volatile uint8_t sink;

static void touch(struct beam_text t) {
    for (uint32_t i = 0; i < t.n; i++) sink = (uint8_t)(sink + t.p[i]);
}

static void atom_seen(void *ctx, const uint8_t *utf8, size_t n) {
    touch((struct beam_text){utf8, (uint32_t)n});
}

static void check_arg(const struct beam *b, const struct beam_arg *a) {
    switch (a->kind) {
    case ARG_ATOM: CHECK(a->value >= 1 && a->value <= b->n_atoms); break;
    case ARG_LABEL: CHECK(a->value == 0 || a->value < b->n_labels); break;
    case ARG_LITERAL: CHECK(a->value < b->n_literals); break;
    case ARG_X:
    case ARG_Y:
    case ARG_FR: CHECK(a->value < 1024); break;
    case ARG_BIG: touch((struct beam_text){a->bytes, a->n_bytes}); break;
    case ARG_LIST:
        for (uint32_t i = 0; i < a->value; i++) {
            CHECK(a->list[i].kind != ARG_LIST);
            check_arg(b, &a->list[i]);
        }
        break;
    default: break;
    }
}

static void check_code(const struct beam *b) {
    struct beam_cursor c;
    struct beam_instr in;
    char why[160] = "";
    enum status st;
    beam_begin(&c, b);
    while ((st = beam_next(&c, &in, why)) == ST_OK)
        for (uint32_t i = 0; i < in.n_args; i++) check_arg(b, &in.args[i]);
    CHECK(st == ST_NOTFOUND || why[0]);
    beam_end(&c);
}

static void check_tables(const struct beam *b) {
    const struct etf_visitor visitor = {NULL, atom_seen, NULL};
    for (uint32_t i = 1; i <= b->n_atoms; i++) touch(b->atoms[i]);
    for (uint32_t i = 0; i < b->n_files; i++) touch(b->files[i]);
    for (uint32_t i = 0; i < b->n_lines; i++) CHECK(b->lines[i].file < b->n_files);
    for (uint32_t i = 0; i < b->n_exports; i++) CHECK(b->exports[i].label < b->n_labels);
    for (uint32_t i = 0; i < b->n_imports; i++) CHECK(b->imports[i].module <= b->n_atoms);
    for (uint32_t i = 0; i < b->n_lambdas; i++) CHECK(b->lambdas[i].num_free <= b->lambdas[i].arity);
    for (uint32_t i = 0; i < b->n_literals; i++) {
        touch(b->literals[i]);
        enum status st = etf_scan(b->literals[i].p, b->literals[i].n, &visitor);
        CHECK(st == ST_OK || st == ST_CORRUPT || st == ST_UNSUPPORTED);
    }
    touch(b->strings);
    touch(b->attributes);
    touch(b->compile_info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct beam b;
    char why[160];
    if (beam_open(&b, data, n, why) != ST_OK) {
        CHECK(why[0]);
        return 0;
    }
    check_tables(&b);
    check_code(&b);
    beam_close(&b);
    return 0;
}

#ifndef LING_LIBFUZZER
static uint64_t random_state = 1;

static uint64_t next_random(void) { /* splitmix64 */
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Some bytes changed, most of them near others that matter: anywhere, or in the head of a chunk. */
static size_t mutate(uint8_t *p, size_t n) {
    for (uint64_t times = 1 + next_random() % 8; times > 0; times--) {
        size_t at = next_random() % n;
        if (next_random() % 4 == 0) at = next_random() % (n < 64 ? n : 64);
        switch (next_random() % 4) {
        case 0: p[at] = (uint8_t)next_random(); break;
        case 1: p[at] ^= (uint8_t)(1u << next_random() % 8); break;
        case 2: p[at] = (uint8_t[]){0, 0xff, 0x7f, 0x80}[next_random() % 4]; break;
        case 3: memmove(p + at, p + next_random() % (n - (n - at) + 1), next_random() % (n - at)); break;
        }
    }
    return next_random() % 8 ? n : next_random() % n;
}

static uint8_t *read_whole(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return NULL;
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *p = malloc(*n + 1);
    if (p && fread(p, 1, *n, f) != *n) *n = 0;
    fclose(f);
    return p;
}

static void fuzz_file(const char *path, long rounds) {
    size_t n = 0;
    uint8_t *seed = read_whole(path, &n);
    if (!seed || n < 64) {
        fprintf(stderr, "fuzz_beam: can't read %s\n", path);
        exit(1);
    }
    LLVMFuzzerTestOneInput(seed, n);
    uint8_t *work = malloc(n);
    for (long i = 0; work && i < rounds; i++) {
        memcpy(work, seed, n);
        size_t m = mutate(work, n);
        uint8_t *exact = malloc(m ? m : 1);
        if (!exact) break;
        memcpy(exact, work, m);
        LLVMFuzzerTestOneInput(exact, m);
        free(exact);
    }
    free(work);
    free(seed);
}

int main(int argc, char **argv) {
    static const char *const some[] = {"queue", "proplists", "rand", "base64", "gen_server"};
    long rounds = argc > 1 ? atol(argv[1]) : 20000;
    size_t files = argc > 2 ? (size_t)argc - 2 : ARRAY_LEN(some);
    for (size_t i = 0; i < files; i++) {
        glob_t g = {0};
        char pattern[256];
        snprintf(pattern, sizeof pattern, "/usr/lib/erlang/lib/stdlib-*/ebin/%s.beam",
                 i < ARRAY_LEN(some) ? some[i] : "");
        if (argc > 2) {
            fuzz_file(argv[2 + i], rounds / (long)files);
        } else if (glob(pattern, 0, NULL, &g) == 0) {
            fuzz_file(g.gl_pathv[0], rounds / (long)files);
            globfree(&g);
        }
    }
    printf("fuzz_beam: %ld rounds\n", rounds);
    return 0;
}
#endif
