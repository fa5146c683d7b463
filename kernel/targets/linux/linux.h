/* linux: what the files of the Linux process target share. */
#ifndef LING_TARGET_LINUX_H
#define LING_TARGET_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "plat.h"

/* image.c: maps the payload of an image file at PAYLOAD_BASE, read-only. NULL, or why not. */
const char *image_map(const char *path, const void **payload, size_t *bytes);
/* memory.c: the VM's arena: zeroed, at an address that is the same in every run. NULL when it can't be had.
 */
void *arena_map(size_t bytes);

/* console.c */
void console_init(int epoll_fd);
void console_flush(void);

/* net.c. Events of epoll carry the descriptor, which is the handle, too. */
void net_init(int epoll_fd, uint32_t bind_ip);
bool net_event(int fd, uint32_t epoll_events, struct plat_event *event);
uint64_t net_linger_deadline_ns(void); /* when net_linger_expire has something to do */
void net_linger_expire(uint64_t now_ns);
bool net_unacked(void); /* a closed connection still has data on its way */

/* poll.c. poll_init gives the epoll descriptor. poll_once waits, at most until deadline_ns, and lets net.c
 * and console.c note what happened. */
int poll_init(void);
size_t poll_once(uint64_t deadline_ns, struct plat_event *events, size_t max);

/* sandbox.c: from here on only the system calls of the event loop. False: the kernel has no seccomp. */
bool sandbox_enter(void);

#endif
