/* main: the machine's start in ring 3, in the order that things need each other, and its end.
 *
 *   entry.S -> target_main: command line, memory map -> apic, clock -> devices -> page tables (sealed)
 *           -> heap -> network -> vm_main ... plat_exit: output, acknowledgements, report, exit device
 *
 * Until the page tables are sealed everything in the low GiB may be touched: what the loader left there is
 * copied out before. Source of the start information: Xen public/arch-x86/hvm/start_info.h. */
#include "virtio_target.h"

#include <string.h>

#include "arch/x86_64/cpu.h"
#include "drivers/apic.h"
#include "drivers/clock.h"
#include "drivers/entropy.h"
#include "drivers/serial.h"
#include "drivers/virtio/virtio.h"
#include "lib/cmdline.h"
#include "lib/freestanding.h"
#include "lib/memory.h"
#include "lib/panic.h"
#include "net/link.h"
#include "net/socket.h"
#include "nub/nub.h"
#include "nub/paging.h"
#include "payload.h"
#include "plat.h"

enum { CMDLINE_MAX = 16384, START_MAGIC = 0x336ec578, RAM = 1, EXIT_PORT = 0xf4 };
#define LOADER_LIMIT (UINT64_C(1) << 30) /* what the boot page tables show */
#define DRAIN_NS     UINT64_C(2000000000)

struct start_info {
    uint32_t magic, version, flags, n_modules;
    uint64_t modules, cmdline, rsdp, memmap;
    uint32_t n_memmap, reserved;
};
struct memmap_entry {
    uint64_t addr, bytes;
    uint32_t type, reserved;
};

extern char text_start[];

static char whole_cmdline[CMDLINE_MAX], vm_cmdline[CMDLINE_MAX];
static struct plat_boot boot = {.target = "virtio", .cmdline = vm_cmdline};

static const void *loaders(uint64_t at, uint64_t bytes) {
    return at && at < LOADER_LIMIT && bytes <= LOADER_LIMIT - at ? (const void *)(uintptr_t)at : NULL;
}

static void read_cmdline(const struct start_info *info) {
    const char *line = loaders(info->cmdline, CMDLINE_MAX);
    if (line) memcpy(whole_cmdline, line, strnlen(line, CMDLINE_MAX - 1));
    cmdline_for_vm(whole_cmdline, vm_cmdline, sizeof vm_cmdline);
}

/* End of the RAM that the payload lies in. */
static uint64_t find_ram_end(const struct start_info *info) {
    const struct memmap_entry *map = loaders(info->memmap, info->n_memmap * sizeof *map);
    uint64_t end = 0;
    for (uint32_t i = 0; map && info->version >= 1 && i < info->n_memmap; i++) {
        if (map[i].type != RAM) continue;
        boot.total_bytes += map[i].bytes;
        if (map[i].addr <= PAYLOAD_BASE && map[i].addr + map[i].bytes > PAYLOAD_BASE)
            end = map[i].addr + map[i].bytes;
    }
    if (!end) panic("no memory map, or less than 4 MiB");
    return end;
}

static const char *who_runs_us(void) {
    uint32_t r[4];
    cpu_id(0x40000000, 0, r);
    return memcmp(&r[1], "KVMKVMKVM\0\0", 12) == 0  ? "kvm"
           : memcmp(&r[1], "TCGTCGTCGTCG", 12) == 0 ? "tcg"
                                                    : "unknown";
}

static void start_memory(uint64_t ram_end) {
    uint64_t payload_end = memory_find_payload(&boot, ram_end);
    uint64_t arena = paging_arena_start(payload_end), arena_end = paging_arena_end(ram_end);
    paging_build(payload_end, arena_end, true);
    memory_share(&boot, arena, arena_end);
}

noreturn void target_main(void) {
    uint64_t entry = cpu_cycles(), wall = 0, canary = 0;
    char text[32];
    __asm__ volatile("fninit");
    const struct start_info *info = loaders(pvh_start_info, sizeof *info);
    if (!info || info->magic != START_MAGIC) panic("not started by PVH");
    read_cmdline(info);
    if (cmdline_find(whole_cmdline, "ling.clock", text, sizeof text) && !parse_u64(text, &wall))
        panic("ling.clock is not a number");
    boot.accel = who_runs_us();
    uint64_t ram_end = find_ram_end(info);
    apic_init();
    clock_init(entry, wall, boot.accel[0] == 'k');
    virtio_probe(whole_cmdline);
    console_init(cmdline_find(whole_cmdline, "ling.console", text, sizeof text) && !strcmp(text, "framed"));
    entropy_device_ask();
    start_memory(ram_end);
    if (!plat_entropy(&canary, sizeof canary)) freestanding_init(canary);
    link_start(whole_cmdline);
    clock_ready();
    vm_main(&boot);
}

/* -- plat: what needs no file of its own */

uint64_t plat_clock_mono(void) {
    return clock_mono_ns();
}
uint64_t plat_clock_wall(void) {
    return clock_wall_ns();
}
enum plat_status plat_entropy(void *buf, size_t n) {
    return entropy_fill(buf, n) ? PLAT_OK : PLAT_IO;
}

size_t plat_poll(uint64_t deadline_ns, struct plat_event *events, size_t max) {
    enum plat_stop before = plat_stop_requested();
    for (;;) {
        console_flush();
        console_look();
        link_run();
        size_t n = 0;
        if (max && console_ready())
            events[n++] = (struct plat_event){.handle = PLAT_CONSOLE, .readable = true};
        n += socket_events(events + n, max - n);
        if (n || deadline_ns == 0 || plat_stop_requested() != before) return n;
        uint64_t now = clock_mono_ns(), due = link_deadline_ns(),
                 until = due < deadline_ns ? due : deadline_ns;
        if (now >= deadline_ns) return 0;
        if (console_needs_polling() && until > now + 20000000) until = now + 20000000;
        if (now < until) idle_sleep(until, false);
    }
}

static void await_acknowledgements(void) {
    uint64_t until = clock_mono_ns() + DRAIN_NS;
    for (link_run(); !socket_all_acked() && clock_mono_ns() < until; link_run()) {
        uint64_t due = link_deadline_ns();
        idle_sleep(due < until ? due : until, false);
    }
}

void plat_event(const char *json, size_t bytes) {
    plat_console_write("\x1e", 1); /* RFC 7464: a JSON text in a sequence */
    plat_console_write(json, bytes);
    plat_console_write("\n", 1);
    console_flush(); /* the host works on it while we go on */
}

noreturn void plat_exit(int status, const char *report, size_t report_bytes) {
    static bool exiting;
    if (!exiting) { /* else: broken while ending; what is written is all there will be */
        exiting = true;
        if (link_is_up() && status != PANIC_STATUS) await_acknowledgements();
        plat_event(report, report_bytes);
        console_drain(clock_mono_ns() + DRAIN_NS);
    }
    target_die(status);
}

noreturn void target_die(int status) {
    outl(EXIT_PORT, (uint32_t)status & 0x7f);
    for (;;) nub_call(NUB_DIE, 0);
}
