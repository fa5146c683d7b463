/* export: `lingpack export`: what another tool needs to start an instance: a domain's configuration for xl. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run_options.h"
#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/paths.h"
#include "run/machine.h"
#include "run/xlcfg.h"

static const char help[] =
    "usage: lingpack export IMAGE|DIR|FILE.erl --xl FILE [options] [-- ARGS]\n"
    "\n"
    "Writes the configuration of a Xen domain for `xl create`; starts nothing, needs no Xen. It names the "
    "image, with its\n"
    "absolute path: IMAGE itself when it was built with --target xen. Otherwise one is written.\n"
    "\n"
    "  --xl FILE           the configuration to write (- : standard output)\n"
    "  -o, --output FILE   the image to write, when IMAGE is not for Xen (default: FILE with .xen.img in "
    "place "
    "of .cfg)\n"
    "  -p 0:PORT           port in the instance (80)\n"
    "  -m MEMORY           of the domain (32M)\n" RUN_OPTIONS_HELP RUN_OPTIONS_XEN_HELP
    "  -v                  say more\n"
    "  -- ARGS             arguments of the program\n"
    "\n"
    "examples:\n"
    "  lingpack export examples/hello --xl hello.cfg --requests infinity && xl create -c hello.cfg\n"
    "  lingpack export build/hello.img --xl /etc/xen/hello.cfg --xen-type pv --ip "
    "192.168.1.50/24,192.168.1.1\n";

static char *image_beside(const char *config) {
    size_t n = strlen(config);
    if (strcmp(config, "-") == 0) return NULL;
    if (n > 4 && strcmp(config + n - 4, ".cfg") == 0) n -= 4;
    return mem_format("%.*s.xen.img", (int)n, config);
}

/* The image's path as xl may read it from anywhere. */
static int make_absolute(struct run_options *o, char **absolute) {
    *absolute = realpath(o->c.image, NULL);
    if (!*absolute) {
        note_error("%s: %s", o->c.image, strerror(errno));
        return EXIT_USER;
    }
    o->c.image = *absolute;
    return EXIT_FINE;
}

static char *text_of(const struct run_options *o) {
    static const char head[] = "# A Xen domain of %s, written by lingpack %s. All settings: xl.cfg(5).\n"
                               "#   xl create %s      starts it (xl create -c: and shows its console)\n"
                               "#   xl console %s     its console; the last line is its report\n"
                               "#   xl shutdown %s    asks it to end; xl destroy: at once\n"
                               "%s";
    char *name = xlcfg_name(&o->c, o->c.program, false), *domain = xlcfg_text(&o->c, name, false);
    char *text = domain ? mem_format(head, o->c.program, LING_VERSION, o->xl, name, name, domain) : NULL;
    free(name);
    free(domain);
    return text;
}

static int write_config(const char *path, const char *text) {
    if (strcmp(path, "-") == 0)
        return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_FINE : EXIT_USER;
    if (file_save(path, text, strlen(text))) return EXIT_FINE;
    note_error("can't write %s: %s", path, strerror(errno));
    return EXIT_USER;
}

/* Nothing that is given or made may be lost under another file. image: to be written, or NULL. */
static bool overwrites_nothing(const struct run_options *o, const char *image) {
    const char *lost = NULL, *option = "--xl";
    if (path_same(o->xl, o->target) || (image && path_same(o->xl, image))) lost = o->xl;
    if (o->output && path_same(o->output, o->target)) lost = o->output, option = "-o";
    if (lost) note_error("%s would overwrite %s", option, lost);
    return !lost;
}

static int export_xl(struct run_options *o) {
    char *beside = image_beside(o->xl), *absolute = NULL, *text = NULL;
    const char *path = o->output ? o->output : beside;
    int status = overwrites_nothing(o, path) ? run_options_image(o, path) : EXIT_USER;
    if (status == EXIT_FINE && !machine_memory_fits(&o->c)) status = EXIT_USER;
    bool written = status == EXIT_FINE && o->c.image == path;
    if (status == EXIT_FINE) status = make_absolute(o, &absolute);
    if (status == EXIT_FINE && !(text = text_of(o))) status = EXIT_USER;
    if (status == EXIT_FINE) status = write_config(o->xl, text);
    if (status == EXIT_FINE && written) note_info("wrote the image %s", absolute);
    if (status == EXIT_FINE && strcmp(o->xl, "-") != 0)
        note_info("wrote %s: start it with `xl create %s`", o->xl, o->xl);
    free(beside);
    free(absolute);
    free(text);
    return status;
}

int cli_export(int argc, char **argv) {
    struct run_options o;
    int status = run_options_parse(&o, "export", argc, argv);
    if (status == EXIT_FINE && o.show_help)
        fputs(help, stdout);
    else if (status == EXIT_FINE && !o.xl)
        status = note_usage("export", "what? give --xl FILE");
    else if (status == EXIT_FINE)
        status = export_xl(&o);
    run_options_free(&o);
    return status;
}
