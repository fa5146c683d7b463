/* hamt: inserting into and removing from tries, by copying the path from the root to the changed node.
 *
 *   path[0] root -> path[1] node -> … -> path[depth] the last node on key's way
 *                                          slot: where key's leaf is, or would be inserted
 *
 * Invariant (what makes equal maps equal in shape): a leaf is as high up as it can be. So inserting next to a
 * leaf pushes both down to where their hashes differ, and a node left with one leaf is replaced by that leaf.
 */
#include "data/hamt.h"

struct step {
    const term *obj;
    unsigned slot;
};

struct descent {
    struct step path[HAMT_LEVELS + 1];
    unsigned depth;
    uint64_t hash;
    term leaf;  /* what is at the slot: a list cell, or NONE */
    bool found; /* leaf's key is the key looked for */
};

/* In a collision node: the slot of the first cell whose key is not less than `key`. */
static unsigned collision_slot(const term *node, term key, bool *found) {
    unsigned n = (unsigned)header_arity(node[0]), i = 0;
    int d = -1;
    while (i < n && (d = term_compare_exact(list_head(node[1 + i]), key)) < 0) i++;
    *found = i < n && d == 0;
    return i;
}

static void descend_collision(struct descent *d, const term *node, term key) {
    unsigned slot = collision_slot(node, key, &d->found);
    d->path[d->depth] = (struct step){node, slot};
    d->leaf = d->found ? node[1 + slot] : NONE;
}

static void descend(struct descent *d, term map, term key) {
    const term *obj = boxed_ptr(map);
    d->hash = term_hash(key);
    d->leaf = NONE;
    d->found = false;
    for (d->depth = 0; d->depth < HAMT_LEVELS; d->depth++) {
        size_t n;
        const term *children = hamt_children(obj, &n);
        unsigned nibble = hamt_nibble(d->hash, d->depth), slot = hamt_slot(header_bitmap(obj[0]), nibble);
        d->path[d->depth] = (struct step){obj, slot};
        if (!(header_bitmap(obj[0]) >> nibble & 1)) return;
        if (term_is_list(children[slot])) {
            d->leaf = children[slot];
            d->found = term_same(list_head(d->leaf), key);
            return;
        }
        obj = boxed_ptr(children[slot]);
    }
    descend_collision(d, obj, key);
}

static term header_with_bitmap(enum kind k, size_t arity, unsigned bitmap) {
    return header_make(k, arity) | (term)bitmap << 48;
}
static size_t words_before_children(const term *obj) {
    return header_kind(obj[0]) == KIND_HAMT_ROOT ? 2 : 1;
}

/* Copies of a node: with child `slot` replaced, with one inserted there, without it. A root keeps its count.
 */
static term node_with(struct heap *h, const term *obj, unsigned slot, term child) {
    size_t words = 1 + header_arity(obj[0]);
    term *copy = heap_alloc(h, words);
    memcpy(copy, obj, words * sizeof *copy);
    copy[words_before_children(obj) + slot] = child;
    return boxed_make(copy);
}

static term node_inserted(struct heap *h, const term *obj, unsigned slot, unsigned bit, term child) {
    size_t arity = header_arity(obj[0]), at = words_before_children(obj) + slot;
    term *copy = heap_alloc(h, 2 + arity);
    copy[0] = header_with_bitmap(header_kind(obj[0]), arity + 1, header_bitmap(obj[0]) | bit);
    memcpy(copy + 1, obj + 1, (at - 1) * sizeof *copy);
    copy[at] = child;
    memcpy(copy + at + 1, obj + at, (arity + 1 - at) * sizeof *copy);
    return boxed_make(copy);
}

static term node_without(struct heap *h, const term *obj, unsigned slot, unsigned bit) {
    size_t arity = header_arity(obj[0]), at = words_before_children(obj) + slot;
    term *copy = heap_alloc(h, arity);
    copy[0] = header_with_bitmap(header_kind(obj[0]), arity - 1, header_bitmap(obj[0]) & ~bit);
    memcpy(copy + 1, obj + 1, (at - 1) * sizeof *copy);
    memcpy(copy + at, obj + at + 1, (arity - at) * sizeof *copy);
    return boxed_make(copy);
}

