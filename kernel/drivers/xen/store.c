/* store: xenstore's wire protocol. Source: Xen docs/misc/xenstore.txt, public/io/xs_wire.h.
 *
 *   request   {type, id, 0, length} path NUL [value]        one outstanding at a time
 *   answer    {type or ERROR, id, 0, length} value          between them WATCH_EVENT may come
 *
 * The ring's indices are the other side's to write: more bytes than the ring holds mean it is broken, and the
 * store is not used any more. Every wait has an end. */
#include "drivers/xen/store.h"

#include <stdio.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"
#include "lib/cmdline.h"

#define ANSWER_NS UINT64_C(10000000000)

static bool broken, fired;
static uint32_t last_id;

/* Sleeps until the other side does something; false when it has not for too long. */
static bool wait(uint64_t until) {
    if (clock_mono_ns() >= until) broken = true;
    if (!broken) evtchn_sleep(&xen.store_port, 1, xen_time_of(until));
    evtchn_clear(xen.store_port);
    return !broken;
}

static void put(const void *bytes, size_t n, uint64_t until) {
    const char *p = bytes;
    while (n && !broken) {
        uint32_t at = xen.store->req_prod, used = at - xen.store->req_cons;
        if (used > XENSTORE_RING_SIZE) broken = true;
        if (used >= XENSTORE_RING_SIZE) {
            evtchn_notify(xen.store_port);
            wait(until);
            continue;
        }
        xen.store->req[MASK_XENSTORE_IDX(at)] = *p++;
        full_fence();
        xen.store->req_prod = at + 1;
        n--;
    }
}

static bool has_input(void) {
    uint32_t ready = xen.store->rsp_prod - xen.store->rsp_cons;
    if (ready > XENSTORE_RING_SIZE) broken = true;
    return !broken && ready;
}

static void get(void *bytes, size_t n, uint64_t until) {
    char *p = bytes;
    while (n && !broken) {
        if (!has_input()) {
            evtchn_notify(xen.store_port);
            wait(until);
            continue;
        }
        full_fence();
        uint32_t at = xen.store->rsp_cons;
        char c = xen.store->rsp[MASK_XENSTORE_IDX(at)];
        full_fence();
        xen.store->rsp_cons = at + 1;
        if (p) *p++ = c;
        n--;
    }
}

/* One message; its first cap - 1 bytes and a NUL into `value`. */
static struct xsd_sockmsg take(char *value, size_t cap, uint64_t until) {
    struct xsd_sockmsg m = {0};
    get(&m, sizeof m, until);
    if (m.len > XENSTORE_PAYLOAD_MAX) broken = true;
    if (broken) return (struct xsd_sockmsg){.type = XS_ERROR};
    size_t keep = m.len < cap ? m.len : cap ? cap - 1 : 0;
    get(value, keep, until);
    get(NULL, m.len - keep, until);
    if (cap) value[keep] = 0;
    if (m.type == XS_WATCH_EVENT) fired = true;
    return m;
}

/* The answer's length, or -1. */
static long ask(uint32_t type, const char *path, const char *value, size_t value_bytes, char *answer,
                size_t cap) {
    if (!xen.store || broken) return -1;
    uint64_t until = clock_mono_ns() + ANSWER_NS;
    size_t path_bytes = strlen(path) + 1;
    struct xsd_sockmsg m = {.type = type, .req_id = ++last_id, .len = (uint32_t)(path_bytes + value_bytes)};
    if (m.len > XENSTORE_PAYLOAD_MAX) return -1;
    put(&m, sizeof m, until);
    put(path, path_bytes, until);
    put(value, value_bytes, until);
    evtchn_notify(xen.store_port);
    do m = take(answer, cap, until);
    while (!broken && (m.type == XS_WATCH_EVENT || m.req_id != last_id));
    evtchn_notify(xen.store_port);
    return broken || m.type != type ? -1 : (long)m.len;
}

bool store_read(const char *path, char *value, size_t cap) {
    long n = ask(XS_READ, path, NULL, 0, value, cap);
    return n >= 0 && (size_t)n < cap;
}

bool store_read_u32(const char *path, uint32_t *value) {
    char text[16];
    uint64_t v;
    if (!store_read(path, text, sizeof text) || !parse_u64(text, &v) || v > UINT32_MAX) return false;
    *value = (uint32_t)v;
    return true;
}

bool store_write(const char *path, const char *value) {
    return ask(XS_WRITE, path, value, strlen(value), NULL, 0) >= 0;
}

bool store_write_u32(const char *path, uint32_t value) {
    char text[16];
    snprintf(text, sizeof text, "%u", value);
    return store_write(path, text);
}

bool store_watch(const char *path) {
    return ask(XS_WATCH, path, "ling", sizeof "ling", NULL, 0) >= 0;
}

bool store_changed(void) {
    if (!xen.store || broken) return false;
    uint64_t until = clock_mono_ns() + ANSWER_NS;
    while (has_input()) {
        take(NULL, 0, until);
        evtchn_notify(xen.store_port);
    }
    bool was = fired;
    fired = false;
    return was;
}
