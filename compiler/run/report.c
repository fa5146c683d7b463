/* report: a scanner for the keys of a JSON object, enough for the lines of an instance. Damaged JSON gives
 * absent keys. */
#include "run/report.h"

#include <stdlib.h>
#include <string.h>

#include "pack/memory.h"

/* Behind the string at p (which points at its opening quote), or NULL. */
static const char *skip_string(const char *p) {
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return *p ? p + 1 : NULL;
}

/* The value of the key key[0..n-1] of the object at json. */
static const char *find_own(const char *json, const char *key, size_t n) {
    int depth = 0;
    for (const char *p = json; p && *p;) {
        if (*p == '{' || *p == '[') depth++;
        if ((*p == '}' || *p == ']') && --depth <= 0) break;
        if (*p != '"') {
            p++;
            continue;
        }
        const char *name = p + 1;
        p = skip_string(p);
        if (!p || *p != ':') continue;
        if (depth == 1 && (size_t)(p - 1 - name) == n && !memcmp(name, key, n)) return p + 1;
    }
    return NULL;
}

/* "a.b": key b of the object that is the value of a. */
static const char *find(const char *json, const char *key) {
    for (;;) {
        size_t n = strcspn(key, ".");
        json = find_own(json, key, n);
        if (!json || !key[n]) return json;
        key += n + 1;
    }
}

bool json_number(const char *json, const char *key, double *out) {
    const char *v = find(json, key);
    char *end;
    if (!v) return false;
    double d = strtod(v, &end);
    if (end == v) return false;
    *out = d;
    return true;
}

bool json_text(const char *json, const char *key, char *out, size_t cap) {
    const char *v = find(json, key);
    if (!v || *v != '"') return false;
    const char *end = skip_string(v);
    if (!end) return false;
    size_t n = (size_t)(end - v) - 2;
    if (n >= cap) n = cap - 1;
    memcpy(out, v + 1, n);
    out[n] = 0;
    return true;
}

/* Microseconds between two phases, in milliseconds. */
static bool phase_ms(const char *json, const char *from, const char *to, double *ms) {
    double a = 0, b;
    if ((from && !json_number(json, from, &a)) || !json_number(json, to, &b)) return false;
    *ms = (b - a) / 1e3;
    return true;
}

char *report_with_create(const char *json, const char *phase, double heard_us) {
    const char *phases = find(json, "phases_us");
    double at;
    if (!phases || *phases != '{' || !json_number(phases, phase, &at)) return mem_text(json, strlen(json));
    return mem_format("%.*s\"create\":%.0f,%s", (int)(phases + 1 - json), json, at - heard_us, phases + 1);
}

static void print_bytes(FILE *to, double n) {
    if (n < 1e6)
        fprintf(to, "%.0f KB", n / 1e3);
    else
        fprintf(to, "%.1f MB", n / 1e6);
}

void report_print(FILE *to, const char *json, int status) {
    double n, ms;
    char reason[64] = "";
    json_text(json, "reason", reason, sizeof reason);
    fprintf(to, "lingpack: ");
    if (json_number(json, "requests", &n) && n > 0)
        fprintf(to, "served %.0f request%s", n, n == 1 ? "" : "s");
    else
        fprintf(to, "ended: %s", *reason ? reason : "no reason given");
    if (phase_ms(json, "phases_us.create", "phases_us.entry", &ms)) fprintf(to, ", created in %.1f ms", ms);
    if (phase_ms(json, NULL, "phases_us.exit", &ms)) fprintf(to, ", lived %.0f ms", ms);
    if (phase_ms(json, NULL, "phases_us.listening", &ms)) fprintf(to, ", listening after %.1f ms", ms);
    if (phase_ms(json, "phases_us.request", "phases_us.response", &ms))
        fprintf(to, ", first answer in %.1f ms", ms);
    fprintf(to, "; exit %d", status);
    if (json_number(json, "requests", &n) && n > 0 && strcmp(reason, "served") != 0)
        fprintf(to, " (%s)", reason);
    if (json_number(json, "memory.peak", &n)) {
        fprintf(to, "; peak ");
        print_bytes(to, n);
    }
    fprintf(to, "\n");
}
