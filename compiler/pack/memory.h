/* memory: lingpack's own memory. It is a short-lived tool: running out ends it with a message, so callers
 * need no error path. */
#ifndef LING_PACK_MEMORY_H
#define LING_PACK_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *mem_get(size_t bytes);             /* zeroed; free() gives it back */
void *mem_resize(void *p, size_t bytes); /* as realloc */
char *mem_text(const char *s, size_t n); /* a NUL-terminated copy */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* VEC_ADD: room for one more element at the end of array v (count n, capacity cap: lvalues); yields a pointer
 * to it. */
#define VEC_ADD(v, n, cap)                                                                                   \
    ((n) == (cap) ? (void)((v) = mem_resize((v), ((cap) = (cap) ? 2 * (cap) : 16) * sizeof *(v))) : (void)0, \
     &(v)[(n)++])

/* Map from bytes to a number. Keys are copied. */
struct key_map {
    struct key_entry *entries;
    uint32_t *slots;
    uint32_t n, cap, n_slots;
};
struct key_entry {
    char *key;
    uint32_t bytes, hash, value;
};
enum { KEY_NONE = UINT32_MAX };
uint32_t key_find(const struct key_map *m, const void *key, size_t n); /* KEY_NONE: absent */
/* key_add: the entry of this key, made with `value` when it is new; *is_new says which (may be NULL). */
struct key_entry *key_add(struct key_map *m, const void *key, size_t n, uint32_t value, int *is_new);
void key_free(struct key_map *m);

#endif
