/* mark: moments of the instance's life, and its end. */
#include "proc/vm.h"
#include "plat.h"

void vm_mark(struct vm *vm, enum vm_phase phase) {
    if (vm->phase_ns[phase] == 0) vm->phase_ns[phase] = plat_clock_mono();
}

void vm_stop(struct vm *vm, int status, const char *reason) {
    if (vm->stopping) return;
    vm->stopping = true;
    vm->exit_status = status;
    vm->stop_reason = reason;
}
