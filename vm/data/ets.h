/* ets: tables of tuples outside every process's heap: hashed (set, bag, duplicate_bag) or ordered
 * (ordered_set).
 *
 *   table ─ hash:  slots[0..n) ─> object ─> object ─ …   (objects of one key are neighbours, the newest first)
 *         └ tree:  AVL by key (==-order)
 *   object: { links, hash, frag: own copy of the tuple and its binaries }
 *
 * Terms go in and out by deep copy; literals are shared. A term got from an object lives until the object is
 * removed. While a table is fixed, removed objects stay, marked, so that an iteration goes on from them, and
 * slots don't move. Source: stdlib's ets manual page; erl(25) as the oracle.
 */
#ifndef LING_ETS_H
#define LING_ETS_H

#include "heap/heap.h"
#include "term/order.h"

enum ets_type { ETS_SET, ETS_BAG, ETS_DUPLICATE_BAG, ETS_ORDERED_SET };
enum ets_protection { ETS_PRIVATE, ETS_PROTECTED, ETS_PUBLIC };

struct ets_object {
    struct ets_object *link[2]; /* hash: link[0] is the next in the slot; tree: left, right */
    struct frag *frag;
    term tuple;
    uint64_t hash;
    int height;
    bool removed; /* kept for a fixed table */
};

struct ets_table {
    struct ets_table *next; /* in the registry */
    struct alloc *alloc;
    uintptr_t literal_lo, literal_hi;
    term name;
    uint64_t id_hi, id_lo; /* the table's reference */
    term owner, heir;      /* pids; heir NONE: none */
    struct frag *heir_frag;
    term heir_data;
    enum ets_type type;
    enum ets_protection protection;
    bool named;
    uint32_t key_pos; /* from 1 */
    uint32_t fixed;   /* nesting of safe_fixtable */
    size_t count, removed, words;
    struct ets_object **slots, *root;
    size_t n_slots;
};

struct ets_config {
    term name, owner;
    uint64_t id_hi, id_lo;
    enum ets_type type;
    enum ets_protection protection;
    bool named;
    uint32_t key_pos;
    uintptr_t literal_lo, literal_hi;
};

/* -- the registry of all tables */
struct ets;
struct ets *ets_create(struct alloc *a) MUST_CHECK; /* NULL: no memory */
/* ets_table_new: ST_BADARG: the name is taken. */
enum status ets_table_new(struct ets *e, struct alloc *a, const struct ets_config *c,
                          struct ets_table **out) MUST_CHECK;
void ets_table_free(struct ets *e, struct ets_table *t);
struct ets_table *ets_find_name(struct ets *e, term name); /* NULL: none, here and below */
struct ets_table *ets_find_id(struct ets *e, uint64_t hi, uint64_t lo);
struct ets_table *ets_first_table(struct ets *e);
struct ets_table *ets_first_owned(struct ets *e, term owner);

/* -- objects. `tuple` must be a tuple of at least key_pos elements. */
static inline term ets_key(const struct ets_table *t, term tuple) {
    return tuple_elements(tuple)[t->key_pos - 1];
}
enum status ets_insert(struct ets_table *t,
                       term tuple) MUST_CHECK; /* set: replaces; ST_NOMEM: nothing changed */
/* ets_replace: o's tuple becomes a copy of `tuple`, which has the same key. */
enum status ets_replace(struct ets_table *t, struct ets_object *o, term tuple) MUST_CHECK;
struct ets_object *ets_lookup(struct ets_table *t, term key); /* the first with this key; NULL: none */
struct ets_object *ets_same_key_next(struct ets_table *t, struct ets_object *o);
void ets_remove_key(struct ets_table *t, term key);
void ets_remove(struct ets_table *t, struct ets_object *o);
void ets_clear(struct ets_table *t);
void ets_fix(struct ets_table *t);
void ets_unfix(struct ets_table *t); /* the last one drops what was removed meanwhile */

/* -- order of iteration: slots, or keys. */
struct ets_object *ets_first(struct ets_table *t);
struct ets_object *ets_last(struct ets_table *t);
/* ets_after: the first object after all those with `key`. *known: such a key is (or was, in a fixed table)
 * there; an ordered table needs no such key. */
struct ets_object *ets_after(struct ets_table *t, term key, bool *known);
struct ets_object *ets_before(struct ets_table *t, term key, bool *known);
/* ets_next: the object after o, of any key; NULL at the end. O(log n) in trees. */
struct ets_object *ets_next(struct ets_table *t, struct ets_object *o);

/* -- tree.c: AVL, used by the above */
struct ets_object *ets_tree_find(const struct ets_table *t, term key);
void ets_tree_add(struct ets_table *t, struct ets_object *o); /* its key is not there */
void ets_tree_take(struct ets_table *t, struct ets_object *o);
struct ets_object *ets_tree_end(const struct ets_table *t, int side);              /* 0 first, 1 last */
struct ets_object *ets_tree_beside(const struct ets_table *t, term key, int side); /* 0 below, 1 above */

#endif
