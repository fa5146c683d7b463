/* lingpack build: a program into an image. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/pack.h"

static void print_help(void) {
    fputs("usage: lingpack build PATH... [-o FILE] [--entry MODULE] [--keep MODULE]...\n"
          "                      [--target qemu|xen] [--vm FILE] [-v]\n\n"
          "Compiles and links a program and appends it to the kernel: one ELF that boots.\n"
          "PATH is a directory (its *.erl, or src/*.erl), an .erl file, or .beam files.\n"
          "A service exports handle/1, a script main/1.\n\n"
          "  -o, --output FILE   the image (default: build/NAME.img)\n"
          "      --entry MODULE  the module to start (default: the one named as the program, else the only\n"
          "                      one that exports handle/1 or main/1)\n"
          "      --keep MODULE   take this module whole, though nothing names it (repeatable): for calls by\n"
          "                      names made at run time\n"
          "      --target TARGET qemu (default) or xen: the kernel to append to, ling-virtio.elf or "
          "ling-xen.elf\n"
          "                      beside lingpack, or in $LING_HOME. Both images also run as a Linux process\n"
          "      --vm FILE       another kernel to append to; for --target xen one for Xen\n"
          "  -v, --verbose       say what was taken, dropped and is missing\n\n"
          "examples:\n"
          "  lingpack build examples/hello\n"
          "  lingpack build counter.erl -o /tmp/counter.img\n"
          "  lingpack build examples/hello --target xen -o hello-xen.img\n"
          "  lingpack build app/ --entry app_web --keep app_plugin\n",
          stdout);
}

static void print_summary(const struct pack_result *r, bool verbose) {
    if (verbose && r->n_missing > 0)
        note_info("%u functions that OTP's modules name are not available (undef when called)", r->n_missing);
    printf("%s: %s %s, %u modules, %u functions, %.1f KB (payload %.1f KB), %.2f s (erlc %.2f s)\n", r->path,
           r->service ? "service" : "script", r->entry_module, r->n_modules, r->n_functions,
           (double)r->image_bytes / 1000, (double)r->payload_bytes / 1000, r->total_ms / 1000.0,
           r->erlc_ms / 1000.0);
}

static bool take_target(const char *word, enum kernel *k) {
    *k = strcmp(word, "xen") == 0 ? KERNEL_XEN : KERNEL_VIRTIO;
    return *k == KERNEL_XEN || strcmp(word, "qemu") == 0;
}

int cli_build(int argc, char **argv) {
    struct pack_options o = {0};
    const char **paths = NULL, **keep = NULL, *value = NULL;
    uint32_t cap_paths = 0, cap_keep = 0;
    struct cli_args a = cli_args_of("build", argc, argv);
    int status = EXIT_FINE;
    while (status == EXIT_FINE && cli_next(&a)) {
        if (cli_flag(&a, "-h", "--help")) {
            print_help();
            goto done;
        } else if (cli_flag(&a, "-v", "--verbose")) {
            o.verbose = true;
        } else if (cli_value(&a, "-o", "--output", &o.output) || cli_value(&a, NULL, "--entry", &o.entry) ||
                   cli_value(&a, NULL, "--vm", &o.vm_file)) {
            continue;
        } else if (cli_value(&a, NULL, "--target", &value)) {
            if (value && !take_target(value, &o.kernel))
                status = note_usage("build", "--target needs qemu or xen, not %s", value);
        } else if (cli_value(&a, NULL, "--keep", &value)) {
            *VEC_ADD(keep, o.n_keep, cap_keep) = value;
        } else if (cli_is_option(&a)) {
            status = cli_unknown(&a);
        } else {
            *VEC_ADD(paths, o.n_paths, cap_paths) = a.arg;
        }
    }
    if (status == EXIT_FINE && a.missing) status = cli_missing(&a);
    if (status == EXIT_FINE && o.n_paths == 0) status = note_usage("build", "no program given");
    if (status != EXIT_FINE) goto done;
    struct pack_result r;
    o.paths = paths;
    o.keep = keep;
    status = pack_program(&o, &r);
    if (status == EXIT_FINE) print_summary(&r, o.verbose);
    pack_result_free(&r);
done:
    free(paths);
    free(keep);
    return status;
}
