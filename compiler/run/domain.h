/* domain: a Xen domain from outside: the command that creates it, how it comes along, and its end. xl does all of it. */
#ifndef LING_RUN_DOMAIN_H
#define LING_RUN_DOMAIN_H

#include <uv.h>

#include "run/instance.h"

/* domain_find_xl: path of xl, malloc'ed; NULL: said. */
char *domain_find_xl(void);

enum domain_stage { DOMAIN_ASKED, DOMAIN_RUNS, DOMAIN_ENDED };
struct domain {
    char *xl, *name, *config; /* config: path of the file */
    char number[12];          /* what shutdown and destroy are told; "": none is known */
    enum domain_stage stage;
    int reason; /* of its end, Xen's SHUTDOWN_…; -1: not known */
    bool gone;  /* destroyed, as xl says */
    bool reported, destroying, over, settled;
    int child_status, child_signal; /* how xl create ended, when over */
    char line[256];                 /* of what xl says, as far as it has come */
    size_t line_n;
    const uv_process_t *child;
    uv_timer_t late;
    uv_process_t stopper, destroyer;
    void (*on_settled)(void *ctx);
    void *ctx;
};
/* domain_init: writes the configuration. Takes xl over. false: said why not, e.g. that its name is another's. */
bool domain_init(struct domain *d, char *xl, const struct run_config *c);
void domain_deinit(struct domain *d);
/* domain_command: argv of the child that creates the domain, has its console on stdout and its life on stderr, and
 * ends when the domain is gone; malloc'ed throughout. */
char **domain_command(const struct domain *d);
/* domain_attach: before the child is started. on_settled: the child has ended and so has all that was done about the domain
 * since: STUCK_MS later at most, whatever xl does. */
void domain_attach(struct domain *d, uv_loop_t *loop, const uv_process_t *child, void (*on_settled)(void *),
                   void *ctx);
void domain_heard(struct domain *d, const char *bytes, size_t n); /* from the child's stderr */
void domain_reported(struct domain *d);                           /* the instance's report has come */
/* domain_stop: asks for an orderly end. false: there is nobody to ask, or no way. */
bool domain_stop(struct domain *d);
void domain_destroy(struct domain *d);
/* domain_over: the child has ended, by itself or by a signal. What is left of the domain is removed. */
void domain_over(struct domain *d, int status, int number);
/* domain_explain: says why xl could not create it: no right, no Xen, or xl's own words, which may have been shown already or
 * be missing: "". */
void domain_explain(const struct domain *d, const char *words);
/* domain_ending: how the domain ended without a report. */
void domain_ending(const struct domain *d, char *text, size_t cap);

#endif
