/* image: the payload of a packed image, for the process target.
 *
 *   file: [ELF header][program headers][kernel ...][payload]     one PT_LOAD with p_vaddr == PAYLOAD_BASE
 *                                                   `- mapped read-only, shared with the page cache
 *
 * Only the payload matters here: the kernel in front of it is for machines. Everything read from the file is
 * checked against the file's size before use. Source: System V ABI, ELF-64. */
#include "linux.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "payload.h"

static bool read_at(int fd, void *buf, size_t n, uint64_t at) {
    return pread(fd, buf, n, (off_t)at) == (ssize_t)n;
}

static bool is_our_elf(const Elf64_Ehdr *h) {
    return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && h->e_ident[EI_CLASS] == ELFCLASS64 &&
           h->e_ident[EI_DATA] == ELFDATA2LSB && h->e_machine == EM_X86_64 &&
           h->e_phentsize == sizeof(Elf64_Phdr);
}

/* Finds the payload's segment. False: none, or the headers can't be read. */
static bool find_segment(int fd, const Elf64_Ehdr *h, Elf64_Phdr *found) {
    for (unsigned i = 0; i < h->e_phnum; i++) {
        if (!read_at(fd, found, sizeof *found, h->e_phoff + i * sizeof *found)) return false;
        if (found->p_type == PT_LOAD && found->p_vaddr == PAYLOAD_BASE) return true;
    }
    return false;
}

static const char truncated[] = "truncated image: build or copy it again";
static const char foreign[] = "not a Ling image (not made by lingpack build)";

static const char *check_segment(int fd, const Elf64_Phdr *p, uint64_t file_bytes,
                                 struct payload_head *head) {
    if (p->p_offset > file_bytes || p->p_filesz > file_bytes - p->p_offset) return truncated;
    if (p->p_offset % 4096 || p->p_filesz > PAYLOAD_LIMIT - PAYLOAD_BASE) return "damaged image";
    if (p->p_filesz < sizeof *head || !read_at(fd, head, sizeof *head, p->p_offset)) return truncated;
    if (head->magic != PAYLOAD_MAGIC) return foreign;
    if (head->bytes < sizeof *head || head->bytes > p->p_filesz) return "damaged image";
    return NULL;
}

static const char *map_segment(int fd, const Elf64_Phdr *p, const void **payload) {
    void *want = (void *)(uintptr_t)PAYLOAD_BASE; // NOLINT: a fixed address by design
    void *got = mmap(want, p->p_filesz, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, (off_t)p->p_offset);
    if (got == MAP_FAILED) return "can't map the image";
    if (got != want) return "the image's address is taken";
    *payload = got;
    return NULL;
}

static const char *map_open_file(int fd, const void **payload, size_t *bytes) {
    struct stat st;
    Elf64_Ehdr h;
    Elf64_Phdr p;
    struct payload_head head;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) return "not a regular file";
    if (!read_at(fd, &h, sizeof h, 0) || !is_our_elf(&h)) return foreign;
    if (!find_segment(fd, &h, &p)) return "no payload in it: not made by lingpack build, or truncated";
    const char *why = check_segment(fd, &p, (uint64_t)st.st_size, &head);
    if (!why) why = map_segment(fd, &p, payload);
    if (!why) *bytes = head.bytes;
    return why;
}

const char *image_map(const char *path, const void **payload, size_t *bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return strerror(errno);
    const char *why = map_open_file(fd, payload, bytes);
    close(fd);
    return why;
}
