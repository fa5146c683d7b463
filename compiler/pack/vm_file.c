/* vm_file: reads the handler table of the interpreter inside a kernel ELF.
 *
 *   section .ling.handlers: uint32_t[], in the order of the generated enum xop (format/ops.h)
 *
 * The fingerprint is what interp_fingerprint() computes in the VM from its own tables: an image runs only
 * there.
 */
#define _GNU_SOURCE
#include "pack/vm_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/bifnames.h"
#include "pack/elf.h"
#include "pack/memory.h"
#include "pack/note.h"

static uint64_t fnv64(uint64_t h, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t fingerprint_of(const uint32_t *handlers, uint32_t n) {
    uint64_t h = fnv64(UINT64_C(0xcbf29ce484222325), handlers, n * sizeof *handlers);
    for (unsigned i = 0; i < bif_names_count; i++) {
        h = fnv64(h, bif_names[i].module, strlen(bif_names[i].module) + 1);
        h = fnv64(h, bif_names[i].name, strlen(bif_names[i].name) + 1);
        h = fnv64(h, &bif_names[i].arity, 1);
    }
    return h;
}

int vm_file_open(struct vm_file *v, const char *path) {
    *v = (struct vm_file){.path = mem_text(path, strlen(path))};
    if (!file_read(path, &v->elf)) {
        note_error("can't read the kernel %s: %s", path, strerror(errno));
        vm_file_close(v);
        return EXIT_USER;
    }
    const char *why = elf_check(v->elf.p, v->elf.n);
    struct view handlers = {NULL, NULL, false};
    if (!why) {
        handlers = elf_section(v->elf.p, v->elf.n, ".ling.handlers");
        if (!handlers.p || view_left(&handlers) % 4 != 0 || (uintptr_t)handlers.p % 4 != 0)
            why = "not a Ling kernel (no usable section .ling.handlers)";
    }
    if (why) {
        note_error("%s: %s", path, why);
        vm_file_close(v);
        return EXIT_USER;
    }
    v->handlers = (const uint32_t *)(const void *)handlers.p;
    v->n_handlers = (uint32_t)(view_left(&handlers) / 4);
    v->fingerprint = fingerprint_of(v->handlers, v->n_handlers);
    return EXIT_FINE;
}

void vm_file_close(struct vm_file *v) {
    free(v->path);
    free(v->elf.p);
    *v = (struct vm_file){0};
}
