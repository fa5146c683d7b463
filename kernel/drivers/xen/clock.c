/* clock: Xen keeps {cycles, ns, factor} of this CPU in the shared page, and the time of day at its own start.
 * Source: Xen public/xen.h (vcpu_time_info; wc_sec, wc_nsec, wc_version). */
#include "drivers/xen/clock.h"

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/pvclock.h"
#include "drivers/xen/xen.h"

static uint64_t base_ns, last_ns;

_Static_assert(sizeof(struct pvclock) == sizeof(struct vcpu_time_info), "Xen's clock is KVM's");

static const volatile struct pvclock *clock_page(void) {
    return (const volatile struct pvclock *)&xen.shared->vcpu_info[0].time;
}

void xen_clock_init(uint64_t entry_cycles) {
    base_ns = pvclock_at(clock_page(), entry_cycles);
}

uint64_t xen_time_of(uint64_t mono_ns) {
    uint64_t ns = base_ns + mono_ns;
    return ns ? ns : 1;
}

uint64_t clock_mono_ns(void) {
    uint64_t ns = pvclock_now(clock_page()) - base_ns;
    if ((int64_t)(ns - last_ns) > 0) last_ns = ns;
    return last_ns;
}

uint64_t clock_wall_ns(void) {
    uint32_t version;
    uint64_t start;
    do {
        version = xen.shared->wc_version;
        compiler_fence();
        start = xen.shared->wc_sec * UINT64_C(1000000000) + xen.shared->wc_nsec;
        compiler_fence();
    } while (version & 1 || version != xen.shared->wc_version);
    return start + base_ns + clock_mono_ns();
}
