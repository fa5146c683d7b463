/* run_options: what `lingpack run` and `lingpack export` take alike: the program, its arguments behind `--`, and how
 * the instance is to live. */
#ifndef LING_CLI_RUN_OPTIONS_H
#define LING_CLI_RUN_OPTIONS_H

#include "cli/cli.h"
#include "run/instance.h"

struct run_options {
    struct run_config c;
    const char *verb, *target, *entry, **keep;
    int verbs;          /* whose options are known */
    const char *xl;     /* export: the file to write */
    const char *output; /* export: the image to write, when one must be */
    char *program;      /* its name */
    const char *of_xen; /* an option was given that is for Xen only */
    bool show_help;
    int cap_env;
    uint32_t n_keep, cap_keep;
};
/* run_options_parse: the words of the verb (run, export). An exit status; what is wrong was said. */
int run_options_parse(struct run_options *o, const char *verb, int argc, char **argv);
void run_options_free(struct run_options *o);
/* run_options_image: the program as an image with the kernel that its target needs, into o->c. Written to `path`, which
 * must live on, when the program has to be packed or to get another kernel. An exit status. */
int run_options_image(struct run_options *o, const char *path);

#define RUN_OPTIONS_HELP                                                                                     \
    "  --requests N        end after N answered requests (1), or `infinity`\n"                               \
    "  --timeout TIME      end after TIME: 30s, 500ms, 2m. Status 124\n"                                     \
    "  --header-timeout TIME, --idle-timeout TIME, --request-timeout TIME\n"                                 \
    "                      how long a client may take for its header (10s), between requests (15s), and a\n" \
    "                      request altogether (60s)\n"                                                       \
    "  --body-limit SIZE   largest request body (bytes, 64K, 8M)\n"                                          \
    "  --env K=V           environment variable for os:getenv/1; may be repeated\n"                          \
    "  --entry MODULE      entry module; for a source only\n"                                                \
    "  --keep MODULE       take this module whole; for a source only; may be repeated\n"
#define RUN_OPTIONS_XEN_HELP                                                                                 \
    "  --xen-type TYPE     pvh (default) or pv\n"                                                            \
    "  --ip A.B.C.D/N[,GATEWAY]\n"                                                                           \
    "                      its address; default: by DHCP\n"                                                  \
    "  --bridge NAME       the bridge its network is on; default: xl's (xenbr0, unless xl.conf says "        \
    "otherwise).\n"                                                                                          \
    "                      A script has a network only with --bridge or --ip\n"                              \
    "  --name NAME         of the domain\n"

#endif
