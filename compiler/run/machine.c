/* machine: which target runs an image, and the command that starts it.
 *
 *   --on auto   service: QEMU, KVM when a virtual CPU can be made, else TCG       script: Linux process
 *   --on kvm    QEMU with KVM or an error        --on qemu   QEMU with TCG        --on linux   Linux process
 *   --on xen    a domain of Xen, by way of xl (domain.c)
 *
 * KVM is probed by making a virtual CPU: /dev/kvm may be there and refuse. The machine is QEMU's microvm with
 * nothing in it but what the image drives: virtio console, network, entropy, and the port that takes the exit
 * status. */
#include "run/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pack/files.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "run/domain.h"
#include "run/words.h"

const char *kvm_probe(char *why, size_t cap) {
    const char *step = "open /dev/kvm", *device = getenv("LING_KVM"); /* another device: for tests */
    int vm = -1, cpu = -1, kvm = open(device ? device : "/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm >= 0) {
        step = "create a virtual machine";
        vm = ioctl(kvm, KVM_CREATE_VM, 0);
    }
    if (vm >= 0) {
        step = "create a virtual CPU";
        cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    }
    snprintf(why, cap, "can't %s: %s", step, strerror(errno));
    if (cpu >= 0) close(cpu);
    if (vm >= 0) close(vm);
    if (kvm >= 0) close(kvm);
    return cpu >= 0 ? NULL : why;
}

static bool find_qemu(struct machine *m) {
    m->kind = MACHINE_QEMU;
    const char *own = getenv("LING_QEMU");
    if (!own || !*own) own = "qemu-system-x86_64";
    m->program = strchr(own, '/') ? realpath(own, NULL) : path_find_program(own);
    if (m->program) return true;
    note_error(
        "QEMU is not installed (qemu-system-x86_64 is not on PATH): install the package qemu-system-x86, "
        "or use --on linux");
    return false;
}

static bool find_linux(struct machine *m) {
    m->kind = MACHINE_PROCESS;
    m->accel = ACCEL_NATIVE;
    char *dir = path_of_self();
    m->program = dir ? path_join(dir, "ling-linux") : NULL;
    free(dir);
    if (m->program && file_exists(m->program)) return true;
    note_error("%s is missing: run `make`", m->program ? m->program : "ling-linux");
    return false;
}

static bool find_xen(struct machine *m) {
    m->kind = MACHINE_DOMAIN;
    m->accel = ACCEL_XEN;
    m->program = domain_find_xl();
    return m->program != NULL;
}

static bool choose_kvm(struct machine *m, bool asked) {
    char why[120];
    if (!find_qemu(m)) return false;
    const char *bad = kvm_probe(why, sizeof why);
    m->accel = bad ? ACCEL_TCG : ACCEL_KVM;
    m->may_fall_back = !asked && !bad;
    if (bad && asked) note_error("KVM does not work here: %s", bad);
    if (bad)
        snprintf(m->reason, sizeof m->reason, "KVM does not work here: %s", bad);
    else
        snprintf(m->reason, sizeof m->reason, asked ? "as asked" : "a service, and KVM works");
    return !bad || !asked;
}

/* Above the image: the VM's own tables and a first heap. What then is too little for the program, the instance
 * reports itself. */
enum { MACHINE_DEFAULT = 32 << 20, MACHINE_ROOM = 512 << 10 };

bool machine_memory_fits(const struct run_config *c) {
    uint64_t has = c->memory_bytes ? c->memory_bytes : MACHINE_DEFAULT, needs = c->image_end + MACHINE_ROOM;
    if (has >= needs) return true;
    note_error("%s of memory can't hold this image: give the machine at least -m %lluM",
               c->memory ? c->memory : "32M", (unsigned long long)((needs >> 20) + 1));
    return false;
}

bool machine_choose(const struct run_config *c, struct machine *m) {
    memset(m, 0, sizeof *m);
    snprintf(m->reason, sizeof m->reason, c->on == ON_AUTO ? "a script" : "as asked");
    switch (c->on) {
    case ON_LINUX: return find_linux(m);
    case ON_QEMU: m->accel = ACCEL_TCG; return find_qemu(m);
    case ON_KVM: return choose_kvm(m, true);
    case ON_XEN: return find_xen(m);
    default: return c->service ? choose_kvm(m, false) : find_linux(m);
    }
}