/* `child` takes its place below path[level], and so on up to a new root with `more` pairs more. */
static term rebuild_above(struct heap *h, const struct descent *d, unsigned level, term child, int more) {
    while (level-- > 0) child = node_with(h, d->path[level].obj, d->path[level].slot, child);
    boxed_ptr(child)[1] += (uint64_t)small_make(more);
    return child;
}

static term node_of_two(struct heap *h, unsigned bitmap, term first, term second) {
    term *obj = heap_alloc(h, 3);
    obj[0] = header_with_bitmap(KIND_HAMT_NODE, 2, bitmap);
    obj[1] = first;
    obj[2] = second;
    return boxed_make(obj);
}

static term node_of_one(struct heap *h, unsigned bitmap, term only) {
    term *obj = heap_alloc(h, 2);
    obj[0] = header_with_bitmap(KIND_HAMT_NODE, 1, bitmap);
    obj[1] = only;
    return boxed_make(obj);
}

/* Two leaves that collide above `level`: nodes down to where their hashes differ. */
static term split_leaf(struct heap *h, unsigned level, term old, uint64_t old_hash, term fresh,
                       uint64_t hash) {
    unsigned last = level;
    while (last < HAMT_LEVELS && hamt_nibble(old_hash, last) == hamt_nibble(hash, last)) last++;
    term node;
    if (last == HAMT_LEVELS) {
        bool swap = term_compare_exact(list_head(old), list_head(fresh)) > 0;
        node = node_of_two(h, 0, swap ? fresh : old, swap ? old : fresh);
    } else {
        unsigned a = hamt_nibble(old_hash, last), b = hamt_nibble(hash, last);
        node = node_of_two(h, 1u << a | 1u << b, a < b ? old : fresh, a < b ? fresh : old);
    }
    while (last-- > level) node = node_of_one(h, 1u << hamt_nibble(hash, last), node);
    return node;
}

static term replace_leaf(struct heap *h, const struct descent *d, term map, term value) {
    if (list_tail(d->leaf) == value) return map;
    term cell = heap_cons(h, list_head(d->leaf), value);
    return rebuild_above(h, d, d->depth + 1, cell, 0);
}

term hamt_put(struct heap *h, term map, term key, term value) {
    struct descent d;
    descend(&d, map, key);
    if (d.found) return replace_leaf(h, &d, map, value);
    term cell = heap_cons(h, key, value);
    if (d.leaf != NONE) {
        term node = split_leaf(h, d.depth + 1, d.leaf, term_hash(list_head(d.leaf)), cell, d.hash);
        return rebuild_above(h, &d, d.depth + 1, node, 1);
    }
    unsigned bit = d.depth < HAMT_LEVELS ? 1u << hamt_nibble(d.hash, d.depth) : 0;
    const struct step *last = &d.path[d.depth];
    return rebuild_above(h, &d, d.depth, node_inserted(h, last->obj, last->slot, bit, cell), 1);
}

term hamt_replace(struct heap *h, term map, term key, term value) {
    struct descent d;
    descend(&d, map, key);
    return d.found ? replace_leaf(h, &d, map, value) : NONE;
}

/* Is the node reduced to one leaf when it loses the child at `slot`? Then that leaf, else NONE. */
static term last_leaf_without(const term *obj, unsigned slot) {
    if (header_kind(obj[0]) == KIND_HAMT_ROOT || header_arity(obj[0]) != 2) return NONE;
    term other = obj[slot == 0 ? 2 : 1];
    return term_is_list(other) ? other : NONE;
}

static bool is_chain(const term *obj) {
    return header_kind(obj[0]) == KIND_HAMT_NODE && header_arity(obj[0]) == 1;
}

term hamt_remove(struct heap *h, term map, term key) {
    struct descent d;
    descend(&d, map, key);
    if (!d.found) return map;
    unsigned level = d.depth;
    const struct step *last = &d.path[level];
    term leaf = last_leaf_without(last->obj, last->slot);
    if (leaf != NONE) {
        while (is_chain(d.path[level - 1].obj)) level--;
        return rebuild_above(h, &d, level, leaf, -1);
    }
    unsigned bit = level < HAMT_LEVELS ? 1u << hamt_nibble(d.hash, level) : 0;
    return rebuild_above(h, &d, level, node_without(h, last->obj, last->slot, bit), -1);
}
