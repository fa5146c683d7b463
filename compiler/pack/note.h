/* note: what lingpack says to its user, on stderr: one line each, coloured only on a terminal. */
#ifndef LING_PACK_NOTE_H
#define LING_PACK_NOTE_H

#include <stdbool.h>

/* Exit statuses of every verb. */
enum { EXIT_FINE = 0, EXIT_USER = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 70 };

/* note_error, note_warning: `lingpack: error: …`; fmt without a newline. */
void note_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* note_info: `lingpack: …`. */
void note_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* note_flush: has all that was printed on stdout been written? An exit status; what is wrong was said. */
int note_flush(void);
/* note_usage: an error in the command line, with the way to the help of `verb` (NULL: lingpack's own).
 * Returns EXIT_USAGE. */
int note_usage(const char *verb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
