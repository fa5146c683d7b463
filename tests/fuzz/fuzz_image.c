/* Fuzzing of what reads an image: the file (ELF, payload header, as lingpack inspect does) and the mapped
 * payload (code_init, as an instance does at start).
 *
 *   fuzz_image [ROUNDS] [IMAGE]   deterministic: fields of the image changed by a fixed generator
 *
 *   file     [ELF header | program header][page][first SMALL bytes of the payload]   read from a memfd
 *   payload  mapped at PAYLOAD_BASE, nothing mapped behind it; changed fields are put back after each round
 *
 * Linked with build/obj/asan/libunit.a. Checked: no access outside (sanitizers, and the unmapped rest); a
 * refusal has a reason; what code_init lets pass has every table inside the payload, and aligned. */
#define _GNU_SOURCE
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "code/code.h"
#include "pack/elf.h"
#include "pack/image_file.h"

#define CHECK(x)                                                                                             \
    ((x) ? (void)0 : (fprintf(stderr, "fuzz_image: %s:%d: %s\n", __FILE__, __LINE__, #x), abort()))
enum { SMALL = 16 << 10, PAGE = 4096, ARENA_BYTES = 256 << 10, EDITS = 6 };

static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint64_t random_below(uint64_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 16) % n;
}

/* A value that a field could be changed to. */
static uint64_t odd_value(uint64_t was, const struct image_header *h) {
    switch (random_below(8)) {
    case 0: return was + random_below(64) - 32;
    case 1: return ~UINT64_C(0) - random_below(64);
    case 2: return random_below(64);
    case 3: return PAYLOAD_BASE + h->bytes - random_below(64);
    case 4: return PAYLOAD_BASE + random_below(2 * h->bytes);
    case 5: return was ^ UINT64_C(1) << random_below(64);
    case 6: return was << 32 | was >> 32;
    default: return random_below(~UINT64_C(0));
    }
}

/* -- the mapped payload */
static bool inside(const struct image_header *h, const void *p, uint64_t n, size_t each, size_t align) {
    uintptr_t lo = (uintptr_t)h, hi = lo + h->bytes, at = (uintptr_t)p;
    return at >= lo && at <= hi && at % align == 0 && n <= (hi - at) / each;
}
#define INSIDE(h, p, n) inside(h, p, n, sizeof *(p), __alignof__(*(p)))

static void check_accepted(const struct image_header *h) {
    CHECK(INSIDE(h, h->atoms, h->n_atoms) && INSIDE(h, h->atom_slots, h->n_atom_slots));
    CHECK(INSIDE(h, h->exports, h->n_exports) && INSIDE(h, h->funs, h->n_funs));
    CHECK(INSIDE(h, h->modules, h->n_modules));
    CHECK(h->code_lo <= h->code_hi && h->literals_lo <= h->literals_hi);
    for (uint32_t i = 0; i < h->n_modules; i++) {
        const struct image_module *m = &h->modules[i];
        CHECK(m->code <= m->code_end && (uintptr_t)m->code >= h->code_lo &&
              (uintptr_t)m->code_end <= h->code_hi);
        CHECK(INSIDE(h, m->functions, m->n_functions) && INSIDE(h, m->exports, m->n_exports));
        CHECK(INSIDE(h, m->lines, m->n_lines) && INSIDE(h, m->files, m->n_files));
    }
}

/* An eight-byte field of the header or of the table of modules. */
static uint64_t *some_field(struct image_header *h, const struct image_header *whole) {
    uint64_t *modules = (uint64_t *)(uintptr_t)whole->modules; // NOLINT: the mapping is ours and writable
    if (random_below(2)) return (uint64_t *)h + random_below(sizeof *h / 8);
    return modules + random_below(whole->n_modules * sizeof *whole->modules / 8);
}

static void payload_round(struct image_header *h, const struct image_header *whole) {
    static void *memory;
    if (!memory) memory = aligned_alloc(PAGE, ARENA_BYTES);
    uint64_t *at[EDITS], was[EDITS];
    int n = 1 + (int)random_below(EDITS - 1);
    for (int i = 0; i < n; i++) {
        at[i] = some_field(h, whole);
        was[i] = *at[i];
        *at[i] = odd_value(was[i], whole);
    }
    struct code c;
    const char *why = NULL;
    /* as boot does: the mapping ends where the header says, or before */
    if (h->bytes <= whole->bytes) {
        enum status st = code_init(&c, alloc_create(memory, ARENA_BYTES), h, &why);
        CHECK(st == ST_OK || why);
        if (st == ST_OK) check_accepted(h);
    }
    while (n-- > 0) *at[n] = was[n];
}

/* -- the file */
static void file_read_back(int fd) {
    char path[32];
    const char *why = NULL;
    struct image_file f;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!image_file_open(&f, path, &why)) {
        CHECK(why);
        return;
    }
    volatile size_t sink = 0;
    for (uint32_t i = 0; i < 64; i++) {
        struct view text = image_file_atom(&f, atom_make(i));
        for (size_t k = 0; text.p && k < view_left(&text); k++) sink += text.p[k];
    }
    const char *manifest = image_file_manifest(&f);
    if (manifest) sink += strlen(manifest);
    image_file_close(&f);
}

static size_t file_make(uint8_t *out, const struct image_header *whole) {
    memset(out, 0, PAGE);
    Elf64_Ehdr e = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                    .e_type = ET_EXEC,
                    .e_machine = EM_X86_64,
                    .e_version = EV_CURRENT,
                    .e_phoff = sizeof e,
                    .e_ehsize = sizeof e,
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 1};
    Elf64_Phdr p = {.p_type = PT_LOAD,
                    .p_flags = PF_R,
                    .p_offset = PAGE,
                    .p_vaddr = PAYLOAD_BASE,
                    .p_paddr = PAYLOAD_BASE,
                    .p_filesz = SMALL,
                    .p_memsz = SMALL,
                    .p_align = PAGE};
    memcpy(out, &e, sizeof e);
    memcpy(out + sizeof e, &p, sizeof p);
    struct image_header h = *whole;
    h.bytes = SMALL;
    memcpy(out + PAGE, whole, SMALL);
    memcpy(out + PAGE, &h, sizeof h);
    return PAGE + SMALL;
}

