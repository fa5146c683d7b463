/* note: messages to the user. Every line names the program, so that it can be told apart from erlc's and
 * QEMU's. */
#include "pack/note.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RED = 31, YELLOW = 33 };

static bool coloured(void) {
    return isatty(STDERR_FILENO) && !getenv("NO_COLOR");
}

static void note_line(int colour, const char *label, const char *fmt, va_list ap) {
    fputs("lingpack: ", stderr);
    if (label && coloured())
        fprintf(stderr, "\033[1;%dm%s\033[0m: ", colour, label);
    else if (label)
        fprintf(stderr, "%s: ", label);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void note_error(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note_line(RED, "error", fmt, ap);
    va_end(ap);
}

void note_warning(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note_line(YELLOW, "warning", fmt, ap);
    va_end(ap);
}

void note_info(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note_line(0, NULL, fmt, ap);
    va_end(ap);
}

/* A write that failed earlier has left the stream's mark, but not its errno. */
int note_flush(void) {
    bool flushed = fflush(stdout) == 0;
    const char *why = flushed ? "some of it is lost" : strerror(errno);
    if (flushed && !ferror(stdout)) return EXIT_FINE;
    note_error("can't write standard output: %s", why);
    return EXIT_USER;
}

int note_usage(const char *verb, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note_line(RED, "error", fmt, ap);
    va_end(ap);
    if (verb)
        fprintf(stderr, "Try `lingpack %s --help`.\n", verb);
    else
        fprintf(stderr, "Try `lingpack --help`.\n");
    return EXIT_USAGE;
}
