/* hamt_build: a trie of many pairs at once: a radix sort by hash nibbles that makes nodes on the way back, so
 * that no word is written twice and no garbage is left on the heap.
 *
 *   level 0   [ all entries ]                     sorted into 16 buckets by nibble 0, through `spare`
 *   level 1   [0][1][2]…[15]                      each bucket of two or more by nibble 1, …
 *
 * The sort is stable, so among entries with one key the last given is the last in its bucket.
 */
#include "data/hamt.h"

struct entry {
    uint64_t hash;
    term key, value;
};

struct build {
    struct heap *heap;
    struct entry *spare; /* as long as all entries */
    size_t pairs;        /* leaves made */
};

static term leaf_of(struct build *b, const struct entry *e) {
    b->pairs++;
    return heap_cons(b->heap, e->key, e->value);
}

/* Drops entries that a later one with the same key overrides. All have the same hash. */
static size_t drop_duplicates(struct entry *e, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < kept && !term_same(e[at].key, e[i].key)) at++;
        e[at] = (struct entry){e[i].hash, at < kept ? e[at].key : e[i].key, e[i].value};
        if (at == kept) kept++;
    }
    return kept;
}

static void sort_by_key(struct entry *e, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct entry x = e[i];
        size_t at = i;
        for (; at > 0 && term_compare_exact(e[at - 1].key, x.key) > 0; at--) e[at] = e[at - 1];
        e[at] = x;
    }
}

static term build_collision(struct build *b, struct entry *e, size_t n) {
    n = drop_duplicates(e, n);
    if (n == 1) return leaf_of(b, e);
    sort_by_key(e, n);
    term *obj = heap_alloc(b->heap, 1 + n);
    obj[0] = header_make(KIND_HAMT_NODE, n);
    for (size_t i = 0; i < n; i++) obj[1 + i] = leaf_of(b, &e[i]);
    return boxed_make(obj);
}

/* Sorts e[0..n-1] by the nibble of `level`; end[i] gets where bucket i ends. */
static void distribute(struct build *b, struct entry *e, size_t n, unsigned level, size_t end[16]) {
    size_t at[16], sum = 0;
    memset(end, 0, 16 * sizeof *end);
    for (size_t i = 0; i < n; i++) end[hamt_nibble(e[i].hash, level)]++;
    for (unsigned i = 0; i < 16; i++) {
        at[i] = sum;
        sum += end[i];
        end[i] = sum;
    }
    memcpy(b->spare, e, n * sizeof *e);
    for (size_t i = 0; i < n; i++) e[at[hamt_nibble(b->spare[i].hash, level)]++] = b->spare[i];
}

static term build_node(struct build *b, struct entry *e, size_t n, unsigned level);

static unsigned build_children(struct build *b, struct entry *e, size_t n, unsigned level, term *children,
                               unsigned *bitmap) {
    size_t end[16], from = 0;
    unsigned count = 0;
    distribute(b, e, n, level, end);
    *bitmap = 0;
    for (unsigned i = 0; i < 16; from = end[i++]) {
        if (end[i] == from) continue;
        *bitmap |= 1u << i;
        children[count++] = build_node(b, e + from, end[i] - from, level + 1);
    }
    return count;
}

static term build_node(struct build *b, struct entry *e, size_t n, unsigned level) {
    if (n == 1) return leaf_of(b, e);
    if (level == HAMT_LEVELS) return build_collision(b, e, n);
    term children[16];
    unsigned bitmap, count = build_children(b, e, n, level, children, &bitmap);
    if (count == 1 && term_is_list(children[0])) return children[0];
    term *obj = heap_alloc(b->heap, 1 + count);
    obj[0] = header_make(KIND_HAMT_NODE, count) | (term)bitmap << 48;
    memcpy(obj + 1, children, count * sizeof *obj);
    return boxed_make(obj);
}

term hamt_build(struct heap *h, const term *kv, size_t n) {
    struct entry *e = alloc_get(h->alloc, 2 * n * sizeof *e);
    if (!e) {
        h->oom(h, 6 * n);
        panic("hamt: out of memory, and the handler returned");
    }
    for (size_t i = 0; i < n; i++) e[i] = (struct entry){term_hash(kv[2 * i]), kv[2 * i], kv[2 * i + 1]};
    struct build b = {h, e + n, 0};
    term children[16];
    unsigned bitmap, count = build_children(&b, e, n, 0, children, &bitmap);
    term *root = heap_alloc(h, 2 + count);
    root[0] = header_make(KIND_HAMT_ROOT, 1 + count) | (term)bitmap << 48;
    root[1] = small_make((int64_t)b.pairs);
    memcpy(root + 2, children, count * sizeof *root);
    alloc_put(h->alloc, e);
    return boxed_make(root);
}
