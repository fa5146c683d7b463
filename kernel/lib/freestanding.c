/* freestanding: what musl's pure functions and Debian's archives want from an operating system, in a guest:
 * the thread block behind %fs, and the ends of the world. System calls there are none: what would need them
 * is not linked. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/freestanding.h"
#include "lib/panic.h"

/* What musl keeps at the start of struct pthread, as far as it is part of the ABI: a pointer to itself
 * (%fs:0), the stack protector's canary (%fs:0x28). The rest, musl's own, may be zero for the functions that
 * are used. */
struct thread_block {
    void *self;
    void *unused[4];
    uintptr_t canary;
    char musl[512];
};
extern struct thread_block thread_block; /* kernel/arch/x86_64/entry.S sets the FS base to it */
struct thread_block thread_block = {.self = &thread_block};

void freestanding_init(uint64_t random) {
    thread_block.canary = (uintptr_t)random & ~(uintptr_t)0xff;
}

FILE *const stderr = NULL; /* see __fprintf_chk in kernel/lib/glibc.c */

noreturn void __stack_chk_fail(void);
noreturn void __stack_chk_fail(void) {
    panic("stack smashed");
}
noreturn void abort(void) {
    panic("abort");
}
int raise(int sig) {
    panic("signal %d", sig);
}
