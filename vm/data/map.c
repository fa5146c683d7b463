/* map: changing maps of both layouts. Flat maps are made here, tries by hamt*.c.
 *
 *   flat [hdr 1+n][keys]──> [tuple hdr n][k1]…[kn]     k1 < k2 < … in exact term order
 *                 [v1]…[vn]                            the keys tuple is shared by all maps that differ in
 * values only
 *
 * Invariant: up to MAP_FLAT_MAX pairs a map is flat, beyond it is a trie.
 */
#include "data/hamt.h"
#include "data/map.h"

/* An empty keys tuple needs room on each heap: maps of no pairs are rare enough. */
static term *flat_new(struct heap *h, size_t n, term keys) {
    term *m = heap_alloc(h, 2 + n);
    m[0] = header_make(KIND_FLATMAP, 1 + n);
    m[1] = keys;
    return m;
}

term map_empty(struct heap *h) {
    term *keys = heap_alloc(h, 1);
    keys[0] = header_make(KIND_TUPLE, 0);
    return boxed_make(flat_new(h, 0, boxed_make(keys)));
}

static term flat_replace(struct heap *h, term map, size_t i, term value) {
    size_t n = map_size(map);
    if (flatmap_values(map)[i] == value) return map;
    term *m = flat_new(h, n, flatmap_keys(map));
    memcpy(m + 2, flatmap_values(map), n * sizeof *m);
    m[2 + i] = value;
    return boxed_make(m);
}

