/* main: the VM as a Linux process.   ling-linux IMAGE [WORDS OF THE COMMAND LINE ...]
 *
 *   0x400000 payload (read-only) | 0x20000000 this program | 0x1000000000 the arena | the host's own
 *
 * Words for this target: ling.mem=BYTES[K|M|G] (arena, default 256M), ling.bind=A.B.C.D (where "any address"
 * listens, default 127.0.0.1), ling.report_fd=N (where the report goes). IMAGE "-" runs without a payload,
 * for tests. */
#include "linux.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "lib/cmdline.h"
#include "lib/panic.h"

enum { CMDLINE_MAX = 65536, STDERR = STDERR_FILENO };
#define EXIT_WAIT_NS UINT64_C(2000000000)

static uint64_t start_ns;
static int report_fd = -1;
static char whole_cmdline[CMDLINE_MAX], vm_cmdline[CMDLINE_MAX];

static uint64_t clock_ns(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

uint64_t plat_clock_mono(void) {
    return clock_ns(CLOCK_MONOTONIC) - start_ns;
}
uint64_t plat_clock_wall(void) {
    return clock_ns(CLOCK_REALTIME);
}

enum plat_status plat_entropy(void *buf, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t got = getrandom((char *)buf + at, n - at, 0);
        if (got > 0)
            at += (size_t)got;
        else if (errno != EINTR)
            return PLAT_IO;
    }
    return PLAT_OK;
}

void plat_event(const char *json, size_t n) {
    if (report_fd < 0) return;
    char rs = 0x1e, nl = '\n'; /* RFC 7464: a JSON text in a sequence */
    console_flush();           /* in order with the console */
    if (write(report_fd, &rs, 1) < 0 || write(report_fd, json, n) < 0 || write(report_fd, &nl, 1) < 0) return;
}

/* What was sent on closed connections is delivered by the kernel, unless unread input makes it reset them. */
static void await_delivery(void) {
    struct plat_event none[16];
    uint64_t until = plat_clock_mono() + EXIT_WAIT_NS;
    while (net_unacked() && plat_clock_mono() < until) poll_once(plat_clock_mono() + 5000000, none, 16);
}

noreturn void plat_exit(int status, const char *report, size_t report_bytes) {
    console_flush();
    await_delivery();
    plat_event(report, report_bytes);
    target_die(status);
}

noreturn void target_die(int status) {
#if defined(__SANITIZE_ADDRESS__)
    exit(status & 0xff); /* lets the sanitizers have their say */
#else
    _exit(status & 0xff);
#endif
}

static noreturn void refuse(const char *what, const char *why) {
    dprintf(STDERR, "ling-linux: %s: %s\n", what, why);
    _exit(1);
}

/* -- faults: a broken VM says where and exits as a panic does, instead of dumping core at the user. The
 * sanitizers have their own way, and need system calls that the sandbox does not know. */
#if defined(__SANITIZE_ADDRESS__)
static void confine(void) {}
#else
static void on_fault(int sig, siginfo_t *info, void *context) {
    static char message[160], report[512];
    const ucontext_t *c = context;
    signal(sig, SIG_DFL);
    if (sig == SIGSYS)
        snprintf(message, sizeof message, "fault: forbidden system call %d", info->si_syscall);
    else
        snprintf(message, sizeof message, "fault: signal %d at rip %#llx, address %p", sig,
                 (unsigned long long)c->uc_mcontext.gregs[REG_RIP], info->si_addr);
    console_flush();
    dprintf(STDERR, "%s\n", message);
    plat_event(report, panic_report(report, sizeof report, "fault", message));
    _exit(PANIC_STATUS);
}

static void catch_faults(void) {
    static char stack[16384];
    struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &a, NULL);
}

static void confine(void) {
    catch_faults();
    if (!sandbox_enter()) dprintf(STDERR, "ling-linux: this kernel has no seccomp: no sandbox\n");
}
#endif

static void join_words(int argc, char **argv) {
    size_t used = 0;
    for (int i = 2; i < argc; i++) {
        size_t n = strlen(argv[i]);
        if (used + n + 2 > sizeof whole_cmdline) refuse("command line", "too long");
        if (used) whole_cmdline[used++] = ' ';
        memcpy(whole_cmdline + used, argv[i], n);
        used += n;
    }
}

static uint64_t word_or(const char *key, uint64_t absent, bool (*parse)(const char *, uint64_t *)) {
    char text[64];
    uint64_t value = absent;
    if (cmdline_find(whole_cmdline, key, text, sizeof text) && !parse(text, &value))
        refuse(key, "not a number");
    return value;
}

static uint32_t bind_address(void) {
    char text[64];
    uint32_t ip = UINT32_C(0x7f000001);
    if (cmdline_find(whole_cmdline, "ling.bind", text, sizeof text) && !parse_ipv4(text, &ip))
        refuse("ling.bind", "not an IPv4 address");
    return ip;
}

int main(int argc, char **argv) {
    static struct plat_boot boot = {.target = "linux", .accel = "native", .cmdline = vm_cmdline};
    start_ns = clock_ns(CLOCK_MONOTONIC) - 1; /* so that no reading is 0, which means "unknown" */
    if (argc < 2 || argv[1][0] == 0) refuse("usage", "ling-linux IMAGE [ling.OPTION=VALUE ...]");
    join_words(argc, argv);
    cmdline_for_vm(whole_cmdline, vm_cmdline, sizeof vm_cmdline);
    report_fd = (int)word_or("ling.report_fd", (uint64_t)-1, parse_u64);
    boot.mem_bytes = boot.total_bytes =
        word_or("ling.mem", UINT64_C(256) << 20, parse_size) & ~UINT64_C(4095);
    const char *why = strcmp(argv[1], "-") ? image_map(argv[1], &boot.payload, &boot.payload_bytes) : NULL;
    if (why) refuse(argv[1], why);
    boot.mem = boot.mem_bytes ? arena_map(boot.mem_bytes) : NULL;
    if (!boot.mem) refuse("ling.mem", "can't get that much memory");
    boot.entry_ns = plat_clock_mono();

    signal(SIGPIPE, SIG_IGN);
    int epoll = poll_init();
    if (epoll < 0) refuse("epoll", "not available");
    console_init(epoll);
    net_init(epoll, bind_address());
    confine();
    vm_main(&boot);
}
