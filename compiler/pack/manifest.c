/* manifest: what is in the image, as JSON, for `lingpack inspect` and other readers. Deterministic: no paths,
 * no times. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "pack/link.h"
#include "pack/note.h"

/* A JSON string of UTF-8 bytes; what is no UTF-8 becomes '?'. */
static void json_text(FILE *f, const char *s) {
    const uint8_t *p = (const uint8_t *)s, *end = p + strlen(s);
    fputc('"', f);
    while (p < end) {
        const uint8_t *from = p;
        int32_t c = utf8_next(&p, end);
        if (c < 0) p++;
        if (c < 0)
            fputc('?', f);
        else if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20)
            fprintf(f, "\\u%04x", (unsigned)c);
        else
            fwrite(from, 1, (size_t)(p - from), f);
    }
    fputc('"', f);
}

static int by_unit_name(const void *a, const void *b) {
    return strcmp((*(const struct unit_link *const *)a)->unit->name,
                  (*(const struct unit_link *const *)b)->unit->name);
}

static void module_json(FILE *f, const struct unit_link *ul) {
    static const char *const origins[] = {"program", "ling", "otp"};
    fputs("{\"name\":", f);
    json_text(f, ul->unit->name);
    fprintf(f, ",\"from\":\"%s\",\"code_bytes\":%u,\"functions\":%u,\"dropped\":%u}",
            origins[ul->unit->origin], ul->code.n_words * 8, ul->code.n_functions,
            ul->unit->n_functions - ul->code.n_functions);
}

static void modules_json(FILE *f, const struct linker *l) {
    uint32_t n = l->program->n_units;
    const struct unit_link **order = mem_get(n * sizeof *order);
    for (uint32_t i = 0; i < n; i++) order[i] = &l->units[i];
    qsort(order, n, sizeof *order, by_unit_name);
    for (uint32_t i = 0; i < n; i++) {
        if (i) fputs(",\n", f);
        module_json(f, order[i]);
    }
    free(order);
}

char *manifest_make(const struct linker *l, const char *name, const char *release) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f) {
        note_error("out of memory");
        exit(EXIT_INTERNAL);
    }
    fputs("{\"name\":", f);
    json_text(f, name);
    fprintf(f, ",\"otp\":\"%s\",\"devices\":[\"console\",\"entropy\"%s],\n\"modules\":[", release,
            l->program->service ? ",\"net\"" : "");
    modules_json(f, l);
    fputs("],\n\"missing\":[", f);
    for (uint32_t i = 0; i < l->program->n_missing; i++) {
        const struct missing *m = &l->program->missing[i];
        char *mfa = mem_format("%s:%s/%u", m->module, m->function, m->arity);
        char *by = mem_format("%s:%s", m->from->name, m->from_function);
        fputs(i ? ",\n{\"function\":" : "{\"function\":", f);
        json_text(f, mfa);
        fputs(",\"by\":", f);
        json_text(f, by);
        fputs("}", f);
        free(mfa);
        free(by);
    }
    fputs("]}\n", f);
    fclose(f);
    return text;
}