/* Where key belongs among n sorted keys that do not have it. */
static size_t insertion_point(const term *keys, size_t n, term key) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (term_compare_exact(keys[mid], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void copy_with_gap(term *to, const term *from, size_t n, size_t gap, term in_gap) {
    memcpy(to, from, gap * sizeof *to);
    to[gap] = in_gap;
    memcpy(to + gap + 1, from + gap, (n - gap) * sizeof *to);
}

static void copy_without(term *to, const term *from, size_t n, size_t i) {
    memcpy(to, from, i * sizeof *to);
    memcpy(to + i, from + i + 1, (n - i - 1) * sizeof *to);
}

static term flat_insert(struct heap *h, term map, term key, term value) {
    size_t n = map_size(map);
    const term *old = tuple_elements(flatmap_keys(map));
    size_t at = insertion_point(old, n, key);
    term *keys = heap_alloc(h, 2 + n), *m = flat_new(h, n + 1, boxed_make(keys));
    keys[0] = header_make(KIND_TUPLE, n + 1);
    copy_with_gap(keys + 1, old, n, at, key);
    copy_with_gap(m + 2, flatmap_values(map), n, at, value);
    return boxed_make(m);
}

static void pairs_of(term map, term *kv) {
    struct map_iter it;
    map_iter_init(&it, map);
    while (map_iter_next(&it, kv, kv + 1)) kv += 2;
}

static term flat_to_trie(struct heap *h, term map, term key, term value) {
    term kv[2 * (MAP_FLAT_MAX + 1)];
    pairs_of(map, kv);
    kv[2 * MAP_FLAT_MAX] = key;
    kv[2 * MAP_FLAT_MAX + 1] = value;
    return hamt_build(h, kv, MAP_FLAT_MAX + 1);
}

term map_put(struct heap *h, term map, term key, term value) {
    if (!map_is_flat(map)) return hamt_put(h, map, key, value);
    size_t n = map_size(map);
    ptrdiff_t i = flatmap_find(tuple_elements(flatmap_keys(map)), n, key);
    if (i >= 0) return flat_replace(h, map, (size_t)i, value);
    if (n < MAP_FLAT_MAX) return flat_insert(h, map, key, value);
    return flat_to_trie(h, map, key, value);
}

term map_update(struct heap *h, term map, term key, term value) {
    if (!map_is_flat(map)) return hamt_replace(h, map, key, value);
    ptrdiff_t i = flatmap_find(tuple_elements(flatmap_keys(map)), map_size(map), key);
    return i < 0 ? NONE : flat_replace(h, map, (size_t)i, value);
}

static term flat_remove(struct heap *h, term map, size_t i) {
    size_t n = map_size(map);
    term *keys = heap_alloc(h, n), *m = flat_new(h, n - 1, boxed_make(keys));
    keys[0] = header_make(KIND_TUPLE, n - 1);
    copy_without(keys + 1, tuple_elements(flatmap_keys(map)), n, i);
    copy_without(m + 2, flatmap_values(map), n, i);
    return boxed_make(m);
}

/* A trie that has become small. */
static term trie_to_flat(struct heap *h, term map) {
    term kv[2 * MAP_FLAT_MAX];
    size_t n = map_size(map);
    pairs_of(map, kv);
    return map_from_pairs(h, kv, n);
}

term map_remove(struct heap *h, term map, term key) {
    if (!map_is_flat(map)) {
        term m = hamt_remove(h, map, key);
        return map_size(m) > MAP_FLAT_MAX ? m : trie_to_flat(h, m);
    }
    ptrdiff_t i = flatmap_find(tuple_elements(flatmap_keys(map)), map_size(map), key);
    return i < 0 ? map : flat_remove(h, map, (size_t)i);
}

term map_take(struct heap *h, term map, term key, term *value) {
    term v = map_get(map, key);
    if (v == NONE) return NONE;
    *value = v;
    return map_remove(h, map, key);
}

/* Insertion sort of pairs by key; a later pair overrides. Returns how many are left. */
static size_t sort_pairs(term *kv, size_t pairs) {
    size_t n = 0;
    for (size_t i = 0; i < pairs; i++) {
        term key = kv[2 * i], value = kv[2 * i + 1];
        size_t at = n;
        int d = 1;
        while (at > 0 && (d = term_compare_exact(kv[2 * at - 2], key)) > 0) at--;
        if (at > 0 && d == 0) {
            kv[2 * at - 1] = value;
            continue;
        }
        memmove(kv + 2 * at + 2, kv + 2 * at, 2 * (n - at) * sizeof *kv);
        kv[2 * at] = key;
        kv[2 * at + 1] = value;
        n++;
    }
    return n;
}

static term flat_from_sorted(struct heap *h, const term *kv, size_t n) {
    term *keys = heap_alloc(h, 1 + n), *m = flat_new(h, n, boxed_make(keys));
    keys[0] = header_make(KIND_TUPLE, n);
    for (size_t i = 0; i < n; i++) {
        keys[1 + i] = kv[2 * i];
        m[2 + i] = kv[2 * i + 1];
    }
    return boxed_make(m);
}

term map_from_pairs(struct heap *h, term *kv, size_t pairs) {
    if (pairs <= MAP_FLAT_MAX) return flat_from_sorted(h, kv, sort_pairs(kv, pairs));
    term m = hamt_build(h, kv, pairs);
    return map_size(m) > MAP_FLAT_MAX ? m : trie_to_flat(h, m);
}

/* -- merging */

/* Both flat and at most MAP_FLAT_MAX pairs together: a merge of sorted keys. */
static term merge_flat(struct heap *h, term a, term b) {
    term kv[2 * MAP_FLAT_MAX], *out = kv;
    size_t na = map_size(a), nb = map_size(b), i = 0, j = 0;
    const term *ka = tuple_elements(flatmap_keys(a)), *kb = tuple_elements(flatmap_keys(b));
    while (i < na || j < nb) {
        int d = i == na ? 1 : j == nb ? -1 : ka[i] == kb[j] ? 0 : term_compare_exact(ka[i], kb[j]);
        out[0] = d <= 0 ? ka[i] : kb[j];
        out[1] = d < 0 ? flatmap_values(a)[i] : flatmap_values(b)[j];
        out += 2;
        i += d <= 0;
        j += d >= 0;
    }
    return flat_from_sorted(h, kv, (size_t)(out - kv) / 2);
}

static term put_all(struct heap *h, term into, term from, bool override) {
    struct map_iter it;
    term key, value;
    map_iter_init(&it, from);
    while (map_iter_next(&it, &key, &value))
        if (override || map_get(into, key) == NONE) into = map_put(h, into, key, value);
    return into;
}

static term merge_large(struct heap *h, term a, term b) {
    size_t na = map_size(a), nb = map_size(b);
    term *kv = alloc_get(h->alloc, 2 * (na + nb) * sizeof *kv);
    if (!kv) {
        h->oom(h, 2 * (na + nb));
        panic("map: out of memory, and the handler returned");
    }
    pairs_of(a, kv);
    pairs_of(b, kv + 2 * na);
    term m = map_from_pairs(h, kv, na + nb);
    alloc_put(h->alloc, kv);
    return m;
}

term map_merge(struct heap *h, term a, term b) {
    enum { MUCH_LARGER = 8 }; /* then copying paths is less work than building anew */
    size_t na = map_size(a), nb = map_size(b);
    if (na == 0 || a == b) return b;
    if (nb == 0) return a;
    if (na + nb <= MAP_FLAT_MAX) return merge_flat(h, a, b);
    if (na / MUCH_LARGER > nb) return put_all(h, a, b, true);
    if (nb / MUCH_LARGER > na) return put_all(h, b, a, false);
    return merge_large(h, a, b);
}

/* -- lists */

enum listed { LIST_KEYS, LIST_VALUES, LIST_PAIRS };

static term list_of(struct heap *h, term map, enum listed what) {
    size_t n = map_size(map), cell_words = what == LIST_PAIRS ? 5 : 2;
    if (n == 0) return NIL;
    term *at = heap_alloc(h, n * cell_words), *start = at, *last = at, key, value;
    struct map_iter it;
    map_iter_init(&it, map);
    for (; map_iter_next(&it, &key, &value); at += cell_words) {
        at[0] = what == LIST_KEYS ? key : what == LIST_VALUES ? value : boxed_make(at + 2);
        at[1] = list_make(at + cell_words);
        if (what == LIST_PAIRS) {
            at[2] = header_make(KIND_TUPLE, 2);
            at[3] = key;
            at[4] = value;
        }
        last = at;
    }
    last[1] = NIL;
    return list_make(start);
}

term map_keys(struct heap *h, term map) {
    return list_of(h, map, LIST_KEYS);
}
term map_values(struct heap *h, term map) {
    return list_of(h, map, LIST_VALUES);
}
term map_to_list(struct heap *h, term map) {
    return list_of(h, map, LIST_PAIRS);
}
