/* oracle: for unit tests that compare with real erl: a heap, and the lines that
 * oracle.escript prints. Included by one test executable each. */
#ifndef LING_TEST_ORACLE_H
#define LING_TEST_ORACLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "names.h"

#include "data/print.h"
#include "term/order.h"
#include "term/workstack.h"

enum { ARENA_BYTES = 256 << 20 };

static struct alloc *arena;
static struct heap heap;
static void *arena_memory;

static const struct etf_env oracle_env = {.atom = names_atom, .export_entry = names_export};

static inline term atom_of(const char *text) {
    return names_atom(NULL, (const uint8_t *)text, strlen(text));
}

static void oracle_oom(struct heap *h, size_t words) {
    panic("test: out of memory for %zu words", words);
}

static void oracle_heap_reset(void) {
    if (heap.start) heap_deinit(&heap);
    assert_int_equal(heap_init(&heap, arena, 4096), ST_OK);
    heap.oom = oracle_oom;
}

static int oracle_setup(void **state) {
    arena_memory = aligned_alloc(4096, ARENA_BYTES);
    arena = alloc_create(arena_memory, ARENA_BYTES);
    atom_text = names_text;
    term_scratch.alloc = arena;
    oracle_heap_reset();
    return 0;
}

static int oracle_teardown(void **state) {
    heap_deinit(&heap);
    names_forget();
    assert_int_equal(alloc_stats(arena).used_bytes,
                     alloc_stats(alloc_create(arena_memory, ARENA_BYTES)).used_bytes);
    free(arena_memory);
    heap.start = NULL;
    return 0;
}

static inline size_t from_hex(const char *hex, uint8_t *out) {
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) sscanf(hex + 2 * i, "%2hhx", &out[i]);
    return n;
}

/* decode_hex: the term of an external form with its version byte. */
static inline term decode_hex(const char *hex) {
    uint8_t *bytes = malloc(strlen(hex) / 2 + 1);
    size_t n = from_hex(hex, bytes), used = 0;
    term t = NIL;
    assert_int_equal(bytes[0], 131);
    assert_int_equal(etf_decode(&heap, &oracle_env, bytes + 1, n - 1, &used, &t), ST_OK);
    assert_int_equal(used, n - 1);
    free(bytes);
    return t;
}

/* oracle_lines: calls line() with the space-separated fields of each line that real erl prints. */
static inline void oracle_lines(const char *what, int count, int fields, void (*line)(char **field)) {
    char command[128], *text = NULL, *field[8];
    size_t cap = 0;
    int lines = 0;
    snprintf(command, sizeof command, "escript tests/unit/oracle.escript %s %d", what, count);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    for (; getline(&text, &cap, in) > 0; lines++) {
        char *save = NULL, *at = strtok_r(text, " \n", &save);
        for (int i = 0; i < fields; i++, at = strtok_r(NULL, " \n", &save)) {
            assert_non_null(at);
            field[i] = at;
        }
        line(field);
        oracle_heap_reset();
    }
    free(text);
    assert_int_equal(pclose(in), 0);
    assert_int_equal(lines, count);
}

#endif
