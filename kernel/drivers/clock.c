/* clock: the cycle counter, and its rate from the best source there is:
 *
 *   KVM     pvclock: the host keeps {cycles, ns, factor} in a page of ours
 *   else    the cycle counter against the local APIC's timer (1 GHz), which runs free from clock_init on:
 *           a first rate from the time that setting up takes anyway (at least MIN_MEASURE_NS), the final
 *           one before the timer is first used for something else
 *
 *   ns = base_ns + (cycles - base_cycles) * factor / 2^32      a new rate starts at the last time
 *
 * Time of day: KVM's; else what the command line says (exact to the start-up of the VMM); else the CMOS
 * clock, which tells seconds. Invariant: clock_mono_ns never goes back.
 * Source: Linux Documentation/virt/kvm/x86/msr.rst (pvclock). */
#include "drivers/clock.h"

#include "arch/x86_64/cpu.h"
#include "drivers/apic.h"
#include "drivers/pvclock.h"
#include "nub/nub.h"

#define NS_PER_S       UINT64_C(1000000000)
#define MIN_MEASURE_NS 200000

static volatile struct pvclock pvclock __attribute__((aligned(64)));
static volatile struct pvclock_wall {
    uint32_t version, seconds, nanoseconds;
} pvclock_wall __attribute__((aligned(16)));

static bool use_pvclock;
static uint64_t base_cycles, base_ns, factor = UINT64_C(1) << 31; /* of the formula */
static uint64_t start_cycles; /* when the timer began to run free: at start_left, refined until then */
static uint32_t start_left;
static bool timer_runs_free,
    rough = true; /* rough: before the first measurement a cycle counts half a nanosecond */
static uint64_t last_ns, wall_offset_ns;

static uint64_t scale(uint64_t cycles, uint64_t by) {
    return (uint64_t)((unsigned __int128)cycles * by >> 32);
}

/* Cycle counter and timer at one moment: the tightest of a few tries, for the VMM may run in between. */
static uint64_t read_pair(uint32_t *left) {
    uint64_t best = UINT64_MAX, at = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t a = cpu_cycles();
        uint32_t l = apic_timer_left();
        uint64_t b = cpu_cycles();
        if (b - a < best) {
            best = b - a;
            at = a + (b - a) / 2;
            *left = l;
        }
    }
    return at;
}

static void set_rate(uint64_t cycles, uint64_t ns) {
    uint64_t now = cpu_cycles(), now_ns = clock_mono_ns();
    factor = (ns << 32) / cycles;
    if (rough) now_ns = scale(now - base_cycles, factor);
    rough = false;
    base_cycles = now;
    base_ns = now_ns;
}

/* True when the timer has run for at least min_ns; then the rate is set. */
static bool measure(uint32_t min_ns) {
    uint32_t left;
    uint64_t cycles = read_pair(&left);
    if (!left || start_left - left < min_ns) return false;
    set_rate(cycles - start_cycles, start_left - left);
    return true;
}

static bool kvm_has_clock(void) {
    uint32_t r[4];
    cpu_id(0x40000001, 0, r);
    return r[0] >> 3 & 1; /* KVM_FEATURE_CLOCKSOURCE2 */
}

static bool start_pvclock(uint64_t entry_cycles) {
    if (!kvm_has_clock()) return false;
    nub_call(NUB_KVM_CLOCK, (uintptr_t)&pvclock);
    if (!pvclock.factor) return false;
    base_ns = pvclock_at(&pvclock, entry_cycles);
    nub_call(NUB_KVM_WALL, (uintptr_t)&pvclock_wall);
    if (pvclock_wall.seconds)
        wall_offset_ns = pvclock_wall.seconds * NS_PER_S + pvclock_wall.nanoseconds + base_ns;
    return true;
}

void clock_init(uint64_t entry_cycles, uint64_t wall_hint_ns, bool is_kvm) {
    base_cycles = entry_cycles;
    use_pvclock = is_kvm && start_pvclock(entry_cycles);
    if (!wall_offset_ns) wall_offset_ns = wall_hint_ns;
    if (use_pvclock) return;
    timer_runs_free = true;
    apic_timer_start(UINT32_MAX);
    start_cycles = read_pair(&start_left);
}

void clock_ready(void) {
    if (use_pvclock) return;
    while (!measure(MIN_MEASURE_NS)) cpu_relax();
}

void clock_refine(void) {
    if (!timer_runs_free) return;
    timer_runs_free = false;
    measure(MIN_MEASURE_NS);
}

uint64_t clock_mono_ns(void) {
    uint64_t ns =
        use_pvclock ? pvclock_now(&pvclock) - base_ns : base_ns + scale(cpu_cycles() - base_cycles, factor);
    if ((int64_t)(ns - last_ns) > 0) last_ns = ns;
    return last_ns;
}

/* -- CMOS clock (MC146818): seconds since 1970, or 0 */
static unsigned cmos(uint8_t reg) {
    outb(0x70, reg);
    return inb(0x71);
}
static unsigned bcd(unsigned v) {
    return (v >> 4) * 10 + (v & 15);
}

static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day) {
    unsigned y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;
    return UINT64_C(365) * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

static uint64_t cmos_seconds(void) {
    unsigned status = cmos(0x0b);
    if (status == 0xff) return 0;          /* no such chip */
    while (cmos(0x0a) & 0x80) cpu_relax(); /* an update is on; takes 2 ms at most */
    unsigned v[6];
    static const uint8_t regs[6] = {0, 2, 4, 7, 8, 9};
    for (int i = 0; i < 6; i++) v[i] = status & 4 ? cmos(regs[i]) : bcd(cmos(regs[i]));
    return days_since_1970(2000 + v[5], v[4], v[3]) * 86400 + v[2] * 3600 + v[1] * 60 + v[0];
}

uint64_t clock_wall_ns(void) {
    static bool asked;
    if (!wall_offset_ns && !asked) {
        asked = true;
        uint64_t s = cmos_seconds();
        if (s) wall_offset_ns = s * NS_PER_S - clock_mono_ns();
    }
    return wall_offset_ns ? wall_offset_ns + clock_mono_ns() : 0;
}
