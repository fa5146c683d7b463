/* Loaded code: lookups in a small image built here, atoms and exports made at run time, damaged headers. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "code/code.h"
#include "term/order.h"

enum { N_ATOMS = 5, N_SLOTS = 8, N_EXPORTS = 4, N_MODULES = 2, CODE_WORDS = 16 };

/* Modules a (f/1, g/0) and b (f/1, and f/2 that exists nowhere). */
struct payload {
    struct image_header header;
    struct image_atom atoms[N_ATOMS];
    uint32_t slots[N_SLOTS];
    struct export_entry exports[N_EXPORTS];
    const struct export_entry *exports_of_a[2], *exports_of_b[1];
    struct image_module modules[N_MODULES];
    struct function_entry functions[3];
    struct line_entry lines[2];
    term files[1];
    uint64_t stub[2];
    uint64_t code[CODE_WORDS];
};

enum { ATOM_A, ATOM_B, ATOM_F, ATOM_G, ATOM_UMLAUT };
static const char *const atom_names[N_ATOMS] = {"a", "b", "f", "g", "\xc3\xa4"};

static void fill_atoms(struct payload *p) {
    memset(p->slots, 0xff, sizeof p->slots);
    for (uint32_t i = 0; i < N_ATOMS; i++) {
        size_t n = strlen(atom_names[i]);
        p->atoms[i] = (struct image_atom){(const uint8_t *)atom_names[i], (uint32_t)n,
                                          atom_text_hash((const uint8_t *)atom_names[i], n)};
        uint32_t at = p->atoms[i].hash & (N_SLOTS - 1);
        while (p->slots[at] != UINT32_MAX) at = (at + 1) & (N_SLOTS - 1);
        p->slots[at] = i;
    }
}

static struct export_entry export_of(uint32_t m, uint32_t f, uint32_t arity, const uint64_t *code) {
    return (struct export_entry){.module = atom_make(m),
                                 .function = atom_make(f),
                                 .arity = arity,
                                 .kind = code ? EXPORT_CODE : EXPORT_NONE,
                                 .flags = code != NULL,
                                 .code = code};
}

static struct payload *payload_new(void) {
    struct payload *p = unit_arena(8192);
    memset(p, 0, sizeof *p);
    fill_atoms(p);
    p->exports[0] = export_of(ATOM_A, ATOM_F, 1, p->code);
    p->exports[1] = export_of(ATOM_A, ATOM_G, 0, p->code + 4);
    p->exports[2] = export_of(ATOM_B, ATOM_F, 1, p->code + 8);
    p->exports[3] = export_of(ATOM_B, ATOM_F, 2, NULL);
    p->exports_of_a[0] = &p->exports[0];
    p->exports_of_a[1] = &p->exports[1];
    p->exports_of_b[0] = &p->exports[2];
    p->functions[0] = (struct function_entry){p->code, atom_make(ATOM_F), 1, 0};
    p->functions[1] = (struct function_entry){p->code + 4, atom_make(ATOM_G), 0, 0};
    p->functions[2] = (struct function_entry){p->code + 8, atom_make(ATOM_F), 1, 0};
    p->lines[0] = (struct line_entry){1, 10};
    p->lines[1] = (struct line_entry){5, 20};
    p->files[0] = small_make(77); /* stands for a string */
    p->modules[0] = (struct image_module){.name = atom_make(ATOM_A),
                                          .code = p->code,
                                          .code_end = p->code + 8,
                                          .functions = p->functions,
                                          .n_functions = 2,
                                          .exports = p->exports_of_a,
                                          .n_exports = 2,
                                          .lines = p->lines,
                                          .n_lines = 2,
                                          .files = p->files,
                                          .n_files = 1};
    p->modules[1] = (struct image_module){.name = atom_make(ATOM_B),
                                          .code = p->code + 8,
                                          .code_end = p->code + CODE_WORDS,
                                          .functions = p->functions + 2,
                                          .n_functions = 1,
                                          .exports = p->exports_of_b,
                                          .n_exports = 1,
                                          .lines = p->lines,
                                          .n_lines = 0,
                                          .files = p->files,
                                          .n_files = 1};
    uint64_t lo = (uint64_t)(uintptr_t)p;
    p->stub[0] = 4711;
    p->header = (struct image_header){.magic = IMAGE_MAGIC,
                                      .abi = IMAGE_ABI,
                                      .header_bytes = sizeof p->header,
                                      .bytes = sizeof *p,
                                      .n_atoms = N_ATOMS,
                                      .n_atom_slots = N_SLOTS,
                                      .n_exports = N_EXPORTS,
                                      .n_modules = N_MODULES,
                                      .atoms = p->atoms,
                                      .atom_slots = p->slots,
                                      .exports = p->exports,
                                      .funs = (const struct fun_entry *)p->exports,
                                      .modules = p->modules,
                                      .literals_lo = lo,
                                      .literals_hi = lo,
                                      .code_lo = (uint64_t)(uintptr_t)p->code,
                                      .code_hi = (uint64_t)(uintptr_t)(p->code + CODE_WORDS),
                                      .undef_stub = p->stub};
    return p;
}

