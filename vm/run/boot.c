/* boot: from the machine's first call to the first process, and from the last one to the report.
 *
 *   vm_main ─> arena ─> image checked ─> options ─> identity ─> spawn ling:boot/0 ─> vm_run ─> report ─>
 * plat_exit
 *
 * What is wrong before Erlang runs is said in a sentence on the console and in the report, with a status of
 * its own.
 */
#include "run/run.h"

#include <stdio.h>

#include "bif/ets_access.h"
#include "http/http.h"
#include "term/workstack.h"
#include "interp/interp.h"
#include "io/io.h"
#include "plat.h"
#include "proc/options.h"

static noreturn void vm_exit(struct vm *vm) {
    static char report[2048];
    struct plat_event unused;
    vm_mark(vm, PHASE_EXIT);
    plat_poll(0, &unused, 1); /* what is to be sent goes out before the report is written */
    size_t n = report_write(vm, report, sizeof report);
    plat_exit(vm->exit_status, report, n);
}

static noreturn void refuse(struct vm *vm, int status, const char *reason, const char *why) {
    console_printf("ling: %s\n", why);
    vm_stop(vm, status, reason);
    vm_exit(vm);
}

/* Memory that only some may use, see scheduler.c. */
enum { RESERVE_PART = 32, RESERVE_LEAST = 128 << 10 };

static struct vm *vm_create(const struct plat_boot *boot) {
    struct alloc *a = alloc_create(boot->mem, boot->mem_bytes);
    struct vm *vm = a ? alloc_get_zeroed(a, sizeof *vm) : NULL;
    if (!vm) panic("the machine has too little memory: %zu bytes for the VM", boot->mem_bytes);
    alloc_reserve(a, max_size(boot->mem_bytes / RESERVE_PART, RESERVE_LEAST));
    vm->alloc = a;
    vm->boot = boot;
    vm->phase_ns[PHASE_ENTRY] = boot->entry_ns;
    vm_mark(vm, PHASE_VM);
    return vm;
}

static void image_load(struct vm *vm, const struct plat_boot *boot) {
    const struct image_header *image = boot->payload;
    const char *why;
    if (!image)
        refuse(vm, EXIT_BAD_IMAGE, "no program",
               "this kernel has no program appended: build one with lingpack");
    if (boot->payload_bytes < sizeof *image || image->magic != IMAGE_MAGIC ||
        image->bytes > boot->payload_bytes)
        refuse(vm, EXIT_BAD_IMAGE, "bad image",
               "what is appended to this kernel is no Ling program, or is cut short");
    if (code_init(&vm->code, vm->alloc, image, &why) != ST_OK) refuse(vm, EXIT_BAD_IMAGE, "bad image", why);
    if (image->vm_fingerprint != interp_fingerprint())
        refuse(vm, EXIT_BAD_IMAGE, "bad image",
               "the program was packed for another build of the VM: build it again");
}

static void options_load(struct vm *vm, const char *cmdline) {
    char why[OPTIONS_WHY] = "no memory for the options";
    vm->options = alloc_get(vm->alloc, sizeof *vm->options);
    if (!vm->options || options_parse(vm->alloc, cmdline, vm->options, why) != ST_OK)
        refuse(vm, EXIT_BAD_OPTION, "bad option", why);
    vm->max_heap_words = vm->options->max_heap_words;
#ifdef LING_SANITIZE
    if (vm->options->fail_every) alloc_fail_every(vm->alloc, (long)vm->options->fail_every);
#endif
}

/* What must differ from one start to the next. Without entropy the clocks must do: references then are unique
 * in this instance, and guessable; what needs secrets asks plat_entropy itself and is refused. */
static void identity_make(struct vm *vm) {
    vm->start_mono_ns = plat_clock_mono();
    vm->start_wall_ns = plat_clock_wall();
    vm->log_level = LOG_NOTICE;
    uint64_t seed[2] = {vm->start_wall_ns * UINT64_C(0x9e3779b97f4a7c15), vm->start_mono_ns};
    (void)!plat_entropy(seed, sizeof seed);
    vm->ref_hi = seed[0] >> 1; /* the top bit marks aliases */
    vm->ref_lo = 1 + (seed[1] & 0x3ffff);
}

static void process_ended(struct vm *vm, struct process *p) {
    if (vm->waiters) io_process_ended(vm, p);
    if (p->owner) http_process_ended(vm, p);
    ets_owner_ended(vm, p);
}

static term first_process(struct vm *vm) {
    term module, function;
    struct process *p;
    if (!atom_find(&vm->code, (const uint8_t *)"ling", 4, &module) ||
        !atom_find(&vm->code, (const uint8_t *)"boot", 4, &function) ||
        !code_export(&vm->code, module, function, 0))
        refuse(vm, EXIT_BAD_IMAGE, "bad image", "the program lacks the module ling: build it with lingpack");
    if (process_spawn(vm, NULL, module, function, NIL, &spawn_defaults, &p, NULL) != ST_OK)
        refuse(vm, EXIT_NO_MEMORY, "nomem", "no memory for the first process");
    return p->pid;
}

/* Memory for walks over deeply nested terms. Without it the process that walks ends, as when its heap is
 * full. */
static void scratch_oom(void *ctx) {
    struct vm *vm = ctx;
    if (vm->current) vm->current->heap.oom(&vm->current->heap, 0);
}

static void scratch_init(struct vm *vm) {
    term_scratch.alloc = vm->alloc;
    term_scratch.oom = scratch_oom;
    term_scratch.ctx = vm;
}

noreturn void vm_main(const struct plat_boot *boot) {
    struct vm *vm = vm_create(boot);
    scratch_init(vm);
    image_load(vm, boot);
    options_load(vm, boot->cmdline);
    identity_make(vm);
    timers_init(&vm->timers, vm->start_mono_ns);
    vm->process_ended = process_ended;
    interp_init();
    vm->exit_code = interp_exit_code();
    vm->apply_code = interp_apply_code();
    vm->stacktrace = interp_stacktrace;
    term main_pid = first_process(vm);
    vm_mark(vm, PHASE_ERLANG);
    vm_run(vm, main_pid);
    vm_exit(vm);
}
