/* A machine under Xen for unit tests of kernel/drivers/xen: time that stands still except where something is
 * waited for, and a backend of the test's that is given a turn there. */
#ifndef LING_XEN_FAKE_H
#define LING_XEN_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"
#include "plat.h"

enum { FAKE_STEP_NS = 1000000 };

struct xen_machine xen;
static uint64_t fake_now;
static unsigned fake_sleeps, fake_notified;
static char fake_said[4096];
static void (*fake_backend)(void);

static void fake_reset(void) {
    memset(&xen, 0, sizeof xen);
    fake_now = 0;
    fake_sleeps = fake_notified = 0;
    fake_said[0] = 0;
    fake_backend = NULL;
}
static void fake_say(const char *text, size_t n) {
    size_t have = strlen(fake_said);
    assert_true(have + n < sizeof fake_said);
    memcpy(fake_said + have, text, n);
    fake_said[have + n] = 0;
}

uint64_t clock_mono_ns(void) {
    return fake_now += 1000;
}
uint64_t xen_time_of(uint64_t mono_ns) {
    return mono_ns;
}
void evtchn_notify(uint32_t port) {
    fake_notified++;
}
void evtchn_clear(uint32_t port) {}
void evtchn_sleep(const uint32_t *ports, unsigned n, uint64_t until_xen_ns) {
    assert_true(++fake_sleeps < 1000000); /* a wait without end */
    if (fake_backend) fake_backend();
    fake_now =
        fake_backend && fake_now + FAKE_STEP_NS < until_xen_ns ? fake_now + FAKE_STEP_NS : until_xen_ns;
}
void xen_log(const char *line) {
    fake_say(line, strlen(line));
}
void plat_console_write(const void *bytes, size_t n) {
    fake_say(bytes, n);
}

#endif
