/* state: see state.h. */
#include "bif/state.h"

struct bif_state *bif_state(struct vm *vm) {
    if (vm->bifs) return vm->bifs;
    struct bif_state *s = alloc_get_zeroed(vm->alloc, sizeof *s);
    if (s) s->system_logger = A_LOGGER;
    return vm->bifs = s;
}
