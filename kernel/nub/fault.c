/* fault: ring 3 did what it may not. The nub saved the registers in nub_fault and came here, on a stack of
 * its own: the dump goes to the console, the report says "fault", the status is 70. A fault in here ends the
 * machine in the nub. */
#include "nub/fault.h"

#include <stdio.h>
#include <string.h>

#include "lib/panic.h"
#include "nub/nub.h"
#include "plat.h"

struct nub_fault nub_fault;

extern char stack_guard[], fault_stack_guard[];

static const char *fault_name(uint64_t vector) {
    static const char *const names[] = {
        [0] = "division error", [1] = "debug",          [2] = "NMI",
        [3] = "breakpoint",     [5] = "bound",          [6] = "invalid opcode",
        [7] = "no FPU",         [8] = "double",         [10] = "invalid TSS",
        [11] = "no segment",    [12] = "stack segment", [13] = "protection",
        [14] = "page fault",    [16] = "x87 error",     [17] = "alignment",
        [18] = "machine check", [19] = "SIMD error"};
    return vector < sizeof names / sizeof *names && names[vector] ? names[vector] : "exception";
}

static bool is_guard(uint64_t a, const char *guard) {
    return a - (uintptr_t)guard < 4096;
}

static const char *page_fault_name(const struct nub_fault *f) {
    if (f->cr2 < 4096) return "null pointer";
    if (is_guard(f->cr2, stack_guard) || is_guard(f->cr2, fault_stack_guard)) return "stack overflow";
    if (f->error & 16) return "execution of data";
    if (f->error & 2) return f->error & 1 ? "write to protected memory" : "write to no memory";
    return f->error & 1 ? "read of protected memory" : "read of no memory";
}

static void dump_registers(const struct nub_fault *f) {
    const struct {
        const char *name;
        uint64_t value;
    } regs[] = {{"rax", f->rax}, {"rbx", f->rbx}, {"rcx", f->rcx}, {"rdx", f->rdx},
                {"rsi", f->rsi}, {"rdi", f->rdi}, {"rbp", f->rbp}, {"rsp", f->rsp},
                {"r8 ", f->r8},  {"r9 ", f->r9},  {"r10", f->r10}, {"r11", f->r11},
                {"r12", f->r12}, {"r13", f->r13}, {"r14", f->r14}, {"r15", f->r15}};
    for (size_t i = 0; i < sizeof regs / sizeof *regs; i++) {
        char line[48];
        int n = snprintf(line, sizeof line, "  %s %016llx%s", regs[i].name, (unsigned long long)regs[i].value,
                         i % 4 == 3 ? "\n" : "");
        plat_console_write(line, (size_t)n);
    }
}

noreturn void fault_main(void) {
    static char line[192], report[512];
    const struct nub_fault *f = &nub_fault;
    snprintf(line, sizeof line, "fault: %s at rip %#llx, address %#llx, vector %llu error %#llx",
             f->vector == 14 ? page_fault_name(f) : fault_name(f->vector), (unsigned long long)f->rip,
             (unsigned long long)(f->vector == 14 ? f->cr2 : 0), (unsigned long long)f->vector,
             (unsigned long long)f->error);
    plat_console_write(line, strlen(line));
    plat_console_write("\n", 1);
    dump_registers(f);
    plat_exit(PANIC_STATUS, report, panic_report(report, sizeof report, "fault", line));
}
