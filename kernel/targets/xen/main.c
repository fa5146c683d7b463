/* main: the start under Xen after pv.c or pvh.c, the loop's waiting, and the end.
 *
 *   target_start: command line -> clock -> memory -> entropy -> store, network -> vm_main
 *   plat_exit: acknowledgements, report (console, xenstore data/ling), console taken -> SCHEDOP_shutdown
 *
 * The status can't be a shutdown reason: it goes to data/ling/status; the reason is poweroff, reboot where the
 * toolstack asked for that, and crash after a panic or a fault. */
#include <stdio.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/entropy.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/console.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/netfront.h"
#include "drivers/xen/store.h"
#include "lib/cmdline.h"
#include "lib/freestanding.h"
#include "lib/memory.h"
#include "lib/panic.h"
#include "net/link.h"
#include "net/socket.h"
#include "nub/fault.h"
#include "nub/nub.h"
#include "payload.h"
#include "xen_target.h"

enum { CMDLINE_MAX = 4096, REPORT_MAX = 1900 /* xenstored refuses 2048 with its own words */ };
#define DRAIN_NS UINT64_C(2000000000)

char shared_info_page[4096] __attribute__((aligned(4096)));
static char whole_cmdline[CMDLINE_MAX], vm_cmdline[CMDLINE_MAX];
static struct plat_boot boot = {.accel = "xen", .cmdline = vm_cmdline};
static enum plat_stop stop;
static bool reboots; /* what was asked for is another start */
static bool reader_waits;

static void read_cmdline(const char *line) {
    if (line) memcpy(whole_cmdline, line, strnlen(line, CMDLINE_MAX - 1));
    cmdline_for_vm(whole_cmdline, vm_cmdline, sizeof vm_cmdline);
}

static void start_memory(const struct xen_start *s) {
    uint64_t ram_end = s->ram_end;
    if (xen.pv && s->loader_end <= PAYLOAD_BASE)
        panic("no payload: the image is a bare kernel"); /* not mapped */
    uint64_t payload_end = memory_find_payload(&boot, ram_end);
    if (!boot.payload) panic("no payload: the image is a bare kernel");
    uint64_t arena = s->map(payload_end, &ram_end);
    memory_share(&boot, arena, ram_end);
}

noreturn void target_start(const struct xen_start *s) {
    uint64_t canary = 0;
    boot.target = s->target;
    boot.total_bytes = s->total_bytes;
    xcon_init();
    store_init();
    read_cmdline(s->cmdline);
    xen_clock_init(s->entry_cycles);
    start_memory(s);
    if (!plat_entropy(&canary, sizeof canary)) freestanding_init(canary);
    store_watch("control/shutdown");
    link_start(whole_cmdline);
    vm_main(&boot);
}

noreturn void target_fault(void) {
    static bool faulted;
    if (faulted) target_die(PANIC_STATUS); /* in the handler itself */
    faulted = true;
    nub_fault.cr2 = xen.shared->vcpu_info[0].arch.cr2;
    fault_main();
}

/* -- plat */

uint64_t plat_clock_mono(void) {
    return clock_mono_ns();
}
uint64_t plat_clock_wall(void) {
    return clock_wall_ns();
}
/* No device gives randomness here: the CPU's, or none. */
void entropy_device_ask(void) {}
bool entropy_device_seed(uint32_t seed[8]) {
    return false;
}
enum plat_status plat_entropy(void *buf, size_t n) {
    return entropy_fill(buf, n) ? PLAT_OK : PLAT_IO;
}

void plat_console_write(const void *bytes, size_t n) {
    xcon_write(bytes, n);
}

size_t plat_console_read(void *buf, size_t n, enum plat_status *status) {
    size_t got = xcon_read(buf, n);
    reader_waits = !got;
    *status = got ? PLAT_OK : PLAT_AGAIN;
    return got;
}

enum plat_stop plat_stop_requested(void) {
    return stop;
}

static void say(const char *line) {
    plat_console_write(line, strlen(line));
}

