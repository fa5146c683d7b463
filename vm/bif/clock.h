/* clock: the VM's time: native unit nanoseconds. */
#ifndef LING_BIF_CLOCK_H
#define LING_BIF_CLOCK_H

#include "proc/vm.h"

int64_t clock_monotonic_ns(void);             /* since the machine's entry */
int64_t clock_offset_ns(const struct vm *vm); /* system time - monotonic time: never changes */
static inline int64_t clock_system_ns(const struct vm *vm) {
    return clock_monotonic_ns() + clock_offset_ns(vm);
}

/* civil_…: days since 1970-01-01 and the proleptic Gregorian calendar. */
struct civil {
    int64_t year;
    int month, day, hour, minute, second;
};
struct civil civil_from_seconds(int64_t seconds); /* since 1970-01-01 00:00:00 UTC */
int64_t civil_to_seconds(struct civil c);
bool civil_is_valid(struct civil c);

#endif
