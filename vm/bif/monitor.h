/* monitor: what the monitor BIFs and the spawn BIFs share: options of monitors, sizes, priorities. */
#ifndef LING_BIF_MONITOR_H
#define LING_BIF_MONITOR_H

#include "bif/alias.h"

struct monitor_opts {
    term tag; /* first element of the message: 'DOWN' unless {tag,T} */
    bool alias;
    enum alias_kind alias_kind;
};
extern const struct monitor_opts monitor_opts_default;

/* monitor_opts_read: the option list of monitor/3. false: not one. Fields that no option names are left
 * alone. */
bool monitor_opts_read(term options, struct monitor_opts *o);
/* monitor_start: p watches `found` (NULL: noproc at once). target: pid, or the registered name with name ==
 * target. Returns the reference; NONE: no memory. */
term monitor_start(struct process *p, struct process *found, term target, term name,
                   const struct monitor_opts *o);

/* max_heap_read: a size in words or a map with `size`, as spawn_opt and process_flag take. 0: no limit, also with
 * `kill => false`. false: malformed; *words is then undefined. */
bool max_heap_read(term t, size_t *words);
term max_heap_term(struct process *p, size_t words); /* as process_info gives it */
bool priority_of_atom(term t, uint8_t *priority);
term priority_atom(uint8_t priority);

#endif
