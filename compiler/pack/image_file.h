/* image_file: a packed image as a file: what is in it, without running it. */
#ifndef LING_PACK_IMAGE_FILE_H
#define LING_PACK_IMAGE_FILE_H

#include "format/image.h"
#include "pack/files.h"

struct image_file {
    struct file_bytes file;
    const uint8_t *payload;
    struct image_header header; /* a copy; pointers are addresses in the payload, see image_file_at */
    uint8_t digest[32];         /* of the payload as it is */
    bool digest_ok;
};
/* image_file_open: true, or *why (a sentence; static or errno's). */
bool image_file_open(struct image_file *f, const char *path, const char **why);
/* image_file_open_intact: one whose digest is right, too: for handing its payload on. */
bool image_file_open_intact(struct image_file *f, const char *path, const char **why);
void image_file_close(struct image_file *f);
/* image_file_at: n bytes at an address of the payload; NULL: outside. */
const void *image_file_at(const struct image_file *f, const void *address, uint64_t n);
/* image_file_atom: text of an atom of the image; n 0 and p NULL: no such atom. */
struct view image_file_atom(const struct image_file *f, term atom);
const char *image_file_manifest(const struct image_file *f); /* NULL: damaged */

#endif
