/* apic: the local APIC (one-shot timer, end of interrupt) and the IOAPIC (device lines). Memory-mapped, so
 * ring 3. */
#ifndef LING_APIC_H
#define LING_APIC_H

#include <stdint.h>

/* The timer counts nanoseconds: 1 GHz on KVM and in QEMU alike. Beyond 32 bits of them it counts units of 128. */
#define APIC_TIMER_LONGEST_NS UINT64_C(500000000000)
void apic_init(void);
void apic_timer_start(uint64_t ns); /* one interrupt of VECTOR_TIMER after that time; replaces the last one */
uint32_t apic_timer_left(void);     /* as counted */
void apic_end_of_interrupt(void);
/* Device line `gsi` becomes edge-triggered interrupt `vector` of this CPU. */
void ioapic_route(uint32_t gsi, uint8_t vector);

#endif
