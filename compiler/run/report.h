/* report: the JSON lines an instance sends, as far as the launcher reads them. */
#ifndef LING_RUN_REPORT_H
#define LING_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* json_number, json_text: the value of a key of the object; "a.b": key b of the object under a. false: absent
 * or of another type. Text is cut at cap and not unescaped. */
bool json_number(const char *json, const char *key, double *out);
bool json_text(const char *json, const char *key, char *out, size_t cap);
/* report_with_create: a copy with the phase `create`, microseconds: when the instance was asked for, before its entry and so
 * negative. `phase` is one that was heard of `heard_us` after that; without it the copy is as the report. To be freed. */
char *report_with_create(const char *json, const char *phase, double heard_us);
/* report_print: one line for people, e.g. "served 1 request, created in 30.2 ms, lived 12 ms, listening after
 * 3.1 ms; exit 0; peak 3.1 MB". */
void report_print(FILE *to, const char *json, int status);

#endif
