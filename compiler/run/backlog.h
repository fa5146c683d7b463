/* backlog: more waiting connections for the port that QEMU forwards. */
#ifndef LING_RUN_BACKLOG_H
#define LING_RUN_BACKLOG_H

#include <stdbool.h>

/* backlog_raise: of every socket on which the process `pid`, a child of ours, listens. False, with errno: the
 * system does not let us. */
bool backlog_raise(int pid, int backlog);

#endif
