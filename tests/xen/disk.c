/* disk: a vm_main that tries what only a guest of Xen can. t.mode=double: a fault whose handler faults as well. Else
 * kernel/drivers/disk.h on the first disk of the domain: it reads block 0 (the text dom0 put
 * there goes to the console), fills all behind it with a pattern of t.n kinds, reads that back, flushes and
 * discards, and says what it was refused. Status 0: all as it should be. */
#include <string.h>

#include "drivers/clock.h"
#include "drivers/disk.h"
#include "drivers/xen/blkfront.h"
#include "drivers/xen/clock.h"
#include "drivers/xen/evtchn.h"
#include "drivers/xen/xen.h"
#include "../boot/say.h"

static struct disk_info info;
static uint8_t *buffers; /* DISK_REQUESTS of DISK_BYTES_MAX */
static unsigned sleeps, bad;

/* The next request that came to its end; sleeps until there is one. */
static bool finished(void **owner) {
    bool ok;
    uint32_t port;
    disk_flush();
    while (!disk_done(owner, &ok)) {
        if (!(port = blkfront_port())) return false;
        evtchn_clear(port);
        blkfront_listen();
        if (!blkfront_pending()) evtchn_sleep(&port, 1, xen_time_of(clock_mono_ns() + 5000000000)), sleeps++;
        blkfront_store_changed();
    }
    return ok;
}

static bool one(enum disk_op op, uint64_t at, void *buffer, size_t n) {
    void *owner;
    return disk_start(op, at, buffer, n, NULL) && finished(&owner);
}

static uint8_t pattern(uint64_t at) {
    return (uint8_t)(at / 512 * 31 + at % 251);
}

/* Over the whole disk but its first block, as many requests at once as go. */
static unsigned sweep(enum disk_op op) {
    uint64_t at = info.block_bytes, requests = 0, open = 0;
    unsigned failed = 0;
    bool used[DISK_REQUESTS] = {false};
    uint64_t places[DISK_REQUESTS];
    while (at < info.bytes || open) {
        unsigned i = 0;
        while (i < DISK_REQUESTS && used[i]) i++;
        uint8_t *b = buffers + (size_t)i * DISK_BYTES_MAX;
        size_t n = info.bytes - at < DISK_BYTES_MAX ? info.bytes - at : DISK_BYTES_MAX;
        if (i < DISK_REQUESTS && at < info.bytes) {
            for (size_t k = 0; k < n; k++) b[k] = op == DISK_WRITE ? pattern(at + k) : 0;
            if (!disk_start(op, at, b, n, (void *)(uintptr_t)(i + 1))) return ++failed;
            used[i] = true, places[i] = at, at += n, open++, requests++;
            continue;
        }
        void *owner = NULL;
        if (!finished(&owner) || !owner) return ++failed;
        i = (unsigned)(uintptr_t)owner - 1;
        n = info.bytes - places[i] < DISK_BYTES_MAX ? info.bytes - places[i] : DISK_BYTES_MAX;
        b = buffers + (size_t)i * DISK_BYTES_MAX;
        for (size_t k = 0; k < n && op == DISK_READ; k++) failed += b[k] != pattern(places[i] + k);
        used[i] = false, open--;
    }
    return failed;
}

static void refusals(void) {
    uint8_t *b = buffers;
    const struct {
        enum disk_op op;
        uint64_t at;
        size_t n;
    } no[] = {{DISK_READ, info.bytes, 512},
              {DISK_READ, info.bytes - 512, 1024},
              {DISK_READ, UINT64_MAX - 511, 512},
              {DISK_READ, 1, 512},
              {DISK_READ, 0, 511},
              {DISK_READ, 0, DISK_BYTES_MAX + 512},
              {DISK_WRITE, info.bytes, 512},
              {DISK_FLUSH, 512, 0},
              {DISK_READ, 0, 0},
              {DISK_DISCARD, 0, info.bytes + 512}};
    unsigned taken = 0;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        taken += disk_start(no[i].op, no[i].at, b, no[i].n, NULL);
    say("refused %zu, taken %u\n", sizeof no / sizeof *no, taken);
    bad += taken;
}

/* The toolstack takes the disk away: what is asked for then fails, and nothing waits for ever. */
static void await_end(void) {
    struct plat_event e[4];
    say("waiting\n");
    while (blkfront_port()) {
        plat_poll(clock_mono_ns() + 50000000, e, 4);
        blkfront_store_changed();
    }
    say("after that: %d\n", one(DISK_READ, 0, buffers, info.block_bytes));
}

/* The handler's first line goes to where there is no memory. */
static void double_fault(void) {
    xen.console = NULL;
    __asm__ volatile("ud2");
}

noreturn void vm_main(const struct plat_boot *boot) {
    if (strstr(boot->cmdline, "t.mode=double")) double_fault();
    buffers = boot->mem;
    if (!disk_init(&info)) {
        say("no disk\n");
        done(2);
    }
    say("disk: %llu bytes, blocks of %u%s%s%s\n", (unsigned long long)info.bytes, info.block_bytes,
        info.read_only ? ", read-only" : "", info.can_flush ? ", flush" : "",
        info.can_discard ? ", discard" : "");
    bad += !one(DISK_READ, 0, buffers, info.block_bytes);
    say("block 0: %.20s\n", (char *)buffers);
    refusals();
    if (info.read_only) {
        bool wrote = disk_start(DISK_WRITE, 0, buffers, info.block_bytes, NULL);
        say("read-only: a write is %s\n", wrote ? "taken" : "refused");
        done(wrote || bad);
    }
    uint64_t start = clock_mono_ns();
    unsigned wrong = sweep(DISK_WRITE), differ = sweep(DISK_READ);
    say("written: %u failed; read: %u differ; %llu ms, %u sleeps\n", wrong, differ,
        (unsigned long long)((clock_mono_ns() - start) / 1000000), sleeps);
    bool flushed = !info.can_flush || one(DISK_FLUSH, 0, NULL, 0);
    bool discarded = !info.can_discard || one(DISK_DISCARD, info.block_bytes, NULL, info.block_bytes * 8);
    say("flush %d discard %d\n", flushed, discarded);
    if (strstr(boot->cmdline, "t.mode=wait")) await_end();
    done(bad + wrong + differ || !flushed || !discarded);
}
