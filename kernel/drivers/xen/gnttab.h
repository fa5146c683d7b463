/* gnttab: letting another domain see a page of ours. */
#ifndef LING_GNTTAB_H
#define LING_GNTTAB_H

#include <stdbool.h>
#include <stdint.h>

bool gnttab_init(void); /* the first call does it; false: Xen refused */
/* gnttab_grant: a reference to that page; 0: none is left. It lasts until gnttab_end. */
uint32_t gnttab_grant(uint16_t domain, const void *page, bool read_only);
/* gnttab_end: false: the other domain still has the page mapped, and the grant lasts on. */
bool gnttab_end(uint32_t ref);

#endif
