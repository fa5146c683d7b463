/* cmdline: words of the command line, on every target.
 *
 *   "ling.port=80 ling.ip=10.0.2.15/24,10.0.2.2 virtio_mmio.device=512@0xfeb00e00:12 ling.arg=a%20b"
 *    `- the VM's   `- the kernel layer's own       `- QEMU's, for the drivers            `- the VM's
 *
 * The VM gets the line without what the kernel layer has already used up. */
#include "lib/cmdline.h"

#include <string.h>

static const char *const kernel_words[] = {"ling.clock",     "ling.ip",      "ling.mem",          "ling.bind",
                                           "ling.report_fd", "ling.console", "virtio_mmio.device"};

static const char *skip_spaces(const char *p) {
    while (*p == ' ') p++;
    return p;
}

static const char *word_end(const char *p) {
    while (*p && *p != ' ') p++;
    return p;
}

/* The value of the word at p when its key is `key`, else NULL. */
static const char *word_value(const char *p, const char *key) {
    while (*key && *p == *key) p++, key++;
    return !*key && *p == '=' ? p + 1 : NULL;
}

bool cmdline_next(const char **at, const char *key, char *value, size_t cap) {
    for (const char *p = skip_spaces(*at); *p; p = skip_spaces(p)) {
        const char *v = word_value(p, key), *end = word_end(p);
        p = end;
        if (!v) continue;
        size_t n = (size_t)(end - v) < cap ? (size_t)(end - v) : cap - 1;
        memcpy(value, v, n);
        value[n] = 0;
        *at = end;
        return true;
    }
    return false;
}

bool cmdline_find(const char *line, const char *key, char *value, size_t cap) {
    return cmdline_next(&line, key, value, cap);
}

static bool is_kernel_word(const char *p) {
    for (size_t i = 0; i < sizeof kernel_words / sizeof *kernel_words; i++)
        if (word_value(p, kernel_words[i])) return true;
    return false;
}

void cmdline_for_vm(const char *line, char *out, size_t cap) {
    size_t used = 0;
    for (const char *p = skip_spaces(line); *p;) {
        const char *end = word_end(p);
        size_t n = (size_t)(end - p);
        if (!is_kernel_word(p) && used + n + 2 <= cap) {
            if (used) out[used++] = ' ';
            memcpy(out + used, p, n);
            used += n;
        }
        p = skip_spaces(end);
    }
    out[used] = 0;
}

/* Digits of base 10 at *p into *value; false on none or overflow. */
static bool take_digits(const char **p, uint64_t *value) {
    uint64_t v = 0;
    const char *start = *p;
    for (; **p >= '0' && **p <= '9'; ++*p)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(**p - '0'), &v))
            return false;
    *value = v;
    return *p > start;
}

bool parse_u64(const char *text, uint64_t *value) {
    uint64_t v;
    if (!take_digits(&text, &v) || *text) return false;
    *value = v;
    return true;
}

bool parse_size(const char *text, uint64_t *bytes) {
    uint64_t v;
    int shift = 0;
    if (!take_digits(&text, &v)) return false;
    if (*text) {
        shift = *text == 'K' ? 10 : *text == 'M' ? 20 : *text == 'G' ? 30 : -1;
        if (shift < 0 || text[1]) return false;
    }
    if (v << shift >> shift != v) return false;
    *bytes = v << shift;
    return true;
}

bool parse_ipv4(const char *text, uint32_t *ip) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t part;
        if (i && *text++ != '.') return false;
        if (!take_digits(&text, &part) || part > 255) return false;
        v = v << 8 | (uint32_t)part;
    }
    if (*text) return false;
    *ip = v;
    return true;
}
