/* mmio: the virtio-mmio transport: registers at a fixed place, one interrupt line each. Source: virtio 1.2
 * §4.2.
 *
 * QEMU tells where by words of the command line, "virtio_mmio.device=512@0xfeb00e00:12" (size, address,
 * line); where there are none, the slots of its microvm machine are probed: 0xfeb00000 + 512 n, line 5 + n.
 *
 * Each access to a register is an exit to the VMM, 30 to 50 us where KVM runs without hardware support: they
 * are most of the boot time, so none is made that isn't needed. */
#include "drivers/virtio/virtio.h"

#include "arch/x86_64/cpu.h"
#include "drivers/apic.h"
#include "lib/cmdline.h"
#include "nub/nub.h"

enum { MAX_DEVICES = 8, SLOT_BYTES = 512, FIRST_LINE = 5 };
#define SLOTS_BASE   UINT64_C(0xfeb00000)
#define DEVICES_LO   UINT64_C(0xfea00000) /* the addresses that are mapped for devices */
#define DEVICES_HI   UINT64_C(0xfec00000)
#define VIRTIO_MAGIC 0x74726976u

enum { /* registers, in words */
       REG_MAGIC = 0,
       REG_VERSION = 1,
       REG_ID = 2,
       REG_FEATURES = 4,
       REG_DRIVER_FEATURES = 8,
       REG_DRIVER_FEATURES_SELECT = 9,
       REG_QUEUE_SELECT = 12,
       REG_QUEUE_MAX = 13,
       REG_QUEUE_SIZE = 14,
       REG_QUEUE_READY = 17,
       REG_NOTIFY = 20,
       REG_ACK = 25,
       REG_STATUS = 28,
       REG_QUEUE_DESC = 32,
       REG_QUEUE_AVAIL = 36,
       REG_QUEUE_USED = 40,
};
enum {
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    STATUS_FAILED = 128
};
enum { FEATURE_EVENT_IDX = 29 };

static struct virtio_device devices[MAX_DEVICES];
static unsigned n_devices;

static void add_device(uint64_t at, uint32_t line) {
    volatile uint32_t *regs = (volatile uint32_t *)(uintptr_t)at;
    if (n_devices == MAX_DEVICES || at < DEVICES_LO || at > DEVICES_HI - SLOT_BYTES || at % 4) return;
    uint32_t id = regs[REG_MAGIC] == VIRTIO_MAGIC && regs[REG_VERSION] == 2 ? regs[REG_ID] : 0;
    if (!id) return; /* an empty slot, or not of our kind */
    struct virtio_device *d = &devices[n_devices++];
    *d = (struct virtio_device){.regs = regs, .id = id, .vector = (uint8_t)(VECTOR_DEVICE + n_devices - 1)};
    ioapic_route(line, d->vector);
}

static bool take_hex(const char **p, uint64_t *v) {
    const char *start = *p;
    *v = 0;
    for (;; ++*p) {
        char c = **p;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit == 16) return *p > start;
        *v = *v << 4 | digit;
    }
}

/* "512@0xfeb00e00:12" */
static void add_described(const char *text) {
    uint64_t at, line;
    while (*text && *text != '@') text++;
    if (text[0] != '@' || text[1] != '0' || text[2] != 'x') return;
    text += 3;
    if (take_hex(&text, &at) && *text == ':' && parse_u64(text + 1, &line) && line < 256)
        add_device(at, (uint32_t)line);
}

void virtio_probe(const char *cmdline) {
    char text[64];
    bool described = false;
    for (const char *at = cmdline; cmdline_next(&at, "virtio_mmio.device", text, sizeof text);
         described = true)
        add_described(text);
    for (uint32_t i = 0; i < MAX_DEVICES && !described; i++)
        add_device(SLOTS_BASE + i * SLOT_BYTES, FIRST_LINE + i);
}

struct virtio_device *virtio_find(enum virtio_id id) {
    for (unsigned i = 0; i < n_devices; i++)
        if (devices[i].id == id) return &devices[i];
    return NULL;
}

bool virtio_start(struct virtio_device *d, uint32_t features, uint32_t *agreed) {
    d->regs[REG_STATUS] = 0; /* reset: all selectors and addresses are 0 now */
    d->regs[REG_STATUS] = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    *agreed = d->regs[REG_FEATURES] & (features | 1u << FEATURE_EVENT_IDX);
    d->regs[REG_DRIVER_FEATURES] = *agreed;
    d->regs[REG_DRIVER_FEATURES_SELECT] = 1;
    d->regs[REG_DRIVER_FEATURES] = 1; /* VIRTIO_F_VERSION_1 */
    d->regs[REG_STATUS] = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    d->broken = !(d->regs[REG_STATUS] & STATUS_FEATURES_OK);
    if (d->broken) d->regs[REG_STATUS] = STATUS_FAILED;
    d->event_idx = *agreed >> FEATURE_EVENT_IDX & 1;
    return !d->broken;
}

void virtio_go(struct virtio_device *d) {
    d->regs[REG_STATUS] = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
}

/* The high halves of the addresses are 0 since the reset, and the kernel's memory is below 4 GiB. */
static uint32_t address(volatile const void *p) {
    return (uint32_t)(uintptr_t)p;
}

/* In `memory`: [descriptors][avail ring, used_event] and, from its middle on, [used ring, avail_event]. */
bool virtio_queue_init(struct virtio_queue *q, struct virtio_device *d, uint16_t index, void *memory) {
    if (index) d->regs[REG_QUEUE_SELECT] = index;
    uint32_t max = d->regs[REG_QUEUE_MAX];
    uint16_t size = max < QUEUE_MAX ? (uint16_t)max : QUEUE_MAX;
    if (size == 0 || size & (size - 1)) return false;
    *q = (struct virtio_queue){.dev = d, .desc = memory, .index = index, .size = size, .n_free = size};
    q->avail = (volatile uint16_t *)((char *)memory + 16 * size);
    q->used = (volatile uint16_t *)((char *)memory + QUEUE_BYTES / 2);
    for (uint16_t i = 0; i < size; i++) q->next_free[i] = i + 1;
    d->regs[REG_QUEUE_SIZE] = size;
    d->regs[REG_QUEUE_DESC] = address(memory);
    d->regs[REG_QUEUE_AVAIL] = address(q->avail);
    d->regs[REG_QUEUE_USED] = address(q->used);
    d->regs[REG_QUEUE_READY] = 1;
    virtio_irq_off(q);
    return true;
}

void virtio_irq_took(uint32_t vector) {
    uint32_t i = vector - VECTOR_DEVICE;
    if (i < n_devices) devices[i].ack_pending = true;
}

void virtio_ack(void) {
    for (unsigned i = 0; i < n_devices; i++)
        if (devices[i].ack_pending) {
            devices[i].ack_pending = false;
            devices[i].regs[REG_ACK] = 3;
        }
}
