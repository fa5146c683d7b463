/* otp: the user's OTP installation and our own standard library: where modules come from. */
#ifndef LING_PACK_OTP_H
#define LING_PACK_OTP_H

#include "pack/memory.h"

struct otp {
    char *root, *erlc;      /* …/lib/erlang, the compiler */
    char *home, *stdlib;    /* where lingpack lives, and its stdlib/ */
    struct key_map modules; /* OTP module -> index in paths */
    struct key_map ours;    /* module of our stdlib -> index in paths */
    char **paths;
    uint32_t n_paths, cap_paths;
};
/* otp_open: find both. Reports errors itself. home: NULL: $LING_HOME, else the executable's directory. */
int otp_open(struct otp *o, const char *home);
void otp_close(struct otp *o);
const char *otp_path(const struct otp *o, const char *module); /* NULL: OTP has no such module */
const char *otp_ours(const struct otp *o, const char *module); /* NULL: our stdlib has no such module */
char *otp_release(const struct otp *o);                        /* "25", or "" */

#endif
