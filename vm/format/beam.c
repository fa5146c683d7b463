/* beam: the chunks of a .beam file.
 *
 *   "FOR1" size "BEAM"  { id[4] size data pad-to-4 }*
 *
 *   AtU8 count {len text}*        OTP 28: -count, lengths in the compact encoding
 *   Code 16.. set=0 opmax labels functions | instructions
 *   ImpT/ExpT/LocT count {a b c}*  FunT count {6 words}*  StrT bytes
 *   LitT unpacked-size zlib(count {size term}*)  OTP 28: size 0, not packed
 *   Line version flags instrs lines files | {n: line in current file, a: file}* {len name}*
 *
 * Invariant: after beam_open every index stored in struct beam is inside its table, so users need not check.
 * Memory: one chain of blocks, freed by beam_close.
 * Source: OTP "The BEAM File Format", beam_asm.erl, beam_dict.erl; digest as beam_lib:md5/1.
 */
#include "format/beam_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/md5.h"
#include "format/inflate.h"

enum { WHY_BYTES = 160, OPCODE_MAX_READ = 250, LITERALS_MAX_BYTES = 1 << 28 };

enum chunk_id {
    CHUNK_ATU8,
    CHUNK_CODE,
    CHUNK_STRT,
    CHUNK_IMPT,
    CHUNK_EXPT,
    CHUNK_FUNT,
    CHUNK_LITT,
    CHUNK_LOCT,
    CHUNK_LINE,
    CHUNK_ATTR,
    CHUNK_CINF,
    CHUNK_META,
    CHUNK_OLD_ATOM,
    N_CHUNKS
};
static const char chunk_names[N_CHUNKS][5] = {"AtU8", "Code", "StrT", "ImpT", "ExpT", "FunT", "LitT",
                                              "LocT", "Line", "Attr", "CInf", "Meta", "Atom"};

struct reader {
    struct beam *b;
    struct view chunk[N_CHUNKS]; /* p NULL: absent */
    char *why;
};

struct block {
    struct block *next;
    uint64_t bytes[];
};

enum status beam_fail(enum status st, char *why, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, WHY_BYTES, fmt, ap);
    va_end(ap);
    return st;
}

static enum status damaged(struct reader *r, enum chunk_id id, const struct view *at) {
    size_t offset = (size_t)(at->p - r->b->bytes);
    if (id == CHUNK_LITT) return beam_fail(ST_CORRUPT, r->why, "damaged chunk LitT");
    return beam_fail(ST_CORRUPT, r->why, "damaged chunk %s near offset %zu", chunk_names[id], offset);
}

/* Room for n elements, zeroed; lives until beam_close. */
static void *reader_array(struct reader *r, size_t n, size_t each) {
    struct block *k = calloc(1, sizeof *k + (n ? n : 1) * each);
    if (!k) {
        beam_fail(ST_NOMEM, r->why, "no memory for %zu entries", n);
        return NULL;
    }
    k->next = r->b->owned;
    r->b->owned = k;
    return k->bytes;
}

/* -- chunks */
static enum status find_chunks(struct reader *r) {
    struct beam *b = r->b;
    struct view v = view_of(b->bytes, b->n_bytes);
    const uint8_t *form = view_bytes(&v, 12);
    if (!form || memcmp(form, "FOR1", 4) != 0 || memcmp(form + 8, "BEAM", 4) != 0)
        return beam_fail(ST_CORRUPT, r->why, "not a .beam file (no FOR1/BEAM header)");
    struct view head = view_of(form + 4, 4);
    uint32_t body = view_be32(&head);
    if (body < 4 || body - 4 > view_left(&v))
        return beam_fail(ST_CORRUPT, r->why, "truncated: %zu bytes, the header says %llu", b->n_bytes,
                         (unsigned long long)body + 8);
    v.end = v.p + (body - 4);
    while (view_left(&v) > 0) {
        const uint8_t *id = view_bytes(&v, 4);
        uint32_t n = view_be32(&v);
        const uint8_t *data = view_bytes(&v, n);
        if (!data) return beam_fail(ST_CORRUPT, r->why, "truncated: a chunk passes the end of the file");
        view_bytes(&v, min_size(view_left(&v), (4 - n % 4) % 4));
        for (int c = 0; c < N_CHUNKS; c++)
            if (memcmp(id, chunk_names[c], 4) == 0) r->chunk[c] = view_of(data, n);
    }
    for (int c = 0; c < N_CHUNKS; c++)
        if (!r->chunk[c].p) r->chunk[c] = (struct view){NULL, NULL, false};
    return ST_OK;
}

