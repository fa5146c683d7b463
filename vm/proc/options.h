/* options: the instance's command line: words separated by spaces, key=value, values percent-encoded (%20
 * etc.). The same on every target. Unknown words of the form ling.* are errors; others (virtio_mmio.device=…)
 * are ignored.
 *
 *   ling.requests=N|infinity   ling.timeout_ms=N (whole instance; 0 none)   ling.port=N ling.ip=A.B.C.D/N,GW
 * (else DHCP) ling.env=K=V (repeatable)  ling.arg=TEXT (repeatable, in order)          ling.max_body=BYTES
 *   ling.header_timeout_ms=N   ling.request_timeout_ms=N   ling.idle_timeout_ms=N   ling.max_heap_words=N
 */
#ifndef LING_OPTIONS_H
#define LING_OPTIONS_H

#include "base/base.h"

struct alloc;
struct option_pair {
    const char *key, *value;
};
struct options {
    uint64_t requests, timeout_ms;
    uint16_t port;
    uint32_t max_body, header_timeout_ms, request_timeout_ms, idle_timeout_ms;
    size_t max_heap_words;
    uint64_t fail_every; /* built with sanitizers only: every n-th allocation fails; 0: none */
    struct option_pair *env;
    const char **args;
    uint32_t n_env, n_args;
};

/* options_parse: the whole line; what it does not name has its default. All text is copied into blocks of a.
 * ST_BADARG, ST_NOMEM: a sentence in why. */
enum { OPTIONS_WHY = 160 };
enum status options_parse(struct alloc *a, const char *cmdline, struct options *out,
                          char why[OPTIONS_WHY]) MUST_CHECK;

#endif
