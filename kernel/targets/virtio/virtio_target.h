/* virtio_target: what the files of this target share. */
#ifndef LING_VIRTIO_TARGET_H
#define LING_VIRTIO_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* main.c */
noreturn void target_main(void);

/* console.c: chooses the device; where there is none, output is lost. */
/* framed: input is framed (console.c). */
void console_init(bool framed);
void console_flush(void);
void console_drain(uint64_t until_ns);
/* True once when input may be read, after a read that gave none. */
bool console_ready(void);
void console_look(void);          /* sees a request to stop, if one has come */
bool console_needs_polling(void); /* a reader waits, and the device can't wake us */

/* idle.c: sleeps until a device, or until deadline_ns. `for_output`: also when the console has taken
 * something. */
void idle_sleep(uint64_t deadline_ns, bool for_output);

#endif
