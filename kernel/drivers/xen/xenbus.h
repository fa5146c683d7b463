/* xenbus: what frontends have in common: their place in the store, that of their backend, and its state. */
#ifndef LING_XENBUS_H
#define LING_XENBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/xenbus.h>

enum { XENBUS_PATH_MAX = 160, XENBUS_DOMAIN_MAX = 0x7ff0 };

struct xenbus_device {
    const char *path; /* "device/vif/0" */
    char backend[XENBUS_PATH_MAX];
    uint32_t domain;                    /* the backend's */
    char watched[XENBUS_PATH_MAX + 16]; /* the backend's state, where a watch lies on it */
};

/* xenbus_find: where the backend is now, and a watch on its state. False: there is no such device (any more). */
bool xenbus_find(struct xenbus_device *d);
void xenbus_watch(const struct xenbus_device *d); /* changes are seen when the device comes or goes */
uint32_t xenbus_backend_state(const struct xenbus_device *d); /* XenbusStateUnknown: there is none */
/* The value of a key of the backend's; false: none, or not a number. */
bool xenbus_backend_u64(const struct xenbus_device *d, const char *key, uint64_t *value);
bool xenbus_backend_u32(const struct xenbus_device *d, const char *key, uint32_t *value);
bool xenbus_tell(const struct xenbus_device *d, const char *key, uint32_t value);
/* xenbus_await: sleeps until something in the store changes, at most a while; false when it is later than that. */
bool xenbus_await(uint64_t until_ns);

#endif
