/* ets: registry of tables, hashed storage, and the operations over both kinds. See ets.h for the picture.
 *
 * Invariant of a slot: objects of one key are neighbours. Growing doubles the slots and keeps the order
 * within a slot, so neighbours stay neighbours.
 */
#include "data/ets.h"

enum { FIRST_SLOTS = 16 };

struct ets {
    struct ets_table *tables;
};

struct ets *ets_create(struct alloc *a) {
    return alloc_get_zeroed(a, sizeof(struct ets));
}

struct ets_table *ets_first_table(struct ets *e) {
    return e->tables;
}

struct ets_table *ets_find_name(struct ets *e, term name) {
    for (struct ets_table *t = e->tables; t; t = t->next)
        if (t->named && t->name == name) return t;
    return NULL;
}

struct ets_table *ets_find_id(struct ets *e, uint64_t hi, uint64_t lo) {
    for (struct ets_table *t = e->tables; t; t = t->next)
        if (t->id_lo == lo && t->id_hi == hi) return t;
    return NULL;
}

struct ets_table *ets_first_owned(struct ets *e, term owner) {
    for (struct ets_table *t = e->tables; t; t = t->next)
        if (t->owner == owner) return t;
    return NULL;
}

enum status ets_table_new(struct ets *e, struct alloc *a, const struct ets_config *c,
                          struct ets_table **out) {
    if (c->named && ets_find_name(e, c->name)) return ST_BADARG;
    struct ets_table *t = alloc_get_zeroed(a, sizeof *t);
    if (!t) return ST_NOMEM;
    t->alloc = a;
    t->literal_lo = c->literal_lo;
    t->literal_hi = c->literal_hi;
    t->name = c->name;
    t->id_hi = c->id_hi;
    t->id_lo = c->id_lo;
    t->owner = c->owner;
    t->heir = NONE;
    t->heir_data = NIL;
    t->type = c->type;
    t->protection = c->protection;
    t->named = c->named;
    t->key_pos = c->key_pos;
    t->n_slots = FIRST_SLOTS;
    t->slots = alloc_get_zeroed(a, FIRST_SLOTS * sizeof *t->slots);
    if (!t->slots) {
        alloc_put(a, t);
        return ST_NOMEM;
    }
    t->next = e->tables;
    e->tables = t;
    *out = t;
    return ST_OK;
}

static void object_free(struct ets_table *t, struct ets_object *o) {
    t->words -= o->frag ? o->frag->used_words : 0;
    if (o->frag) frag_free(t->alloc, o->frag);
    alloc_put(t->alloc, o);
}

static void tree_free(struct ets_table *t, struct ets_object *o) {
    if (!o) return;
    tree_free(t, o->link[0]);
    tree_free(t, o->link[1]);
    object_free(t, o);
}

void ets_clear(struct ets_table *t) {
    for (size_t i = 0; i < t->n_slots; i++)
        for (struct ets_object *o = t->slots[i], *next; o; o = next) {
            next = o->link[0];
            object_free(t, o);
        }
    memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    tree_free(t, t->root);
    t->root = NULL;
    t->count = t->removed = 0;
}

void ets_table_free(struct ets *e, struct ets_table *t) {
    struct ets_table **link = &e->tables;
    while (*link != t) link = &(*link)->next;
    *link = t->next;
    ets_clear(t);
    if (t->heir_frag) frag_free(t->alloc, t->heir_frag);
    alloc_put(t->alloc, t->slots);
    alloc_put(t->alloc, t);
}

/* -- hashed storage */

static struct ets_object **slot_of(struct ets_table *t, uint64_t hash) {
    return &t->slots[hash & (t->n_slots - 1)];
}

static bool has_key(const struct ets_table *t, const struct ets_object *o, uint64_t hash, term key) {
    return o->hash == hash && term_same(ets_key(t, o->tuple), key);
}

