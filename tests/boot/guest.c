/* guest: a vm_main of a few hundred lines in place of the VM, to test what a target owes it by
 * kernel/include/plat.h. The word t.mode=NAME picks a test; t.n=N is its parameter. The same program runs on
 * every target. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum { CONNS = 1024, BUF = 4096 };

static const struct plat_boot *boot;

static const char *word(const char *key) {
    static char value[64];
    size_t k = strlen(key);
    for (const char *p = boot->cmdline; p && *p; p = strchr(p, ' ')) {
        p += *p == ' ';
        if (strncmp(p, key, k) == 0 && p[k] == '=') {
            size_t n = strcspn(p + k + 1, " ");
            n = n < sizeof value ? n : sizeof value - 1;
            memcpy(value, p + k + 1, n);
            value[n] = 0;
            return value;
        }
    }
    return "";
}
static unsigned long number(const char *key) {
    return strtoul(word(key), NULL, 10);
}

/* -- modes without a network */

static void mode_hello(void) {
    say("hello from %s/%s, %zu of %zu KiB, entry %llu us, now %llu us\n", boot->target, boot->accel,
        boot->mem_bytes / 1024, boot->total_bytes / 1024, (unsigned long long)boot->entry_ns / 1000,
        (unsigned long long)plat_clock_mono() / 1000);
    say("cmdline: %s\n", boot->cmdline);
    say("wall: %llu\n", (unsigned long long)(plat_clock_wall() / 1000000000));
}

/* Every page of the arena is there, zeroed, and its own. */
static void mode_memory(void) {
    unsigned char *p = boot->mem;
    size_t bad = (uintptr_t)p % 4096 + boot->mem_bytes % 4096;
    for (size_t i = 0; i < boot->mem_bytes; i += 4096) *(uint64_t *)(p + i) = i ^ 0x5a5a;
    for (size_t i = 0; i < boot->mem_bytes; i += 4096) bad += *(uint64_t *)(p + i) != (i ^ 0x5a5a);
    say("arena: %zu MiB of %zu MiB, bad %zu\n", boot->mem_bytes >> 20, boot->total_bytes >> 20, bad);
    done(bad != 0);
}

static void mode_lines(void) {
    unsigned long n = number("t.n");
    for (unsigned long i = 0; i < n; i++)
        say("line %lu of %lu, about as long as a line of a log usually is\n", i, n);
}

/* Copies the console's input to its output until its end. */
static void mode_cat(void) {
    char buf[256];
    struct plat_event e[4];
    for (;;) {
        enum plat_status s = PLAT_OK;
        size_t n = plat_console_read(buf, sizeof buf, &s);
        if (n) plat_console_write(buf, n);
        if (n && memchr(buf, '!', n)) return; /* a console of a machine has no end */
        if (!n && s == PLAT_CLOSED) return;
        if (!n) plat_poll(UINT64_MAX, e, 4);
    }
}

static void mode_clock(void) {
    uint64_t last = plat_clock_mono(), wall = plat_clock_wall(), back = 0;
    struct plat_event e[4];
    for (int i = 0; i < 100000; i++) {
        uint64_t now = plat_clock_mono();
        back += now < last;
        last = now;
    }
    uint64_t start = plat_clock_mono(), worst = 0;
    for (int i = 0; i < 20; i++) {
        uint64_t until = plat_clock_mono() + 5000000;
        while (plat_clock_mono() < until) plat_poll(until, e, 4);
        uint64_t over = plat_clock_mono() - until;
        worst = over > worst ? over : worst;
    }
    uint64_t took = plat_clock_mono() - start, wall_took = plat_clock_wall() - wall;
    say("clock: back %llu, 20 x 5 ms took %llu us by mono, %llu by wall, worst overshoot %llu us\n",
        (unsigned long long)back, (unsigned long long)took / 1000, (unsigned long long)wall_took / 1000,
        (unsigned long long)worst / 1000);
    done(back || took < 100000000);
}

static void mode_sleep(void) {
    struct plat_event e[4];
    uint64_t until = plat_clock_mono() + number("t.n") * UINT64_C(1000000);
    say("asleep\n");
    while (plat_clock_mono() < until) plat_poll(until, e, 4);
    say("awake\n");
}

