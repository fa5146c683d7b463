/* relation: links, monitors and aliases: one node on either side, found by what it is about.
 *
 *   process ─> relations ─> [link to b] <─> [monitor r1] <─> …            all of one process, newest first
 *   vm->relations.buckets[hash(holder, kind, pid or reference)] ─> node ─> node
 *
 * The table doubles when it is full and halves when an eighth is left; when there is no memory to do so, its chains
 * get longer. Invariant: every node is in its holder's list and in one chain.
 */
#include "proc/vm.h"

enum { TABLE_FIRST = 64 };

/* A link is found by its pid, the others by their reference. */
static uint64_t relation_key(enum relation_kind kind, term other, uint64_t ref_lo) {
    return kind == REL_LINK ? other : ref_lo;
}

static struct relation **bucket(const struct relation_table *t, const struct process *holder,
                                enum relation_kind kind, uint64_t key) {
    uint64_t h = (key * 4 + kind) * UINT64_C(0x9e3779b97f4a7c15) + (uintptr_t)holder / 16;
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return &t->buckets[h >> 32 & (t->cap - 1)];
}

static struct relation **bucket_of(const struct relation_table *t, const struct relation *r) {
    return bucket(t, r->holder, r->kind, relation_key(r->kind, r->other, r->ref_lo));
}

static void table_insert(struct relation_table *t, struct relation *r) {
    struct relation **at = bucket_of(t, r);
    r->chain = *at;
    *at = r;
}

static void table_remove(struct relation_table *t, const struct relation *r) {
    struct relation **at = bucket_of(t, r);
    while (*at != r) at = &(*at)->chain;
    *at = r->chain;
}

/* false: no memory; the table is as it was. */
static bool table_resize(struct vm *vm, uint32_t cap) {
    struct relation_table *t = &vm->relations, grown = {.cap = cap, .n = t->n};
    grown.buckets = alloc_get_zeroed(vm->alloc, cap * sizeof *grown.buckets);
    if (!grown.buckets) return false;
    for (uint32_t i = 0; i < t->cap; i++)
        for (struct relation *r = t->buckets[i], *next; r; r = next) {
            next = r->chain;
            table_insert(&grown, r);
        }
    alloc_put(vm->alloc, t->buckets);
    *t = grown;
    return true;
}

struct relation *relation_add(struct vm *vm, struct process *holder, enum relation_kind kind, term other,
                              uint64_t ref_hi, uint64_t ref_lo) {
    struct relation_table *t = &vm->relations;
    if (t->n >= t->cap && !table_resize(vm, t->cap ? 2 * t->cap : TABLE_FIRST) && t->cap == 0) return NULL;
    struct relation *r = alloc_get_zeroed(vm->alloc, sizeof *r);
    if (!r) return NULL;
    *r = (struct relation){.next = holder->relations,
                           .holder = holder,
                           .kind = kind,
                           .other = other,
                           .ref_hi = ref_hi,
                           .ref_lo = ref_lo,
                           .name = NONE,
                           .tag = NONE};
    if (r->next) r->next->prev = r;
    holder->relations = r;
    t->n++;
    table_insert(t, r);
    return r;
}

void relation_remove(struct vm *vm, struct relation *r) {
    struct relation_table *t = &vm->relations;
    table_remove(t, r);
    *(r->prev ? &r->prev->next : &r->holder->relations) = r->next;
    if (r->next) r->next->prev = r->prev;
    frag_free(vm->alloc, r->tag_frag);
    alloc_put(vm->alloc, r);
    if (--t->n < t->cap / 8 && t->cap > TABLE_FIRST) (void)table_resize(vm, t->cap / 2);
}

struct relation *relation_find_link(const struct process *p, term other) {
    const struct relation_table *t = &p->vm->relations;
    struct relation *r = t->cap ? *bucket(t, p, REL_LINK, other) : NULL;
    while (r && !(r->holder == p && r->kind == REL_LINK && r->other == other)) r = r->chain;
    return r;
}

struct relation *relation_find_ref(const struct process *p, enum relation_kind kind, uint64_t hi,
                                   uint64_t lo) {
    const struct relation_table *t = &p->vm->relations;
    struct relation *r = t->cap ? *bucket(t, p, kind, lo) : NULL;
    while (r && !(r->holder == p && r->ref_lo == lo && r->ref_hi == hi && r->kind == kind)) r = r->chain;
    return r;
}

void relation_rename(struct vm *vm, struct relation *r, uint64_t ref_hi, uint64_t ref_lo) {
    table_remove(&vm->relations, r);
    r->ref_hi = ref_hi;
    r->ref_lo = ref_lo;
    table_insert(&vm->relations, r);
}
