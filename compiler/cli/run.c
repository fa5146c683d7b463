/* run: `lingpack run`: packs what is not yet an image, then starts it (run/instance.h). */
#include <stdio.h>
#include <stdlib.h>

#include "cli/run_options.h"
#include "pack/files.h"
#include "pack/note.h"
#include "pack/temp.h"

static const char help[] =
    "usage: lingpack run IMAGE|DIR|FILE.erl [options] [-- ARGS]\n"
    "\n"
    "Starts an instance; a source is packed first. The exit status is the instance's.\n"
    "\n"
    "  --on TARGET         auto (default), kvm, qemu, linux, xen. auto: a service in QEMU with the best\n"
    "                      accelerator that works, a script as a Linux process\n"
    "  -p HOST[:GUEST]     port on 127.0.0.1, and in the instance (80). HOST 0: any free one.\n"
    "                      Default: 8080 when it is free, else any. Under Xen no port is forwarded\n"
    "  -m MEMORY           32M for a machine, 256M for a process\n" RUN_OPTIONS_HELP
    "  --json              print the instance's report as JSON on stdout, last line\n"
    "  -v                  say more\n"
    "  -- ARGS             arguments of the program: main/1 of a script, start/1 of a service\n"
    "\n"
    "With --on xen, in the dom0 of a machine that runs Xen (needs xl, and root):\n" RUN_OPTIONS_XEN_HELP "\n"
    "examples:\n"
    "  lingpack run build/hello.img -p 8080:80\n"
    "  lingpack run examples/script --on qemu -- a b\n"
    "  lingpack run build/hello.img --on xen --ip 192.168.1.50/24,192.168.1.1\n";

static int run_target(struct run_options *o) {
    char *dir = temp_make();
    if (!dir) return EXIT_USER;
    char *image = path_join(dir, "program.img");
    o->c.scratch = dir;
    int status = run_options_image(o, image);
    if (status == EXIT_FINE) status = run_instance(&o->c);
    temp_remove(dir);
    free(image);
    free(dir);
    return status;
}

int cli_run(int argc, char **argv) {
    struct run_options o;
    int status = run_options_parse(&o, "run", argc, argv);
    if (status == EXIT_FINE && o.show_help)
        fputs(help, stdout);
    else if (status == EXIT_FINE)
        status = run_target(&o);
    run_options_free(&o);
    return status;
}
