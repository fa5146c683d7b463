/* vm_file: a prebuilt kernel: the ELF to append to, and the numbers its interpreter gives to instructions. */
#ifndef LING_PACK_VM_FILE_H
#define LING_PACK_VM_FILE_H

#include "pack/files.h"

struct vm_file {
    char *path;
    struct file_bytes elf;
    const uint32_t *handlers; /* in elf */
    uint32_t n_handlers;
    uint64_t fingerprint;
};
/* vm_file_open: reports errors itself; an exit status. */
int vm_file_open(struct vm_file *v, const char *path);
void vm_file_close(struct vm_file *v);

#endif
