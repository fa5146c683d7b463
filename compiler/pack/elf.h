/* elf: the little of ELF64 that packing needs: find a section, append a segment, find it again. */
#ifndef LING_PACK_ELF_H
#define LING_PACK_ELF_H

#include "base/base.h"

/* elf_check: NULL when these bytes are a 64-bit little-endian x86-64 executable whose tables lie inside; else
 * why not. */
const char *elf_check(const uint8_t *elf, size_t n);
/* elf_section: contents of a section by name; p NULL: none. elf_check must have passed. */
struct view elf_section(const uint8_t *elf, size_t n, const char *name);
/* elf_segment_at: file contents of the PT_LOAD at this p_vaddr; p NULL: none. */
struct view elf_segment_at(const uint8_t *elf, size_t n, uint64_t vaddr);

/* elf_has_note: a program header's note of this owner (a short word) and type. elf_check must have passed. */
bool elf_has_note(const uint8_t *elf, size_t n, const char *owner, uint32_t type);

/* elf_append: a copy of the kernel without sections and symbols, with `payload` as one more read-only PT_LOAD
 * at vaddr = paddr. malloc'ed, *out_n bytes. NULL: *why. */
uint8_t *elf_append(const uint8_t *elf, size_t n, const uint8_t *payload, size_t payload_n, uint64_t vaddr,
                    size_t *out_n, const char **why);

#endif
