/* input: what the launcher tells a machine through its console: our stdin, its end, and requests to stop. */
#ifndef LING_RUN_INPUT_H
#define LING_RUN_INPUT_H

#include <stdbool.h>
#include <uv.h>

struct input {
    uv_pipe_t to; /* the machine's console */
    union {
        uv_pipe_t pipe;
        uv_tty_t tty;
    } from; /* our stdin, when it is a terminal, pipe or socket */
    uv_stream_t *stream;
    bool from_file; /* our stdin is a file, read with read(2) */
    bool closed;
};

/* input_init: before the machine is started, which gets the other end of `to`. */
void input_init(struct input *in, uv_loop_t *loop);
/* input_pass_stdin: from now on pass our stdin on, up to its end. */
void input_pass_stdin(struct input *in);
/* input_stop: ask for an orderly end: 'i' (interrupted) or 't' (terminated). */
void input_stop(struct input *in, char how);
/* input_close: the machine has gone. */
void input_close(struct input *in);

#endif