static enum status require_chunks(struct reader *r) {
    if (!r->chunk[CHUNK_ATU8].p && r->chunk[CHUNK_OLD_ATOM].p)
        return beam_fail(ST_UNSUPPORTED, r->why,
                         "compiled by an OTP before 20 (no AtU8 chunk): compile it again");
    static const enum chunk_id needed[] = {CHUNK_ATU8, CHUNK_CODE, CHUNK_IMPT, CHUNK_EXPT};
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (!r->chunk[needed[i]].p)
            return beam_fail(ST_CORRUPT, r->why, "chunk %s is missing", chunk_names[needed[i]]);
    return ST_OK;
}

/* Count at the start of a chunk of fixed-size entries; false: more than the chunk can hold. */
static bool read_count(struct view *v, size_t entry_bytes, uint32_t *n) {
    *n = view_be32(v);
    return !v->bad && *n <= view_left(v) / entry_bytes;
}

static enum status read_atoms(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_ATU8];
    int64_t count = (int32_t)view_be32(&v);
    bool long_lengths = count < 0; /* since OTP 28 */
    uint32_t n = (uint32_t)(long_lengths ? -count : count);
    if (v.bad || n == 0 || n > view_left(&v)) return damaged(r, CHUNK_ATU8, &v);
    b->atoms = reader_array(r, (size_t)n + 1, sizeof *b->atoms);
    if (!b->atoms) return ST_NOMEM;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t bytes = 0;
        if (!long_lengths)
            bytes = view_u8(&v);
        else if (!beam_read_u32(&v, &bytes))
            return damaged(r, CHUNK_ATU8, &v);
        const uint8_t *text = view_bytes(&v, bytes);
        if (!text) return damaged(r, CHUNK_ATU8, &v);
        b->atoms[i] = (struct beam_text){text, bytes};
    }
    b->n_atoms = n;
    return ST_OK;
}

static bool atom_index_ok(const struct beam *b, uint32_t index) {
    return index >= 1 && index <= b->n_atoms;
}

static enum status read_code_header(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_CODE];
    uint32_t header = view_be32(&v);
    struct view h = v;
    if (v.bad || header < 16 || !view_bytes(&v, header)) return damaged(r, CHUNK_CODE, &v);
    uint32_t set = view_be32(&h), opcode_max = view_be32(&h);
    b->n_labels = view_be32(&h);
    b->n_functions = view_be32(&h);
    if (set != 0) return beam_fail(ST_UNSUPPORTED, r->why, "instruction set %u, only 0 is known", set);
    if (opcode_max > OPCODE_MAX_READ)
        return beam_fail(ST_UNSUPPORTED, r->why, "uses opcode %u: compiled by a newer OTP than is known",
                         opcode_max);
    /* each label and function takes bytes of code: a bound for what others allocate by these counts */
    if (b->n_labels > view_left(&v) + 1 || b->n_functions > view_left(&v)) return damaged(r, CHUNK_CODE, &h);
    b->code = v;
    return ST_OK;
}

static enum status read_imports(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_IMPT];
    if (!read_count(&v, 12, &b->n_imports)) return damaged(r, CHUNK_IMPT, &v);
    b->imports = reader_array(r, b->n_imports, sizeof *b->imports);
    if (!b->imports) return ST_NOMEM;
    for (uint32_t i = 0; i < b->n_imports; i++) {
        struct beam_import *e = &b->imports[i];
        e->module = view_be32(&v);
        e->function = view_be32(&v);
        e->arity = view_be32(&v);
        if (!atom_index_ok(b, e->module) || !atom_index_ok(b, e->function) || e->arity > 255)
            return damaged(r, CHUNK_IMPT, &v);
    }
    return ST_OK;
}

