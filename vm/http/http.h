/* http: the built-in HTTP/1.1 responder: connections in C on plat sockets, one fresh process a request.
 * docs/design/http.md has the picture. */
#ifndef LING_HTTP_H
#define LING_HTTP_H

#include "proc/vm.h"

struct http_config {
    uint16_t port;
    uint64_t requests; /* serve this many, then stop the VM; UINT64_MAX: no end */
    uint32_t max_body; /* bytes; larger: 413 */
    uint32_t header_timeout_ms, idle_timeout_ms, request_timeout_ms;
    term module; /* handle/1 of this module */
};
/* http_start: listen. ST_IO: port in use or no network, with *why. */
enum status http_start(struct vm *vm, const struct http_config *cfg, const char **why) MUST_CHECK;
/* http_event: readiness of a handle of ours. Returns false when the handle is not ours. */
bool http_event(struct vm *vm, int handle, bool readable, bool writable);
/* http_timeouts: called by the scheduler when due; http_next_deadline: UINT64_MAX none. */
void http_timeouts(struct vm *vm, uint64_t now_ns);
uint64_t http_next_deadline(const struct vm *vm);
/* http_drain: takes no more connections, closes those without a request; http_drained: the others have been
 * answered. */
void http_drain(struct vm *vm);
bool http_drained(const struct vm *vm);
/* http_respond: the answer of a request process (BIF ling:respond/3). status: 200..599; headers: map or list
 * of pairs of iodata; body: iodata. ST_OK also when the client has gone. ST_BADARG: not a legal answer,
 * ST_NOTFOUND: p serves no request (or has answered), ST_NOMEM; *why names the reason in one word (an atom's
 * text). Nothing was sent then. */
enum status http_respond(struct vm *vm, struct process *p, term status, term headers, term body,
                         const char **why) MUST_CHECK;
/* http_process_ended: the process that served a request ended; without an answer: 500. */
void http_process_ended(struct vm *vm, struct process *p);

#endif
