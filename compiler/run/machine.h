/* machine: which target runs an image, and the command that starts it. */
#ifndef LING_RUN_MACHINE_H
#define LING_RUN_MACHINE_H

#include "run/instance.h"

enum machine_kind { MACHINE_PROCESS, MACHINE_QEMU, MACHINE_DOMAIN };
struct machine {
    enum run_accel accel;
    enum machine_kind kind;
    bool may_fall_back; /* chosen by us, not asked for: TCG is tried when KVM fails */
    char *program;      /* full path */
    char reason[160];   /* why, for the user */
};
/* machine_choose: false: said on stderr why not. */
bool machine_choose(const struct run_config *c, struct machine *m);
/* machine_memory_fits: false: a machine's memory can't hold the image; said. */
bool machine_memory_fits(const struct run_config *c);
void machine_fall_back(struct machine *m, const char *why); /* from KVM to TCG */
/* machine_set_environment: what the child of ours inherits. QEMU starts by touching 4 MiB of heap: in large pages, of one
 * arena (a thread's own grows by a system call every 4 KiB), that is 1,000 page faults less. The user's own tunables win.
 * Source: glibc manual, "Memory Allocation Tunables". */
void machine_set_environment(const struct machine *m);
/* machine_command: for QEMU or a process (a domain's: domain.h): argv, malloc'ed throughout, NULL-terminated. port: on the host. */
char **machine_command(const struct machine *m, const struct run_config *c, int port);
/* kvm_probe: NULL when KVM runs a virtual CPU here, else why not. */
const char *kvm_probe(char *why, size_t cap);

/* port_check: is the port free on 127.0.0.1? errno says why not. port_free: a free one, or -1. */
bool port_check(int port);
int port_free(void);

#endif
