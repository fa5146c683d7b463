/* words: the instance's command line. Bytes other than unreserved ones are percent-encoded, so that words can
 * be split at spaces and no value can add a word. */
#include "run/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pack/memory.h"

char *words_encode(const char *value) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:=,+@";
    char *out = mem_get(3 * strlen(value) + 1), *to = out;
    for (const char *p = value; *p; p++) {
        if (strchr(plain, *p))
            *to++ = *p;
        else
            to += sprintf(to, "%%%02X", (unsigned char)*p);
    }
    return out;
}

struct list {
    char **words;
    size_t n, cap;
};

static void add(struct list *l, char *word) {
    *VEC_ADD(l->words, l->n, l->cap) = word;
}

static void add_encoded(struct list *l, const char *key, const char *value) {
    char *encoded = words_encode(value);
    add(l, mem_format("%s=%s", key, encoded));
    free(encoded);
}

static void add_ms(struct list *l, const char *key, uint64_t ms) {
    if (ms) add(l, mem_format("%s=%llu", key, (unsigned long long)ms));
}

static void add_qemu(struct list *l) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    /* QEMU's user network: its own address, and the hardware address that it derives from it */
    add(l, mem_format("ling.ip=10.0.2.15/24,10.0.2.2,52:55:0a:00:02:02"));
    add(l, mem_format("ling.console=framed"));
    add(l, mem_format("ling.clock=%llu",
                      (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec));
}

static void add_process(struct list *l, const struct run_config *c) {
    add(l, mem_format("ling.report_fd=3"));
    if (c->memory) add(l, mem_format("ling.mem=%s", c->memory));
}

char **words_of(const struct run_config *c, enum words_for whom, int port) {
    struct list l = {0};
    switch (whom) {
    case WORDS_QEMU: add_qemu(&l); break;
    case WORDS_PROCESS: add_process(&l, c); break;
    case WORDS_XEN:
        if (c->xen.ip) add(&l, mem_format("ling.ip=%s", c->xen.ip));
    }
    if (c->service) {
        add(&l, mem_format("ling.port=%d", port));
        add(&l, mem_format("ling.requests=%s", c->requests));
    }
    add_ms(&l, "ling.timeout_ms", c->timeout_ms);
    add_ms(&l, "ling.header_timeout_ms", c->header_timeout_ms);
    add_ms(&l, "ling.idle_timeout_ms", c->idle_timeout_ms);
    add_ms(&l, "ling.request_timeout_ms", c->request_timeout_ms);
    if (c->body_limit) add(&l, mem_format("ling.max_body=%s", c->body_limit));
    for (int i = 0; i < c->n_env; i++) add_encoded(&l, "ling.env", c->env[i]);
    for (int i = 0; i < c->n_args; i++) add_encoded(&l, "ling.arg", c->args[i]);
    add(&l, NULL);
    return l.words;
}

char *words_join(char *const *words) {
    size_t bytes = 1;
    for (char *const *w = words; *w; w++) bytes += strlen(*w) + 1;
    char *line = mem_get(bytes);
    for (char *const *w = words; *w; w++) {
        if (w != words) strcat(line, " ");
        strcat(line, *w);
    }
    return line;
}

void words_free(char **words) {
    for (char **w = words; *w; w++) free(*w);
    free(words);
}
