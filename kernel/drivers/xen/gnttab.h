/* gnttab: letting another domain see a page of ours. */
#ifndef LING_GNTTAB_H
#define LING_GNTTAB_H

#include <stdbool.h>
#include <stdint.h>

bool gnttab_init(void);
/* gnttab_grant: a new reference to that page; 0: none is left. Grants last until the machine's end. */
uint32_t gnttab_grant(uint16_t domain, const void *page, bool read_only);

#endif
