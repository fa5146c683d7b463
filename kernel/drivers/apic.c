/* apic: interrupt controllers. Source: Intel SDM vol. 3 ch. 10; 82093AA (IOAPIC) data sheet.
 *
 * Interrupts only end the sleep of the loop (kernel/nub): there are no handlers. Lines are edge-triggered
 * although virtio-mmio holds them up until its InterruptACK: a level-triggered line would fire again at each
 * end-of-interrupt. */
#include "drivers/apic.h"

#include "arch/x86_64/cpu.h"
#include "nub/nub.h"

#define LAPIC  ((volatile uint32_t *)UINT64_C(0xfee00000))
#define IOAPIC ((volatile uint32_t *)UINT64_C(0xfec00000))
enum { /* registers, in words */
       LAPIC_TPR = 0x80 / 4,
       LAPIC_EOI = 0xb0 / 4,
       LAPIC_SPURIOUS = 0xf0 / 4,
       LAPIC_LVT_TIMER = 0x320 / 4,
       LAPIC_LVT_LINT0 = 0x350 / 4,
       LAPIC_LVT_LINT1 = 0x360 / 4,
       LAPIC_TIMER_START = 0x380 / 4,
       LAPIC_TIMER_LEFT = 0x390 / 4,
       LAPIC_TIMER_DIVIDE = 0x3e0 / 4,
       IOAPIC_SELECT = 0,
       IOAPIC_WINDOW = 4,
};
enum {
    LVT_MASKED = 0x10000,
    SPURIOUS_ENABLE = 0x100,
    DIVIDE_BY_1 = 0xb,
    DIVIDE_BY_128 = 0xa,
    IOAPIC_PINS = 24
};

void apic_init(void) {
    outb(0x21, 0xff); /* the 8259s, should there be any: KVM has them, unmasked */
    outb(0xa1, 0xff);
    LAPIC[LAPIC_SPURIOUS] =
        SPURIOUS_ENABLE | VECTOR_SPURIOUS; /* first: while it is off, the others stay masked */
    LAPIC[LAPIC_LVT_LINT0] = LVT_MASKED;
    LAPIC[LAPIC_LVT_LINT1] = LVT_MASKED;
    LAPIC[LAPIC_TPR] = 0;
    LAPIC[LAPIC_TIMER_DIVIDE] = DIVIDE_BY_1;
    LAPIC[LAPIC_LVT_TIMER] = VECTOR_TIMER;
}

void apic_timer_start(uint64_t ns) {
    static uint32_t divide = DIVIDE_BY_1;
    uint32_t by = ns > UINT32_MAX ? DIVIDE_BY_128 : DIVIDE_BY_1;
    if (by != divide) LAPIC[LAPIC_TIMER_DIVIDE] = divide = by;
    LAPIC[LAPIC_TIMER_START] = (uint32_t)(by == DIVIDE_BY_1 ? ns : ns / 128);
}
uint32_t apic_timer_left(void) {
    return LAPIC[LAPIC_TIMER_LEFT];
}
void apic_end_of_interrupt(void) {
    LAPIC[LAPIC_EOI] = 0;
}

static void ioapic_write(uint32_t reg, uint32_t v) {
    IOAPIC[IOAPIC_SELECT] = reg;
    IOAPIC[IOAPIC_WINDOW] = v;
}

void ioapic_route(uint32_t gsi, uint8_t vector) {
    if (gsi >= IOAPIC_PINS) return;
    ioapic_write(0x11 + 2 * gsi, 0);      /* to CPU 0 */
    ioapic_write(0x10 + 2 * gsi, vector); /* fixed, physical, active high, edge, not masked */
}
