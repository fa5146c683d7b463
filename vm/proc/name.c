/* name: registered names: a hash table by linear probing, at most half full.
 *
 *   names[(index * odd) & (cap-1)] -> {name, process}; name NONE: empty
 *
 * Invariant: name_find(p->name) == p for every process with a name, and no other entries exist.
 */
#include "proc/vm.h"

struct name_entry {
    term name;
    struct process *process;
};

static uint32_t name_slot(const struct vm *vm, term name) {
    uint32_t mask = vm->cap_names - 1, at = atom_index(name) * 2654435761u & mask;
    while (vm->names[at].name != NONE && vm->names[at].name != name) at = (at + 1) & mask;
    return at;
}

static enum status names_resize(struct vm *vm, uint32_t cap) {
    struct name_entry *old = vm->names;
    uint32_t old_cap = vm->cap_names;
    struct name_entry *grown = alloc_get(vm->alloc, cap * sizeof *grown);
    if (!grown) return ST_NOMEM;
    for (uint32_t i = 0; i < cap; i++) grown[i] = (struct name_entry){NONE, NULL};
    vm->names = grown;
    vm->cap_names = cap;
    for (uint32_t i = 0; i < old_cap; i++)
        if (old[i].name != NONE) grown[name_slot(vm, old[i].name)] = old[i];
    alloc_put(vm->alloc, old);
    return ST_OK;
}

struct process *name_find(const struct vm *vm, term name) {
    if (vm->cap_names == 0 || !term_is_atom(name)) return NULL;
    return vm->names[name_slot(vm, name)].process;
}

enum status name_register(struct vm *vm, term name, struct process *p) {
    if (!term_is_atom(name) || name == A_UNDEFINED || p->name != NONE || name_find(vm, name))
        return ST_BADARG;
    if (2 * (vm->n_names + 1) > vm->cap_names) {
        enum status st = names_resize(vm, vm->cap_names ? 2 * vm->cap_names : 16);
        if (st != ST_OK) return st;
    }
    vm->names[name_slot(vm, name)] = (struct name_entry){name, p};
    vm->n_names++;
    p->name = name;
    return ST_OK;
}

enum status name_unregister(struct vm *vm, term name) {
    struct process *p = name_find(vm, name);
    if (!p) return ST_BADARG;
    uint32_t mask = vm->cap_names - 1, hole = name_slot(vm, name);
    vm->names[hole] = (struct name_entry){NONE, NULL};
    vm->n_names--;
    p->name = NONE;
    /* entries behind the hole may have been pushed there by what it held: put them where they belong now */
    for (uint32_t at = (hole + 1) & mask; vm->names[at].name != NONE; at = (at + 1) & mask) {
        struct name_entry e = vm->names[at];
        vm->names[at] = (struct name_entry){NONE, NULL};
        vm->names[name_slot(vm, e.name)] = e;
    }
    return ST_OK;
}