static struct alloc *memory(void) {
    return alloc_create(unit_arena(4 << 20), 4 << 20);
}

static void start(struct code *c, struct payload **p) {
    const char *why = NULL;
    *p = payload_new();
    assert_int_equal(code_init(c, memory(), &(*p)->header, &why), ST_OK);
}

static void test_atoms(void **state) {
    struct code c;
    struct payload *p;
    term t;
    start(&c, &p);
    for (uint32_t i = 0; i < N_ATOMS; i++) {
        assert_true(atom_find(&c, (const uint8_t *)atom_names[i], strlen(atom_names[i]), &t));
        assert_int_equal(t, atom_make(i));
        assert_int_equal(atom_text(t).bytes, strlen(atom_names[i]));
    }
    assert_false(atom_find(&c, (const uint8_t *)"new", 3, &t));
    assert_int_equal(atom_intern(&c, (const uint8_t *)"f", 1, &t), ST_OK);
    assert_int_equal(t, atom_make(ATOM_F));
    assert_int_equal(atom_count(&c), N_ATOMS);
}

static void test_new_atoms(void **state) {
    struct code c;
    struct payload *p;
    term made[3000], t;
    char text[32];
    start(&c, &p);
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(text, sizeof text, "atom_%d", i);
        assert_int_equal(atom_intern(&c, (const uint8_t *)text, (size_t)n, &made[i]), ST_OK);
        assert_int_equal(made[i], atom_make(N_ATOMS + (uint32_t)i));
    }
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(text, sizeof text, "atom_%d", i);
        assert_true(atom_find(&c, (const uint8_t *)text, (size_t)n, &t));
        assert_int_equal(t, made[i]);
        assert_memory_equal(atom_text(t).utf8, text, n);
    }
    assert_int_equal(atom_count(&c), N_ATOMS + 3000);
    alloc_check(c.alloc);
}

static void test_atom_limits(void **state) {
    struct code c;
    struct payload *p;
    uint8_t text[1024];
    term t;
    start(&c, &p);
    memset(text, 'x', sizeof text);
    assert_int_equal(atom_intern(&c, text, 255, &t), ST_OK);
    assert_int_equal(atom_intern(&c, text, 256, &t), ST_LIMIT);
    for (int i = 0; i < 510; i += 2) memcpy(text + i, "\xc3\xbc", 2); /* 255 characters, 510 bytes */
    assert_int_equal(atom_intern(&c, text, 510, &t), ST_OK);
    assert_int_equal(atom_intern(&c, text, 509, &t), ST_CORRUPT);
    assert_int_equal(atom_intern(&c, (const uint8_t *)"", 0, &t), ST_OK);
    alloc_fail_after(c.alloc, 0);
    assert_int_equal(atom_intern(&c, (const uint8_t *)"no memory", 9, &t), ST_NOMEM);
    alloc_fail_after(c.alloc, -1);
    assert_int_equal(atom_intern(&c, (const uint8_t *)"no memory", 9, &t), ST_OK);
}

