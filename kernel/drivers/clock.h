/* clock: time since the machine's entry, and the time of day. */
#ifndef LING_CLOCK_H
#define LING_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* clock_init: entry_cycles is the cycle counter at entry; wall_hint_ns the time of day then, if the host
 * said, else 0. Needs the apic. Until clock_ready the times are rough. */
void clock_init(uint64_t entry_cycles, uint64_t wall_hint_ns, bool is_kvm);
void clock_ready(void);
/* clock_refine: measures again over the time since the start. Must be called before the first
 * apic_timer_start. */
void clock_refine(void);

uint64_t clock_mono_ns(void);
uint64_t clock_wall_ns(void);

#endif
