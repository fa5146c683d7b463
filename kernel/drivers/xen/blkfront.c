/* blkfront: the first of device/vbd. Source: Xen public/io/blkif.h, xenbus.h.
 *
 *   backend in InitWait -> ring, port into the store, Initialised -> backend Connected: it says what the disk is
 *   -> Connected
 *
 * One ring of one page, requests of up to 32 KiB through pages of our own (blkring.c). What the backend says of
 * the disk is checked before anything is asked of it. A backend that goes away takes the disk with it for good. */
#include "drivers/xen/blkfront.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/clock.h"
#include "drivers/disk.h"
#include "drivers/xen/blkring.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/gnttab.h"
#include "drivers/xen/store.h"
#include "drivers/xen/xen.h"
#include "drivers/xen/xenbus.h"
#include "lib/cmdline.h"
#include "plat.h"

#include <xen/io/protocols.h>

#define BACKEND_NS  UINT64_C(10000000000)
#define SECTORS_MAX (UINT64_C(1) << 53) /* sectors of 512 bytes that a byte count can hold */
enum { INFO_READ_ONLY = 4, BLOCK_MAX = 4096 };

static struct xenbus_device device;
static char path[48];
static struct blkring ring;
static uint32_t refs[BLKRING_PAGES], port;
static struct disk_info disk;

static void say(const char *what) {
    char line[96];
    int n = snprintf(line, sizeof line, "ling: disk: %s\n", what);
    plat_console_write(line, (size_t)n);
}

/* Device 51712 is xvda. */
static bool find_device(uint16_t *number) {
    char name[16];
    uint64_t v;
    if (!store_first("device/vbd", name, sizeof name) || !parse_u64(name, &v) || v > UINT16_MAX) return false;
    *number = (uint16_t)v;
    snprintf(path, sizeof path, "device/vbd/%s", name);
    device.path = path;
    return xenbus_find(&device);
}

static bool await_state(uint32_t wanted) {
    uint64_t until = clock_mono_ns() + BACKEND_NS;
    uint32_t state;
    while ((state = xenbus_backend_state(&device)) != wanted)
        if (state > XenbusStateConnected || !xenbus_await(until)) return false;
    return true;
}

static bool grant_pages(uint16_t number) {
    uint8_t *memory = calloc(BLKRING_PAGES + 1, BLKRING_PAGE);
    if (!memory) return false;
    uint8_t *pages = memory + (-(uintptr_t)memory & (BLKRING_PAGE - 1));
    for (unsigned i = 0; i < BLKRING_PAGES; i++)
        if (!(refs[i] = gnttab_grant((uint16_t)device.domain, pages + (size_t)i * BLKRING_PAGE, false)))
            return false;
    blkring_init(&ring, pages, refs, number);
    return true;
}

/* The layout of requests: a backend that is not told takes that of the toolstack's guess, of 32 bits in a PVH guest. */
static bool tell_protocol(void) {
    char key[sizeof path + 16];
    snprintf(key, sizeof key, "%s/protocol", device.path);
    return store_write(key, XEN_IO_PROTO_ABI_X86_64);
}

static bool offer(uint16_t number) {
    if (!gnttab_init() || !grant_pages(number)) return false;
    port = evtchn_open((uint16_t)device.domain);
    return port && xenbus_tell(&device, "ring-ref", refs[0]) && xenbus_tell(&device, "event-channel", port) &&
           tell_protocol() && xenbus_tell(&device, "state", XenbusStateInitialised) &&
           await_state(XenbusStateConnected);
}

static bool offers(const char *feature) {
    uint32_t v;
    return xenbus_backend_u32(&device, feature, &v) && v == 1;
}

/* NULL, or what is wrong with the disk. */
static const char *read_info(void) {
    uint64_t sectors;
    uint32_t block, bits;
    if (!xenbus_backend_u64(&device, "sectors", &sectors) || !sectors || sectors >= SECTORS_MAX)
        return "a size that is none";
    if (!xenbus_backend_u32(&device, "sector-size", &block) || block < DISK_SECTOR || block > BLOCK_MAX ||
        block & (block - 1))
        return "a sector size that is none";
    disk = (struct disk_info){.bytes = sectors * DISK_SECTOR / block * block, .block_bytes = block};
    disk.read_only = xenbus_backend_u32(&device, "info", &bits) && bits & INFO_READ_ONLY;
    disk.can_flush = offers("feature-flush-cache");
    disk.can_discard = offers("feature-discard");
    return NULL;
}

static bool refuse(const char *why) {
    say(why);
    ring.broken = why;
    if (port) evtchn_close(port);
    port = 0;
    xenbus_tell(&device, "state", XenbusStateClosed);
    return false;
}

bool disk_init(struct disk_info *info) {
    uint16_t number;
    if (!find_device(&number)) return false;
    if (!await_state(XenbusStateInitWait)) return refuse("its backend is not ready");
    if (!offer(number)) return refuse("no connection to the backend could be set up");
    const char *why = read_info();
    if (why) return refuse(why);
    xenbus_tell(&device, "state", XenbusStateConnected);
    *info = disk;
    return true;
}

static bool is_offered(enum disk_op op) {
    return op == DISK_READ || (!disk.read_only && (op == DISK_WRITE || (op == DISK_FLUSH && disk.can_flush) ||
                                                   (op == DISK_DISCARD && disk.can_discard)));
}

static bool is_within(enum disk_op op, uint64_t at, size_t n) {
    if (op == DISK_FLUSH) return !at && !n;
    return n && !((at | n) % disk.block_bytes) && at <= disk.bytes && n <= disk.bytes - at;
}

bool disk_start(enum disk_op op, uint64_t at, void *buffer, size_t n, void *owner) {
    return port && is_offered(op) && is_within(op, at, n) && blkring_start(&ring, op, at, buffer, n, owner);
}

bool disk_done(void **owner, bool *ok) {
    bool done = ring.ring && blkring_done(&ring, owner, ok);
    if (ring.broken && port) refuse(ring.broken);
    return done;
}

void disk_flush(void) {
    if (port && blkring_flush(&ring)) evtchn_notify(port);
}

uint32_t blkfront_port(void) {
    return port;
}
void blkfront_listen(void) {
    if (port) blkring_listen(&ring);
}
bool blkfront_pending(void) {
    return ring.ring && blkring_pending(&ring);
}
void blkfront_store_changed(void) {
    if (port && xenbus_backend_state(&device) != XenbusStateConnected && store_is_usable())
        refuse("the backend is gone");
}
