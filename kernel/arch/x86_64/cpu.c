/* cpu: random words of the CPU. Source: Intel DRNG software implementation guide: RDSEED first, few retries.
 */
#include "arch/x86_64/cpu.h"

static bool has_rdrand, has_rdseed, asked;

static void ask(void) {
    uint32_t r[4];
    asked = true;
    cpu_id(0, 0, r);
    uint32_t last = r[0];
    cpu_id(1, 0, r);
    has_rdrand = r[2] >> 30 & 1;
    if (last < 7) return;
    cpu_id(7, 0, r);
    has_rdseed = r[1] >> 18 & 1;
}

bool cpu_has_random(void) {
    if (!asked) ask();
    return has_rdrand || has_rdseed;
}

bool cpu_random(uint64_t *word) {
    uint8_t ok = 0;
    if (!cpu_has_random()) return false;
    for (int i = 0; i < 16 && has_rdseed && !ok; i++)
        __asm__ volatile("rdseed %0; setc %1" : "=r"(*word), "=qm"(ok)::"cc");
    for (int i = 0; i < 16 && has_rdrand && !ok; i++)
        __asm__ volatile("rdrand %0; setc %1" : "=r"(*word), "=qm"(ok)::"cc");
    return ok;
}
