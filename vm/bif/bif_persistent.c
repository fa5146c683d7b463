/* bif_persistent: persistent_term: terms for all processes, read often and changed hardly ever.
 *
 *   vm->persistent ─> buckets[hash & mask] ─> entry ─> entry ─ NULL
 *                     entry: [hash | {Key, Value} in a fragment of its own]
 *
 * get copies the value onto the reader's heap (immediates and literals are not copied), so that an entry can
 * be replaced or erased at any time without looking for readers. Source: persistent_term(3); erl(25) as the
 * oracle.
 */
#include "bif/args.h"

#include "data/map.h"

struct entry {
    struct entry *next;
    uint64_t hash;
    struct frag *frag;
    term key, value;
    size_t words;
};

struct persistent {
    struct entry **buckets;
    uint32_t n_buckets, n_entries; /* n_buckets is a power of two */
    size_t words;
};

enum { FIRST_BUCKETS = 64 };

/* -- the table */

static struct entry **entry_find(const struct persistent *t, term key, uint64_t hash) {
    struct entry **at = &t->buckets[hash & (t->n_buckets - 1)];
    while (*at && !((*at)->hash == hash && term_same((*at)->key, key))) at = &(*at)->next;
    return at;
}

static struct entry *entry_of(const struct vm *vm, term key) {
    return vm->persistent ? *entry_find(vm->persistent, key, term_hash(key)) : NULL;
}

static bool buckets_resize(struct vm *vm, struct persistent *t, uint32_t n) {
    struct entry **grown = alloc_get_zeroed(vm->alloc, n * sizeof *grown);
    if (!grown) return false;
    for (uint32_t i = 0; i < t->n_buckets; i++)
        for (struct entry *e = t->buckets[i], *next; e; e = next) {
            next = e->next;
            e->next = grown[e->hash & (n - 1)];
            grown[e->hash & (n - 1)] = e;
        }
    alloc_put(vm->alloc, t->buckets);
    t->buckets = grown;
    t->n_buckets = n;
    return true;
}

static struct persistent *table_get(struct vm *vm) {
    if (vm->persistent) return vm->persistent;
    struct persistent *t = alloc_get_zeroed(vm->alloc, sizeof *t);
    if (!t || !buckets_resize(vm, t, FIRST_BUCKETS)) {
        alloc_put(vm->alloc, t);
        return NULL;
    }
    return vm->persistent = t;
}

static struct entry *entry_new(struct process *p, term key, term value, uint64_t hash) {
    struct alloc *alloc = p->vm->alloc;
    uintptr_t lo = p->heap.literal_lo, hi = p->heap.literal_hi;
    term pair = TUPLE(&p->heap, key, value), copy;
    struct entry *e = alloc_get_spare(alloc, sizeof *e);
    struct frag *frag = e ? frag_copy(alloc, pair, lo, hi, &copy) : NULL;
    if (!frag) {
        alloc_put(alloc, e);
        return NULL;
    }
    *e = (struct entry){.hash = hash, .frag = frag, .words = frag->size_words};
    e->key = tuple_elements(copy)[0];
    e->value = tuple_elements(copy)[1];
    return e;
}

/* Take *at out of the chain and free it. */
static void entry_remove(struct vm *vm, struct entry **at) {
    struct entry *e = *at;
    *at = e->next;
    vm->persistent->n_entries--;
    vm->persistent->words -= e->words;
    frag_free(vm->alloc, e->frag);
    alloc_put(vm->alloc, e);
}

static bool entry_put(struct process *p, term key, term value) {
    struct persistent *t = table_get(p->vm);
    if (!t) return false;
    uint64_t hash = term_hash(key);
    struct entry **at = entry_find(t, key, hash);
    if (*at && term_same((*at)->value, value)) return true;
    struct entry *e = entry_new(p, key, value, hash);
    if (!e) return false;
    if (*at) entry_remove(p->vm, at);
    e->next = *at;
    *at = e;
    t->words += e->words;
    /* a table that cannot grow only gets slower */
    if (++t->n_entries > t->n_buckets) (void)!buckets_resize(p->vm, t, 2 * t->n_buckets);
    return true;
}

static term copied(struct process *p, term t) {
    return term_is_imm(t) ? t : heap_copy(&p->heap, t);
}

/* -- BIFs */

term bif_persistent_term_put_2(struct process *p, const term *a) {
    return entry_put(p, a[0], a[1]) ? A_OK : raise_system_limit(p);
}

term bif_persistent_term_get_1(struct process *p, const term *a) {
    const struct entry *e = entry_of(p->vm, a[0]);
    return e ? copied(p, e->value) : raise_badarg(p);
}

term bif_persistent_term_get_2(struct process *p, const term *a) {
    const struct entry *e = entry_of(p->vm, a[0]);
    return e ? copied(p, e->value) : a[1];
}

term bif_persistent_term_get_0(struct process *p, const term *a) {
    const struct persistent *t = p->vm->persistent;
    term list = NIL;
    for (uint32_t i = 0; t && i < t->n_buckets; i++)
        for (const struct entry *e = t->buckets[i]; e; e = e->next) {
            term key = copied(p, e->key), value = copied(p, e->value);
            list = heap_cons(&p->heap, TUPLE(&p->heap, key, value), list);
        }
    return list;
}

term bif_persistent_term_erase_1(struct process *p, const term *a) {
    struct persistent *t = p->vm->persistent;
    struct entry **at = t ? entry_find(t, a[0], term_hash(a[0])) : NULL;
    if (!at || !*at) return A_FALSE;
    entry_remove(p->vm, at);
    return A_TRUE;
}

term bif_persistent_term_info_0(struct process *p, const term *a) {
    const struct persistent *t = p->vm->persistent;
    size_t count = t ? t->n_entries : 0;
    size_t bytes =
        t ? t->words * sizeof(term) + t->n_buckets * sizeof *t->buckets + count * sizeof(struct entry) : 0;
    term kv[] = {A_COUNT, small_make((int64_t)count), A_MEMORY, small_make((int64_t)bytes)};
    return map_from_pairs(&p->heap, kv, 2);
}

term bif_erts_internal_erase_persistent_terms_0(struct process *p, const term *a) {
    struct persistent *t = p->vm->persistent;
    for (uint32_t i = 0; t && i < t->n_buckets; i++)
        while (t->buckets[i]) entry_remove(p->vm, &t->buckets[i]);
    return A_OK;
}
