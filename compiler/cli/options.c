/* options: command-line arguments, one after the other: flags, flags with a value, plain ones; `--` ends the
 * flags. */
#include <string.h>

#include "cli/cli.h"
#include "pack/note.h"

struct cli_args cli_args_of(const char *verb, int argc, char **argv) {
    return (struct cli_args){.verb = verb, .argc = argc, .argv = argv};
}

bool cli_next(struct cli_args *a) {
    if (a->missing || a->at + 1 >= a->argc) return false;
    a->arg = a->argv[++a->at];
    if (a->only_plain || strcmp(a->arg, "--") != 0) return true;
    a->only_plain = true;
    return cli_next(a);
}

bool cli_is_option(const struct cli_args *a) {
    return !a->only_plain && a->arg[0] == '-' && a->arg[1] != '\0';
}

bool cli_flag(struct cli_args *a, const char *short_name, const char *long_name) {
    if (a->only_plain) return false;
    return (short_name && strcmp(a->arg, short_name) == 0) || (long_name && strcmp(a->arg, long_name) == 0);
}

bool cli_value(struct cli_args *a, const char *short_name, const char *long_name, const char **value) {
    size_t n = long_name ? strlen(long_name) : 0;
    if (a->only_plain) return false;
    if (n && strncmp(a->arg, long_name, n) == 0 && a->arg[n] == '=') {
        *value = a->arg + n + 1;
        return true;
    }
    if (!cli_flag(a, short_name, long_name)) return false;
    if (a->at + 1 < a->argc)
        *value = a->argv[++a->at];
    else
        a->missing = a->arg;
    return true;
}

int cli_unknown(const struct cli_args *a) {
    return note_usage(a->verb, "unknown option %s", a->arg);
}
int cli_missing(const struct cli_args *a) {
    return note_usage(a->verb, "option %s needs a value", a->missing);
}
