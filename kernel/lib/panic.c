/* panic: one line on the console, a report that the host reads, status 70. Never spins, never returns. */
#include "lib/panic.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "plat.h"

/* JSON string text: what is not plain ASCII becomes '?', so that any bytes at all give valid JSON. */
static size_t json_text(char *out, size_t cap, const char *s) {
    size_t n = 0;
    for (; *s && n + 3 < cap; s++) {
        if (*s == '"' || *s == '\\') out[n++] = '\\';
        out[n++] = *s >= 0x20 && *s < 0x7f ? *s : '?';
    }
    out[n] = 0;
    return n;
}

size_t panic_report(char *out, size_t cap, const char *reason, const char *message) {
    char text[256];
    json_text(text, sizeof text, message);
    int n = snprintf(out, cap, "{\"ling\":1,\"status\":%d,\"reason\":\"%s\",\"message\":\"%s\"}",
                     PANIC_STATUS, reason, text);
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

noreturn void panic(const char *fmt, ...) {
    static bool panicking;
    static char line[512], report[512];
    if (panicking) target_die(PANIC_STATUS);
    panicking = true;
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    plat_console_write("panic: ", 7);
    plat_console_write(line, strlen(line));
    plat_console_write("\n", 1);
    plat_exit(PANIC_STATUS, report, panic_report(report, sizeof report, "panic", line));
}