static void mode_rng(void) {
    unsigned char a[64] = {0}, b[64] = {0};
    static unsigned char big[10000];
    enum plat_status s = plat_entropy(a, sizeof a), t = plat_entropy(b, sizeof b),
                     u = plat_entropy(big, sizeof big);
    unsigned counts[256] = {0}, most = 0;
    for (size_t i = 0; i < sizeof big; i++) counts[big[i]]++;
    for (int i = 0; i < 256; i++) most = counts[i] > most ? counts[i] : most;
    say("rng: status %d %d %d, same %d, most common byte %u of 10000\n", s, t, u, !memcmp(a, b, sizeof a),
        most);
    done(s || t || u || !memcmp(a, b, sizeof a) || most > 100);
}

/* -- modes that break something: the target reports a fault with status 70 */

static const int constant = 5;
static int recurse(int n) {
    volatile char frame[1024];
    frame[n % 1024] = (char)n;
    return n < 1000000000 ? recurse(n + 1) + frame[0] : 0;
}

static void mode_null(void) {
    *(volatile int *)(uintptr_t)(number("t.n")) = 1;
}
static void mode_spin(void) {
    say("spinning\n");
    for (;;) __asm__ volatile("pause");
}
static void mode_text(void) {
    *(volatile char *)(uintptr_t)&mode_hello = 1;
}
static void mode_rodata(void) {
    *(volatile int *)(uintptr_t)&constant = 1;
}
static void mode_payload(void) {
    *(volatile char *)(uintptr_t)boot->payload = 1;
}
static void mode_exec(void) {
    *(unsigned char *)boot->mem = 0xc3;
    ((void (*)(void))(uintptr_t)boot->mem)();
}
static void mode_overflow(void) {
    say("%d\n", recurse(0));
}
static void mode_ud(void) {
    __builtin_trap();
}
static void mode_privileged(void) {
    __asm__ volatile("cli");
}
static void mode_syscall(void) { /* open: not for a sandboxed process; in a guest a plain fault */
    __asm__ volatile("syscall" ::"a"(2), "D"("/etc/passwd"), "S"(0) : "rcx", "r11", "memory");
}
static void mode_wild(void) {
    *(volatile int *)UINT64_C(0x7f0000000000) = 1;
}

/* -- network: an echo server. A line "quit" ends the machine, "close" the connection, "reset" resets it,
 *    "flood N" sends N bytes and closes. */

static struct conn {
    bool used, ended;
    size_t have, sent, flood;
    unsigned char buf[BUF];
} * conns; /* in the arena */
static int listener;
static unsigned long accepted, closed;
static bool quitting;

static void conn_drop(int h) {
    conns[h].used = false;
    plat_tcp_close(h);
    closed++;
}

static void accept_all(void) {
    for (;;) {
        int h;
        struct plat_addr peer;
        if (plat_tcp_accept(listener, &h, &peer)) return;
        if (h >= CONNS) {
            plat_tcp_abort(h);
            continue;
        }
        memset(&conns[h], 0, sizeof conns[h]);
        conns[h].used = true;
        accepted++;
    }
}

static bool conn_flood(int h) {
    static unsigned char bulk[16384];
    struct conn *c = &conns[h];
    while (c->flood) {
        size_t n, want = c->flood < sizeof bulk ? c->flood : sizeof bulk;
        for (size_t i = 0; i < want; i++) bulk[i] = (unsigned char)((c->flood - i) * 7);
        if (plat_tcp_send(h, bulk, want, 0, &n)) return false;
        c->flood -= n;
    }
    conn_drop(h);
    return true;
}

/* True when the connection is gone. */
static bool conn_command(int h) {
    struct conn *c = &conns[h];
    char text[32] = {0};
    memcpy(text, c->buf, c->have < 31 ? c->have : 31);
    if (strncmp(text, "quit", 4) == 0) quitting = true;
    if (strncmp(text, "close", 5) == 0) return conn_drop(h), true;
    if (strncmp(text, "reset", 5) == 0) {
        c->used = false;
        plat_tcp_abort(h);
        return true;
    }
    if (strncmp(text, "flood ", 6) == 0) {
        c->flood = strtoul(text + 6, NULL, 10);
        c->have = 0;
        conn_flood(h);
        return true;
    }
    return false;
}

