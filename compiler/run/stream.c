/* stream: console output with JSON lines in it.
 *
 *   text text RS {"ling":1,…} \n text          RS: byte 0x1e
 *
 * A program may print RS itself (RFC 7464 has whole texts of such lines): what follows is taken for a JSON line only when it
 * begins with '{', ends within MAX_LINE bytes, and the owner takes it; else it is text, to the byte. */
#include "run/stream.h"

#include <stdlib.h>
#include <string.h>

#include "pack/memory.h"

enum { RS = 0x1e, MAX_LINE = 1 << 16 };

static void give_up(struct stream *s) {
    s->text(s->ctx, s->held, s->n);
    s->holding = false;
    s->n = 0;
}

static void hold(struct stream *s, char c) {
    *VEC_ADD(s->held, s->n, s->cap) = c;
    if (c == '\n') {
        s->held[s->n - 1] = 0;
        s->holding = !s->line(s->ctx, s->held + 1);
        s->held[s->n - 1] = '\n';
        if (s->holding) give_up(s);
        s->n = 0;
    } else if ((s->n == 2 && c != '{') || s->n > MAX_LINE) {
        give_up(s);
    }
}

void stream_feed(struct stream *s, const char *bytes, size_t n) {
    while (n > 0) {
        if (s->holding) {
            hold(s, *bytes++);
            n--;
            continue;
        }
        const char *rs = memchr(bytes, RS, n);
        size_t text = rs ? (size_t)(rs - bytes) : n;
        if (text) s->text(s->ctx, bytes, text);
        bytes += text;
        n -= text;
        s->holding = rs != NULL;
        if (rs) {
            hold(s, RS);
            bytes++;
            n--;
        }
    }
}

void stream_end(struct stream *s) {
    if (s->holding) give_up(s);
    free(s->held);
    s->held = NULL;
    s->cap = 0;
}
