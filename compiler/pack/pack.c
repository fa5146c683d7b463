/* pack: the whole way, in order:
 *
 *   paths ──source──> .beam files ──collect──> live functions ──link──> payload ──elf_append──> image file
 */
#define _GNU_SOURCE
#include "pack/pack.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pack/image_write.h"
#include "pack/link.h"
#include "pack/note.h"
#include "pack/paths.h"

struct job {
    const struct pack_options *options;
    struct otp otp;
    struct source source;
    struct program program;
    struct vm_file vm;
    struct linker linker;
    char *output;
    uint32_t erlc_ms;
    uint64_t image_bytes;
};

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int open_vm(struct job *j) {
    const char *given = j->options->vm_file;
    char *path =
        given ? mem_text(given, strlen(given)) : path_join(j->otp.home, kernel_name(j->options->kernel));
    int status = vm_file_open(&j->vm, path);
    free(path);
    if (status != EXIT_FINE || j->options->kernel != KERNEL_XEN) return status;
    if (kernel_of(j->vm.elf.p, j->vm.elf.n) == KERNEL_XEN) return EXIT_FINE;
    note_error("%s is no kernel for Xen (PV and PVH): --target xen needs one such as %s", j->vm.path,
               kernel_name(KERNEL_XEN));
    return EXIT_USER;
}

static void say_what_was_packed(const struct job *j) {
    for (uint32_t i = 0; i < j->program.n_units; i++) {
        const struct unit_link *ul = &j->linker.units[i];
        note_info("%-24s %7u bytes of code, %4u functions (%4u dropped) %s%s", ul->unit->name,
                  ul->code.n_words * 8, ul->code.n_functions, ul->unit->n_functions - ul->code.n_functions,
                  ul->unit->reason[0] ? "for " : "", ul->unit->reason);
    }
    const struct link_sizes *s = &j->linker.sizes;
    note_info(
        "bytes: literals %llu, atoms %llu, exports %llu, funs %llu, modules %llu, lines %llu, code %llu",
        (unsigned long long)s->literals, (unsigned long long)s->atoms, (unsigned long long)s->exports,
        (unsigned long long)s->funs, (unsigned long long)s->modules, (unsigned long long)s->lines,
        (unsigned long long)s->code);
}

static void say_what_is_missing(const struct job *j) {
    const struct program *p = &j->program;
    for (uint32_t i = 0; j->options->verbose && i < p->n_missing; i++)
        note_info("not available: %s:%s/%u, named by %s:%s", p->missing[i].module, p->missing[i].function,
                  p->missing[i].arity, p->missing[i].from->name, p->missing[i].from_function);
}

static bool overwrites_nothing(const struct pack_options *o) {
    for (uint32_t i = 0; o->output && i < o->n_paths; i++) {
        if (!path_same(o->output, o->paths[i])) continue;
        note_error("-o would overwrite %s", o->paths[i]);
        return false;
    }
    return true;
}

static int run_job(struct job *j) {
    const struct pack_options *o = j->options;
    if (!overwrites_nothing(o)) return EXIT_USER;
    int status = otp_open(&j->otp, o->home);
    if (status != EXIT_FINE) return status;
    uint64_t from = now_ms();
    if ((status = source_open(&j->source, &j->otp, o->paths, o->n_paths)) != EXIT_FINE) return status;
    j->erlc_ms = (uint32_t)(now_ms() - from);
    if ((status = open_vm(j)) != EXIT_FINE) return status;
    status = program_collect(&j->program, &j->otp, &j->source, o->entry, o->keep, o->n_keep);
    if (status != EXIT_FINE) return status;
    char *release = otp_release(&j->otp);
    status = link_program(&j->linker, &j->program, &j->vm, j->source.name, release);
    free(release);
    if (status != EXIT_FINE) return status;
    if (o->verbose) say_what_was_packed(j);
    say_what_is_missing(j);
    j->output =
        o->output ? mem_text(o->output, strlen(o->output)) : mem_format("build/%s.img", j->source.name);
    return image_write(&j->vm, link_header(), j->linker.used, j->output, &j->image_bytes);
}

static uint32_t missing_of_otp(const struct program *p) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_missing; i++) n += p->missing[i].from->origin != UNIT_USER;
    return n;
}

static void fill_result(const struct job *j, struct pack_result *r) {
    const char *entry = j->program.entry->name;
    *r = (struct pack_result){.name = mem_text(j->source.name, strlen(j->source.name)),
                              .path = mem_text(j->output, strlen(j->output)),
                              .entry_module = mem_text(entry, strlen(entry)),
                              .service = j->program.service,
                              .image_bytes = j->image_bytes,
                              .payload_bytes = j->linker.used,
                              .n_modules = j->program.n_units,
                              .n_functions = j->linker.n_functions,
                              .n_dropped_functions = j->linker.n_dropped,
                              .n_missing = missing_of_otp(&j->program),
                              .erlc_ms = j->erlc_ms};
}

int pack_program(const struct pack_options *o, struct pack_result *r) {
    struct job j = {.options = o};
    uint64_t from = now_ms();
    *r = (struct pack_result){0};
    int status = run_job(&j);
    if (status == EXIT_FINE) fill_result(&j, r);
    link_free(&j.linker);
    program_free(&j.program);
    vm_file_close(&j.vm);
    source_close(&j.source);
    otp_close(&j.otp);
    free(j.output);
    r->total_ms = (uint32_t)(now_ms() - from);
    return status;
}

void pack_result_free(struct pack_result *r) {
    free(r->name);
    free(r->path);
    free(r->entry_module);
    *r = (struct pack_result){0};
}