static enum status read_exports(struct reader *r, enum chunk_id id, struct beam_export **out, uint32_t *n) {
    struct beam *b = r->b;
    struct view v = r->chunk[id];
    if (!v.p) return ST_OK;
    if (!read_count(&v, 12, n)) return damaged(r, id, &v);
    struct beam_export *table = reader_array(r, *n, sizeof *table);
    if (!table) return ST_NOMEM;
    for (uint32_t i = 0; i < *n; i++) {
        struct beam_export *e = &table[i];
        e->function = view_be32(&v);
        e->arity = view_be32(&v);
        e->label = view_be32(&v);
        if (!atom_index_ok(b, e->function) || e->arity > 255 || e->label == 0 || e->label >= b->n_labels)
            return damaged(r, id, &v);
    }
    *out = table;
    return ST_OK;
}

static enum status read_lambdas(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_FUNT];
    if (!v.p) return ST_OK;
    if (!read_count(&v, 24, &b->n_lambdas)) return damaged(r, CHUNK_FUNT, &v);
    b->lambdas = reader_array(r, b->n_lambdas, sizeof *b->lambdas);
    if (!b->lambdas) return ST_NOMEM;
    for (uint32_t i = 0; i < b->n_lambdas; i++) {
        struct beam_lambda *e = &b->lambdas[i];
        e->function = view_be32(&v);
        e->arity = view_be32(&v);
        e->label = view_be32(&v);
        e->index = view_be32(&v);
        e->num_free = view_be32(&v);
        e->old_uniq = view_be32(&v);
        /* the file's arity counts the free variables too */
        if (!atom_index_ok(b, e->function) || e->arity > 255 || e->num_free > e->arity || e->label == 0 ||
            e->label >= b->n_labels)
            return damaged(r, CHUNK_FUNT, &v);
    }
    return ST_OK;
}

static enum status unpack_literals(struct reader *r, struct view *v) {
    uint32_t unpacked = view_be32(v);
    if (v->bad) return damaged(r, CHUNK_LITT, v);
    if (unpacked == 0) return ST_OK; /* since OTP 28: stored as they are */
    /* deflate packs 1032:1 at best: a larger claim is a lie, not a reason to allocate */
    if (unpacked > LITERALS_MAX_BYTES || unpacked / 1040 > view_left(v)) return damaged(r, CHUNK_LITT, v);
    uint8_t *room = reader_array(r, unpacked, 1);
    if (!room) return ST_NOMEM;
    if (inflate_exact(v->p, view_left(v), room, unpacked) != ST_OK)
        return beam_fail(ST_CORRUPT, r->why, "chunk LitT doesn't unpack to the %u bytes it claims", unpacked);
    *v = view_of(room, unpacked);
    return ST_OK;
}

static enum status read_literals(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_LITT];
    if (!v.p) return ST_OK;
    enum status st = unpack_literals(r, &v);
    if (st != ST_OK) return st;
    if (!read_count(&v, 4, &b->n_literals)) return damaged(r, CHUNK_LITT, &v);
    b->literals = reader_array(r, b->n_literals, sizeof *b->literals);
    if (!b->literals) return ST_NOMEM;
    for (uint32_t i = 0; i < b->n_literals; i++) {
        uint32_t n = view_be32(&v);
        const uint8_t *at = view_bytes(&v, n);
        if (!at || n < 2 || at[0] != 131) return damaged(r, CHUNK_LITT, &v);
        b->literals[i] = (struct beam_text){at, n};
    }
    return ST_OK;
}

/* -- lines */
static enum status read_line_items(struct reader *r, struct view *v) {
    struct beam *b = r->b;
    uint32_t file = 0;
    for (uint32_t i = 1; i < b->n_lines;) {
        uint8_t first = view_u8(v);
        struct beam_number n;
        if (v->bad || !beam_read_number(v, first, &n) || !n.fits || n.i < 0 || n.i > UINT32_MAX)
            return damaged(r, CHUNK_LINE, v);
        if ((first & 7) == BTAG_I) {
            b->lines[i++] = (struct beam_line){file, (uint32_t)n.i};
        } else if ((first & 7) == BTAG_A && n.i < b->n_files) {
            file = (uint32_t)n.i;
        } else {
            return damaged(r, CHUNK_LINE, v);
        }
    }
    return ST_OK;
}

static enum status read_own_file_name(struct reader *r) {
    struct beam *b = r->b;
    struct beam_text module = b->atoms[1];
    uint8_t *name = reader_array(r, (size_t)module.n + 4, 1);
    if (!name) return ST_NOMEM;
    memcpy(name, module.p, module.n);
    memcpy(name + module.n, ".erl", 4);
    b->files[0] = (struct beam_text){name, module.n + 4};
    return ST_OK;
}

