/* gen-bifs: vm/bif/tab/<module>.tab -> the BIF table, its names without bodies, and the reference page.
 *
 *   usage: gen-bifs OUT_DIR DOC_DIR TAB…
 *
 *   OUT_DIR/bif/biftab.h        prototypes of the bodies
 *   OUT_DIR/bif/biftab.c        bif_table, sorted by (module, name, arity) as text, and bif_lookup
 *   OUT_DIR/format/bifnames.h/.c bif_names: the same order and indices without bodies, for lingpack
 *   DOC_DIR/bifs.md             the list for readers
 *
 * A table: its first line is `module NAME`, then one line a BIF:
 *     name/arity  kind  c_name  [->module:function/arity]  "doc"
 * name may be a quoted atom or an operator; kind is guard, plain or trap. A C name may serve several BIFs of
 * one arity. Behind `->`: the Erlang function that a trap BIF goes on in; lingpack packs it with the BIF.
 */
#include "gen.h"

struct bif {
    char *module, *name, *c_name, *doc;
    struct target {
        char *module, *name; /* NULL: none */
        int arity;
    } target;
    const char *file;
    int line, arity, kind;
};
static struct bif *bifs;
static unsigned n_bifs;
static const char *const kind_names[] = {"guard", "plain", "trap"};
static const char *const kind_enums[] = {"BIF_GUARD", "BIF_PLAIN", "BIF_TRAP"};

/* -- reading */

/* An atom at *s: quoted, or everything up to a space or (with `stop_slash`) the last '/' of the word. */
static char *read_atom(char **s, bool stop_slash) {
    char *from = *s, *to;
    if (*from == '\'') {
        to = strchr(from + 1, '\'');
        if (!to || to == from + 1) gen_fail("bad quoted atom");
        *s = to + 1;
        return gen_strdup(from + 1, (size_t)(to - from - 1));
    }
    char *end = from + strcspn(from, " \t");
    to = end;
    if (stop_slash)
        while (to > from && *to != '/') to--;
    if (to == from) gen_fail("expected name/arity: %s", from);
    *s = to;
    return gen_strdup(from, (size_t)(to - from));
}

static char *read_word(char **s) {
    char *from = gen_skip_space(*s);
    size_t n = strcspn(from, " \t");
    *s = from + n;
    return gen_strdup(from, n);
}

static int read_kind(char **s) {
    char *word = read_word(s);
    for (int k = 0; k < 3; k++)
        if (!strcmp(word, kind_names[k])) {
            free(word);
            return k;
        }
    gen_fail("kind must be guard, plain or trap, not '%s'", word);
}

static int read_arity(char **s, const char *name) {
    if (**s != '/' || !isdigit((unsigned char)(*s)[1])) gen_fail("expected /arity after %s", name);
    long arity = strtol(*s + 1, s, 10);
    if (arity > 255) gen_fail("arity above 255");
    return (int)arity;
}

/* ->module:function/arity, when it is there. */
static struct target read_target(char **s) {
    struct target t = {NULL, NULL, 0};
    char *from = gen_skip_space(*s);
    if (strncmp(from, "->", 2) != 0) return t;
    size_t n = strcspn(from += 2, ": \t");
    if (n == 0 || from[n] != ':') gen_fail("expected ->module:function/arity");
    t.module = gen_strdup(from, n);
    *s = from + n + 1;
    t.name = read_atom(s, true);
    t.arity = read_arity(s, t.name);
    return t;
}

static char *read_doc(char *s) {
    s = gen_skip_space(s);
    size_t n = strlen(s);
    if (n < 2 || s[0] != '"' || s[n - 1] != '"') gen_fail("expected a doc text in double quotes");
    return gen_strdup(s + 1, n - 2);
}

static void read_bif(char *line, const char *module) {
    struct bif b = {.module = gen_strdup(module, strlen(module)), .file = gen_file, .line = gen_line};
    b.name = read_atom(&line, true);
    b.arity = read_arity(&line, b.name);
    b.kind = read_kind(&line);
    b.c_name = read_word(&line);
    if (!isalpha((unsigned char)b.c_name[0])) gen_fail("expected a C name after the kind");
    b.target = read_target(&line);
    if (b.target.name && strcmp(kind_names[b.kind], "trap") != 0) gen_fail("only a trap BIF has a target");
    b.doc = read_doc(line);
    bifs = gen_realloc(bifs, (n_bifs + 1) * sizeof *bifs);
    bifs[n_bifs++] = b;
}

