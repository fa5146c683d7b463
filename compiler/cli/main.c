/* lingpack: packs Erlang programs into bootable images, runs and inspects them. This file: which verb. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/cli.h"
#include "pack/note.h"

static const struct verb {
    const char *name, *about;
    int (*main)(int argc, char **argv);
} verbs[] = {
    {"build", "compile and link a program into an image", cli_build},
    {"run", "start an image or a program", cli_run},
    {"export", "write the configuration of a Xen domain", cli_export},
    {"inspect", "say what is in an image", cli_inspect},
};

/* The VM's code that is linked in here ends in panic when an invariant is broken. */
_Noreturn void panic(const char *fmt, ...) {
    va_list ap;
    fputs("lingpack: internal error: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputs("\nThis is a bug in lingpack; please report it with the command line and the input.\n", stderr);
    exit(EXIT_INTERNAL);
}

static void print_help(FILE *f) {
    fputs("lingpack - Erlang programs as bootable images\n\n"
          "usage: lingpack VERB [OPTION]... [ARGUMENT]...\n\nverbs:\n",
          f);
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) fprintf(f, "  %-10s %s\n", verbs[i].name, verbs[i].about);
    fputs("\nexamples:\n"
          "  lingpack build examples/hello          writes build/hello.img\n"
          "  lingpack run build/hello.img -p 8080:80\n"
          "  lingpack run script.erl -- a b         a script with its arguments\n"
          "  lingpack export build/hello.img --xl hello.cfg\n"
          "  lingpack inspect build/hello.img\n"
          "\n`lingpack VERB --help` tells more. Exit status: 0 fine, 1 an error in the program or its use,\n"
          "2 wrong command line, 70 a bug in lingpack; `run` exits with the instance's own status.\n",
          f);
}

/* A file of ours that got the number of a closed standard stream would be read or written as one. */
static bool open_missing_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) return false;
    return true;
}

static int do_verb(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (strcmp(word, verbs[i].name) == 0) return verbs[i].main(argc - 1, argv + 1);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return EXIT_FINE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("lingpack " LING_VERSION);
        return EXIT_FINE;
    }
    return note_usage(NULL, word[0] == '-' ? "unknown option %s" : "unknown verb %s", word);
}

int main(int argc, char **argv) {
    if (!open_missing_streams()) return EXIT_USER;
    int status = do_verb(argc, argv);
    return status == EXIT_FINE ? note_flush() : status;
}
