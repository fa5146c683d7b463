/* link: lwIP's lower end.
 *
 *   receive   driver's buffer --copied, exact size--> pbuf -> ethernet_input
 *   send      pbuf of one piece: [room for the device's header][frame], used in place; others are copied
 *
 * A frame sent in place is referred to until the device is done with it; lwIP does not touch a segment that
 * somebody else refers to.
 * Addresses: static or DHCP (RFC 2131). Sequence numbers: SipHash of the connection's addresses under a
 * secret of this start, plus a clock (RFC 6528). */
#include "net/link.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/nic.h"
#include "lib/cmdline.h"
#include "lib/panic.h"
#include "lib/siphash.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "net/hooks.h"
#include "netif/ethernet.h"
#include "plat.h"

enum { LATE_TIMERS_MS = 3600000 }; /* well below the half range of sys_now */

static struct netif nif;
static bool started, configured;
static uint64_t configured_ns;
static uint64_t secret[2], random_count;

/* -- what lwIP asks for */

u32_t sys_now(void) {
    return (u32_t)(plat_clock_mono() / 1000000);
}

uint32_t net_random(void) {
    random_count++;
    return (uint32_t)siphash(secret, &random_count, sizeof random_count);
}

uint32_t net_tcp_isn(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote, u16_t remote_port) {
    const uint32_t id[3] = {ip4_addr_get_u32(local), ip4_addr_get_u32(remote),
                            (uint32_t)local_port << 16 | remote_port};
    return (uint32_t)siphash(secret, id, sizeof id) + (uint32_t)(plat_clock_mono() / 4000);
}

/* -- frames */

static void reclaim_sent(void) {
    struct pbuf *p;
    while ((p = nic_sent())) pbuf_free(p);
}

/* The frame as one piece with room in front, and one more reference to it. NULL: no memory. */
static struct pbuf *sendable(struct pbuf *p) {
    if (!p->next && pbuf_add_header(p, NIC_HEADER) == 0) {
        pbuf_ref(p);
        return p;
    }
    struct pbuf *q = pbuf_alloc(PBUF_RAW, (u16_t)(p->tot_len + NIC_HEADER), PBUF_RAM);
    if (!q) return NULL;
    pbuf_copy_partial(p, (char *)q->payload + NIC_HEADER, p->tot_len, 0);
    return q;
}

static err_t send_frame(struct netif *n, struct pbuf *p) {
    u16_t bytes = p->tot_len;
    struct pbuf *q = sendable(p);
    if (!q) return ERR_MEM;
    bool ok = nic_send(q->payload, bytes, q);
    if (!ok) {
        reclaim_sent();
        ok = nic_send(q->payload, bytes, q);
    }
    if (q == p) pbuf_remove_header(p, NIC_HEADER);
    if (!ok) pbuf_free(q);
    return ok ? ERR_OK : ERR_MEM;
}

static void receive_frames(void) {
    const uint8_t *frame;
    size_t n;
    for (int budget = 2 * NIC_BUFFERS; budget && (frame = nic_receive(&n)); budget--) {
        struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM);
        if (p) memcpy(p->payload, frame, n);
        nic_receive_done();
        if (p && nif.input(p, &nif) != ERR_OK) pbuf_free(p);
    }
}

/* -- setting up */

