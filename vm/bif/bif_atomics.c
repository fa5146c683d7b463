/* bif_atomics: modules atomics and counters: arrays of 64-bit numbers outside every heap, known by a
 * reference.
 *
 *   reference   hi = vm->ref_hi with bit 16 inverted, lo = number   ->   state.atomics[number] -> [n | signed
 * | words…]
 *
 * One core: every operation is atomic as it is. An array lives until the instance ends: nothing counts the
 * references to it. (OTP frees it with the last one.) Source: atomics(3), counters(3); erl(25) as the oracle.
 */
#include "bif/args.h"
#include "bif/state.h"

#include "data/map.h"

#define ATOMICS_MARK (UINT64_C(1) << 16)

struct atomics {
    size_t n;
    bool is_signed;
    uint64_t words[];
};

/* -- arrays */

static bool registry_reserve(struct vm *vm, struct bif_state *s) {
    if (s->n_atomics < s->cap_atomics) return true;
    uint32_t cap = s->cap_atomics ? 2 * s->cap_atomics : 16;
    struct atomics **grown = alloc_resize(vm->alloc, s->atomics, cap * sizeof *grown);
    if (!grown) return false;
    s->atomics = grown;
    s->cap_atomics = cap;
    return true;
}

static term atomics_new(struct process *p, term size, bool is_signed) {
    struct vm *vm = p->vm;
    struct bif_state *s = bif_state(vm);
    size_t n;
    if (!arg_size(size, SIZE_MAX / 16, &n) || n == 0) return raise_badarg(p);
    if (!s || !registry_reserve(vm, s)) return raise_system_limit(p);
    struct atomics *array = alloc_get_zeroed(vm->alloc, sizeof *array + n * sizeof array->words[0]);
    if (!array) return raise_system_limit(p);
    array->n = n;
    array->is_signed = is_signed;
    s->atomics[s->n_atomics] = array;
    return heap_ref(&p->heap, vm->ref_hi ^ ATOMICS_MARK, s->n_atomics++);
}

static struct atomics *atomics_find(const struct process *p, term ref) {
    const struct bif_state *s = p->vm->bifs;
    if (!s || !term_is_ref(ref) || ref_hi(ref) != (p->vm->ref_hi ^ ATOMICS_MARK)) return NULL;
    return ref_lo(ref) < s->n_atomics ? s->atomics[ref_lo(ref)] : NULL;
}

/* The word that (Ref, Index) names; NULL: none. */
static uint64_t *word_at(const struct process *p, const term *a, struct atomics **array) {
    size_t i;
    *array = atomics_find(p, a[0]);
    if (!*array || !arg_size(a[1], (*array)->n, &i) || i == 0) return NULL;
    return &(*array)->words[i - 1];
}

/* -- values */

static term value_term(struct process *p, const struct atomics *array, uint64_t v) {
    return array->is_signed ? int_from_i64(&p->heap, (int64_t)v) : int_from_u64(&p->heap, v);
}

static bool value_read(const struct atomics *array, term t, uint64_t *v) {
    int64_t i;
    if (!array->is_signed) return term_is_integer(t) && int_to_u64(t, v);
    if (!term_is_integer(t) || !int_to_i64(t, &i)) return false;
    *v = (uint64_t)i;
    return true;
}

/* An increment: anything of 64 bits, signed or not; addition wraps around. */
static bool increment_read(term t, uint64_t *v) {
    int64_t i;
    if (!term_is_integer(t)) return false;
    if (int_to_u64(t, v)) return true;
    if (!int_to_i64(t, &i)) return false;
    *v = (uint64_t)i;
    return true;
}

/* -- BIFs */

term bif_atomics_new_2(struct process *p, const term *a) {
    return term_is_small(a[1]) ? atomics_new(p, a[0], small_value(a[1]) & 1) : raise_badarg(p);
}
term bif_counters_new_1(struct process *p, const term *a) {
    return atomics_new(p, a[0], true);
}

term bif_atomics_get_2(struct process *p, const term *a) {
    struct atomics *array;
    const uint64_t *word = word_at(p, a, &array);
    return word ? value_term(p, array, *word) : raise_badarg(p);
}

term bif_atomics_put_3(struct process *p, const term *a) {
    struct atomics *array;
    uint64_t *word = word_at(p, a, &array);
    return word && value_read(array, a[2], word) ? A_OK : raise_badarg(p);
}

term bif_atomics_add_3(struct process *p, const term *a) {
    struct atomics *array;
    uint64_t *word = word_at(p, a, &array), by;
    if (!word || !increment_read(a[2], &by)) return raise_badarg(p);
    *word += by;
    return A_OK;
}

term bif_atomics_add_get_3(struct process *p, const term *a) {
    struct atomics *array;
    uint64_t *word = word_at(p, a, &array), by;
    if (!word || !increment_read(a[2], &by)) return raise_badarg(p);
    *word += by;
    return value_term(p, array, *word);
}

term bif_atomics_exchange_3(struct process *p, const term *a) {
    struct atomics *array;
    uint64_t *word = word_at(p, a, &array), value;
    if (!word || !value_read(array, a[2], &value)) return raise_badarg(p);
    uint64_t old = *word;
    *word = value;
    return value_term(p, array, old);
}

/* ok, or the actual value when it is not the expected one. */
term bif_atomics_compare_exchange_4(struct process *p, const term *a) {
    struct atomics *array;
    uint64_t *word = word_at(p, a, &array), expected, desired;
    if (!word || !value_read(array, a[2], &expected) || !value_read(array, a[3], &desired))
        return raise_badarg(p);
    if (*word != expected) return value_term(p, array, *word);
    *word = desired;
    return A_OK;
}

static term array_memory(const struct atomics *array) {
    return small_make((int64_t)(sizeof *array + array->n * sizeof array->words[0]));
}

term bif_atomics_info_1(struct process *p, const term *a) {
    const struct atomics *array = atomics_find(p, a[0]);
    if (!array) return raise_badarg(p);
    struct heap *h = &p->heap;
    term max = array->is_signed ? int_from_i64(h, INT64_MAX) : int_from_u64(h, UINT64_MAX);
    term min = array->is_signed ? int_from_i64(h, INT64_MIN) : small_make(0);
    term kv[] = {
        A_SIZE, small_make((int64_t)array->n), A_MAX, max, A_MIN, min, A_MEMORY, array_memory(array)};
    return map_from_pairs(h, kv, 4);
}

term bif_counters_info_1(struct process *p, const term *a) {
    const struct atomics *array = atomics_find(p, a[0]);
    if (!array) return raise_badarg(p);
    term kv[] = {A_SIZE, small_make((int64_t)array->n), A_MEMORY, array_memory(array)};
    return map_from_pairs(&p->heap, kv, 2);
}
