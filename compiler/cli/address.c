/* address: the value of --ip.
 *
 *   10.0.0.7 / 24 , 10.0.0.1
 *   └─ ip ─┘  bits  └gateway┘      both of a host: not of this net, this host, multicast, or a network's first or last
 *
 * With 32 bits the address is the whole network; the gateway then is asked for on the wire whatever it is (lwIP's
 * etharp_output), as networks that Xen routes want it. Sources: kernel/net/link.c, RFC 1122 3.2.1.3, RFC 3021. */
#include "cli/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct address {
    uint32_t ip, mask, gateway;
    unsigned bits;
    bool has_gateway;
};

static bool take_ip(const char *from, size_t n, uint32_t *ip) {
    char text[INET_ADDRSTRLEN];
    struct in_addr in;
    if (n >= sizeof text) return false;
    memcpy(text, from, n);
    text[n] = '\0';
    if (inet_pton(AF_INET, text, &in) != 1) return false;
    *ip = ntohl(in.s_addr);
    return true;
}

static bool take_bits(const char *from, size_t n, unsigned *bits) {
    *bits = 0;
    for (size_t i = 0; i < n; i++) {
        if (from[i] < '0' || from[i] > '9') return false;
        *bits = *bits * 10 + (unsigned)(from[i] - '0');
    }
    return n == 1 || n == 2;
}

static bool parse_address(const char *text, struct address *a) {
    size_t n_ip = strcspn(text, "/");
    if (!text[n_ip] || !take_ip(text, n_ip, &a->ip)) return false;
    const char *bits = text + n_ip + 1;
    size_t n_bits = strcspn(bits, ",");
    if (!take_bits(bits, n_bits, &a->bits)) return false;
    a->has_gateway = bits[n_bits] == ',';
    return !a->has_gateway || take_ip(bits + n_bits + 1, strlen(bits + n_bits + 1), &a->gateway);
}

/* A network of two has no first and last address to spare. */
static bool is_host(const struct address *a, uint32_t ip) {
    uint32_t net = ip >> 24, host = ip & ~a->mask;
    return net != 0 && net != 127 && net < 224 && (a->bits > 30 || (host != 0 && host != ~a->mask));
}

const char *address_fault(const char *text) {
    struct address a = {0};
    if (!parse_address(text, &a)) return "ADDRESS/BITS or ADDRESS/BITS,GATEWAY, such as 10.0.0.7/24,10.0.0.1";
    if (a.bits < 1 || a.bits > 32) return "1 to 32 bits of network";
    a.mask = UINT32_MAX << (32 - a.bits);
    if (!is_host(&a, a.ip))
        return "a host's address: none of 0.x, 127.x, multicast, the network's, broadcast";
    if (!a.has_gateway) return NULL;
    if (a.gateway == a.ip) return "a gateway that is another host than the address";
    if (a.bits < 32 && ((a.gateway ^ a.ip) & a.mask)) return "a gateway inside the address's network";
    return is_host(&a, a.gateway) ? NULL : "a gateway with a host's address";
}
