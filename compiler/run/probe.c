/* probe: an image is a 64-bit ELF with a PT_LOAD at PAYLOAD_BASE that starts with struct image_header
 * (format/image.h). Every offset is checked against the file's size. */
#include "run/probe.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/image.h"

struct probe {
    int fd;
    uint64_t size;
    char *why;
    size_t cap;
};

static bool read_at(const struct probe *p, uint64_t at, void *to, size_t n) {
    return at <= p->size && n <= p->size - at && pread(p->fd, to, n, (off_t)at) == (ssize_t)n;
}

static bool say(const struct probe *p, const char *what) {
    snprintf(p->why, p->cap, "%s", what);
    return false;
}

static const char other[] =
    "not an image of lingpack: give a file that `lingpack build` wrote, a directory, or .erl";
static const char truncated[] = "the image is truncated: build or copy it again";

/* The payload's program header, and how far the segments reach. */
static bool find_payload(const struct probe *p, const Elf64_Ehdr *elf, Elf64_Phdr *payload, uint64_t *end) {
    Elf64_Phdr h;
    bool found = false;
    for (unsigned i = 0; i < elf->e_phnum; i++) {
        if (!read_at(p, elf->e_phoff + i * sizeof h, &h, sizeof h)) return false;
        if (h.p_type != PT_LOAD) continue;
        if (h.p_paddr + h.p_memsz > *end) *end = h.p_paddr + h.p_memsz;
        if (h.p_vaddr == PAYLOAD_BASE) *payload = h, found = true;
    }
    return found;
}

static bool probe_payload(const struct probe *p, const Elf64_Phdr *ph, bool *service) {
    struct image_header h;
    if (ph->p_offset > p->size || ph->p_filesz > p->size - ph->p_offset) return say(p, truncated);
    if (!read_at(p, ph->p_offset, &h, sizeof h) || h.magic != IMAGE_MAGIC) return say(p, other);
    if (h.abi != IMAGE_ABI || h.header_bytes != sizeof h)
        return say(p, "the image was made by another version of lingpack: build it again");
    if (h.bytes > ph->p_filesz) return say(p, truncated);
    *service = h.entry_kind == ENTRY_SERVICE;
    return true;
}

static bool probe_open(const struct probe *p, struct probed *out) {
    Elf64_Ehdr elf;
    Elf64_Phdr ph = {0};
    *out = (struct probed){0};
    if (!read_at(p, 0, &elf, sizeof elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
        elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phentsize != sizeof ph)
        return say(p, other);
    if (elf.e_phoff > p->size || elf.e_phnum * sizeof ph > p->size - elf.e_phoff) return say(p, truncated);
    if (!find_payload(p, &elf, &ph, &out->end)) return say(p, other);
    return probe_payload(p, &ph, &out->service);
}

bool probe_image(const char *path, struct probed *out, char *why, size_t cap) {
    struct stat st;
    struct probe p = {.fd = open(path, O_RDONLY | O_CLOEXEC), .why = why, .cap = cap};
    if (p.fd < 0 || fstat(p.fd, &st) != 0) {
        snprintf(why, cap, "%s", strerror(errno));
        if (p.fd >= 0) close(p.fd);
        return false;
    }
    p.size = (uint64_t)st.st_size;
    bool fine = S_ISREG(st.st_mode) ? probe_open(&p, out) : say(&p, "not a file");
    close(p.fd);
    return fine;
}
