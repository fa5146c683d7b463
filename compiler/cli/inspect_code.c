/* inspect --code: disassembles a module of an image, function by function.
 *
 *   image: the module's words ──copied, zeroes behind──> disassemble <── handler table: the kernel beside lingpack
 *
 * An image's own kernel has no section table any more, so the handlers come from ling-virtio.elf; the fingerprint
 * says whether they are the image's. Invariant: disassemble may read on for one instruction of the largest size; as
 * many zeroes lie behind the copy. */
#define _GNU_SOURCE
#include "cli/inspect_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/translate.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/vm_file.h"

enum { INSTRUCTION_WORDS_MAX = 4 * 65536 }; /* a count is 16 bits, what is counted is below 4 words */

static bool open_kernel(struct vm_file *vm, const struct image_file *f, const char *path) {
    const char *home = getenv("LING_HOME");
    char *dir = home && *home ? mem_text(home, strlen(home)) : path_of_self();
    char *kernel = path_join(dir ? dir : ".", "ling-virtio.elf");
    int status = vm_file_open(vm, kernel);
    bool same = status == EXIT_FINE && vm->fingerprint == f->header.vm_fingerprint;
    if (status == EXIT_FINE && !same) {
        note_error("%s is for another build of the VM than %s: build it again", path, kernel);
        vm_file_close(vm);
    }
    free(kernel);
    free(dir);
    return same;
}

static bool find_module(const struct image_file *f, const char *name, struct image_module *out) {
    const struct image_header *h = &f->header;
    const struct image_module *table = image_file_at(f, h->modules, (uint64_t)h->n_modules * sizeof *table);
    for (uint32_t i = 0; table && i < h->n_modules; i++) {
        memcpy(out, &table[i], sizeof *out);
        struct view text = image_file_atom(f, out->name);
        if (text.p && view_left(&text) == strlen(name) && memcmp(text.p, name, view_left(&text)) == 0)
            return true;
    }
    return false;
}

/* Words [from, to) of one function. */
static void print_words(const uint64_t *code, size_t from, size_t to, const struct vm_file *vm) {
    char text[512];
    while (from < to) {
        size_t n = disassemble(code + from, vm->handlers, vm->n_handlers, text, sizeof text);
        if (n == 0)
            printf("  %6zu  0x%016llx\n", from, (unsigned long long)code[from]);
        else
            printf("  %6zu  %s\n", from, text);
        from += n ? n : 1;
    }
}

static bool print_functions(const struct image_file *f, const struct image_module *m,
                            const struct vm_file *vm) {
    size_t n = (size_t)((const uint8_t *)m->code_end - (const uint8_t *)m->code) / sizeof *m->code;
    const void *code = m->code_end >= m->code ? image_file_at(f, m->code, n * sizeof *m->code) : NULL;
    const struct function_entry *table =
        image_file_at(f, m->functions, (uint64_t)m->n_functions * sizeof *table);
    if (!code || !table) return false;
    uint64_t *copy = mem_get((n + INSTRUCTION_WORDS_MAX) * sizeof *copy);
    memcpy(copy, code, n * sizeof *copy);
    for (uint32_t i = 0; i < m->n_functions; i++) {
        struct function_entry now, next = {.code = m->code_end};
        memcpy(&now, &table[i], sizeof now);
        if (i + 1 < m->n_functions) memcpy(&next, &table[i + 1], sizeof next);
        size_t from = (size_t)((const uint8_t *)now.code - (const uint8_t *)m->code) / sizeof *copy;
        size_t to = (size_t)((const uint8_t *)next.code - (const uint8_t *)m->code) / sizeof *copy;
        struct view name = image_file_atom(f, now.name);
        printf("%.*s/%u:\n", (int)view_left(&name), (const char *)name.p, now.arity);
        if (from <= n && to <= n) print_words(copy, from, to, vm);
    }
    free(copy);
    return true;
}

bool inspect_code(const struct image_file *f, const char *path, const char *module) {
    struct image_module m;
    struct vm_file vm;
    if (!find_module(f, module, &m)) {
        note_error("%s: no module %s in it (lingpack inspect lists them)", path, module);
        return false;
    }
    if (!open_kernel(&vm, f, path)) return false;
    bool fine = print_functions(f, &m, &vm);
    if (!fine) note_error("%s: damaged: its tables don't lie inside it", path);
    vm_file_close(&vm);
    return fine;
}
