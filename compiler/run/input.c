/* input: our stdin, framed for the console of a machine (kernel/targets/virtio/console.c has the other end).
 *
 *   stdin ──read a piece──> double every 0x10 ──> pipe ──written? read the next──┐
 *        ^────────────────────────────────────────────────────────────────────────┘
 *   0x10 'e': the end of input     0x10 'i', 0x10 't': stop, interrupted or terminated
 *
 * One piece is under way at a time, so a program that reads slowly holds back whoever writes to us. */
#include "run/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack/memory.h"

enum { ESC = 0x10, PIECE = 16384 };

struct piece {
    uv_write_t request;
    struct input *in;
    bool is_input; /* read the next one after it */
    unsigned n;
    char bytes[];
};

static void read_next(struct input *in);

void input_init(struct input *in, uv_loop_t *loop) {
    memset(in, 0, sizeof *in);
    uv_pipe_init(loop, &in->to, 0);
}

static void on_written(uv_write_t *request, int status) {
    struct piece *p = (struct piece *)request; /* its first field */
    if (status == 0 && p->is_input && !p->in->closed) read_next(p->in);
    free(p);
}

static void write_piece(struct piece *p) {
    uv_buf_t buf = uv_buf_init(p->bytes, p->n);
    if (p->in->closed || uv_write(&p->request, (uv_stream_t *)&p->in->to, &buf, 1, on_written) != 0) free(p);
}

static struct piece *piece_new(struct input *in, size_t room) {
    struct piece *p = mem_get(sizeof *p + room);
    p->in = in;
    return p;
}

static void write_control(struct input *in, char what) {
    struct piece *p = piece_new(in, 2);
    p->bytes[p->n++] = ESC;
    p->bytes[p->n++] = what;
    write_piece(p);
}

static void write_input(struct input *in, const char *bytes, size_t n) {
    struct piece *p = piece_new(in, 2 * n);
    p->is_input = true;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == ESC) p->bytes[p->n++] = ESC;
        p->bytes[p->n++] = bytes[i];
    }
    write_piece(p);
}

static void read_file(struct input *in) {
    char bytes[PIECE];
    ssize_t n;
    do {
        n = read(STDIN_FILENO, bytes, sizeof bytes);
    } while (n < 0 && errno == EINTR);
    if (n > 0)
        write_input(in, bytes, (size_t)n);
    else
        write_control(in, 'e');
}

static void on_buffer(uv_handle_t *h, size_t suggested, uv_buf_t *buf) {
    static char bytes[PIECE];
    (void)h, (void)suggested;
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void on_stdin(uv_stream_t *from, ssize_t n, const uv_buf_t *buf) {
    struct input *in = from->data;
    if (n == 0) return;
    uv_read_stop(from);
    if (n > 0)
        write_input(in, buf->base, (size_t)n);
    else
        write_control(in, 'e');
}

static void read_next(struct input *in) {
    if (in->from_file)
        read_file(in);
    else
        uv_read_start(in->stream, on_buffer, on_stdin);
}

void input_pass_stdin(struct input *in) {
    uv_loop_t *loop = in->to.loop;
    int bad = 0;
    switch (uv_guess_handle(STDIN_FILENO)) {
    case UV_TTY: bad = uv_tty_init(loop, &in->from.tty, STDIN_FILENO, 0); break;
    case UV_NAMED_PIPE:
    case UV_TCP:
        uv_pipe_init(loop, &in->from.pipe, 0);
        bad = uv_pipe_open(&in->from.pipe, STDIN_FILENO);
        break;
    default: in->from_file = true; /* or closed: then reading it fails, which is its end */
    }
    if (!in->from_file && !bad) {
        in->stream = (uv_stream_t *)&in->from;
        in->stream->data = in;
    }
    if (bad)
        write_control(in, 'e');
    else
        read_next(in);
}

void input_stop(struct input *in, char how) {
    write_control(in, how);
}

void input_close(struct input *in) {
    if (in->closed) return;
    in->closed = true;
    if (in->stream) uv_read_stop(in->stream);
    if (!uv_is_closing((uv_handle_t *)&in->to)) uv_close((uv_handle_t *)&in->to, NULL);
}
