/* image_write: a kernel and a payload become an image; the payload of an image gets another kernel. */
#ifndef LING_PACK_IMAGE_WRITE_H
#define LING_PACK_IMAGE_WRITE_H

#include "pack/vm_file.h"

/* The kernels that are built. ling-linux needs none: it reads the payload behind either. */
enum kernel { KERNEL_VIRTIO, KERNEL_XEN };
const char *kernel_name(enum kernel k); /* its file in the home directory */
/* home_dir: $LING_HOME, else the executable's directory; malloc'ed. NULL: reported. */
char *home_dir(void);

/* image_write: the image, and the directories above it. Reports errors itself; an exit status. *bytes: its size. */
int image_write(const struct vm_file *kernel, const void *payload, uint64_t n, const char *path,
                uint64_t *bytes);

/* kernel_of: which of them these bytes begin with; elf_check must have passed. */
enum kernel kernel_of(const uint8_t *elf, size_t n);
/* image_kernel_is: has the image at path this kernel? false too when it can't be read. */
bool image_kernel_is(const char *path, enum kernel k);
/* image_rehead: the payload of the image `from` behind another kernel, written to `to`. Refuses a damaged payload and one
 * for another build of the VM. Reports errors itself; an exit status. */
int image_rehead(const char *from, enum kernel k, const char *to);

#endif
