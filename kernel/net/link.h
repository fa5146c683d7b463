/* link: the machine's one network interface: lwIP on drivers/nic.h. */
#ifndef LING_LINK_H
#define LING_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* link_start: brings it up: with the address that the command line's ling.ip has, "A.B.C.D/N[,GATEWAY[,MAC]]", or by DHCP
 * when there is none. Without a device or memory there is no interface; panics on an address that is none. */
void link_start(const char *cmdline);
/* link_run: one round: takes what was received, does what is due, sends. */
void link_run(void);
/* When link_run must run at the latest, even if nothing is received. */
uint64_t link_deadline_ns(void);
bool link_is_up(void); /* there is an interface */

#endif
