/* io: processes that wait in a BIF for a handle of the machine: the console, a socket.
 *
 *   BIF: try the plat_ call ── PLAT_AGAIN ──> return io_wait(p, handle)      the process sleeps
 *   scheduler: plat_poll ── event ──> io_event(vm, handle)                   it is ready; the BIF runs again
 */
#ifndef LING_IO_H
#define LING_IO_H

#include "proc/vm.h"

/* io_wait: for `return io_wait(p, handle);` in a BIF after PLAT_AGAIN: p sleeps until there is an event on
 * the handle, then the BIF runs again with the same arguments. */
term io_wait(struct process *p, int handle);
/* io_event: wake all that wait for this handle. */
void io_event(struct vm *vm, int handle);
void io_process_ended(struct vm *vm, struct process *p);

#endif
