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

static enum probe_result say(const struct probe *p, enum probe_result r, const char *what) {
    snprintf(p->why, p->cap, "%s", what);
    return r;
}

/* The payload's program header. */
static bool find_payload(const struct probe *p, const Elf64_Ehdr *elf, Elf64_Phdr *out) {
    for (unsigned i = 0; i < elf->e_phnum; i++) {
        if (!read_at(p, elf->e_phoff + i * sizeof *out, out, sizeof *out)) return false;
        if (out->p_type == PT_LOAD && out->p_vaddr == PAYLOAD_BASE) return true;
    }
    return false;
}

static enum probe_result probe_payload(const struct probe *p, const Elf64_Phdr *ph, bool *service) {
    struct image_header h;
    if (ph->p_offset > p->size || ph->p_filesz > p->size - ph->p_offset)
        return say(p, PROBE_DAMAGED, "the image is truncated");
    if (!read_at(p, ph->p_offset, &h, sizeof h) || h.magic != IMAGE_MAGIC)
        return say(p, PROBE_OTHER, "not an image of lingpack");
    if (h.abi != IMAGE_ABI) return say(p, PROBE_DAMAGED, "the image was made by another version of lingpack");
    if (h.bytes > ph->p_filesz) return say(p, PROBE_DAMAGED, "the image is truncated");
    *service = h.entry_kind == ENTRY_SERVICE;
    return PROBE_IMAGE;
}

static enum probe_result probe_open(const struct probe *p, bool *service) {
    Elf64_Ehdr elf;
    Elf64_Phdr ph;
    if (!read_at(p, 0, &elf, sizeof elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) ||
        elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phentsize != sizeof ph)
        return say(p, PROBE_OTHER, "not an image of lingpack");
    if (elf.e_phoff > p->size) return say(p, PROBE_DAMAGED, "the image is truncated");
    if (!find_payload(p, &elf, &ph)) return say(p, PROBE_OTHER, "not an image of lingpack");
    return probe_payload(p, &ph, service);
}

enum probe_result probe_image(const char *path, bool *service, char *why, size_t cap) {
    struct stat st;
    struct probe p = {.fd = open(path, O_RDONLY | O_CLOEXEC), .why = why, .cap = cap};
    if (p.fd < 0 || fstat(p.fd, &st) != 0) {
        snprintf(why, cap, "%s", strerror(errno));
        if (p.fd >= 0) close(p.fd);
        return PROBE_OTHER;
    }
    p.size = (uint64_t)st.st_size;
    enum probe_result r = S_ISREG(st.st_mode) ? probe_open(&p, service) : say(&p, PROBE_OTHER, "not a file");
    close(p.fd);
    return r;
}