void machine_fall_back(struct machine *m, const char *why) {
    m->accel = ACCEL_TCG;
    m->may_fall_back = false;
    snprintf(m->reason, sizeof m->reason, "QEMU did not start with KVM: %s", why);
}

/* -- commands */

struct command {
    char **argv;
    size_t n, cap;
};

static void put(struct command *c, const char *s) {
    *VEC_ADD(c->argv, c->n, c->cap) = s ? mem_format("%s", s) : NULL;
}

static void put_all(struct command *c, const char *const *words) {
    for (; *words; words++) put(c, *words);
}

/* Our own firmware, when it is there: QEMU's does more than a PVH kernel needs (kernel/rom). */
static void put_firmware(struct command *cmd) {
    char *dir = path_of_self(), *rom = dir ? path_join(dir, "ling-rom.bin") : NULL;
    if (rom && file_exists(rom)) {
        put(cmd, "-bios");
        put(cmd, rom);
    }
    free(rom);
    free(dir);
}

static void put_network(struct command *cmd, const struct run_config *c, int port) {
    char *net = c->service
                    ? mem_format("user,id=n,hostfwd=tcp:127.0.0.1:%d-10.0.2.15:%d", port, c->guest_port)
                    : mem_format("user,id=n");
    put(cmd, "-netdev");
    put(cmd, net);
    put(cmd, "-device");
    put(cmd, "virtio-net-device,netdev=n");
    free(net);
}

static void put_qemu(struct command *cmd, const struct machine *m, const struct run_config *c, int port) {
    static const char *const common[] = {
        "-M",
        "microvm,pic=off,pit=off,rtc=off,isa-serial=off,acpi=off,auto-kernel-cmdline=on,x-option-roms=off",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-no-reboot",
        "-device",
        "isa-debug-exit,iobase=0xf4,iosize=4",
        "-global",
        "virtio-mmio.force-legacy=false",
        "-chardev",
        "stdio,id=c,signal=off",
        "-device",
        "virtio-serial-device,max_ports=1", /* two queues a port: of 31 ports QEMU would set up and reset 64 */
        "-device",
        "virtconsole,chardev=c",
        NULL};
    /* TCG's CPU has RDRAND and RDSEED, from the host's generator; one device less to set up */
    static const char *const kvm[] = {"-accel", "kvm", "-cpu", "qemu64,-sse3", "-device", "virtio-rng-device",
                                      NULL};
    static const char *const tcg[] = {"-accel", "tcg,tb-size=32", "-cpu", "max", NULL};
    put_all(cmd, common);
    put_all(cmd, m->accel == ACCEL_KVM ? kvm : tcg);
    put(cmd, "-m");
    put(cmd, c->memory ? c->memory : "32M");
    put_network(cmd, c, port);
    put_firmware(cmd);
    put(cmd, "-kernel");
    put(cmd, c->image);
}

void machine_set_environment(const struct machine *m) {
    if (m->kind == MACHINE_QEMU)
        setenv("GLIBC_TUNABLES",
               "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=8388608:glibc.malloc.mmap_threshold=8388608:"
               "glibc.malloc.arena_max=1",
               0);
}

char **machine_command(const struct machine *m, const struct run_config *c, int port) {
    struct command cmd = {0};
    put(&cmd, m->program);
    bool qemu = m->kind == MACHINE_QEMU;
    char **words = words_of(c, qemu ? WORDS_QEMU : WORDS_PROCESS, qemu ? c->guest_port : port);
    if (qemu) {
        char *line = words_join(words);
        put_qemu(&cmd, m, c, port);
        put(&cmd, "-append");
        put(&cmd, line);
        free(line);
    } else {
        put(&cmd, c->image);
        put_all(&cmd, (const char *const *)words);
    }
    words_free(words);
    put(&cmd, NULL);
    return cmd.argv;
}

/* -- ports of the host */

static int bind_local(int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0) return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

bool port_check(int port) {
    int fd = bind_local(port);
    if (fd < 0) return false;
    close(fd);
    return true;
}

/* Below the ports the system gives to connections: one of those could be taken before QEMU binds it. */
int port_free(void) {
    enum { LOWEST = 10000, PORTS = 22000, TRIES = 200 };
    unsigned start = (unsigned)getpid() * 7919;
    for (unsigned i = 0; i < TRIES; i++) {
        int port = LOWEST + (int)((start + i) % PORTS);
        if (port_check(port)) return port;
    }
    return -1;
}
