/* say: how the programs that stand in for the VM speak and end. */
#ifndef LING_TESTS_SAY_H
#define LING_TESTS_SAY_H

#include <stdarg.h>
#include <stdio.h>

#include "plat.h"

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...) {
    char line[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    plat_console_write(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static noreturn void done(int status) {
    char report[128];
    int n = snprintf(report, sizeof report, "{\"ling\":1,\"status\":%d,\"reason\":\"test\",\"up_us\":%llu}",
                     status, (unsigned long long)(plat_clock_mono() / 1000));
    plat_exit(status, report, (size_t)n);
}

#endif
