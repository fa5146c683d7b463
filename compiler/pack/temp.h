/* temp: temporary directories that no way out leaves behind but SIGKILL. */
#ifndef LING_PACK_TEMP_H
#define LING_PACK_TEMP_H

/* temp_make: a fresh directory under $TMPDIR, else /tmp; NULL: said why. It goes with temp_remove, at exit, or when a signal ends
 * lingpack (temp_guard). */
char *temp_make(void);
void temp_remove(const char *path); /* it and the files in it */

/* temp_guard: from now on HUP, INT, TERM and QUIT end the program that program_run runs, then remove the directories, then
 * do what they do by default. Only those that have their default action: who takes one for a time calls this again. */
void temp_guard(void);

#endif