/* Twice the slots when there are more objects than slots; without memory the table just gets slower. */
static void grow(struct ets_table *t) {
    if (t->fixed || t->count + t->removed <= t->n_slots) return;
    size_t n = t->n_slots * 2;
    struct ets_object **slots = alloc_get_zeroed(t->alloc, n * sizeof *slots);
    if (!slots) return;
    for (size_t i = 0; i < t->n_slots; i++) {
        struct ets_object **tail[2] = {&slots[i], &slots[i + t->n_slots]};
        for (struct ets_object *o = t->slots[i]; o; o = o->link[0]) {
            struct ets_object ***to = &tail[(o->hash & t->n_slots) != 0];
            **to = o;
            *to = &o->link[0];
        }
        *tail[0] = *tail[1] = NULL;
    }
    alloc_put(t->alloc, t->slots);
    t->slots = slots;
    t->n_slots = n;
}

/* The link that points at the first object of key, or at the end of its slot. */
static struct ets_object **key_link(struct ets_table *t, uint64_t hash, term key) {
    struct ets_object **link = slot_of(t, hash);
    while (*link && !has_key(t, *link, hash, key)) link = &(*link)->link[0];
    return link;
}

static struct ets_object *skip_removed(struct ets_object *o, const struct ets_table *t, uint64_t hash,
                                       term key) {
    while (o && has_key(t, o, hash, key) && o->removed) o = o->link[0];
    return o && has_key(t, o, hash, key) ? o : NULL;
}

struct ets_object *ets_lookup(struct ets_table *t, term key) {
    if (t->type == ETS_ORDERED_SET) {
        struct ets_object *o = ets_tree_find(t, key);
        return o && !o->removed ? o : NULL;
    }
    uint64_t hash = term_hash(key);
    return skip_removed(*key_link(t, hash, key), t, hash, key);
}

struct ets_object *ets_same_key_next(struct ets_table *t, struct ets_object *o) {
    if (t->type == ETS_ORDERED_SET) return NULL;
    return skip_removed(o->link[0], t, o->hash, ets_key(t, o->tuple));
}

/* -- changing */

static struct ets_object *object_new(struct ets_table *t, term tuple) {
    struct ets_object *o = alloc_get_spare(t->alloc, sizeof *o);
    if (!o) return NULL;
    if (t->literal_lo <= tuple && tuple < t->literal_hi) {
        o->tuple = tuple;
        return o;
    }
    o->frag = frag_copy(t->alloc, tuple, t->literal_lo, t->literal_hi, &o->tuple);
    if (!o->frag) {
        alloc_put(t->alloc, o);
        return NULL;
    }
    t->words += o->frag->used_words;
    return o;
}

enum status ets_replace(struct ets_table *t, struct ets_object *o, term tuple) {
    struct ets_object *copy = object_new(t, tuple);
    if (!copy) return ST_NOMEM;
    struct frag *old = o->frag;
    o->frag = copy->frag;
    o->tuple = copy->tuple;
    copy->frag = old;
    object_free(t, copy);
    if (o->removed) {
        o->removed = false;
        t->removed--;
        t->count++;
    }
    return ST_OK;
}

static enum status insert_ordered(struct ets_table *t, term tuple) {
    struct ets_object *o = ets_tree_find(t, ets_key(t, tuple));
    if (o) return ets_replace(t, o, tuple);
    o = object_new(t, tuple);
    if (!o) return ST_NOMEM;
    ets_tree_add(t, o);
    t->count++;
    return ST_OK;
}

enum status ets_insert(struct ets_table *t, term tuple) {
    if (t->type == ETS_ORDERED_SET) return insert_ordered(t, tuple);
    term key = ets_key(t, tuple);
    uint64_t hash = term_hash(key);
    struct ets_object **link = key_link(t, hash, key);
    if (t->type == ETS_SET && *link) return ets_replace(t, *link, tuple);
    for (struct ets_object *o = *link; t->type == ETS_BAG && o && has_key(t, o, hash, key); o = o->link[0])
        if (!o->removed && term_same(o->tuple, tuple)) return ST_OK;
    struct ets_object *o = object_new(t, tuple);
    if (!o) return ST_NOMEM;
    o->hash = hash;
    o->link[0] = *link;
    *link = o;
    t->count++;
    grow(t);
    return ST_OK;
}

