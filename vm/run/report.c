/* report: what the host gets to know of an instance: one JSON object on one line.
 *
 *   {"ling":1,"status":0,"reason":"served","target":"linux","accel":"native","phases_us":{…},"requests":1,…}
 *
 * Phases are microseconds since the machine's entry, null when never reached.
 */
#include "run/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "plat.h"

struct json {
    char *out;
    size_t cap, n;
};

static __attribute__((format(printf, 2, 3))) void json_add(struct json *j, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(j->out + j->n, j->cap - j->n, fmt, args);
    va_end(args);
    if (n > 0) j->n = min_size(j->n + (size_t)n, j->cap - 1);
}

/* A string of our own or the target's: nothing that needs escapes is let through. */
static void json_text(struct json *j, const char *key, const char *value) {
    json_add(j, ",\"%s\":\"", key);
    for (; *value; value++)
        if (*value >= ' ' && *value < 0x7f && *value != '"' && *value != '\\') json_add(j, "%c", *value);
    json_add(j, "\"");
}

static void json_count(struct json *j, const char *before, const char *key, uint64_t value) {
    json_add(j, "%s\"%s\":%llu", before, key, (unsigned long long)value);
}

static const char *const phase_names[VM_PHASES] = {"entry",   "vm",       "erlang", "listening",
                                                   "request", "response", "exit"};

static void json_phases(struct json *j, const struct vm *vm) {
    json_add(j, ",\"phases_us\":{");
    for (int i = 0; i < VM_PHASES; i++) {
        const char *comma = i ? "," : "";
        if (vm->phase_ns[i] || i == PHASE_ENTRY)
            json_count(j, comma, phase_names[i], vm->phase_ns[i] / 1000);
        else
            json_add(j, "%s\"%s\":null", comma, phase_names[i]);
    }
    json_add(j, "}");
}

size_t report_write(const struct vm *vm, char *out, size_t cap) {
    struct json j = {out, cap, 0};
    const struct vm_stats *s = &vm->stats;
    json_add(&j, "{\"ling\":1,\"status\":%d", vm->exit_status);
    json_text(&j, "reason", vm->stop_reason ? vm->stop_reason : "unknown");
    json_text(&j, "target", vm->boot->target);
    json_text(&j, "accel", vm->boot->accel);
    json_phases(&j, vm);
    json_count(&j, ",", "requests", s->requests);
    json_count(&j, ",", "reductions", s->reductions);
    json_count(&j, ",\"gc\":{", "minor", s->gc_minor);
    json_count(&j, ",", "major", s->gc_major);
    json_count(&j, "},", "words_reclaimed", s->words_reclaimed);
    json_count(&j, ",\"memory\":{", "total", vm->boot->total_bytes);
    json_count(&j, ",", "arena", vm->boot->mem_bytes);
    json_count(&j, ",", "peak", alloc_stats(vm->alloc).peak_bytes);
    json_count(&j, ",", "used", alloc_stats(vm->alloc).used_bytes);
    json_count(&j, "},\"processes\":{", "spawned", s->spawned);
    json_count(&j, ",", "peak", vm->peak_processes);
    json_count(&j, ",", "crashed", s->crashed);
    json_count(&j, "},\"io\":{", "in", s->io_in);
    json_count(&j, ",", "out", s->io_out);
    json_count(&j, "},", "context_switches", s->context_switches);
    json_count(&j, ",", "busy_us", s->busy_ns / 1000);
    json_add(&j, "}");
    return j.n;
}