static err_t init_netif(struct netif *n) {
    n->name[0] = 'v';
    n->name[1] = 'n';
    n->hostname = "ling";
    n->output = etharp_output;
    n->linkoutput = send_frame;
    n->mtu = 1500;
    n->hwaddr_len = ETH_HWADDR_LEN;
    n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void status_changed(struct netif *n) {
    if (configured || ip4_addr_isany_val(*netif_ip4_addr(n))) return;
    configured = true;
    configured_ns = plat_clock_mono();
}

struct static_address {
    ip4_addr_t ip, mask, gateway;
    struct eth_addr gateway_mac;
    bool has_mac;
};

static unsigned hex_digit(char c) {
    return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* "52:55:0a:00:02:02" */
static bool parse_mac(const char *text, struct eth_addr *mac) {
    for (int i = 0; i < ETH_HWADDR_LEN; i++, text += 3) {
        unsigned high = hex_digit(text[0]), low = high < 16 ? hex_digit(text[1]) : 16;
        if (low == 16 || text[2] != (i < ETH_HWADDR_LEN - 1 ? ':' : 0)) return false;
        mac->addr[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Ends the piece at *text at its comma; returns the piece behind it, or NULL. */
static char *split_comma(char *text) {
    char *comma = strchr(text, ',');
    if (comma) *comma++ = 0;
    return comma;
}

/* "10.0.2.15/24,10.0.2.2,52:55:0a:00:02:02", taken apart where it lies */
static bool parse_address(char *text, struct static_address *out) {
    uint32_t a, g = 0;
    uint64_t bits;
    char *gateway = split_comma(text), *mac = gateway ? split_comma(gateway) : NULL,
         *slash = strchr(text, '/');
    if (!slash) return false;
    *slash = 0;
    if (!parse_ipv4(text, &a) || !parse_u64(slash + 1, &bits) || bits < 1 || bits > 32) return false;
    if (gateway && !parse_ipv4(gateway, &g)) return false;
    if (mac && !parse_mac(mac, &out->gateway_mac)) return false;
    out->has_mac = mac;
    ip4_addr_set_u32(&out->ip, lwip_htonl(a));
    ip4_addr_set_u32(&out->mask, lwip_htonl(UINT32_MAX << (32 - bits)));
    ip4_addr_set_u32(&out->gateway, lwip_htonl(g));
    return true;
}

/* lwIP announces the address when the link is up again, and asks for the lease's renewal. */
static void follow_carrier(void) {
    bool up = nic_carrier(nif.hwaddr);
    if (up && !netif_is_link_up(&nif)) netif_set_link_up(&nif);
    if (!up && netif_is_link_up(&nif)) netif_set_link_down(&nif);
}

void link_start(const char *cmdline) {
    char text[64];
    struct static_address at = {0};
    bool is_static = cmdline_find(cmdline, "ling.ip", text, sizeof text);
    if (is_static && !parse_address(text, &at)) panic("ling.ip is not of the form A.B.C.D/N,GATEWAY,MAC");
    if (!nic_init(nif.hwaddr)) return;
    if (plat_entropy(secret, sizeof secret)) secret[0] = plat_clock_wall() ^ __builtin_ia32_rdtsc();
    lwip_init();
    if (!netif_add(&nif, &at.ip, &at.mask, &at.gateway, NULL, init_netif, ethernet_input))
        panic("no memory for the network interface");
    netif_set_status_callback(&nif, status_changed);
    netif_set_default(&nif);
    follow_carrier();
    netif_set_up(&nif);
    started = true;
    if (at.has_mac)
        etharp_add_static_entry(&at.gateway, &at.gateway_mac); /* nothing to ask before the first answer */
    if (is_static)
        status_changed(&nif);
    else if (dhcp_start(&nif) != ERR_OK)
        return;
    nic_flush();
}

bool link_is_up(void) {
    return started;
}

void link_run(void) {
    if (!started) return;
    follow_carrier();
    reclaim_sent();
    receive_frames();
    sys_check_timeouts();
    nic_flush();
}

/* Without connections and without a lease to renew only ARP's cyclic timer is left, and what it ages may age late: an
 * idle instance need not wake for it every second. */
static bool timers_may_wait(void) {
    return !netif_dhcp_data(&nif) && !tcp_active_pcbs && !tcp_tw_pcbs;
}

uint64_t link_deadline_ns(void) {
    if (!started) return UINT64_MAX;
    uint32_t ms = timers_may_wait() ? LATE_TIMERS_MS : sys_timeouts_sleeptime();
    if (ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE) return UINT64_MAX;
    return plat_clock_mono() / 1000000 * 1000000 + ms * UINT64_C(1000000);
}

enum plat_status plat_net_address(uint32_t *ip, uint64_t *ready_ns) {
    if (!started) return PLAT_IO;
    if (!configured) return PLAT_AGAIN;
    *ip = lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(&nif)));
    *ready_ns = configured_ns;
    return PLAT_OK;
}
