/* paths: which file a path means, also one that has yet to be written. */
#ifndef LING_PACK_PATHS_H
#define LING_PACK_PATHS_H

#include <stdbool.h>

/* path_absolute: malloc'ed, without links, `.` and `..`; the parts that are not there yet stay as they are. NULL: errno. */
char *path_absolute(const char *path);
/* path_same: would writing the one overwrite the other? Devices and pipes hold nothing that could be lost. */
bool path_same(const char *a, const char *b);

#endif
