/* idle: sleeping without losing a wake-up, with IF=0 in ring 3 for ever.
 *
 *   ack the lines that were up -> ask the rings for interrupts -> fence -> look once more -> arm the timer
 *   -> NUB_SLEEP
 *
 * What comes in after the look is pending in the local APIC and ends the sleep at once. A line is
 * acknowledged once per sleep: each costs an exit to the VMM. The timer is left alone when it is armed for a
 * time that will do. */
#include "virtio_target.h"

#include "arch/x86_64/cpu.h"
#include "drivers/apic.h"
#include "drivers/clock.h"
#include "drivers/virtio/console.h"
#include "drivers/virtio/net.h"
#include "nub/nub.h"

static uint64_t armed_until; /* 0: not armed */

static void arm_timer(uint64_t deadline_ns) {
    uint64_t now = clock_mono_ns();
    if (armed_until > now && armed_until <= deadline_ns) return;
    clock_refine();
    uint64_t ns = deadline_ns > now ? deadline_ns - now : 1;
    if (ns > APIC_TIMER_LONGEST_NS) ns = APIC_TIMER_LONGEST_NS;
    apic_timer_start(ns);
    armed_until = now + ns;
}

static void take_interrupt(uint32_t vector) {
    if (vector != VECTOR_SPURIOUS) apic_end_of_interrupt();
    if (vector == VECTOR_TIMER) armed_until = 0;
    virtio_irq_took(vector);
}

static bool pending(bool for_output) {
    return vcon_pending(for_output) || vnet_pending();
}

void idle_sleep(uint64_t deadline_ns, bool for_output) {
    virtio_ack();
    vcon_listen(for_output);
    vnet_listen();
    full_fence();
    if (!pending(for_output)) {
        if (deadline_ns != UINT64_MAX) arm_timer(deadline_ns);
        take_interrupt(nub_call(NUB_SLEEP, 0));
    }
    vcon_unlisten();
    vnet_unlisten();
}
