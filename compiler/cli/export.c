/* export: `lingpack export`: what another tool needs to start an instance: a domain's configuration for xl.
 *
 *   source or image ──> image for Xen, in a scratch directory or where it is ──all checks──> image, configuration
 *
 * Invariant: nothing is written before all is known to be right but the writing, and a failed export leaves no new file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_options.h"
#include "pack/files.h"
#include "pack/image_file.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/paths.h"
#include "pack/temp.h"
#include "run/machine.h"
#include "run/xlcfg.h"

static const char help[] =
    "usage: lingpack export IMAGE|DIR|FILE.erl --xl FILE [options] [-- ARGS]\n"
    "\n"
    "Writes the configuration of a Xen domain for `xl create`; starts nothing, needs no Xen. It names the "
    "image, with its\n"
    "absolute path: IMAGE itself when it was built with --target xen and there is no -o. Otherwise one is "
    "written.\n"
    "\n"
    "  --xl FILE           the configuration to write (- : standard output)\n"
    "  -o, --output FILE   the image to write (default, when IMAGE is not for Xen: FILE with .xen.img in "
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

/* A file as a word of a shell's command, malloc'ed: in quotes unless it is plain, and never an option. */
static char *shell_word(const char *file) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+,:@%";
    const char *front = *file == '-' ? "./" : "";
    if (*file && !file[strspn(file, plain)]) return mem_format("%s%s", front, file);
    char *word = mem_get(4 * strlen(file) + 5), *to = word + sprintf(word, "'%s", front);
    for (; *file; file++) to += sprintf(to, *file == '\'' ? "'\\''" : "%c", *file);
    *to = '\'';
    return word;
}

static bool to_stdout(const struct run_options *o) {
    return strcmp(o->xl, "-") == 0;
}

static char *text_of(const struct run_options *o) {
    static const char head[] = "# A Xen domain of %s, written by lingpack %s. All settings: xl.cfg(5).\n"
                               "#   xl create %s      starts it (xl create -c: and shows its console)\n"
                               "#   xl console %s     its console; the last line is its report\n"
                               "#   xl shutdown %s    asks it to end; xl destroy: at once\n"
                               "%s";
    if (!xlcfg_takes(o->c.program) || !xlcfg_takes(o->xl)) return NULL;
    char *file = shell_word(to_stdout(o) ? "FILE" : o->xl), *name = xlcfg_name(&o->c, o->c.program, false),
         *domain = xlcfg_text(&o->c, name, false), *text = NULL;
    if (domain) text = mem_format(head, o->c.program, LING_VERSION, file, name, name, domain);
    free(file);
    free(name);
    free(domain);
    return text;
}

struct export {
    struct run_options *o;
    const char *wanted;      /* the image's path if one is written; NULL: none was given */
    struct image_file image; /* for Xen, from wherever it now is */
    bool writes;             /* it, to `path`; else that is where it is */
    char *path, *text;       /* absolute, for xl may read it from anywhere; the configuration */
};

static bool overwrites(const char *what, const char *path, const char *kept) {
    bool same = path_same(path, kept);
    if (same) note_error("%s would overwrite %s", what, path);
    return same;
}

static int fail(const char *path, const char *why) {
    note_error("can't write %s: %s", path, why);
    return EXIT_USER;
}

/* The image, intact, into e->image, and where it will be. */
static int prepare_image(struct export *e, const char *scratch) {
    struct run_options *o = e->o;
    const char *why;
    int status = run_options_image(o, e->wanted ? scratch : NULL);
    if (status != EXIT_FINE) return status;
    if (!image_file_open_intact(&e->image, o->c.image, &why)) {
        note_error("%s: %s", o->target, why);
        return EXIT_USER;
    }
    e->writes = o->output || o->c.image == scratch;
    const char *path = e->writes ? e->wanted : o->target;
    if (e->writes && overwrites(o->output ? "-o" : "the image for Xen", path, o->target)) return EXIT_USER;
    e->path = path_absolute(path);
    return e->path ? EXIT_FINE : fail(path, strerror(errno));
}

static int prepare(struct export *e, const char *scratch) {
    struct run_options *o = e->o;
    if (overwrites("--xl", o->xl, o->target) || (e->wanted && overwrites("--xl", o->xl, e->wanted)))
        return EXIT_USER;
    int status = prepare_image(e, scratch);
    if (status != EXIT_FINE) return status;
    o->c.image = e->path;
    if (!machine_memory_fits(&o->c)) return EXIT_USER;
    e->text = text_of(o);
    return e->text ? EXIT_FINE : EXIT_USER;
}

static int write_config(const struct run_options *o, const char *text) {
    if (to_stdout(o)) {
        fputs(text, stdout);
        return note_flush();
    }
    if (!file_save(o->xl, text, strlen(text))) return fail(o->xl, strerror(errno));
    char *file = shell_word(o->xl);
    note_info("wrote %s: start it with `xl create %s`", o->xl, file);
    free(file);
    return EXIT_FINE;
}

static int write_files(const struct export *e) {
    bool was_there = file_exists(e->path);
    if (e->writes && !file_save(e->path, e->image.file.p, e->image.file.n))
        return fail(e->wanted, strerror(errno));
    int status = write_config(e->o, e->text);
    if (status != EXIT_FINE && e->writes && !was_there) unlink(e->path);
    if (status == EXIT_FINE && e->writes) note_info("wrote the image %s", e->path);
    return status;
}

static int export_xl(struct run_options *o) {
    char *dir = temp_make();
    if (!dir) return EXIT_USER;
    char *beside = image_beside(o->xl), *scratch = path_join(dir, "program.img");
    struct export e = {.o = o, .wanted = o->output ? o->output : beside};
    int status = prepare(&e, scratch);
    if (status == EXIT_FINE) status = write_files(&e);
    image_file_close(&e.image);
    temp_remove(dir);
    free(dir);
    free(beside);
    free(scratch);
    free(e.path);
    free(e.text);
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
