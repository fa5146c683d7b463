/* xenbus: device/KIND/N of the domain and what it names as its backend. Source: Xen public/io/xenbus.h,
 * docs/misc/xenstore-paths.pandoc. All of it is text of the other side's: bounded, parsed whole, or not taken. */
#include "drivers/xen/xenbus.h"

#include <stdio.h>
#include <string.h>

#include "drivers/clock.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/store.h"
#include "drivers/xen/xen.h"

#define LOOK_NS UINT64_C(50000000)

static void watch_backend(struct xenbus_device *d) {
    char path[sizeof d->watched];
    snprintf(path, sizeof path, "%s/state", d->backend);
    if (!strcmp(path, d->watched)) return;
    if (d->watched[0]) store_unwatch(d->watched);
    store_watch(path);
    strcpy(d->watched, path);
}

bool xenbus_find(struct xenbus_device *d) {
    char path[XENBUS_PATH_MAX];
    snprintf(path, sizeof path, "%s/backend", d->path);
    if (!store_read(path, d->backend, sizeof d->backend) || !d->backend[0]) return false;
    snprintf(path, sizeof path, "%s/backend-id", d->path);
    if (!store_read_u32(path, &d->domain) || d->domain >= XENBUS_DOMAIN_MAX) return false;
    watch_backend(d);
    return true;
}

void xenbus_watch(const struct xenbus_device *d) {
    char path[XENBUS_PATH_MAX];
    snprintf(path, sizeof path, "%s/backend", d->path);
    store_watch(path);
}

bool xenbus_backend_u64(const struct xenbus_device *d, const char *key, uint64_t *value) {
    char path[XENBUS_PATH_MAX + 48];
    snprintf(path, sizeof path, "%s/%s", d->backend, key);
    return store_read_u64(path, value);
}

bool xenbus_backend_u32(const struct xenbus_device *d, const char *key, uint32_t *value) {
    uint64_t v;
    if (!xenbus_backend_u64(d, key, &v) || v > UINT32_MAX) return false;
    *value = (uint32_t)v;
    return true;
}

uint32_t xenbus_backend_state(const struct xenbus_device *d) {
    uint32_t state;
    return xenbus_backend_u32(d, "state", &state) ? state : (uint32_t)XenbusStateUnknown;
}

bool xenbus_tell(const struct xenbus_device *d, const char *key, uint32_t value) {
    char path[XENBUS_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", d->path, key);
    return store_write_u32(path, value);
}

bool xenbus_await(uint64_t until_ns) {
    uint64_t now = clock_mono_ns();
    if (now >= until_ns) return false;
    evtchn_clear(xen.store_port);
    if (!store_take_in()) evtchn_sleep(&xen.store_port, 1, xen_time_of(now + LOOK_NS));
    return true;
}
