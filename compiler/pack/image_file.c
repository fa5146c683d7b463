/* image_file: reads an image from disk. Everything is checked against the payload's length: the file may be
 * cut off, damaged or somebody else's. */
#define _GNU_SOURCE
#include "pack/image_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack/elf.h"
#include "pack/link.h"

const void *image_file_at(const struct image_file *f, const void *address, uint64_t n) {
    uint64_t at = (uint64_t)(uintptr_t)address - PAYLOAD_BASE;
    if (at > f->header.bytes || n > f->header.bytes - at) return NULL;
    return f->payload + at;
}

struct view image_file_atom(const struct image_file *f, term atom) {
    const struct view none = {NULL, NULL, false};
    uint32_t i = atom_index(atom);
    if (!term_is_atom(atom) || i >= f->header.n_atoms) return none;
    const struct image_atom *table = image_file_at(f, f->header.atoms, f->header.n_atoms * sizeof *table);
    if (!table) return none;
    struct image_atom a;
    memcpy(&a, &table[i], sizeof a);
    const void *text = image_file_at(f, a.utf8, a.bytes);
    return text ? view_of(text, a.bytes) : none;
}

const char *image_file_manifest(const struct image_file *f) {
    const char *text = image_file_at(f, f->header.manifest, 1);
    if (!text) return NULL;
    size_t left = (size_t)(f->payload + f->header.bytes - (const uint8_t *)text);
    return memchr(text, '\0', left) ? text : NULL;
}

static const char no_payload[] = "an ELF file that was not made by lingpack build (no payload in it)";

static const char *payload_fault(struct image_file *f, struct view payload) {
    if (!payload.p) return no_payload;
    if (view_left(&payload) < sizeof f->header)
        return "truncated: the payload's header is cut off; build or copy it again";
    memcpy(&f->header, payload.p, sizeof f->header);
    if (f->header.magic != IMAGE_MAGIC) return no_payload;
    if (f->header.abi != IMAGE_ABI || f->header.header_bytes != sizeof f->header)
        return "made by another version of lingpack: build it again";
    if (f->header.bytes < sizeof f->header || f->header.bytes > view_left(&payload))
        return "truncated: the payload is cut off; build or copy it again";
    return NULL;
}

bool image_file_open(struct image_file *f, const char *path, const char **why) {
    *f = (struct image_file){0};
    if (!file_read(path, &f->file)) {
        *why = strerror(errno);
        return false;
    }
    *why = elf_check(f->file.p, f->file.n);
    struct view payload = {NULL, NULL, false};
    if (!*why) payload = elf_segment_at(f->file.p, f->file.n, PAYLOAD_BASE);
    if (!*why) *why = payload_fault(f, payload);
    if (*why) {
        image_file_close(f);
        return false;
    }
    f->payload = payload.p;
    link_digest((const struct image_header *)(const void *)f->payload, f->header.bytes, f->digest);
    f->digest_ok = memcmp(f->digest, f->header.digest, sizeof f->digest) == 0;
    return true;
}

bool image_file_open_intact(struct image_file *f, const char *path, const char **why) {
    if (!image_file_open(f, path, why)) return false;
    if (f->digest_ok) return true;
    *why = "damaged: its digest is not that of its contents; build or copy it again";
    image_file_close(f);
    return false;
}

void image_file_close(struct image_file *f) {
    free(f->file.p);
    *f = (struct image_file){0};
}
