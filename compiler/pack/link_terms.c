/* link_terms: literals, built in place by the VM's own decoder.
 *
 *   payload: … | literals ──heap.top──>                      free                     <─heap.stop at the
 * limit
 *
 * The heap is a `struct heap` whose young block lies in the payload; with inline_bins nothing in it ever
 * needs to be written again. Equal literals (same external form) are built once in the whole program.
 * Invariant: between begin and end nothing else is placed in the payload.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "data/big.h"
#include "data/etf.h"
#include "base/utf8.h"
#include "pack/link.h"
#include "pack/note.h"
#include "term/order.h"
#include "term/workstack.h"

enum { SCRATCH_BYTES = 64 << 20 };

static const struct linker *text_of; /* for atom_text, which has no context */

static struct atom_text linker_atom_text(term atom) {
    const struct key_entry *e = &text_of->atoms.entries[atom_index(atom)];
    return (struct atom_text){(const uint8_t *)e->key, e->bytes};
}

static void literals_full(struct heap *h, size_t words) {
    note_error("the program's literals are larger than an image can hold (%llu MiB)",
               (unsigned long long)((PAYLOAD_LIMIT - PAYLOAD_BASE) >> 20));
    exit(EXIT_USER);
}

void link_terms_begin(struct linker *l) {
    struct heap *h = &l->heap;
    l->used = align_up(l->used, 16);
    l->scratch = mem_get(SCRATCH_BYTES + 16);
    *h = (struct heap){.oom = literals_full, .inline_bins = true};
    h->start = h->high = h->top = (term *)(uintptr_t)(PAYLOAD_BASE + l->used);
    h->stop = h->end = (term *)(uintptr_t)PAYLOAD_LIMIT;
    h->alloc = alloc_create((void *)align_up((size_t)l->scratch, 16), SCRATCH_BYTES);
    term_scratch = (struct term_scratch){.alloc = h->alloc};
    text_of = l;
    atom_text = linker_atom_text;
    link_header()->literals_lo = (uint64_t)(uintptr_t)h->start;
}

void link_terms_end(struct linker *l) {
    uint64_t from = l->used;
    l->used = (uint64_t)(uintptr_t)l->heap.top - PAYLOAD_BASE;
    link_header()->literals_hi = (uint64_t)(uintptr_t)l->heap.top;
    l->sizes.literals = l->used - from;
    term_scratch = (struct term_scratch){0};
    free(l->scratch);
    l->scratch = NULL;
}

static term decode_atom(void *ctx, const uint8_t *utf8, size_t n) {
    return link_atom(ctx, utf8, n);
}

static const void *decode_export(void *ctx, term m, term f, uint32_t arity) {
    const struct linker *l = ctx;
    const struct {
        term m, f;
        uint64_t arity;
    } key = {m, f, arity};
    uint32_t index = key_find(&l->symbol_index, &key, sizeof key);
    return index == KEY_NONE ? NULL : (const void *)(uintptr_t)link_export_address(l, index);
}

term link_literal(struct linker *l, const char *what, struct beam_text external) {
    const struct etf_env env = {.atom = decode_atom, .export_entry = decode_export, .ctx = l};
    int is_new;
    uint32_t index = key_add(&l->literal_index, external.p, external.n, l->n_literal_terms, &is_new)->value;
    if (!is_new) return l->literal_terms[index];
    size_t used = 0;
    term t = NIL;
    enum status st = ST_CORRUPT;
    if (external.n > 1 && external.p[0] == 131)
        st = etf_decode(&l->heap, &env, external.p + 1, external.n - 1, &used, &t);
    if (st != ST_OK) {
        note_error("%s: a literal term is damaged or of a kind that is not supported", what);
        l->failed = true;
        t = NIL;
    }
    *VEC_ADD(l->literal_terms, l->n_literal_terms, l->cap_literal_terms) = t;
    return t;
}

term link_integer(struct linker *l, const struct beam_arg *arg) {
    if (arg->kind == ARG_I) return int_from_i64(&l->heap, arg->i);
    term t = int_from_bytes(&l->heap, arg->bytes, arg->n_bytes, false, true);
    if (t != NONE) return t;
    note_error("an integer literal of %u bytes is larger than the VM can hold", arg->n_bytes);
    l->failed = true;
    return small_make(0);
}

term link_float(struct linker *l, double d) {
    return heap_float(&l->heap, d);
}

term link_string(struct linker *l, struct beam_text utf8) {
    const uint8_t *p = utf8.p, *end = p + utf8.n;
    term list = NIL, *hole = &list;
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        if (c < 0) c = *p++; /* before OTP 20: Latin-1 */
        term cell = heap_cons(&l->heap, small_make(c), NIL);
        *hole = cell;
        hole = list_ptr(cell) + 1;
    }
    return list;
}
