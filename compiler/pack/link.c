/* link: builds the payload in lingpack's own memory, at the addresses where the VM will have it.
 *
 *   PAYLOAD_BASE
 *   │header│exports│funs│strings│literals…│code│lines│functions, modules│atoms│manifest│
 *            └─ sizes known early: literals and code point at them
 *
 * Invariant: all bytes are a function of the modules' contents, the options and the VM; padding is zero.
 */
#define _GNU_SOURCE
#include "pack/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/sha256.h"
#include "format/ops.h"
#include "pack/note.h"

static bool map_payload(void) {
    void *want = (void *)(uintptr_t)PAYLOAD_BASE;
    void *got = mmap(want, PAYLOAD_LIMIT - PAYLOAD_BASE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == want) return true;
    if (got != MAP_FAILED) munmap(got, PAYLOAD_LIMIT - PAYLOAD_BASE);
    note_error("can't map the payload's addresses %#llx-%#llx: %s", (unsigned long long)PAYLOAD_BASE,
               (unsigned long long)PAYLOAD_LIMIT, strerror(got == MAP_FAILED ? errno : EEXIST));
    return false;
}

void *link_place(struct linker *l, uint64_t bytes, uint64_t align) {
    uint64_t at = align_up(l->used, align);
    if (bytes > PAYLOAD_LIMIT - PAYLOAD_BASE - at) {
        note_error("the program is larger than an image can hold (%llu MiB)",
                   (unsigned long long)((PAYLOAD_LIMIT - PAYLOAD_BASE) >> 20));
        exit(EXIT_USER);
    }
    l->used = at + bytes;
    return (void *)(uintptr_t)(PAYLOAD_BASE + at);
}

/* -- per-unit tables */
static void fill(void *array, uint32_t n, uint32_t value) {
    uint32_t *a = array;
    for (uint32_t i = 0; i < n; i++) a[i] = value;
}

static term *none_terms(uint32_t n) {
    term *terms = mem_get(n * sizeof *terms);
    for (uint32_t i = 0; i < n; i++) terms[i] = NONE;
    return terms;
}

static void unit_link_init(struct unit_link *ul, struct unit *u) {
    const struct beam *b = &u->beam;
    *ul = (struct unit_link){
        .unit = u, .atoms = none_terms(b->n_atoms + 1), .literals = none_terms(b->n_literals)};
    ul->imports = mem_get(b->n_imports * sizeof *ul->imports);
    fill(ul->imports, b->n_imports, KEY_NONE);
    ul->funs = mem_get(b->n_lambdas * sizeof *ul->funs);
    fill(ul->funs, b->n_lambdas, KEY_NONE);
    ul->label_stub = mem_get(b->n_labels * sizeof *ul->label_stub);
}

static void unit_link_free(struct unit_link *ul) {
    xcode_free(&ul->code);
    free(ul->atoms);
    free(ul->literals);
    free(ul->imports);
    free(ul->funs);
    free(ul->label_stub);
    free(ul->files);
}

/* -- the header */
static void write_header(struct linker *l, const char *name, const char *release) {
    struct image_header *h = link_header();
    char *text = manifest_make(l, name, release);
    size_t n = strlen(text) + 1;
    char *manifest = link_place(l, n, 1);
    memcpy(manifest, text, n);
    free(text);
    h->manifest = manifest;
    h->magic = IMAGE_MAGIC;
    h->abi = IMAGE_ABI;
    h->header_bytes = sizeof *h;
    h->vm_fingerprint = l->vm->fingerprint;
    h->entry_module = ((struct unit_link *)l->program->entry->link)->name;
    h->entry_kind = l->program->service ? ENTRY_SERVICE : ENTRY_SCRIPT;
}

void link_digest(const struct image_header *h, uint64_t bytes, uint8_t digest[32]) {
    static const uint8_t zeros[sizeof h->digest];
    const uint8_t *p = (const uint8_t *)h;
    size_t at = offsetof(struct image_header, digest), after = at + sizeof zeros;
    struct sha256 s;
    sha256_init(&s);
    sha256_update(&s, p, at);
    sha256_update(&s, zeros, sizeof zeros);
    sha256_update(&s, p + after, bytes - after);
    sha256_final(&s, digest);
}

int link_program(struct linker *l, struct program *p, const struct vm_file *vm, const char *name,
                 const char *release) {
    *l = (struct linker){.program = p, .vm = vm};
    if (vm->n_handlers != XOP_COUNT) {
        note_error("%s: a kernel of another version: it has %u instructions, this lingpack knows %u",
                   vm->path, vm->n_handlers, (unsigned)XOP_COUNT);
        return EXIT_USER;
    }
    if (!map_payload()) return EXIT_INTERNAL;
    l->mapped = true;
    l->units = mem_get(p->n_units * sizeof *l->units);
    for (uint32_t i = 0; i < p->n_units; i++) unit_link_init(&l->units[i], p->units[i]);
    link_place(l, sizeof(struct image_header), 64);
    link_names(l);
    link_strings(l);
    link_terms_begin(l);
    int status = link_translate(l);
    link_module_terms(l);
    link_terms_end(l);
    if (status != EXIT_FINE || l->failed) return EXIT_USER;
    link_code_place(l);
    link_fixups(l);
    link_modules(l);
    link_atoms_place(l);
    write_header(l, name, release);
    if (l->failed) return EXIT_INTERNAL;
    l->used = align_up(l->used, 16);
    link_header()->bytes = l->used;
    link_digest(link_header(), l->used, link_header()->digest);
    return EXIT_FINE;
}

void link_free(struct linker *l) {
    for (uint32_t i = 0; l->units && i < l->program->n_units; i++) unit_link_free(&l->units[i]);
    if (l->mapped) munmap((void *)(uintptr_t)PAYLOAD_BASE, PAYLOAD_LIMIT - PAYLOAD_BASE);
    free(l->units);
    free(l->symbols);
    free(l->literal_terms);
    free(l->scratch);
    key_free(&l->atoms);
    key_free(&l->symbol_index);
    key_free(&l->literal_index);
    *l = (struct linker){0};
}