static void test_exports(void **state) {
    struct code c;
    struct payload *p;
    start(&c, &p);
    assert_ptr_equal(code_export(&c, atom_make(ATOM_A), atom_make(ATOM_G), 0), &p->exports[1]);
    assert_ptr_equal(code_export(&c, atom_make(ATOM_B), atom_make(ATOM_F), 2), &p->exports[3]);
    assert_null(code_export(&c, atom_make(ATOM_B), atom_make(ATOM_F), 3));
    const struct export_entry *made = code_export_make(&c, atom_make(ATOM_B), atom_make(ATOM_F), 3);
    assert_non_null(made);
    assert_int_equal(made->kind, EXPORT_NONE);
    assert_int_equal(made->code[0], 4711);
    assert_int_equal(made->code[1], (uint64_t)(uintptr_t)made);
    assert_ptr_equal(code_export(&c, atom_make(ATOM_B), atom_make(ATOM_F), 3), made);
    for (uint32_t i = 4; i < 200; i++)
        assert_non_null(code_export_make(&c, atom_make(ATOM_B), atom_make(ATOM_G), i));
    assert_ptr_equal(code_export_make(&c, atom_make(ATOM_B), atom_make(ATOM_F), 3), made);
    assert_ptr_equal(code_export_make(&c, atom_make(ATOM_A), atom_make(ATOM_F), 1), &p->exports[0]);
    alloc_fail_after(c.alloc, 0);
    assert_null(code_export_make(&c, atom_make(ATOM_A), atom_make(ATOM_A), 9));
    alloc_fail_after(c.alloc, -1);
    alloc_check(c.alloc);
}

static void test_modules_and_places(void **state) {
    struct code c;
    struct payload *p;
    struct code_place place;
    start(&c, &p);
    assert_ptr_equal(code_module(&c, atom_make(ATOM_B)), &p->modules[1]);
    assert_null(code_module(&c, atom_make(ATOM_F)));
    assert_true(code_lookup(&c, p->code, &place));
    assert_ptr_equal(place.function, &p->functions[0]);
    assert_int_equal(place.line, 0);
    assert_int_equal(place.file, NIL);
    assert_true(code_lookup(&c, p->code + 4, &place));
    assert_ptr_equal(place.function, &p->functions[1]);
    assert_int_equal(place.line, 10);
    assert_int_equal(place.file, small_make(77));
    assert_true(code_lookup(&c, p->code + 7, &place));
    assert_int_equal(place.line, 20);
    assert_true(code_lookup(&c, p->code + 15, &place));
    assert_ptr_equal(place.module, &p->modules[1]);
    assert_false(code_lookup(&c, p->code + 16, &place));
    assert_false(code_lookup(&c, p->stub, &place));
}

/* Every table moved out of the payload, one at a time, and a header that isn't ours. */
static void test_faults(void **state) {
    for (int fault = 0; fault < 16; fault++) {
        struct payload *p = payload_new();
        struct image_header *h = &p->header;
        const char *outside = (const char *)p + sizeof *p - 8, *why = NULL;
        struct code c;
        switch (fault) {
        case 0: h->magic++; break;
        case 1: h->abi++; break;
        case 2: h->header_bytes -= 8; break;
        case 3: h->bytes = 16; break;
        case 4: h->bytes = UINT64_MAX; break;
        case 5: h->n_atoms = UINT32_MAX; break;
        case 6: h->n_atom_slots = 6; break;
        case 7: h->n_atom_slots = 1u << 31; break;
        case 8: h->atoms = (const void *)outside; break;
        case 9: h->exports = (const void *)outside; break;
        case 10: h->n_funs = 1u << 30; break;
        case 11: h->modules = NULL; break;
        case 12: h->code_hi += 8; break;
        case 13: p->modules[1].n_lines = UINT32_MAX; break;
        case 14: p->modules[1].code = p->code; break; /* overlaps the module before */
        case 15: p->modules[0].files = (const void *)((uintptr_t)p - 64); break;
        }
        assert_int_equal(code_init(&c, memory(), h, &why), ST_CORRUPT);
        assert_non_null(why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_atoms),
        cmocka_unit_test(test_new_atoms),
        cmocka_unit_test(test_atom_limits),
        cmocka_unit_test(test_exports),
        cmocka_unit_test(test_modules_and_places),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
