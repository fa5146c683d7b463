/* cpu: what C can't say. All of it works in ring 3. */
#ifndef LING_CPU_H
#define LING_CPU_H

#include <stdbool.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t v) {
    __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}
static inline void outl(uint16_t port, uint32_t v) {
    __asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port));
}
static inline uint8_t inb(uint16_t port) {
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

/* Cycle counter; nothing before it in program order is still to be read. */
static inline uint64_t cpu_cycles(void) {
    uint32_t lo, hi;
    __asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
    return lo | (uint64_t)hi << 32;
}

static inline void cpu_id(uint32_t leaf, uint32_t sub, uint32_t r[4]) {
    __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
}

static inline void cpu_relax(void) {
    __asm__ volatile("pause");
}
static inline void compiler_fence(void) {
    __asm__ volatile("" ::: "memory");
}
static inline void full_fence(void) {
    __sync_synchronize();
}

/* Hardware random words, when the CPU has them. */
bool cpu_has_random(void);
bool cpu_random(uint64_t *word);

#endif
