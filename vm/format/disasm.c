/* disasm: specific ops as text, by the layouts of ops.tab: what translate_emit writes, read back. */
#include "format/ops.h"
#include "format/translate.h"

#include <stdarg.h>
#include <stdio.h>

struct reader {
    const uint64_t *words;
    uint32_t half;
    char *out;
    size_t cap, used;
    uint32_t count; /* the last n */
};

static void say(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct reader *r, const char *fmt, ...) {
    va_list ap;
    if (r->used >= r->cap) return;
    va_start(ap, fmt);
    int n = vsnprintf(r->out + r->used, r->cap - r->used, fmt, ap);
    va_end(ap);
    if (n > 0) r->used += (size_t)n;
}

static uint64_t take(struct reader *r, unsigned halves) {
    r->half = (r->half + halves - 1) & ~(halves - 1);
    uint64_t w = r->words[r->half / 4] >> (r->half % 4 * 16);
    r->half += halves;
    return halves == 4 ? w : w & ((UINT64_C(1) << (halves * 16)) - 1);
}

static void say_reg(struct reader *r, uint64_t v, char letter) {
    bool y = letter == 'y' || (letter == 'r' && (v & 1));
    say(r, " %c%u", y ? 'y' : 'x', (unsigned)(v >> 3));
}

static void operand(struct reader *r, char letter) {
    switch (letter) {
    case 'r':
    case 'x':
    case 'y': say_reg(r, take(r, 1), letter); break;
    case 'n':
        r->count = (uint32_t)take(r, 1);
        say(r, " %u", r->count);
        break;
    case 't': say(r, " 0x%x", (unsigned)take(r, 1)); break;
    case 'h': say(r, " %d", (int16_t)take(r, 1)); break;
    case 'f': say(r, " %+d", (int16_t)take(r, 1)); break;
    case 'J': say(r, " %+d", (int32_t)take(r, 2)); break;
    case 'i': say(r, " %d", (int32_t)take(r, 2)); break;
    case 'a':
    case 'C': say(r, " 0x%x", (unsigned)take(r, 2)); break;
    default: say(r, " 0x%llx", (unsigned long long)take(r, 4)); break;
    }
}

static void say_wide(struct reader *r) {
    uint64_t w = take(r, 4);
    if ((w & 0xff) == 0x57)
        say_reg(r, w >> 8, 'r');
    else
        say(r, " 0x%llx", (unsigned long long)w);
}

static void tail(struct reader *r, char letter) {
    uint32_t n = r->count;
    if (letter != 's' && letter != 'J') r->half = (r->half + 3) & ~3u;
    for (uint32_t i = 0; i < n; i++) {
        switch (letter) {
        case 's': say_reg(r, take(r, 1), 'r'); break;
        case 'w': say_wide(r); break;
        case 'W':
            say_wide(r);
            say_wide(r);
            break;
        case 'I':
            say(r, " 0x%x:", (unsigned)take(r, 2));
            operand(r, 'J');
            break;
        case 'J': operand(r, 'J'); break;
        default: operand(r, 'w'); break;
        }
    }
    if (letter == 'l')
        for (uint32_t i = 0; i < n; i++) operand(r, 'J');
}

size_t disassemble(const uint64_t *words, const uint32_t *handlers, uint32_t n_handlers, char *out,
                   size_t cap) {
    struct reader r = {words, 2, out, cap, 0, 0};
    uint32_t op = 0;
    while (op < n_handlers && op < XOP_COUNT && handlers[op] != (uint32_t)words[0]) op++;
    if (op == n_handlers || op == XOP_COUNT) return 0;
    say(&r, "%s", xop_table[op].name);
    for (const char *l = xop_table[op].layout; *l; l++) {
        if (*l == '*')
            tail(&r, *++l);
        else
            operand(&r, *l);
    }
    /* a segment of bs_create_bin takes three words, of which one was read */
    if (op == XOP_bs_create_bin) r.half += r.count * 8;
    return (r.half + 3) / 4;
}