static void conn_run(int h) {
    struct conn *c = &conns[h];
    if (c->flood) {
        conn_flood(h);
        return;
    }
    while (c->used) {
        size_t n = 0;
        while (c->sent < c->have) {
            if (plat_tcp_send(h, c->buf + c->sent, c->have - c->sent, 0, &n)) return;
            c->sent += n;
        }
        c->have = c->sent = 0;
        enum plat_status s = plat_tcp_recv(h, c->buf, BUF, &n);
        if (s == PLAT_AGAIN) return;
        if (s) {
            conn_drop(h);
            return;
        }
        c->have = n;
        if (conn_command(h)) return;
    }
}

static void wait_for_address(void) {
    struct plat_event e[4];
    uint32_t ip;
    uint64_t ready_ns;
    enum plat_status s;
    while ((s = plat_net_address(&ip, &ready_ns)) == PLAT_AGAIN)
        plat_poll(plat_clock_mono() + 10000000000, e, 4);
    if (s) {
        say("no network\n");
        done(2);
    }
    say("address %u.%u.%u.%u after %llu us\n", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255,
        (unsigned long long)ready_ns / 1000);
}

static void mode_echo(void) {
    struct plat_addr bound;
    struct plat_event e[32];
    conns = boot->mem;
    wait_for_address();
    unsigned long port = number("t.n");
    enum plat_status s =
        plat_tcp_listen((struct plat_addr){0, (uint16_t)(port ? port : 7)}, 64, &listener, &bound);
    if (s) {
        say("listen: %d\n", s);
        done(3);
    }
    say("listening on %u\n", bound.port);
    accept_all();
    while (!quitting) {
        size_t n = plat_poll(UINT64_MAX, e, 32);
        for (size_t i = 0; i < n; i++) {
            if (e[i].handle == listener)
                accept_all();
            else if (e[i].handle > 0 && e[i].handle < CONNS && conns[e[i].handle].used)
                conn_run(e[i].handle);
        }
        for (int h = 1; n && h < CONNS && accepted != closed; h++) /* just accepted: may have data already */
            if (conns[h].used && h != listener) conn_run(h);
    }
    say("accepted %lu\n", accepted);
}

/* Connects to 10.0.2.2:t.n, sends a line, prints the answer. */
static void mode_client(void) {
    struct plat_event e[8];
    char buf[256];
    size_t n = 0;
    int h;
    wait_for_address();
    const char *to = word("t.to");
    unsigned a = 10, b = 0, c = 2, d = 2;
    if (*to) sscanf(to, "%u.%u.%u.%u", &a, &b, &c, &d);
    struct plat_addr at = {a << 24 | b << 16 | c << 8 | d, (uint16_t)number("t.n")};
    enum plat_status s = plat_tcp_connect(at, &h);
    while (!s && (s = plat_tcp_send(h, "ping\n", 5, 0, &n)) == PLAT_AGAIN)
        s = PLAT_OK, plat_poll(UINT64_MAX, e, 8);
    say("sent: %d\n", s);
    while (!s && (s = plat_tcp_recv(h, buf, sizeof buf, &n)) == PLAT_AGAIN)
        s = PLAT_OK, plat_poll(UINT64_MAX, e, 8);
    say("received: %d %.*s\n", s, s ? 0 : (int)n, buf);
    done(s != PLAT_OK);
}

static const struct {
    const char *name;
    void (*run)(void);
} modes[] = {{"hello", mode_hello},       {"memory", mode_memory},   {"lines", mode_lines},
             {"cat", mode_cat},           {"clock", mode_clock},     {"sleep", mode_sleep},
             {"rng", mode_rng},           {"null", mode_null},       {"text", mode_text},
             {"rodata", mode_rodata},     {"payload", mode_payload}, {"exec", mode_exec},
             {"overflow", mode_overflow}, {"ud", mode_ud},           {"privileged", mode_privileged},
             {"wild", mode_wild},         {"syscall", mode_syscall}, {"echo", mode_echo},
             {"client", mode_client},     {"spin", mode_spin}};

noreturn void vm_main(const struct plat_boot *b) {
    boot = b;
    char name[64];
    strcpy(name, word("t.mode"));
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, *name ? name : "hello") == 0) {
            modes[i].run();
            done((int)number("t.status"));
        }
    say("no such mode: %s\n", name);
    done(1);
}
