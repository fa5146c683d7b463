/* words: the instance's command line (vm/proc/options.h): key=value words, values percent-encoded. */
#ifndef LING_RUN_WORDS_H
#define LING_RUN_WORDS_H

#include "run/instance.h"

/* words_encode: value as it stands in a word, malloc'ed. */
char *words_encode(const char *value);
/* words_of: all words of this run, NULL-terminated, malloc'ed: what the machine needs first. port: where the
 * program listens. */
enum words_for { WORDS_PROCESS, WORDS_QEMU, WORDS_XEN };
char **words_of(const struct run_config *c, enum words_for whom, int port);
/* words_join: in one line. */
char *words_join(char *const *words);
void words_free(char **words);

#endif
