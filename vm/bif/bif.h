/* bif: the shape of a built-in function, and the generated table of them all.
 *
 * Tables: vm/bif/tab/<erlang module>.tab, one line a BIF:
 *     name/arity   kind   c_name   "failures in words; doc"
 * kind: guard (pure, may appear in guards, also called as gc_bif/bif ops) | plain | trap (may return WANT_TRAP/WAIT/YIELD)
 * A trap BIF that goes on in an Erlang function names it behind c_name: ->module:function/arity. lingpack packs it with
 * the BIF.
 * tools/gen-bifs writes build/gen/bif/biftab.{c,h}, build/gen/format/bifnames.{c,h} and docs/gen/bifs.md from them; bodies
 * are plain C in vm/bif/bif_*.c.
 *
 * A body:    term bif_lists_member_2(struct process *p, const term *a)
 *   a[0..arity-1]  the arguments (in X registers). They stay valid: nothing a BIF calls collects.
 *   returns        the value, or NONE after raise_…, bif_trap, bif_wait, bif_yield.
 * Memory for terms: heap_alloc(&p->heap, words): never moves anything, never NULL. Other memory: p->vm->alloc.
 * Long loops charge reductions: p->reds -= n (the interpreter yields at the next call when it is below 0).
 */
#ifndef LING_BIF_H
#define LING_BIF_H

#include "proc/vm.h"

typedef term (*bif_fn)(struct process *p, const term *a);
enum bif_kind { BIF_GUARD, BIF_PLAIN, BIF_TRAP };
struct bif_entry {
    const char *module, *name;
    bif_fn fn;
    uint8_t arity, kind;
};
extern const struct bif_entry bif_table[]; /* sorted by (module, name, arity) as text */
extern const unsigned bif_count;
/* bif_lookup: index by name, or -1. */
int bif_lookup(const char *module, size_t module_len, const char *name, size_t name_len, unsigned arity);

#endif
