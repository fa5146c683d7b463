/* elf: appends the payload to the kernel.
 *
 *   kernel:  [Ehdr][Phdr…][segments…][sections, symbols…][Shdr…]
 *   image:   [Ehdr][    ][segments…][Phdr… + PT_LOAD][payload]        e_phoff moves, e_shoff = 0
 *
 * Loaders (QEMU's PVH loader, ours of the Linux target) read program headers wherever e_phoff points, but
 * QEMU reads them all at once and Xen wants them inside the first segments' file range at times; both accept
 * the end. Source: ELF-64 Object File Format, version 1.5; elf(5).
 */
#define _GNU_SOURCE
#include "pack/elf.h"

#include <elf.h>
#include <stdlib.h>

#include "pack/memory.h"

enum { PAGE = 4096 };

static bool inside(uint64_t at, uint64_t n, uint64_t total) {
    return at <= total && n <= total - at;
}

static Elf64_Ehdr header_of(const uint8_t *elf) {
    Elf64_Ehdr h;
    memcpy(&h, elf, sizeof h);
    return h;
}

static Elf64_Phdr phdr_of(const uint8_t *elf, const Elf64_Ehdr *h, unsigned i) {
    Elf64_Phdr p;
    memcpy(&p, elf + h->e_phoff + (uint64_t)i * sizeof p, sizeof p);
    return p;
}

static Elf64_Shdr shdr_of(const uint8_t *elf, const Elf64_Ehdr *h, unsigned i) {
    Elf64_Shdr s;
    memcpy(&s, elf + h->e_shoff + (uint64_t)i * sizeof s, sizeof s);
    return s;
}

const char *elf_check(const uint8_t *elf, size_t n) {
    if (n < SELFMAG || memcmp(elf, ELFMAG, SELFMAG) != 0) return "not an ELF file";
    if (n < sizeof(Elf64_Ehdr)) return "truncated: the ELF header is cut off; build or copy it again";
    Elf64_Ehdr h = header_of(elf);
    if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_machine != EM_X86_64)
        return "not an ELF file for x86-64";
    if (h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phnum == 0 || h.e_phnum >= PN_XNUM)
        return "an ELF file without program headers";
    if (!inside(h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr), n))
        return "truncated: the program headers are cut off; build or copy it again";
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p = phdr_of(elf, &h, i);
        if (p.p_type == PT_LOAD && !inside(p.p_offset, p.p_filesz, n))
            return "truncated: a segment is cut off; build or copy it again";
    }
    return NULL;
}

struct view elf_section(const uint8_t *elf, size_t n, const char *name) {
    const struct view none = {NULL, NULL, false};
    Elf64_Ehdr h = header_of(elf);
    if (h.e_shoff == 0 || h.e_shentsize != sizeof(Elf64_Shdr) || h.e_shstrndx >= h.e_shnum ||
        !inside(h.e_shoff, (uint64_t)h.e_shnum * sizeof(Elf64_Shdr), n))
        return none;
    Elf64_Shdr names = shdr_of(elf, &h, h.e_shstrndx);
    size_t name_n = strlen(name) + 1;
    if (!inside(names.sh_offset, names.sh_size, n)) return none;
    for (unsigned i = 0; i < h.e_shnum; i++) {
        Elf64_Shdr s = shdr_of(elf, &h, i);
        if (inside(s.sh_name, name_n, names.sh_size) &&
            memcmp(elf + names.sh_offset + s.sh_name, name, name_n) == 0 && s.sh_type != SHT_NOBITS &&
            inside(s.sh_offset, s.sh_size, n))
            return view_of(elf + s.sh_offset, s.sh_size);
    }
    return none;
}

struct view elf_segment_at(const uint8_t *elf, size_t n, uint64_t vaddr) {
    Elf64_Ehdr h = header_of(elf);
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p = phdr_of(elf, &h, i);
        if (p.p_type == PT_LOAD && p.p_vaddr == vaddr) return view_of(elf + p.p_offset, p.p_filesz);
    }
    return (struct view){NULL, NULL, false};
}

/* Owner and contents of a note are each padded to 4 bytes. */
static bool notes_have(const uint8_t *p, size_t n, const char *owner, uint32_t type) {
    size_t owner_n = strlen(owner) + 1;
    Elf64_Nhdr note;
    while (n >= sizeof note) {
        memcpy(&note, p, sizeof note);
        uint64_t bytes = sizeof note + align_up(note.n_namesz, 4) + align_up(note.n_descsz, 4);
        if (bytes > n) return false;
        if (note.n_type == type && note.n_namesz == owner_n && memcmp(p + sizeof note, owner, owner_n) == 0)
            return true;
        p += bytes;
        n -= bytes;
    }
    return false;
}

bool elf_has_note(const uint8_t *elf, size_t n, const char *owner, uint32_t type) {
    Elf64_Ehdr h = header_of(elf);
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p = phdr_of(elf, &h, i);
        if (p.p_type == PT_NOTE && inside(p.p_offset, p.p_filesz, n) &&
            notes_have(elf + p.p_offset, p.p_filesz, owner, type))
            return true;
    }
    return false;
}

/* Where the last segment ends in the file, for what is kept of the kernel; refuses one that overlaps the
 * payload. */
static const char *kernel_extent(const uint8_t *elf, const Elf64_Ehdr *h, uint64_t lo, uint64_t hi,
                                 uint64_t *end) {
    *end = sizeof *h;
    for (unsigned i = 0; i < h->e_phnum; i++) {
        Elf64_Phdr p = phdr_of(elf, h, i);
        if (p.p_filesz > 0 && p.p_offset + p.p_filesz > *end) *end = p.p_offset + p.p_filesz;
        if (p.p_type != PT_LOAD) continue;
        if (p.p_vaddr == lo) return "it carries a payload already";
        if (p.p_vaddr < hi && p.p_vaddr + p.p_memsz > lo)
            return "its segments overlap the payload's addresses";
    }
    return NULL;
}

uint8_t *elf_append(const uint8_t *elf, size_t n, const uint8_t *payload, size_t payload_n, uint64_t vaddr,
                    size_t *out_n, const char **why) {
    Elf64_Ehdr h = header_of(elf);
    uint64_t kernel_end;
    if ((*why = kernel_extent(elf, &h, vaddr, vaddr + payload_n, &kernel_end))) return NULL;
    if (kernel_end > n) {
        *why = "truncated: a segment is cut off; build or copy it again";
        return NULL;
    }
    uint64_t phoff = align_up(kernel_end, 8), phbytes = ((uint64_t)h.e_phnum + 1) * sizeof(Elf64_Phdr);
    uint64_t at = align_up(phoff + phbytes, PAGE);
    uint8_t *out = mem_get(at + payload_n);
    memcpy(out, elf, kernel_end);
    memcpy(out + phoff, elf + h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr));
    const Elf64_Phdr load = {.p_type = PT_LOAD,
                             .p_flags = PF_R,
                             .p_offset = at,
                             .p_vaddr = vaddr,
                             .p_paddr = vaddr,
                             .p_filesz = payload_n,
                             .p_memsz = payload_n,
                             .p_align = PAGE};
    memcpy(out + phoff + (uint64_t)h.e_phnum * sizeof load, &load, sizeof load);
    memcpy(out + at, payload, payload_n);
    h.e_phoff = phoff;
    h.e_phnum++;
    h.e_shoff = 0;
    h.e_shnum = h.e_shstrndx = 0;
    memcpy(out, &h, sizeof h);
    *out_n = at + payload_n;
    return out;
}
