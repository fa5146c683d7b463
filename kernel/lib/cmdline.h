/* cmdline: the instance's command line as the kernel layer reads it: words separated by spaces, key=value. */
#ifndef LING_CMDLINE_H
#define LING_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cmdline_next: the next word "key=value" at or after *at; *at moves behind it. The value is copied (cut to
 * cap-1 bytes, NUL-terminated) into `value`. False when there is no further one. Start with *at = line. */
bool cmdline_next(const char **at, const char *key, char *value, size_t cap);
/* cmdline_find: the first word of that key. */
bool cmdline_find(const char *line, const char *key, char *value, size_t cap);

/* cmdline_for_vm: the line without the words that are for the kernel layer only (clock, memory, addresses,
 * devices). */
void cmdline_for_vm(const char *line, char *out, size_t cap);

/* Numbers: the whole text must be one, else false. Sizes take K, M, G. Addresses are in host byte order. */
bool parse_u64(const char *text, uint64_t *value);
bool parse_size(const char *text, uint64_t *bytes);
bool parse_ipv4(const char *text, uint32_t *ip);

#endif
