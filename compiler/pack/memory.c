/* memory: allocation that ends the program when it fails, and a hash map of byte strings.
 *
 *   slots[2^k] ── index ──> entries[0..n-1] {key, bytes, hash, value}     in order of arrival
 *
 * Invariant: n <= n_slots / 2, so a probe always meets an empty slot.
 */
#define _GNU_SOURCE
#include "pack/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack/note.h"

static void *or_die(void *p, size_t bytes) {
    if (p || bytes == 0) return p;
    note_error("out of memory (%zu bytes wanted)", bytes);
    exit(EXIT_INTERNAL);
}

void *mem_get(size_t bytes) {
    return or_die(calloc(1, bytes ? bytes : 1), bytes);
}
void *mem_resize(void *p, size_t bytes) {
    return or_die(realloc(p, bytes), bytes);
}

char *mem_text(const char *s, size_t n) {
    char *copy = mem_get(n + 1);
    if (n) memcpy(copy, s, n);
    return copy;
}

char *mem_format(const char *fmt, ...) {
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    return or_die(n < 0 ? NULL : text, 1);
}

static uint32_t key_hash(const uint8_t *s, size_t n) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++) h = (h ^ s[i]) * 16777619u;
    return h ^ h >> 15;
}

static uint32_t key_probe(const struct key_map *m, uint32_t hash, const void *key, size_t n) {
    uint32_t at = hash & (m->n_slots - 1);
    for (; m->slots[at] != KEY_NONE; at = (at + 1) & (m->n_slots - 1)) {
        const struct key_entry *e = &m->entries[m->slots[at]];
        if (e->hash == hash && e->bytes == n && memcmp(e->key, key, n) == 0) break;
    }
    return at;
}

uint32_t key_find(const struct key_map *m, const void *key, size_t n) {
    if (m->n == 0) return KEY_NONE;
    uint32_t at = key_probe(m, key_hash(key, n), key, n);
    return m->slots[at] == KEY_NONE ? (uint32_t)KEY_NONE : m->entries[m->slots[at]].value;
}

static void key_grow(struct key_map *m) {
    m->n_slots = m->n_slots ? 2 * m->n_slots : 64;
    m->slots = mem_resize(m->slots, m->n_slots * sizeof *m->slots);
    memset(m->slots, 0xff, m->n_slots * sizeof *m->slots);
    for (uint32_t i = 0; i < m->n; i++)
        m->slots[key_probe(m, m->entries[i].hash, m->entries[i].key, m->entries[i].bytes)] = i;
}

struct key_entry *key_add(struct key_map *m, const void *key, size_t n, uint32_t value, int *is_new) {
    if (2 * (m->n + 1) > m->n_slots) key_grow(m);
    uint32_t hash = key_hash(key, n), at = key_probe(m, hash, key, n);
    if (is_new) *is_new = m->slots[at] == KEY_NONE;
    if (m->slots[at] != KEY_NONE) return &m->entries[m->slots[at]];
    m->slots[at] = m->n;
    struct key_entry *e = VEC_ADD(m->entries, m->n, m->cap);
    *e = (struct key_entry){mem_text(key, n), (uint32_t)n, hash, value};
    return e;
}

void key_free(struct key_map *m) {
    for (uint32_t i = 0; i < m->n; i++) free(m->entries[i].key);
    free(m->entries);
    free(m->slots);
    *m = (struct key_map){0};
}
