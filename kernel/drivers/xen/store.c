/* store: xenstore's wire protocol. Source: Xen docs/misc/xenstore.txt, public/io/xs_wire.h.
 *
 *   request   {type, id, 0, length} path NUL [value]        one outstanding at a time
 *   answer    {type or ERROR, id, 0, length} value          between them WATCH_EVENT may come
 *
 * The ring is the other side's to write, so our indices are kept here. An index further off than the ring is
 * long, a message longer than any may be, an answer to what was not asked, silence, or talking without end:
 * the store is broken then, says so, and is not used any more. Every wait has an end. */
#include "drivers/xen/store.h"

#include <stdio.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"
#include "lib/cmdline.h"
#include "plat.h"

#define ANSWER_NS UINT64_C(10000000000)

static bool usable, fired, news;       /* fired, news: until store_changed, store_take_in have said so */
static uint32_t last_id, asked, taken; /* asked, taken: bytes put into and got from the rings */

void store_init(void) {
    usable = xen.store;
    if (!usable) return;
    asked = xen.store->req_prod;
    taken = xen.store->rsp_cons;
}

bool store_is_usable(void) {
    return usable;
}

static void give_up(const char *why) {
    char line[96];
    if (!usable) return;
    usable = false;
    int n = snprintf(line, sizeof line, "ling: xenstore is not used any more: %s\n", why);
    plat_console_write(line, (size_t)n);
}

/* Sleeps until the other side does something. */
static void wait(uint64_t until) {
    evtchn_notify(xen.store_port);
    if (clock_mono_ns() >= until)
        give_up("no answer");
    else
        evtchn_sleep(&xen.store_port, 1, xen_time_of(until));
    evtchn_clear(xen.store_port);
}

static bool has_room(void) {
    uint32_t used = asked - xen.store->req_cons;
    if (used > XENSTORE_RING_SIZE) give_up("it took more than was asked");
    return usable && used < XENSTORE_RING_SIZE;
}

static void put(const void *bytes, size_t n, uint64_t until) {
    const char *p = bytes;
    while (n && usable) {
        if (!has_room()) {
            if (usable) wait(until);
            continue;
        }
        xen.store->req[MASK_XENSTORE_IDX(asked)] = *p++;
        full_fence();
        xen.store->req_prod = ++asked;
        n--;
    }
}

static bool has_input(void) {
    uint32_t ready = xen.store->rsp_prod - taken;
    if (ready > XENSTORE_RING_SIZE) give_up("more in the ring than it holds");
    return usable && ready;
}

static void get(void *bytes, size_t n, uint64_t until) {
    char *p = bytes;
    while (n && usable) {
        if (!has_input()) {
            if (usable) wait(until);
            continue;
        }
        full_fence();
        char c = xen.store->rsp[MASK_XENSTORE_IDX(taken)];
        full_fence();
        xen.store->rsp_cons = ++taken;
        if (p) *p++ = c;
        n--;
    }
}

/* One message; its first cap - 1 bytes and a NUL into `value`. */
static struct xsd_sockmsg take(char *value, size_t cap, uint64_t until) {
    struct xsd_sockmsg m = {0};
    get(&m, sizeof m, until);
    if (m.len > XENSTORE_PAYLOAD_MAX) give_up("a message longer than any may be");
    if (usable && m.type == XS_WATCH_EVENT && clock_mono_ns() >= until) give_up("it talks without end");
    if (!usable) return (struct xsd_sockmsg){.type = XS_ERROR};
    size_t keep = m.len < cap ? m.len : cap ? cap - 1 : 0;
    get(value, keep, until);
    get(NULL, m.len - keep, until);
    if (cap) value[keep] = 0;
    if (m.type == XS_WATCH_EVENT) fired = news = true;
    return m;
}

/* The answer's length, or -1. */
static long ask(uint32_t type, const char *path, const char *value, size_t value_bytes, char *answer,
                size_t cap) {
    if (!usable) return -1;
    uint64_t until = clock_mono_ns() + ANSWER_NS;
    size_t path_bytes = strlen(path) + 1;
    struct xsd_sockmsg m = {.type = type, .req_id = ++last_id, .len = (uint32_t)(path_bytes + value_bytes)};
    if (m.len > XENSTORE_PAYLOAD_MAX) return -1;
    put(&m, sizeof m, until);
    put(path, path_bytes, until);
    put(value, value_bytes, until);
    evtchn_notify(xen.store_port);
    do m = take(answer, cap, until);
    while (usable && m.type == XS_WATCH_EVENT);
    if (usable && (m.req_id != last_id || (m.type != type && m.type != XS_ERROR)))
        give_up("an answer to what was not asked");
    evtchn_notify(xen.store_port);
    return usable && m.type == type ? (long)m.len : -1;
}

bool store_read(const char *path, char *value, size_t cap) {
    long n = ask(XS_READ, path, NULL, 0, value, cap);
    return n >= 0 && (size_t)n < cap;
}

bool store_read_u64(const char *path, uint64_t *value) {
    char text[24];
    return store_read(path, text, sizeof text) && parse_u64(text, value);
}

bool store_read_u32(const char *path, uint32_t *value) {
    uint64_t v;
    if (!store_read_u64(path, &v) || v > UINT32_MAX) return false;
    *value = (uint32_t)v;
    return true;
}

bool store_first(const char *path, char *name, size_t cap) {
    long n = ask(XS_DIRECTORY, path, NULL, 0, name, cap);
    return n > 0 && memchr(name, 0, (size_t)n < cap ? (size_t)n : cap - 1) && name[0];
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

bool store_unwatch(const char *path) {
    return ask(XS_UNWATCH, path, "ling", sizeof "ling", NULL, 0) >= 0;
}

bool store_take_in(void) {
    uint64_t until = clock_mono_ns() + ANSWER_NS;
    while (usable && has_input()) {
        if (take(NULL, 0, until).type != XS_WATCH_EVENT) give_up("an answer to what was not asked");
        evtchn_notify(xen.store_port);
    }
    bool was = news;
    news = false;
    return was;
}

bool store_changed(void) {
    store_take_in();
    bool was = fired;
    fired = false;
    return was;
}

bool store_pending(void) {
    return fired || (usable && has_input());
}