static void read_table(const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(1);
    }
    gen_file = path;
    gen_line = 0;
    char buf[2048], *line = gen_next_line(f, buf, sizeof buf);
    if (!line || strncmp(line, "module ", 7) != 0) gen_fail("the first line must be: module NAME");
    line = gen_skip_space(line + 7);
    char *module = read_atom(&line, false);
    while ((line = gen_next_line(f, buf, sizeof buf))) read_bif(line, module);
    free(module);
    fclose(f);
}

/* -- checking */

static int compare_bifs(const void *x, const void *y) {
    const struct bif *a = x, *b = y;
    int c = strcmp(a->module, b->module);
    if (c == 0) c = strcmp(a->name, b->name);
    return c ? c : a->arity - b->arity;
}

static void check_duplicates(void) {
    for (unsigned i = 1; i < n_bifs; i++) {
        if (compare_bifs(&bifs[i - 1], &bifs[i]) != 0) continue;
        gen_file = bifs[i].file;
        gen_line = bifs[i].line;
        gen_fail("%s:%s/%d is already at %s:%d", bifs[i].module, bifs[i].name, bifs[i].arity,
                 bifs[i - 1].file, bifs[i - 1].line);
    }
}

static bool c_name_seen(unsigned before) {
    for (unsigned i = 0; i < before; i++)
        if (!strcmp(bifs[i].c_name, bifs[before].c_name)) return true;
    return false;
}

/* -- writing */

static const char banner[] = "/* Generated by tools/gen-bifs from vm/bif/tab. */\n";

static void write_table_header(const char *dir) {
    struct gen_out o = gen_open(dir, "bif/biftab.h");
    fprintf(o.f, "%s#ifndef LING_BIFTAB_H\n#define LING_BIFTAB_H\n\n#include \"bif/bif.h\"\n\n", banner);
    for (unsigned i = 0; i < n_bifs; i++)
        if (!c_name_seen(i)) fprintf(o.f, "term %s(struct process *p, const term *a);\n", bifs[i].c_name);
    fputs("\n#endif\n", o.f);
    gen_close(&o);
}

static const char lookup_body[] = "/* Compare a NUL-terminated text with n bytes, as strcmp does. */\n"
                                  "static int text_compare(const char *text, const char *s, size_t n) {\n"
                                  "    size_t len = strlen(text);\n"
                                  "    int c = memcmp(text, s, len < n ? len : n);\n"
                                  "    return c ? c : (len > n) - (len < n);\n"
                                  "}\n\n"
                                  "int bif_lookup(const char *module, size_t module_len, const char *name, "
                                  "size_t name_len, unsigned arity) {\n"
                                  "    unsigned lo = 0, hi = bif_count;\n"
                                  "    while (lo < hi) {\n"
                                  "        unsigned mid = lo + (hi - lo) / 2;\n"
                                  "        const struct bif_entry *e = &bif_table[mid];\n"
                                  "        int c = text_compare(e->module, module, module_len);\n"
                                  "        if (c == 0) c = text_compare(e->name, name, name_len);\n"
                                  "        if (c == 0) c = (int)e->arity - (int)arity;\n"
                                  "        if (c == 0) return (int)mid;\n"
                                  "        if (c < 0)\n"
                                  "            lo = mid + 1;\n"
                                  "        else\n"
                                  "            hi = mid;\n"
                                  "    }\n"
                                  "    return -1;\n"
                                  "}\n";

static void write_lookup(FILE *f, const char *entry, const char *table, const char *count,
                         const char *lookup) {
    for (const char *s = lookup_body; *s;) {
        static const char *const from[] = {"struct bif_entry", "bif_table", "bif_count", "bif_lookup"};
        const char *const to[] = {entry, table, count, lookup};
        size_t k = 0;
        while (k < 4 && strncmp(s, from[k], strlen(from[k])) != 0) k++;
        if (k < 4) {
            fputs(to[k], f);
            s += strlen(from[k]);
        } else {
            fputc(*s++, f);
        }
    }
}

static void write_table(const char *dir) {
    struct gen_out o = gen_open(dir, "bif/biftab.c");
    fprintf(o.f, "%s#include \"bif/biftab.h\"\n\nconst struct bif_entry bif_table[] = {\n", banner);
    for (unsigned i = 0; i < n_bifs; i++) {
        fputs("    {", o.f);
        gen_put_string(o.f, bifs[i].module);
        fputs(", ", o.f);
        gen_put_string(o.f, bifs[i].name);
        fprintf(o.f, ", %s, %d, %s},\n", bifs[i].c_name, bifs[i].arity, kind_enums[bifs[i].kind]);
    }
    fprintf(o.f, "};\nconst unsigned bif_count = %u;\n\n", n_bifs);
    write_lookup(o.f, "struct bif_entry", "bif_table", "bif_count", "bif_lookup");
    gen_close(&o);
}

