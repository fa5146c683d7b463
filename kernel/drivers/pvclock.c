/* pvclock: ns = clock.ns + ((cycles - clock.cycles) << shift) * factor / 2^32, read again when the host wrote
 * in between. The counters go round: the host's reading may lie just below 2^64 when ours began at 0. */
#include "drivers/pvclock.h"

#include <stdbool.h>
#include <stddef.h>

#include "arch/x86_64/cpu.h"

static uint64_t scale(const volatile struct pvclock *c, uint64_t cycles) {
    uint64_t shifted = c->shift < 0 ? cycles >> -c->shift : cycles << c->shift;
    return (uint64_t)((unsigned __int128)shifted * c->factor >> 32);
}

/* at NULL: now, read in the same round, as the counter may be another CPU's in the next. */
static uint64_t read_clock(const volatile struct pvclock *c, const uint64_t *at) {
    uint64_t ns;
    uint32_t version;
    do {
        version = c->version;
        compiler_fence();
        uint64_t cycles = at ? *at : cpu_cycles(), host = c->cycles;
        bool after = (int64_t)(cycles - host) >= 0;
        ns = c->ns + (after ? scale(c, cycles - host) : -scale(c, host - cycles));
        compiler_fence();
    } while (version & 1 || version != c->version);
    return ns;
}

uint64_t pvclock_at(const volatile struct pvclock *clock, uint64_t cycles) {
    return read_clock(clock, &cycles);
}
uint64_t pvclock_now(const volatile struct pvclock *clock) {
    return read_clock(clock, NULL);
}
