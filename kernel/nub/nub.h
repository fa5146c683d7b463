/* nub: the only ring-0 code. What ring 3 may ask of it, by int3 with the number of the service in eax. */
#ifndef LING_NUB_H
#define LING_NUB_H

#include <stdint.h>
#include <stdnoreturn.h>

enum nub_service {
    NUB_SLEEP = 1, /* halt until an interrupt; returns its vector. Interrupts are taken nowhere else */
    NUB_SEAL = 2,  /* switch to the page tables in nub_tables, for good: ring 3 can't reach them any more */
    /* virtio; NUB_SLEEP, too */
    NUB_KVM_CLOCK = 3, /* KVM: keep the time in the page whose address is in rdi (MSR 0x4b564d01) */
    NUB_KVM_WALL = 4, /* KVM: write the wall-clock time of the start to the address in rdi (MSR 0x4b564d00) */
    NUB_DIE = 5,      /* triple fault: the way out where there is no exit device */
    /* Xen */
    NUB_HYPERCALLS_READY = 3, /* Xen fills the nub's page of hypercalls; rdi: the MSR that it is asked by */
    NUB_HYPERCALL = 4,        /* this number and above: hypercall 0 and above, from xen/entry.S's page */
};

static inline uint32_t nub_call(enum nub_service service, uintptr_t argument) {
    uint32_t eax = service;
    __asm__ volatile("int3" : "+a"(eax) : "D"(argument) : "rcx", "rdx", "cc", "memory");
    return eax;
}

/* Interrupt vectors that end NUB_SLEEP. */
enum { VECTOR_FIRST = 0x40, VECTOR_TIMER = 0x40, VECTOR_DEVICE = 0x41, VECTOR_SPURIOUS = 0x5f };

/* What ring 3 was doing when it faulted; filled by the nub before it enters fault_main (kernel/nub/fault.c).
 */
struct nub_fault {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error, rip, cs, rflags, rsp, ss, cr2;
};
extern struct nub_fault nub_fault;

/* Page tables, to be filled before NUB_SEAL: one top table, one for 512 GiB, four for a GiB each, and as many
 * as NUB_SMALL_TABLES for 2 MiB each in 4 KiB pages. */
enum { NUB_SMALL_TABLES = 4 };
struct nub_tables {
    uint64_t pml4[512], pdpt[512], gigabyte[4][512], small[NUB_SMALL_TABLES][512];
};
extern struct nub_tables nub_tables;

/* arch/x86_64/entry.S: where the loader's struct hvm_start_info is. */
extern uint32_t pvh_start_info;

#endif
