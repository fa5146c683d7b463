/* ets_tree: AVL tree of table objects, ordered by key in ==-order.
 *
 * Invariant: heights of the two subtrees of an object differ by at most 1, so depth is under 1.45 log2(n):
 * recursion over it is bounded by about 90. Source: Adelson-Velsky and Landis 1962.
 */
#include "data/ets.h"

static int height(const struct ets_object *o) {
    return o ? o->height : 0;
}

static void refresh(struct ets_object *o) {
    int l = height(o->link[0]), r = height(o->link[1]);
    o->height = (l > r ? l : r) + 1;
}

/* Lift the child on `side` above o. */
static struct ets_object *rotate(struct ets_object *o, int side) {
    struct ets_object *up = o->link[side];
    o->link[side] = up->link[!side];
    up->link[!side] = o;
    refresh(o);
    refresh(up);
    return up;
}

static struct ets_object *balance(struct ets_object *o) {
    int lean = height(o->link[1]) - height(o->link[0]);
    if (lean >= -1 && lean <= 1) {
        refresh(o);
        return o;
    }
    int side = lean > 0;
    struct ets_object *child = o->link[side];
    if (height(child->link[!side]) > height(child->link[side])) o->link[side] = rotate(child, !side);
    return rotate(o, side);
}

static int order(const struct ets_table *t, term key, const struct ets_object *o) {
    return term_compare(key, ets_key(t, o->tuple));
}

static struct ets_object *add(const struct ets_table *t, struct ets_object *at, struct ets_object *o,
                              term key) {
    if (!at) return o;
    int side = order(t, key, at) > 0;
    at->link[side] = add(t, at->link[side], o, key);
    return balance(at);
}

void ets_tree_add(struct ets_table *t, struct ets_object *o) {
    o->link[0] = o->link[1] = NULL;
    o->height = 1;
    t->root = add(t, t->root, o, ets_key(t, o->tuple));
}

static struct ets_object *take_first(struct ets_object *at, struct ets_object **first) {
    if (!at->link[0]) {
        *first = at;
        return at->link[1];
    }
    at->link[0] = take_first(at->link[0], first);
    return balance(at);
}

static struct ets_object *take(const struct ets_table *t, struct ets_object *at, const struct ets_object *o,
                               term key) {
    if (at != o) {
        int side = order(t, key, at) > 0;
        at->link[side] = take(t, at->link[side], o, key);
        return balance(at);
    }
    if (!at->link[1]) return at->link[0];
    struct ets_object *heir, *right = take_first(at->link[1], &heir);
    heir->link[0] = at->link[0];
    heir->link[1] = right;
    return balance(heir);
}

void ets_tree_take(struct ets_table *t, struct ets_object *o) {
    t->root = take(t, t->root, o, ets_key(t, o->tuple));
}

struct ets_object *ets_tree_find(const struct ets_table *t, term key) {
    struct ets_object *at = t->root;
    while (at) {
        int c = order(t, key, at);
        if (c == 0) return at;
        at = at->link[c > 0];
    }
    return NULL;
}

struct ets_object *ets_tree_end(const struct ets_table *t, int side) {
    struct ets_object *at = t->root;
    while (at && at->link[side]) at = at->link[side];
    return at;
}

struct ets_object *ets_tree_beside(const struct ets_table *t, term key, int side) {
    struct ets_object *at = t->root, *best = NULL;
    while (at) {
        int c = order(t, key, at);
        bool beyond = side ? c < 0 : c > 0; /* `at` lies on the wanted side of key */
        if (beyond) best = at;
        at = at->link[beyond ? !side : side];
    }
    return best;
}
