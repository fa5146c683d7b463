/* link: the machine's one network interface: lwIP on drivers/nic.h. */
#ifndef LING_LINK_H
#define LING_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* link_start: brings it up: with the address "A.B.C.D/N[,GATEWAY]", or by DHCP if `address` is NULL. False:
 * no device, no memory, or an address that is none (then *why says so). */
bool link_start(const char *address, const char **why);
/* link_run: one round: takes what was received, does what is due, sends. */
void link_run(void);
/* When link_run must run at the latest, even if nothing is received. */
uint64_t link_deadline_ns(void);
bool link_is_up(void); /* there is an interface */

#endif
