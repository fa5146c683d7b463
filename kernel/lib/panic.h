/* panic: the machine or an invariant is broken (the same declaration as in vm/base/base.h). Says so on the
 * console and ends the machine with status 70 and a report of reason "panic". A panic inside a panic ends it
 * at once. */
#ifndef LING_PANIC_H
#define LING_PANIC_H

#include <stddef.h>
#include <stdnoreturn.h>

enum { PANIC_STATUS = 70 };

noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* panic_report: writes {"ling":1,"status":70,"reason":"<reason>","message":"<text, escaped>"} and gives its
 * length. */
size_t panic_report(char *out, size_t cap, const char *reason, const char *message);

/* Each target supplies it: end the machine now, with no waiting for devices and no report. */
noreturn void target_die(int status);

#endif
