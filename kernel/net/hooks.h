/* hooks: what lwIP asks of us in the middle of its work. */
#ifndef LING_NET_HOOKS_H
#define LING_NET_HOOKS_H

#include "lwip/ip_addr.h"

/* Initial sequence number of a connection (RFC 6528): not to be guessed from those of others. */
uint32_t net_tcp_isn(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote, u16_t remote_port);

struct pbuf;
struct netif;
/* Sees each IPv4 packet first (timewait.c). Returns 0: lwIP is to go on with it. */
int net_ip4_input(struct pbuf *p, struct netif *from);

#endif
