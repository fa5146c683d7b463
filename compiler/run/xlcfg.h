/* xlcfg: the configuration of a Xen domain, as xl reads it (xl.cfg(5)). */
#ifndef LING_RUN_XLCFG_H
#define LING_RUN_XLCFG_H

#include "run/instance.h"

/* xlcfg_name: the domain's name: the one that was asked for, else made from the program's, beginning with a letter or
 * digit; malloc'ed. unique: with the number of this process. */
char *xlcfg_name(const struct run_config *c, const char *program, bool unique);
/* xlcfg_text: the file's text, malloc'ed; NULL: said why the instance can't be a domain.
 *   kept  a domain that has ended stays until it is destroyed, so that nothing of its console is lost */
char *xlcfg_text(const struct run_config *c, const char *name, bool kept);
/* xlcfg_takes: can this name stand in the file, in a comment, too? false: said why not. */
bool xlcfg_takes(const char *name);

#endif
