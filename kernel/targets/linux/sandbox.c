/* sandbox: from the end of set-up on, only the system calls of the event loop. Whatever else is tried (no
 * file can be opened, no program run, no memory made executable, no other kind of socket) ends the process as
 * a fault does.
 *
 *   filter: right architecture? -> number in the table? -> is its argument as it should be? -> allow, else
 * SIGSYS
 *
 * Source: Linux Documentation/userspace-api/seccomp_filter.rst. */
#include "linux.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of one argument: (value & mask) == want. mask 0: any. The most frequent first. */
static const struct rule {
    uint16_t number, argument;
    uint32_t mask, want;
} rules[] = {
    {SYS_epoll_wait, 0, 0, 0},     {SYS_epoll_pwait, 0, 0, 0},
    {SYS_recvfrom, 0, 0, 0},       {SYS_sendto, 0, 0, 0},
    {SYS_clock_gettime, 0, 0, 0},  {SYS_accept4, 0, 0, 0},
    {SYS_epoll_ctl, 0, 0, 0},      {SYS_setsockopt, 0, 0, 0},
    {SYS_shutdown, 0, 0, 0},       {SYS_close, 0, 0, 0},
    {SYS_read, 0, 0, 0},           {SYS_write, 0, 0, 0},
    {SYS_writev, 0, 0, 0},         {SYS_poll, 0, 0, 0},
    {SYS_socket, 0, ~0u, AF_INET}, {SYS_bind, 0, 0, 0},
    {SYS_listen, 0, 0, 0},         {SYS_connect, 0, 0, 0},
    {SYS_getsockname, 0, 0, 0},    {SYS_ioctl, 1, ~0u, TIOCOUTQ},
    {SYS_getrandom, 0, 0, 0},      {SYS_mmap, 2, PROT_EXEC, 0},
    {SYS_munmap, 0, 0, 0},         {SYS_mremap, 0, 0, 0},
    {SYS_madvise, 0, 0, 0},        {SYS_brk, 0, 0, 0},
    {SYS_rt_sigaction, 0, 0, 0}, /* these for the fault handler */
    {SYS_rt_sigprocmask, 0, 0, 0}, {SYS_rt_sigreturn, 0, 0, 0},
    {SYS_exit_group, 0, 0, 0},
};
enum { RULES = sizeof rules / sizeof *rules, MAX_FILTER = 8 + 5 * RULES };

static struct sock_filter filter[MAX_FILTER];
static unsigned short filter_length;

static void emit(uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t k) {
    filter[filter_length++] = (struct sock_filter){code, if_true, if_false, k};
}

static void emit_load(size_t offset) {
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* Skips the rule's instructions when the number is another's; the number stays loaded for the next rule. */
static void emit_rule(const struct rule *r) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, r->mask ? 5 : 1, r->number);
    if (r->mask) {
        emit_load(offsetof(struct seccomp_data, args) + 8u * r->argument);
        emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, r->mask);
        emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, r->want);
        emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
    }
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
}

static void build_filter(void) {
    emit_load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
    emit_load(offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < RULES; i++) emit_rule(&rules[i]);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
}

bool sandbox_enter(void) {
    build_filter();
    struct sock_fprog program = {filter_length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return false;
    /* SPEC_ALLOW: without it some kernels slow the whole process down against attacks that don't concern it.
     */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0;
}
