/* vm_setup: a VM without code or machine, for tests of proc/: a fake clock, processes that never run. */
#ifndef LING_UNIT_VM_SETUP_H
#define LING_UNIT_VM_SETUP_H

#include "unit.h"

#include "plat.h"
#include "proc/vm.h"

enum { UNIT_ARENA = 32 << 20 };

static uint64_t unit_now_ns = 1;
uint64_t plat_clock_mono(void) {
    return unit_now_ns;
}

static inline struct vm *unit_vm(void) {
    static struct image_header image;
    static uint64_t code[2];
    struct alloc *a = alloc_create(unit_arena(UNIT_ARENA), UNIT_ARENA);
    struct vm *vm = alloc_get_zeroed(a, sizeof *vm);
    vm->alloc = a;
    vm->code.image = &image;
    vm->code.alloc = a;
    vm->exit_code = vm->apply_code = code;
    vm->ref_hi = 42;
    vm->ref_lo = 1;
    unit_now_ns = 1;
    timers_init(&vm->timers, unit_now_ns);
    return vm;
}

static inline struct process *unit_spawn_opts(struct vm *vm, struct process *parent, struct spawn_opts opts,
                                              term *ref) {
    struct process *p;
    assert_int_equal(process_spawn(vm, parent, A_ERLANG, A_APPLY, NIL, &opts, &p, ref), ST_OK);
    ready_remove(vm, p);
    p->state = PROC_WAITING;
    return p;
}
static inline struct process *unit_spawn(struct vm *vm) {
    return unit_spawn_opts(vm, NULL, spawn_defaults, NULL);
}

/* Make p the process that runs. */
static inline void unit_run(struct vm *vm, struct process *p) {
    ready_remove(vm, p);
    vm->current = p;
    p->state = PROC_RUNNING;
}

/* The next message of p, removed from its mailbox; NONE: there is none. */
static inline term unit_receive(struct process *p) {
    mailbox_rewind(p);
    term t = mailbox_peek(p);
    if (t != NONE) mailbox_remove(p);
    return t;
}

/* All memory but the VM's own tables is back. */
static inline void unit_end_all(struct vm *vm) {
    uint32_t slot = 0;
    vm->current = NULL;
    for (struct process *p; (p = process_each(vm, &slot));) {
        process_terminate(vm, p, A_NORMAL);
        slot = 0;
    }
    assert_int_equal(vm->n_processes, 0);
    assert_int_equal(vm->ready.length, 0);
    assert_int_equal(vm->n_names, 0);
    alloc_check(vm->alloc);
}

#endif
