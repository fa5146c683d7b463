/* map_next: iterating over a map a piece at a time, with the position kept as an integer.
 *
 *   path   1 [nibble d-1] … [nibble 1] [nibble 0]     the way from the root to where to go on, below a
 * leading 1; 0: from the start
 *
 * A path holds at most PATH_LEVELS nibbles, to stay a small: pieces end only above that depth. Any path of
 * any map is answered with a position, so a made-up one does no harm.
 */
#include "data/map.h"

enum { PATH_LEVELS = 14, PIECE_NESTED = 64, PIECE_LIST = 512 };

/* Sets `it` to the first pair that is not before `path`. */
static bool iter_seek(struct map_iter *it, term map, int64_t path) {
    map_iter_init(it, map);
    if (path == 0) return true;
    if (path < 0 || map_is_flat(map)) return false;
    const term *obj = boxed_ptr(map);
    for (it->depth = 0; it->depth <= PATH_LEVELS && path > 1; path >>= HAMT_BITS) {
        size_t n;
        const term *children = hamt_children(obj, &n);
        unsigned nibble = path & 15, slot = hamt_slot(header_bitmap(obj[0]), nibble);
        bool here = header_bitmap(obj[0]) >> nibble & 1, deeper = path >> HAMT_BITS > 1;
        bool down = here && deeper && !term_is_list(children[slot]);
        it->path[it->depth].next = children + slot + down;
        it->path[it->depth].left = n - slot - down;
        if (!down) return true;
        obj = boxed_ptr(children[slot]);
        it->depth++;
    }
    return false;
}

static unsigned nth_bit(unsigned bitmap, size_t n) {
    while (n--) bitmap &= bitmap - 1;
    return (unsigned)__builtin_ctz(bitmap);
}

/* The nibble of the child that `it` takes next at `level` (or took last, with back 1). obj: the node there.
 */
static unsigned nibble_at(const struct map_iter *it, const term *obj, int level, size_t back) {
    size_t n;
    hamt_children(obj, &n);
    return nth_bit(header_bitmap(obj[0]), n - it->path[level].left - back);
}

/* Where `it` stands, as a path; 0: at the end. Must not stand below PATH_LEVELS. */
static int64_t iter_path(struct map_iter *it) {
    while (it->depth >= 0 && it->path[it->depth].left == 0) it->depth--;
    if (it->depth < 0) return 0;
    uint64_t path = 0;
    const term *obj = boxed_ptr(it->map);
    for (int level = 0; level <= it->depth; level++) {
        bool last = level == it->depth;
        path |= (uint64_t)nibble_at(it, obj, level, !last) << (HAMT_BITS * level);
        if (!last) obj = boxed_ptr(it->path[level].next[-1]);
    }
    return (int64_t)(path | UINT64_C(1) << (HAMT_BITS * (it->depth + 1)));
}

static bool may_stop(const struct map_iter *it) {
    return !map_is_flat(it->map) && it->depth < PATH_LEVELS;
}

static term next_nested(struct heap *h, struct map_iter *it, term end) {
    term first = end, *hole = &first, key, value;
    for (int taken = 0; taken < PIECE_NESTED || !may_stop(it); taken++) {
        if (!map_iter_next(it, &key, &value)) return first;
        term t = TUPLE(h, key, value, end);
        *hole = t;
        hole = tuple_elements(t) + 2;
    }
    int64_t path = iter_path(it);
    if (path) *hole = heap_cons(h, small_make(path), it->map);
    return first;
}

static term next_list(struct heap *h, struct map_iter *it, term acc) {
    term first = acc, *hole = &first, key, value;
    for (int taken = 0; taken < PIECE_LIST || !may_stop(it); taken++) {
        if (!map_iter_next(it, &key, &value)) return first;
        term cell = heap_cons(h, TUPLE(h, key, value), acc);
        *hole = cell;
        hole = list_ptr(cell) + 1;
    }
    int64_t path = iter_path(it);
    if (!path) return first;
    return heap_cons(h, small_make(path), heap_cons(h, it->map, first));
}

term map_next(struct heap *h, int64_t path, term map, term acc, term end) {
    struct map_iter it;
    if (!iter_seek(&it, map, path)) return NONE;
    return acc == NONE ? next_nested(h, &it, end) : next_list(h, &it, acc);
}
