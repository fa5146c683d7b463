/* options: the command line read into struct options.
 *
 *   word ── "ling.KEY=VALUE" ──> decode %XX ──> the reader of KEY in the table ──> a field
 *        └─ anything else: not for us
 *
 * The decoded text of all values lies in one block, as long as the line.
 */
#include "proc/options.h"

#include <stdio.h>

#include "base/alloc.h"

struct parse {
    struct options *out;
    char *text; /* where the next decoded value goes */
    struct option_pair *env;
    const char **args;
};
typedef bool (*option_reader)(struct parse *p, char *value, size_t field, uint64_t max);

static bool read_u64(const char *s, uint64_t max, uint64_t *out) {
    uint64_t v = 0;
    if (!*s) return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9') return false;
        unsigned digit = (unsigned)(*s - '0');
        if (v > (max - digit) / 10) return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

static bool option_u64(struct parse *p, char *value, size_t field, uint64_t max) {
    return read_u64(value, max, (uint64_t *)((char *)p->out + field));
}

static bool option_u32(struct parse *p, char *value, size_t field, uint64_t max) {
    uint64_t v;
    if (!read_u64(value, max, &v)) return false;
    *(uint32_t *)((char *)p->out + field) = (uint32_t)v;
    return true;
}

static bool option_port(struct parse *p, char *value, size_t field, uint64_t max) {
    uint64_t v;
    if (!read_u64(value, max, &v)) return false;
    p->out->port = (uint16_t)v;
    return true;
}

static bool option_requests(struct parse *p, char *value, size_t field, uint64_t max) {
    if (!strcmp(value, "infinity")) {
        p->out->requests = UINT64_MAX;
        return true;
    }
    return read_u64(value, max, &p->out->requests) && p->out->requests > 0;
}

static bool option_env(struct parse *p, char *value, size_t field, uint64_t max) {
    char *eq = strchr(value, '=');
    if (!eq || eq == value) return false;
    *eq = 0;
    p->env[p->out->n_env++] = (struct option_pair){value, eq + 1};
    return true;
}

static bool option_arg(struct parse *p, char *value, size_t field, uint64_t max) {
    p->args[p->out->n_args++] = value;
    return true;
}

/* Read by the network layer of the machine, not by the VM. */
static bool option_elsewhere(struct parse *p, char *value, size_t field, uint64_t max) {
    return *value != 0;
}

static const struct option {
    const char *key;
    option_reader read;
    size_t field;
    uint64_t max;
    const char *expects;
} option_table[] = {
    {"requests", option_requests, 0, UINT64_MAX / 16, "a number above 0, or infinity"},
    {"timeout_ms", option_u64, offsetof(struct options, timeout_ms), UINT64_C(1) << 40, "milliseconds"},
    {"port", option_port, 0, 65535, "a port, 0 to 65535"},
    {"ip", option_elsewhere, 0, 0, "an address"},
    {"env", option_env, 0, 0, "NAME=VALUE"},
    {"arg", option_arg, 0, 0, "text"},
    {"max_body", option_u32, offsetof(struct options, max_body), UINT32_MAX, "bytes"},
    {"header_timeout_ms", option_u32, offsetof(struct options, header_timeout_ms), UINT32_MAX,
     "milliseconds"},
    {"request_timeout_ms", option_u32, offsetof(struct options, request_timeout_ms), UINT32_MAX,
     "milliseconds"},
    {"idle_timeout_ms", option_u32, offsetof(struct options, idle_timeout_ms), UINT32_MAX, "milliseconds"},
#ifdef LING_SANITIZE /* for tests */
    {"fail_every", option_u64, offsetof(struct options, fail_every), UINT64_C(1) << 40, "allocations"},
#endif
    {"max_heap_words", option_u64, offsetof(struct options, max_heap_words), UINT64_C(1) << 40, "words"},
};
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "max_heap_words is read as 64 bits");

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decode s[0..n-1] to p->text, NUL-terminated. NULL: a bad escape, or a NUL inside. */
static char *value_decode(struct parse *p, const char *s, size_t n) {
    char *out = p->text, *at = out;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '%') {
            int hi = i + 2 < n ? hex_digit(s[i + 1]) : -1;
            int lo = i + 2 < n ? hex_digit(s[i + 2]) : -1;
            if (hi < 0 || lo < 0 || hi * 16 + lo == 0) return NULL;
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        *at++ = c;
    }
    *at++ = 0;
    p->text = at;
    return out;
}

static enum status word_read(struct parse *p, const char *word, size_t n, char *why) {
    static const char prefix[] = "ling.";
    size_t lead = sizeof prefix - 1;
    if (n < lead || memcmp(word, prefix, lead) != 0) return ST_OK;
    const char *eq = memchr(word, '=', n);
    size_t key_bytes = eq ? (size_t)(eq - word) : n;
    for (size_t i = 0; i < ARRAY_LEN(option_table); i++) {
        const struct option *o = &option_table[i];
        if (strlen(o->key) != key_bytes - lead || memcmp(o->key, word + lead, key_bytes - lead) != 0)
            continue;
        char *value = eq ? value_decode(p, eq + 1, n - key_bytes - 1) : NULL;
        if (value && o->read(p, value, o->field, o->max)) return ST_OK;
        snprintf(why, OPTIONS_WHY, "option ling.%s: expected %s", o->key, o->expects);
        return ST_BADARG;
    }
    snprintf(why, OPTIONS_WHY, "unknown option %.*s", (int)min_size(key_bytes, 80), word);
    return ST_BADARG;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word at *s, or NULL. */
static const char *word_next(const char **s, size_t *n) {
    const char *word = *s;
    while (is_space(*word)) word++;
    const char *end = word;
    while (*end && !is_space(*end)) end++;
    *n = (size_t)(end - word);
    *s = end;
    return *n ? word : NULL;
}

static size_t words_count(const char *line) {
    size_t words = 0, n;
    while (word_next(&line, &n)) words++;
    return words;
}

enum status options_parse(struct alloc *a, const char *cmdline, struct options *out, char why[OPTIONS_WHY]) {
    *out = (struct options){.requests = 1,
                            .port = 80,
                            .max_body = 1 << 20,
                            .header_timeout_ms = 10000,
                            .request_timeout_ms = 60000,
                            .idle_timeout_ms = 15000};
    size_t words = words_count(cmdline), n;
    struct parse p = {.out = out,
                      .text = alloc_get(a, strlen(cmdline) + 1),
                      .env = alloc_get(a, (words + 1) * sizeof *p.env),
                      .args = alloc_get(a, (words + 1) * sizeof *p.args)};
    if (!p.text || !p.env || !p.args) {
        snprintf(why, OPTIONS_WHY, "no memory for the command line");
        return ST_NOMEM;
    }
    out->env = p.env;
    out->args = p.args;
    for (const char *word; (word = word_next(&cmdline, &n));) {
        enum status st = word_read(&p, word, n, why);
        if (st != ST_OK) return st;
    }
    return ST_OK;
}