static enum status read_lines(struct reader *r) {
    struct beam *b = r->b;
    struct view v = r->chunk[CHUNK_LINE];
    uint32_t n_lines = 0, n_files = 0;
    if (v.p) {
        uint32_t version = view_be32(&v);
        view_bytes(&v, 8); /* flags, number of line instructions */
        n_lines = view_be32(&v);
        n_files = view_be32(&v);
        if (v.bad || n_lines > view_left(&v) || n_files > view_left(&v) / 2)
            return damaged(r, CHUNK_LINE, &v);
        if (version != 0) n_lines = n_files = 0, v.p = NULL; /* as OTP: no line information */
    }
    b->n_lines = n_lines + 1;
    b->n_files = n_files + 1;
    b->lines = reader_array(r, b->n_lines, sizeof *b->lines);
    b->files = reader_array(r, b->n_files, sizeof *b->files);
    if (!b->lines || !b->files) return ST_NOMEM;
    enum status st = read_own_file_name(r);
    if (st == ST_OK && v.p) st = read_line_items(r, &v);
    for (uint32_t i = 1; st == ST_OK && i < b->n_files; i++) {
        uint16_t n = view_be16(&v);
        b->files[i] = (struct beam_text){view_bytes(&v, n), n};
        if (!b->files[i].p) return damaged(r, CHUNK_LINE, &v);
    }
    return st;
}

/* -- the module's digest: the chunks that make its behaviour, without what depends on the compiler's run */
static void digest_module(struct reader *r) {
    static const enum chunk_id whole[] = {CHUNK_ATU8, CHUNK_CODE, CHUNK_STRT, CHUNK_IMPT, CHUNK_EXPT};
    struct md5 m;
    md5_init(&m);
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        md5_update(&m, r->chunk[whole[i]].p, view_left(&r->chunk[whole[i]]));
    struct view funs = r->chunk[CHUNK_FUNT];
    if (funs.p) {
        md5_update(&m, funs.p, 4);
        for (uint32_t i = 0; i < r->b->n_lambdas; i++) {
            md5_update(&m, funs.p + 4 + 24 * (size_t)i, 20);
            md5_update(&m, "\0\0\0\0", 4); /* in place of old_uniq */
        }
    }
    static const enum chunk_id last[] = {CHUNK_LITT, CHUNK_META};
    for (size_t i = 0; i < ARRAY_LEN(last); i++)
        if (r->chunk[last[i]].p) md5_update(&m, r->chunk[last[i]].p, view_left(&r->chunk[last[i]]));
    md5_final(&m, r->b->md5);
}

static struct beam_text chunk_text(const struct reader *r, enum chunk_id id) {
    return (struct beam_text){r->chunk[id].p, (uint32_t)view_left(&r->chunk[id])};
}

static enum status read_all(struct reader *r) {
    struct beam *b = r->b;
    enum status st = find_chunks(r);
    if (st == ST_OK) st = require_chunks(r);
    if (st == ST_OK) st = read_atoms(r);
    if (st == ST_OK) st = read_code_header(r);
    if (st == ST_OK) st = read_imports(r);
    if (st == ST_OK) st = read_exports(r, CHUNK_EXPT, &b->exports, &b->n_exports);
    if (st == ST_OK) st = read_exports(r, CHUNK_LOCT, &b->locals, &b->n_locals);
    if (st == ST_OK) st = read_lambdas(r);
    if (st == ST_OK) st = read_literals(r);
    if (st == ST_OK) st = read_lines(r);
    if (st != ST_OK) return st;
    b->strings = chunk_text(r, CHUNK_STRT);
    b->attributes = chunk_text(r, CHUNK_ATTR);
    b->compile_info = chunk_text(r, CHUNK_CINF);
    digest_module(r);
    return ST_OK;
}

enum status beam_open(struct beam *b, const void *bytes, size_t n, char why[WHY_BYTES]) {
    *b = (struct beam){.bytes = bytes, .n_bytes = n};
    struct reader r = {.b = b, .why = why};
    why[0] = '\0';
    enum status st = read_all(&r);
    if (st != ST_OK) beam_close(b);
    return st;
}

void beam_close(struct beam *b) {
    for (struct block *k = b->owned; k;) {
        struct block *next = k->next;
        free(k);
        k = next;
    }
    *b = (struct beam){0};
}
