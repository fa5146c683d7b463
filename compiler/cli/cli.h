/* cli: the verbs of lingpack. Each gets the arguments from its own name on and returns an exit status
 * (pack/note.h): 0 fine, 1 the program's or the user's error, 2 usage, 70 internal; `run` returns the
 * instance's own status. */
#ifndef LING_CLI_H
#define LING_CLI_H

#include <stdbool.h>

#define LING_VERSION "0.1.0"

int cli_build(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_run(int argc, char **argv);

/* -- options.c: one argument after the other.
 *
 *   struct cli_args a = cli_args_of("build", argc, argv);
 *   while (cli_next(&a)) {
 *       if (cli_flag(&a, "-v", "--verbose")) …
 *       else if (cli_value(&a, "-o", "--output", &path)) …        -o F   --output F   --output=F
 *       else if (!cli_is_option(&a)) … a.arg is a plain argument
 *       else return cli_unknown(&a);
 *   }
 *   if (a.missing) return cli_missing(&a);
 */
struct cli_args {
    const char *verb;
    int argc, at;
    char **argv;
    const char *arg;     /* the argument at hand */
    bool only_plain;     /* after `--` */
    const char *missing; /* an option that ended the line without its value */
};
struct cli_args cli_args_of(const char *verb, int argc, char **argv);
bool cli_next(struct cli_args *a); /* false: no more; `--` ends options and is skipped */
bool cli_flag(struct cli_args *a, const char *short_name,
              const char *long_name); /* either name may be NULL */
bool cli_value(struct cli_args *a, const char *short_name, const char *long_name, const char **value);
bool cli_is_option(const struct cli_args *a);
int cli_unknown(const struct cli_args *a); /* reports; EXIT_USAGE */
int cli_missing(const struct cli_args *a); /* reports; EXIT_USAGE */

#endif