static void put_string_or_null(FILE *f, const char *s) {
    if (s)
        gen_put_string(f, s);
    else
        fputs("NULL", f);
}

static void write_names(const char *dir) {
    struct gen_out o = gen_open(dir, "format/bifnames.h");
    fprintf(
        o.f,
        "%s#ifndef LING_BIFNAMES_H\n#define LING_BIFNAMES_H\n\n#include <stddef.h>\n#include <stdint.h>\n"
        "#include <string.h>\n\n"
        "enum { BIF_NAME_GUARD, BIF_NAME_PLAIN, BIF_NAME_TRAP }; /* as enum bif_kind */\n"
        "struct bif_name {\n    const char *module, *name;\n    uint8_t arity, kind;\n"
        "    uint8_t target_arity;                    /* the Erlang function that a trap BIF goes on in: */\n"
        "    const char *target_module, *target_name; /* NULL: none, or known only at run time */\n};\n"
        "extern const struct bif_name bif_names[]; /* the order and indices of bif_table */\n"
        "extern const unsigned bif_names_count;\n"
        "/* bif_names_lookup: index by name, or -1. */\n"
        "int bif_names_lookup(const char *module, size_t module_len, const char *name, size_t name_len,\n"
        "                     unsigned arity);\n\n#endif\n",
        banner);
    gen_close(&o);
    o = gen_open(dir, "format/bifnames.c");
    fprintf(o.f, "%s#include \"format/bifnames.h\"\n\nconst struct bif_name bif_names[] = {\n", banner);
    for (unsigned i = 0; i < n_bifs; i++) {
        fputs("    {", o.f);
        gen_put_string(o.f, bifs[i].module);
        fputs(", ", o.f);
        gen_put_string(o.f, bifs[i].name);
        fprintf(o.f, ", %d, %d, %d, ", bifs[i].arity, bifs[i].kind, bifs[i].target.arity);
        put_string_or_null(o.f, bifs[i].target.module);
        fputs(", ", o.f);
        put_string_or_null(o.f, bifs[i].target.name);
        fputs("},\n", o.f);
    }
    fprintf(o.f, "};\nconst unsigned bif_names_count = %u;\n\n", n_bifs);
    write_lookup(o.f, "struct bif_name", "bif_names", "bif_names_count", "bif_names_lookup");
    gen_close(&o);
}

/* Text inside a Markdown table cell. */
static void put_cell(FILE *f, const char *s) {
    for (; *s; s++) {
        if (*s == '|') fputc('\\', f);
        fputc(*s, f);
    }
}

static void write_doc(const char *dir) {
    struct gen_out o = gen_open(dir, "bifs.md");
    fprintf(o.f,
            "# Built-in functions\n\nGenerated by tools/gen-bifs from vm/bif/tab; %u in all. A call of a "
            "function that is "
            "neither here nor in a packed module is refused by `lingpack build`.\n\n"
            "Kinds: guard (pure, may appear in guards), plain, trap (may suspend the process or call Erlang "
            "code).\n",
            n_bifs);
    for (unsigned i = 0; i < n_bifs; i++) {
        if (i == 0 || strcmp(bifs[i - 1].module, bifs[i].module) != 0)
            fprintf(o.f, "\n## %s\n\n| function | kind | notes |\n|---|---|---|\n", bifs[i].module);
        fputs("| `", o.f);
        put_cell(o.f, bifs[i].name);
        fprintf(o.f, "/%d` | %s | ", bifs[i].arity, kind_names[bifs[i].kind]);
        put_cell(o.f, bifs[i].doc);
        const struct target *t = &bifs[i].target;
        if (t->name) fprintf(o.f, "; goes on in `%s:%s/%d`", t->module, t->name, t->arity);
        fputs(" |\n", o.f);
    }
    gen_close(&o);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fputs("usage: gen-bifs OUT_DIR DOC_DIR TAB...\n", stderr);
        return 2;
    }
    for (int i = 3; i < argc; i++) read_table(argv[i]);
    gen_line = 0;
    if (n_bifs == 0) gen_fail("gen-bifs: no BIFs in the tables");
    qsort(bifs, n_bifs, sizeof *bifs, compare_bifs);
    check_duplicates();
    write_table_header(argv[1]);
    write_table(argv[1]);
    write_names(argv[1]);
    write_doc(argv[2]);
    return 0;
}
