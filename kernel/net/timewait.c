/* timewait: a new connection between the ports of one that ended a moment ago.
 *
 *   SYN ──> same addresses and ports as a connection in TIME_WAIT? ── no, or numbers not beyond its own ──> lwIP as ever
 *             └─ yes ──> that one is forgotten; lwIP sees a SYN for the listener
 *
 * Left alone, lwIP answers for the old connection, or resets the new one when its number lies in the old window; the
 * client is served after the wait of seconds, or not at all. Behind an address translator ports come again soon.
 * Source: RFC 9293 §3.6.1, RFC 6191; lwIP 2.1.3 tcp_timewait_input. */
#include <string.h>

#include "lwip/ip4.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "net/hooks.h"

static struct tcp_pcb *waiting(const struct ip_hdr *ip, const struct tcp_hdr *tcp) {
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next)
        if (pcb->remote_port == lwip_ntohs(tcp->src) && pcb->local_port == lwip_ntohs(tcp->dest) &&
            ip4_addr_get_u32(&pcb->remote_ip) == ip->src.addr &&
            ip4_addr_get_u32(&pcb->local_ip) == ip->dest.addr)
            return pcb;
    return NULL;
}

int net_ip4_input(struct pbuf *p, struct netif *from) {
    struct ip_hdr ip;
    struct tcp_hdr tcp;
    if (!tcp_tw_pcbs || p->len < sizeof ip) return 0;
    memcpy(&ip, p->payload, sizeof ip);
    size_t head = IPH_HL_BYTES(&ip);
    if (IPH_PROTO(&ip) != IP_PROTO_TCP || head < sizeof ip || p->len < head + sizeof tcp) return 0;
    memcpy(&tcp, (const char *)p->payload + head, sizeof tcp);
    if ((TCPH_FLAGS(&tcp) & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return 0;
    struct tcp_pcb *old = waiting(&ip, &tcp);
    if (!old || !TCP_SEQ_GEQ(lwip_ntohl(tcp.seqno), old->rcv_nxt)) return 0;
    tcp_pcb_remove(&tcp_tw_pcbs, old);
    tcp_free(old);
    return 0;
}
