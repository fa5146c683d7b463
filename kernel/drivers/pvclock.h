/* pvclock: the clock that KVM and Xen keep in a page of the guest. Source: Xen public/xen.h
 * (vcpu_time_info), Linux Documentation/virt/kvm/x86/msr.rst. */
#ifndef LING_PVCLOCK_H
#define LING_PVCLOCK_H

#include <stdint.h>

struct pvclock { /* the version is odd while the host writes */
    uint32_t version, pad;
    uint64_t cycles, ns;
    uint32_t factor;
    int8_t shift;
    uint8_t flags, pad2[2];
};

/* The host's time now, and at a count that was read before: it may lie before the host's own reading. */
uint64_t pvclock_now(const volatile struct pvclock *clock);
uint64_t pvclock_at(const volatile struct pvclock *clock, uint64_t cycles);

#endif