static void unlink_object(struct ets_table *t, struct ets_object *o) {
    if (t->type == ETS_ORDERED_SET) {
        ets_tree_take(t, o);
        return;
    }
    struct ets_object **link = slot_of(t, o->hash);
    while (*link != o) link = &(*link)->link[0];
    *link = o->link[0];
}

void ets_remove(struct ets_table *t, struct ets_object *o) {
    t->count--;
    if (t->fixed) {
        o->removed = true;
        t->removed++;
        return;
    }
    unlink_object(t, o);
    object_free(t, o);
}

void ets_remove_key(struct ets_table *t, term key) {
    for (struct ets_object *o = ets_lookup(t, key); o; o = ets_lookup(t, key)) ets_remove(t, o);
}

void ets_fix(struct ets_table *t) {
    t->fixed++;
}

static struct ets_object *any_first(struct ets_table *t);
static struct ets_object *any_next(struct ets_table *t, struct ets_object *o);

void ets_unfix(struct ets_table *t) {
    if (t->fixed == 0 || --t->fixed > 0) return;
    for (struct ets_object *o = t->removed ? any_first(t) : NULL, *next; o; o = next) {
        next = any_next(t, o);
        if (!o->removed) continue;
        t->removed--;
        unlink_object(t, o);
        object_free(t, o);
    }
    grow(t);
}

/* -- iteration; `any` sees removed objects too */

static struct ets_object *slots_from(const struct ets_table *t, size_t i) {
    for (; i < t->n_slots; i++)
        if (t->slots[i]) return t->slots[i];
    return NULL;
}

static struct ets_object *any_first(struct ets_table *t) {
    return t->type == ETS_ORDERED_SET ? ets_tree_end(t, 0) : slots_from(t, 0);
}

static struct ets_object *any_next(struct ets_table *t, struct ets_object *o) {
    if (t->type == ETS_ORDERED_SET) return ets_tree_beside(t, ets_key(t, o->tuple), 1);
    if (o->link[0]) return o->link[0];
    return slots_from(t, (o->hash & (t->n_slots - 1)) + 1);
}

static struct ets_object *present(struct ets_table *t, struct ets_object *o) {
    while (o && o->removed) o = any_next(t, o);
    return o;
}

struct ets_object *ets_first(struct ets_table *t) {
    return present(t, any_first(t));
}

struct ets_object *ets_next(struct ets_table *t, struct ets_object *o) {
    return present(t, any_next(t, o));
}

struct ets_object *ets_last(struct ets_table *t) {
    if (t->type != ETS_ORDERED_SET) return ets_first(t);
    struct ets_object *o = ets_tree_end(t, 1);
    while (o && o->removed) o = ets_tree_beside(t, ets_key(t, o->tuple), 0);
    return o;
}

struct ets_object *ets_after(struct ets_table *t, term key, bool *known) {
    *known = true;
    if (t->type == ETS_ORDERED_SET) return present(t, ets_tree_beside(t, key, 1));
    uint64_t hash = term_hash(key);
    struct ets_object *o = *key_link(t, hash, key);
    *known = o != NULL;
    while (o && has_key(t, o, hash, key)) o = any_next(t, o);
    return present(t, o);
}

struct ets_object *ets_before(struct ets_table *t, term key, bool *known) {
    if (t->type != ETS_ORDERED_SET) return ets_after(t, key, known);
    *known = true;
    struct ets_object *o = ets_tree_beside(t, key, 0);
    while (o && o->removed) o = ets_tree_beside(t, ets_key(t, o->tuple), 0);
    return o;
}