/* The toolstack's word: poweroff, halt and reboot ask for an end; writing it empty takes the request. */
static void look_at_control(void) {
    char word[64];
    if (!store_read("control/shutdown", word, sizeof word) || !word[0]) return;
    store_write("control/shutdown", "");
    if (!strcmp(word, "suspend")) {
        say("ling: suspend is not supported\n");
    } else if (!strcmp(word, "crash")) {
        panic("the toolstack asked for a crash");
    } else if (!strcmp(word, "poweroff") || !strcmp(word, "halt") || !strcmp(word, "reboot")) {
        reboots = word[0] == 'r';
        stop = PLAT_STOP_TERMINATE;
    } else {
        say("ling: a request that is not known in control/shutdown\n");
    }
}

static void look_at_store(void) {
    if (!store_changed()) return;
    look_at_control();
    netfront_store_changed();
}

static void clear_events(void) {
    if (xen.store_port) evtchn_clear(xen.store_port);
    if (xen.console_port) evtchn_clear(xen.console_port);
    if (netfront_port()) evtchn_clear(netfront_port());
}

/* What an event stands for is looked at after it was cleared and before sleeping: none is slept through. */
static void sleep_until(uint64_t deadline_ns) {
    uint32_t ports[3], candidates[] = {xen.store_port, xen.console_port, netfront_port()};
    unsigned n = 0;
    for (unsigned i = 0; i < 3; i++)
        if (candidates[i]) ports[n++] = candidates[i];
    netfront_listen();
    if (netfront_pending() || store_pending() || (reader_waits && xcon_has_input())) return;
    evtchn_sleep(ports, n, deadline_ns == UINT64_MAX ? 0 : xen_time_of(deadline_ns));
}

size_t plat_poll(uint64_t deadline_ns, struct plat_event *events, size_t max) {
    enum plat_stop before = stop;
    for (;;) {
        clear_events();
        look_at_store();
        link_run();
        size_t n = 0;
        if (max && reader_waits && xcon_has_input()) {
            reader_waits = false;
            events[n++] = (struct plat_event){.handle = PLAT_CONSOLE, .readable = true};
        }
        n += socket_events(events + n, max - n);
        if (n || deadline_ns == 0 || stop != before || clock_mono_ns() >= deadline_ns) return n;
        uint64_t due = link_deadline_ns();
        sleep_until(due < deadline_ns ? due : deadline_ns);
    }
}

static void await_acknowledgements(void) {
    uint64_t until = clock_mono_ns() + DRAIN_NS;
    for (link_run(); !socket_all_acked() && clock_mono_ns() < until; link_run()) {
        uint64_t due = link_deadline_ns();
        sleep_until(due < until ? due : until);
        clear_events();
        store_changed(); /* whatever it is, it is too late */
    }
}

void plat_event(const char *json, size_t bytes) {
    plat_console_write("\x1e", 1); /* RFC 7464: a JSON text in a sequence */
    plat_console_write(json, bytes);
    plat_console_write("\n", 1);
}

static void tell_store(int status, const char *report, size_t bytes) {
    static char text[REPORT_MAX];
    if (bytes < sizeof text)
        snprintf(text, sizeof text, "%.*s", (int)bytes, report);
    else
        snprintf(
            text, sizeof text,
            "{\"ling\":1,\"status\":%d,\"reason\":\"see the console: the report is too long for xenstore\"}",
            status);
    store_write("data/ling/report", text);
    snprintf(text, sizeof text, "%d", status);
    store_write("data/ling/status", text);
}

noreturn void plat_exit(int status, const char *report, size_t report_bytes) {
    static bool exiting;
    if (!exiting) { /* else: broken while ending; what is written is all there will be */
        exiting = true;
        if (link_is_up() && status != PANIC_STATUS) await_acknowledgements();
        plat_event(report, report_bytes);
        xcon_drain(clock_mono_ns() + DRAIN_NS);
        tell_store(status, report, report_bytes);
    }
    target_die(status);
}

noreturn void target_die(int status) {
    struct sched_shutdown s = {status == PANIC_STATUS ? SHUTDOWN_crash
                               : reboots              ? SHUTDOWN_reboot
                                                      : SHUTDOWN_poweroff};
    for (;;) hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&s, 0, 0);
}
