/* crash: what the operator reads when a process ends by an error, in the layout of erts's own reports:
 *
 *   =ERROR REPORT==== 21-Nov-2025::21:54:00.123456 ===
 *   Error in process <0.9.0> with exit value:
 *   {badarith,[{m,f,1,[{file,"m.erl"},{line,3}]}]}
 */
#include "run/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "data/print.h"
#include "plat.h"

enum { REPORT_TERM_BYTES = 8192 };

void console_printf(const char *fmt, ...) {
    char line[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (n > 0) plat_console_write(line, min_size((size_t)n, sizeof line - 1));
}

struct date {
    unsigned year, month, day;
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that leap days
 * end them. */
static struct date date_of_days(uint64_t days) {
    days += 719468; /* from 0000-03-01 */
    uint64_t era = days / 146097, in_era = days % 146097;
    uint64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    unsigned from_march = (unsigned)((5 * in_year + 2) / 153);
    unsigned day = (unsigned)(in_year - (153 * from_march + 2) / 5 + 1);
    unsigned month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct date){(unsigned)(era * 400 + year) + (month <= 2), month, day};
}

static void print_header(void) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t us = plat_clock_wall() / 1000, second = us / 1000000;
    struct date d = date_of_days(second / 86400);
    console_printf("=ERROR REPORT==== %u-%.3s-%u::%02u:%02u:%02u.%06u ===\n", d.day,
                   months + 3 * (d.month - 1), d.year, (unsigned)(second / 3600 % 24),
                   (unsigned)(second / 60 % 60), (unsigned)(second % 60), (unsigned)(us % 1000000));
}

static void sink_console(void *ctx, const char *s, size_t n) {
    plat_console_write(s, n);
}

static void print_console(term t) {
    struct print_sink sink = {sink_console, NULL};
    print_term(&sink, t, REPORT_TERM_BYTES);
}

static void print_process(const struct process *p) {
    print_console(p->pid);
    if (p->name == NONE) return;
    console_printf(" (");
    print_console(p->name);
    console_printf(")");
}

void crash_report(struct vm *vm, const struct process *p, term value) {
    if (vm->log_level < LOG_ERROR) return;
    print_header();
    console_printf("Error in process ");
    print_console(p->pid);
    console_printf(" with exit value:\n");
    print_console(value);
    console_printf("\n\n");
}

void crash_report_memory(struct vm *vm, const struct process *p) {
    struct alloc_stats s = alloc_stats(vm->alloc);
    print_header();
    console_printf("Process ");
    print_process(p);
    if (p->heap.max_words && vm->oom_words == p->heap.max_words)
        console_printf(" killed: its heap passed the limit of %zu words\n\n", p->heap.max_words);
    else
        console_printf(
            " killed: out of memory: heap of %zu words, %zu more wanted, %zu of %zu bytes in use\n\n",
            heap_used_words(&p->heap), vm->oom_words, s.used_bytes, s.arena_bytes);
}
