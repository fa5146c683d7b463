/* gen: what the table generators share: errors with a place, output files that appear whole or not at all. */
#ifndef LING_GEN_H
#define LING_GEN_H

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the reader is, for messages. */
static const char *gen_file = "";
static int gen_line;

__attribute__((noreturn, format(printf, 1, 2))) static void gen_fail(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    if (gen_line > 0) fprintf(stderr, "%s:%d: ", gen_file, gen_line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void *gen_realloc(void *p, size_t bytes) {
    p = realloc(p, bytes);
    if (!p) gen_fail("out of memory");
    return p;
}

static char *gen_strdup(const char *s, size_t n) {
    char *copy = gen_realloc(NULL, n + 1);
    memcpy(copy, s, n);
    copy[n] = 0;
    return copy;
}

/* An output under construction: written beside its place, renamed by gen_close, so that a parallel build
 * never reads half a file. */
struct gen_out {
    FILE *f;
    char path[1024], temp[1100];
};

static struct gen_out gen_open(const char *dir, const char *name) {
    struct gen_out o;
    gen_line = 0;
    if ((size_t)snprintf(o.path, sizeof o.path, "%s/%s", dir, name) >= sizeof o.path)
        gen_fail("%s: path too long", dir);
    snprintf(o.temp, sizeof o.temp, "%s.%ld.tmp", o.path, (long)getpid());
    o.f = fopen(o.temp, "w");
    if (!o.f) {
        perror(o.temp);
        exit(1);
    }
    return o;
}

static bool gen_same(const char *a, const char *b) {
    FILE *x = fopen(a, "r"), *y = fopen(b, "r");
    bool same = x && y;
    while (same) {
        int c = fgetc(x);
        same = c == fgetc(y);
        if (c == EOF) break;
    }
    if (x) fclose(x);
    if (y) fclose(y);
    return same;
}

/* An unchanged output keeps its old file and time, so that nothing is rebuilt for it. */
static void gen_close(struct gen_out *o) {
    bool bad = ferror(o->f) != 0;
    bad = fclose(o->f) != 0 || bad;
    bool same = !bad && gen_same(o->temp, o->path);
    if (bad || (same ? remove(o->temp) : rename(o->temp, o->path)) != 0) {
        perror(o->path);
        remove(o->temp);
        exit(1);
    }
}

/* The next line that is not blank or a comment, without its newline; NULL at the end. */
static char *gen_next_line(FILE *f, char *buf, int cap) {
    while (fgets(buf, cap, f)) {
        gen_line++;
        size_t n = strlen(buf);
        if (n + 1 == (size_t)cap && buf[n - 1] != '\n') gen_fail("line too long");
        while (n > 0 && isspace((unsigned char)buf[n - 1])) buf[--n] = 0;
        char *at = buf;
        while (isspace((unsigned char)*at)) at++;
        if (*at && *at != '#') return at;
    }
    return NULL;
}

static char *gen_skip_space(char *s) {
    while (isspace((unsigned char)*s)) s++;
    return s;
}

/* A C string literal. */
static void gen_put_string(FILE *f, const char *s) {
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') fputc('\\', f);
        fputc(*s, f);
    }
    fputc('"', f);
}

#endif
