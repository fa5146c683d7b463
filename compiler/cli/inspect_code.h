/* lingpack inspect --code: the instructions of a module. */
#ifndef LING_CLI_INSPECT_CODE_H
#define LING_CLI_INSPECT_CODE_H

#include "pack/image_file.h"

/* inspect_code: prints them. false: said on stderr why not. */
bool inspect_code(const struct image_file *f, const char *path, const char *module);

#endif
