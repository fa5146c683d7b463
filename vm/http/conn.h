/* conn: what the files of the responder share: connections, their states and timeouts. Private to vm/http. */
#ifndef LING_HTTP_CONN_H
#define LING_HTTP_CONN_H

#include "http/http.h"
#include "http/parser.h"
#include "plat.h"

/* Every timeout has one length, so the connections under it, kept in the order in which it was set, are in
 * the order of their deadlines: setting, cancelling and finding the next are O(1). */
enum timeout_kind { T_NONE, T_HEADER, T_IDLE, T_REQUEST, T_LINGER, T_KINDS };

enum conn_state {
    CONN_HEAD,   /* reading a head (or waiting for one) */
    CONN_BODY,   /* reading a body */
    CONN_TURN,   /* a whole request is here, but the instance's last request is being served by another
                    connection */
    CONN_RUN,    /* a process is working on the answer */
    CONN_WRITE,  /* the answer is being sent */
    CONN_LINGER, /* sent FIN; swallowing what still comes in, so that the answer is not lost to a reset */
};

struct conn {
    struct conn *next, *prev; /* in its timeout's list, oldest first */
    uint64_t deadline_ns;
    enum timeout_kind timeout;
    enum conn_state state;
    int handle;
    struct plat_addr peer;

    /* input: in[start..end) is not yet consumed; a head being worked on stays at in[start..start+head_bytes)
     */
    uint8_t *in;
    uint32_t in_start, in_end, in_cap;
    size_t head_seen; /* how far http_head_scan got */
    uint32_t head_bytes;
    uint32_t body_at; /* offset in `in` of body bytes behind the head */
    bool input_ended, first;

    /* the request */
    struct http_chunks chunks;
    struct bin *body;               /* NULL: empty */
    uint64_t body_bytes, body_want; /* received; Content-Length */
    bool chunked, keep_alive, is_head, minor_0, counted;
    struct process *process;
    uint64_t id;

    /* output: head and small bodies in `out`, then bytes of `out_bin` */
    uint8_t *out;
    size_t out_bytes, out_at;
    struct bin *out_bin;
    const uint8_t *out_tail;
    size_t tail_bytes, tail_at;
    bool close_after;
};

struct http {
    struct http_config cfg;
    int listener;
    bool accept_more; /* there may be connections to accept that we had no room for */
    bool announced, draining;
    uint64_t announce_ns; /* when to try again to announce, if not announced */
    struct conn **by_handle;
    uint32_t handles_cap, n_conns;
    struct {
        struct conn *first, *last;
        uint64_t ns;
    } timeouts[T_KINDS];
    uint64_t next_id, admitted, served;
    char date[40];
    uint64_t date_second;
};

enum { CONN_MAX = 512, IN_FIRST = 4096, IN_MAX = HTTP_MAX_HEAD + 4096, LINGER_MS = 1000 };

/* What `owner` of a process is once its connection has gone. */
extern char http_orphan;

/* -- conn.c */
void conn_advance(struct vm *vm, struct conn *c); /* do whatever can be done now */
void conn_refuse(struct vm *vm, struct conn *c, uint16_t status,
                 const char *why);                      /* send an error page, then close */
void conn_finish_answer(struct vm *vm, struct conn *c); /* out and tail are set: send */
void conn_abort(struct vm *vm, struct conn *c);         /* at once; frees c */
void conn_timed_out(struct vm *vm, struct conn *c);
void conn_drain(struct vm *vm, struct conn *c); /* finish: no other request after the one in flight */
/* -- http.c */
void conn_set_timeout(struct vm *vm, struct conn *c, enum timeout_kind kind);
void conn_free(struct vm *vm, struct conn *c);    /* its handle is closed already */
bool http_admit(struct vm *vm, struct conn *c);   /* may c's request be served? */
void http_release(struct vm *vm, struct conn *c); /* the admitted request ended without being answered */
void http_request_served(struct vm *vm, struct conn *c);
/* -- request.c: start the process of c's request. 0, or the status to refuse it with. */
uint16_t request_start(struct vm *vm, struct conn *c, const char **why);
/* -- response.c */
/* response_plain: a page of our own; ST_NOMEM. */
enum status response_plain(struct vm *vm, struct conn *c, uint16_t status, const char *why) MUST_CHECK;
enum status response_build(struct vm *vm, struct conn *c, term status, term headers, term body,
                           const char **why) MUST_CHECK;

#endif
