/* dict: the process dictionary: open addressing with linear probing, at most three quarters full.
 *
 *   dict  [key|value][NONE|NONE][key|value]…   dict_cap pairs, a power of two; found by term_hash(key)
 *
 * The words are roots of the process: the collector updates them in place. Hashes depend on the value only,
 * so a collection moves no entry.
 */
#include "proc/vm.h"
#include "term/order.h"

static uint32_t dict_slot(const struct process *p, term key) {
    uint32_t mask = p->dict_cap - 1, at = (uint32_t)term_hash(key) & mask;
    while (p->dict[2 * at] != NONE && !term_same(p->dict[2 * at], key)) at = (at + 1) & mask;
    return at;
}

static bool dict_resize(struct process *p, uint32_t cap) {
    term *old = p->dict;
    uint32_t old_cap = p->dict_cap;
    term *grown = alloc_get(p->vm->alloc, 2 * (size_t)cap * sizeof(term));
    if (!grown) return false;
    for (uint32_t i = 0; i < 2 * cap; i++) grown[i] = NONE;
    p->dict = grown;
    p->dict_cap = cap;
    for (uint32_t i = 0; i < old_cap; i++) {
        if (old[2 * i] == NONE) continue;
        uint32_t at = dict_slot(p, old[2 * i]);
        grown[2 * at] = old[2 * i];
        grown[2 * at + 1] = old[2 * i + 1];
    }
    alloc_put(p->vm->alloc, old);
    return true;
}

term dict_get(struct process *p, term key) {
    return p->dict ? p->dict[2 * dict_slot(p, key) + 1] : NONE;
}

term dict_put(struct process *p, term key, term value) {
    uint32_t at = p->dict ? dict_slot(p, key) : 0;
    if (p->dict && p->dict[2 * at] != NONE) {
        term old = p->dict[2 * at + 1];
        p->dict[2 * at + 1] = value;
        return old;
    }
    if (4 * (p->dict_used + 1) > 3 * p->dict_cap) {
        if (!dict_resize(p, p->dict_cap ? 2 * p->dict_cap : 8))
            process_oom(&p->heap, 4 * (size_t)p->dict_cap);
        at = dict_slot(p, key);
    }
    p->dict[2 * at] = key;
    p->dict[2 * at + 1] = value;
    p->dict_used++;
    return NONE;
}

term dict_erase(struct process *p, term key) {
    if (!p->dict) return NONE;
    uint32_t mask = p->dict_cap - 1, hole = dict_slot(p, key);
    if (p->dict[2 * hole] == NONE) return NONE;
    term old = p->dict[2 * hole + 1];
    p->dict[2 * hole] = p->dict[2 * hole + 1] = NONE;
    p->dict_used--;
    for (uint32_t at = (hole + 1) & mask; p->dict[2 * at] != NONE; at = (at + 1) & mask) {
        term k = p->dict[2 * at], v = p->dict[2 * at + 1];
        p->dict[2 * at] = p->dict[2 * at + 1] = NONE;
        uint32_t home = dict_slot(p, k);
        p->dict[2 * home] = k;
        p->dict[2 * home + 1] = v;
    }
    return old;
}

term dict_list(struct process *p) {
    term list = NIL;
    for (uint32_t i = 0; i < p->dict_cap; i++)
        if (p->dict[2 * i] != NONE)
            list = heap_cons(&p->heap, TUPLE(&p->heap, p->dict[2 * i], p->dict[2 * i + 1]), list);
    return list;
}

term dict_keys(struct process *p) {
    term list = NIL;
    for (uint32_t i = 0; i < p->dict_cap; i++)
        if (p->dict[2 * i] != NONE) list = heap_cons(&p->heap, p->dict[2 * i], list);
    return list;
}
