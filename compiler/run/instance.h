/* instance: starts an instance of an image, passes its console through, and tells how it ended.
 *
 *   lingpack ──spawns──> qemu-system-x86_64 (machine), xl (domain) │ ling-linux (process)
 *      ^  console bytes, RS + JSON lines (stream.h)  │      ^ console = our stdin/stdout, JSON lines on
 * descriptor 3 └──────────────────────────────────────────────┘
 */
#ifndef LING_RUN_INSTANCE_H
#define LING_RUN_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum run_on { ON_AUTO, ON_KVM, ON_QEMU, ON_LINUX, ON_XEN };
enum run_accel { ACCEL_KVM, ACCEL_TCG, ACCEL_NATIVE, ACCEL_XEN };

struct run_config {
    const char *image;  /* an image file */
    uint64_t image_end; /* a machine's memory must reach to here to hold it */
    bool service;       /* what the image's entry is */
    enum run_on on;
    int host_port; /* -1: choose, 0: any free one */
    int guest_port;
    const char *requests;                                            /* text of --requests, checked */
    uint64_t timeout_ms;                                             /* of the instance; 0: none */
    uint64_t header_timeout_ms, idle_timeout_ms, request_timeout_ms; /* of the responder; 0: default */
    const char *memory;                                              /* "32M", NULL: default */
    uint64_t memory_bytes;                                           /* the same, 0: default */
    const char *body_limit;                                          /* bytes as text, NULL: default */
    char **env;                                                      /* K=V */
    int n_env;
    char **args;
    int n_args;
    bool verbose, json;
    struct {
        bool pv;                        /* else PVH */
        const char *bridge, *ip, *name; /* NULL: xl's, DHCP, ours */
    } xen;
    const char *program; /* its name, for the domain's */
    const char *scratch; /* a private directory, for files of this run */
};
/* run_instance: to its end. Returns the exit status for lingpack: the instance's, 124 after a timeout, 130
 * after Ctrl-C, EXIT_USER when it could not be started (said on stderr). */
int run_instance(const struct run_config *config);

enum { STATUS_TIMEOUT = 124, STATUS_INTERRUPTED = 130, STATUS_TERMINATED = 143, STATUS_LOST = 70 };

#endif