static void file_round(int fd, const uint8_t *seed, size_t n) {
    static uint8_t work[PAGE + SMALL];
    memcpy(work, seed, n);
    for (uint64_t edits = random_below(4); edits > 0; edits--) {
        uint64_t v,
            at = random_below(2) ? random_below(120) : PAGE + random_below(sizeof(struct image_header) - 8);
        at &= ~UINT64_C(1);
        memcpy(&v, work + at, sizeof v);
        v = odd_value(v, (const struct image_header *)(const void *)(seed + PAGE));
        memcpy(work + at, &v, (size_t)1 << random_below(4));
    }
    if (random_below(4) == 0) n = random_below(n + 1);
    if (ftruncate(fd, 0) || pwrite(fd, work, n, 0) != (ssize_t)n) exit(1);
    file_read_back(fd);
}

/* The payload of an image, writable at its address. */
static struct image_header *payload_map(const char *path) {
    struct image_file f;
    const char *why;
    if (!image_file_open(&f, path, &why)) {
        fprintf(stderr, "fuzz_image: %s: %s\n", path, why);
        exit(1);
    }
    void *want = (void *)(uintptr_t)PAYLOAD_BASE; // NOLINT: a fixed address by design
    void *at = mmap(want, f.header.bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != want) exit(1);
    memcpy(at, f.payload, f.header.bytes);
    image_file_close(&f);
    return at;
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 20000;
    struct image_header *h = payload_map(argc > 2 ? argv[2] : "build/fuzz/seed.img");
    struct image_header whole = *h;
    for (long i = 0; i < rounds; i++) payload_round(h, &whole);
    static uint8_t seed[PAGE + SMALL];
    size_t n = file_make(seed, h);
    int fd = memfd_create("image", MFD_CLOEXEC);
    file_read_back(fd); /* empty */
    for (long i = 0; i < rounds; i++) file_round(fd, seed, n);
    printf("fuzz_image: %ld payloads, %ld files\n", rounds, rounds);
    return 0;
}
