/* stream: takes the machine's JSON lines (RS, object, newline) out of its console output. Pure. */
#ifndef LING_RUN_STREAM_H
#define LING_RUN_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct stream {
    void (*text)(void *ctx, const char *bytes, size_t n); /* console output */
    bool (*line)(void *ctx, const char *json); /* a JSON line, without RS and newline; false: it is text */
    void *ctx;
    char *held; /* a line begun: from RS on */
    size_t n, cap;
    bool holding;
};
void stream_feed(struct stream *s, const char *bytes, size_t n);
/* stream_end: what is held was no whole line: gives it out as text. Frees. */
void stream_end(struct stream *s);

#endif
