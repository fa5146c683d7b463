/* ets_access: what the files of the ets BIFs share: finding a table and checking the right to it. */
#ifndef LING_ETS_ACCESS_H
#define LING_ETS_ACCESS_H

#include "bif/args.h"
#include "data/ets.h"

enum ets_right { ETS_READ, ETS_WRITE, ETS_OWN };
/* ets_access: the table that `id` (name or reference) names, when p has that right to it. NULL: badarg is
 * raised. */
struct ets_table *ets_access(struct process *p, term id, enum ets_right right);
/* ets_registry: the registry of all tables, made at first use. NULL: no memory. */
struct ets *ets_registry(struct vm *vm);
/* ets_owner_ended: p ends: its tables go to their heirs or are deleted. */
void ets_owner_ended(struct vm *vm, struct process *p);

#endif
