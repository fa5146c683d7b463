/* plat: THE contract between the VM and the machine. Nothing else crosses.
 *
 * - One thread. No function calls back into the VM except vm_main, once. None blocks, except plat_poll.
 * - Errors are enum status values (base/base.h); lengths in bytes; times in nanoseconds.
 * - Pointers handed in stay the caller's; pointers handed out live until the matching close.
 * - After plat_exit nothing runs.
 */
#ifndef LING_PLAT_H
#define LING_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Results (the same numbers as enum status in vm/base/base.h, checked by a static assert in vm/io). */
enum plat_status {
    PLAT_OK = 0,
    PLAT_NOMEM = 1,
    PLAT_BADARG = 2,
    PLAT_AGAIN = 6,
    PLAT_CLOSED = 7,
    PLAT_LIMIT = 8,
    PLAT_IO = 9
};

struct plat_boot {
    const char *target; /* "virtio", "linux", "xen-pv", "xen-pvh", "sim" */
    const char *accel;  /* "kvm", "tcg", "native", "unknown": what runs us, as far as can be told */
    const char
        *cmdline; /* words separated by spaces, values percent-encoded (proc/options.h). NUL-terminated */
    const void *payload; /* mapped at PAYLOAD_BASE, or NULL when the image has none */
    size_t payload_bytes;
    void *mem; /* one contiguous arena for the VM, 4096-aligned; what is in it is anything */
    size_t mem_bytes;
    size_t total_bytes; /* memory of the whole machine (for the report) */
    uint64_t entry_ns;  /* plat_clock_mono at machine entry, if clocks allow; else 0 */
};

/* vm_main: the VM. Called once by the target, never returns (ends in plat_exit). */
noreturn void vm_main(const struct plat_boot *boot);

/* -- clocks */
uint64_t plat_clock_mono(void); /* since the machine's entry; never goes back */
uint64_t plat_clock_wall(void); /* since 1970-01-01 UTC; 0 when the machine has no clock */

/* -- console: text to and from the operator. Write never fails and keeps order; read never blocks. */
void plat_console_write(const void *bytes, size_t n);
/* Returns bytes read; 0 with *status PLAT_AGAIN (nothing yet) or PLAT_CLOSED (end of input). */
size_t plat_console_read(void *buf, size_t n, enum plat_status *status);
enum { PLAT_CONSOLE = 0 }; /* handle of the console in plat_poll */

/* -- entropy: fills buf with bytes fit for keys, or returns PLAT_IO (no source): then the VM refuses what
 * needs it. */
enum plat_status plat_entropy(void *buf, size_t n);

/* -- waiting. Handles are small positive integers given by the calls below, and PLAT_CONSOLE. */
struct plat_event {
    int handle;
    bool readable, writable; /* readable: data, a connection to accept, or end/err */
};
/* plat_poll: drive the devices; sleep (no CPU) until an event or until plat_clock_mono() >= deadline_ns.
 * deadline 0: look only, UINT64_MAX: no deadline. Fills up to max events, returns how many. Readiness is
 * edge-triggered: after PLAT_AGAIN from recv/accept/send/console_read, one event follows when it may work
 * again. */
size_t plat_poll(uint64_t deadline_ns, struct plat_event *events, size_t max);

/* -- stop: the operator asks for an orderly end (a signal, or the launcher's word on the console). plat_poll
 * returns at once when that happens, once; from then on this says so. */
enum plat_stop { PLAT_STOP_NONE, PLAT_STOP_INTERRUPT, PLAT_STOP_TERMINATE };
enum plat_stop plat_stop_requested(void);

/* -- TCP. Addresses: IPv4 in host byte order. */
struct plat_addr {
    uint32_t ip;
    uint16_t port;
};
/* The machine's own address; PLAT_AGAIN: not configured yet (DHCP); PLAT_IO: no network. *ready_ns: when it
 * came up. */
enum plat_status plat_net_address(uint32_t *ip, uint64_t *ready_ns);
enum plat_status plat_tcp_listen(struct plat_addr at, int backlog, int *handle, struct plat_addr *bound);
enum plat_status plat_tcp_accept(int listener, int *handle, struct plat_addr *peer);
/* connect: in progress; writable, or readable with an error, later. */
enum plat_status plat_tcp_connect(struct plat_addr to, int *handle);
/* recv: *n bytes, PLAT_CLOSED at end of stream (orderly), PLAT_IO on reset. */
enum plat_status plat_tcp_recv(int handle, void *buf, size_t cap, size_t *n);
/* send: *n bytes taken (may be fewer than given); PLAT_AGAIN when none. flags: PLAT_MORE: more will follow.
 */
enum { PLAT_MORE = 1 };
enum plat_status plat_tcp_send(int handle, const void *bytes, size_t len, int flags, size_t *n);
enum plat_status plat_tcp_shutdown_send(int handle); /* FIN after what was sent */
/* close: gives the handle back; what was sent and not yet acknowledged is still delivered (lingering in the
 * stack). */
void plat_tcp_close(int handle);
void plat_tcp_abort(int handle); /* RST */

/* -- report channel. plat_event: one JSON object (no newline, no byte below 0x20) to the host at once, in
 * order with the console: Linux: a line on the report descriptor when there is one; guests: RS (0x1e), the
 * object, newline on the console channel. The launcher takes such lines out of the output. Never fails;
 * dropped when nobody listens. The report of plat_exit goes the same way and is the last one. Event objects
 * start with {"ling":1,"event":"…". */
void plat_event(const char *json, size_t bytes);

/* -- end. plat_exit: drains the console, delivers the report (a JSON object, no newline) to the host, ends
 * the machine. status 0..255. Waits up to a bounded time for sent data to be acknowledged. Never returns. */
noreturn void plat_exit(int status, const char *report, size_t report_bytes);

#endif
