/* store: xenstore, as a client on the domain's own ring. Requests are answered before anything else goes on. */
#ifndef LING_STORE_H
#define LING_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void store_init(void); /* before it there is no store */
/* store_is_usable: false when there is none, or it broke the rules or fell silent: it is never used again. */
bool store_is_usable(void);
/* store_read: the value as a text; false: no such node, too long, or no answer. */
bool store_read(const char *path, char *value, size_t cap);
bool store_read_u64(const char *path, uint64_t *value); /* the whole text must be a number */
bool store_read_u32(const char *path, uint32_t *value);
/* store_first: the name of the first node in a directory; false: none, or too long. */
bool store_first(const char *path, char *name, size_t cap);
bool store_write(const char *path, const char *value);
bool store_write_u32(const char *path, uint32_t value);
/* store_watch: from now on changes below `path` count as events. */
bool store_watch(const char *path);
bool store_unwatch(const char *path);
/* store_changed: takes in what has come; true when a watch has fired since the last call. */
bool store_changed(void);
/* store_take_in: the same, beside it: for waiting where not all that may have changed is looked at. */
bool store_take_in(void);
/* store_pending: before sleeping: store_changed has something to say; watches may have fired while something else was
 * read or written. */
bool store_pending(void);

#endif
