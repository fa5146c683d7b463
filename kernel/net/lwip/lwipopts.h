/* lwipopts: lwIP for one thread, TCP over IPv4 over one Ethernet, from 16 MB of memory on.
 *
 * Control blocks come from fixed pools, so that a flood of connections ends in a full pool (lwIP then takes
 * the oldest in TIME_WAIT), not in no memory. Packets come from the kernel's malloc, in exact sizes. */
#ifndef LING_LWIPOPTS_H
#define LING_LWIPOPTS_H

/* No operating system, no threads, the raw API only */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_STATS           0

/* Memory */
#define MEM_ALIGNMENT                8
#define MEM_LIBC_MALLOC              1
#define MEMP_MEM_MALLOC              0
#define MEMP_NUM_TCP_PCB             512
#define MEMP_NUM_TCP_PCB_LISTEN      16
#define MEMP_NUM_TCP_SEG             2048
#define MEMP_NUM_UDP_PCB             8
#define MEMP_NUM_PBUF                64
#define MEMP_NUM_REASSDATA           4
#define PBUF_POOL_SIZE               0
#define PBUF_LINK_ENCAPSULATION_HLEN 12 /* room for the virtio-net header */

/* Link and addresses */
#define LWIP_ARP                      1
#define ARP_QUEUEING                  1
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
#define ETH_PAD_SIZE                  0
#define LWIP_DHCP                     1
#define LWIP_DHCP_DOES_ACD_CHECK      0
#define DHCP_DOES_ARP_CHECK           0
#define LWIP_ACD                      0
#define LWIP_AUTOIP                   0
#define LWIP_DNS                      0
#define LWIP_IPV6                     0
#define LWIP_ICMP                     1
#define LWIP_RAW                      0
#define LWIP_UDP                      1
#define IP_REASSEMBLY                 0
#define IP_FRAG                       0
#define LWIP_NETIF_HOSTNAME           1
#define LWIP_NETIF_STATUS_CALLBACK    1
#define LWIP_SINGLE_NETIF             1

/* TCP */
#define LWIP_TCP                   1
#define TCP_MSS                    1460
#define TCP_WND                    (64 * 1024)
#define LWIP_WND_SCALE             1
#define TCP_RCV_SCALE              2
#define TCP_SND_BUF                (64 * 1024)
#define TCP_SND_QUEUELEN           (4 * TCP_SND_BUF / TCP_MSS)
#define TCP_QUEUE_OOSEQ            1
#define LWIP_TCP_SACK_OUT          0
#define TCP_LISTEN_BACKLOG         1
#define TCP_DEFAULT_LISTEN_BACKLOG 0xff
#define TCP_MSL                    1000 /* a machine that lives for one request can't hold addresses for minutes */
#define LWIP_TCP_KEEPALIVE         1
#define TCP_OVERSIZE               TCP_MSS
#define LWIP_HOOK_FILENAME         "net/hooks.h"
#define LWIP_HOOK_TCP_ISN          net_tcp_isn
#define LWIP_HOOK_IP4_INPUT        net_ip4_input

/* Checksums: made and checked in software; the copy into a segment sums as it goes */
#define LWIP_CHECKSUM_ON_COPY 1

#endif
