/* alias: references that messages can be sent to. */
#ifndef LING_BIF_ALIAS_H
#define LING_BIF_ALIAS_H

#include "proc/vm.h"

enum alias_kind { ALIAS_EXPLICIT, ALIAS_DEMONITOR, ALIAS_REPLY_DEMONITOR };

/* alias_make: a new alias of p that lives until unalias (reply: or until the first message through it). NONE:
 * no memory. */
term alias_make(struct process *p, bool reply);
/* alias_of_monitor: make monitor `ref` of p, just made by monitor_make, an alias too. Returns the reference
 * that replaces it (an alias needs one that leads to its process), or NONE: no memory. */
term alias_of_monitor(struct process *p, term ref, enum alias_kind kind);
/* alias_drop: false: ref is no active alias of p. A monitor of the same reference stays. */
bool alias_drop(struct process *p, term ref);
/* alias_send: t to the process that ref is an alias of; nothing when it is none. */
enum status alias_send(struct vm *vm, term ref, term t) MUST_CHECK;

#endif
