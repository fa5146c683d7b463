/* ref: unique references: the identity of this start of the VM, and a counter. */
#include "proc/vm.h"

term ref_make(struct process *p) {
    return heap_ref(&p->heap, p->vm->ref_hi, p->vm->ref_lo++);
}
