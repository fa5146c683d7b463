/* bif_binary: module binary but for searching (bif_binary_search.c).
 * Source: stdlib's binary(3); erl(25) as the oracle. */
#include "bif/bytes.h"

term bif_binary_at_2(struct process *p, const term *a) {
    struct view v;
    size_t at;
    if (!bytes_of(p, a[0], &v) || !arg_size(a[1], view_left(&v), &at) || at == view_left(&v))
        return raise_badarg(p);
    return small_make(v.p[at]);
}
term bif_binary_first_1(struct process *p, const term *a) {
    struct view v;
    if (!bytes_of(p, a[0], &v) || view_left(&v) == 0) return raise_badarg(p);
    return small_make(v.p[0]);
}
term bif_binary_last_1(struct process *p, const term *a) {
    struct view v;
    if (!bytes_of(p, a[0], &v) || view_left(&v) == 0) return raise_badarg(p);
    return small_make(v.end[-1]);
}

term bif_binary_part_2(struct process *p, const term *a) {
    if (!term_is_tuple_of(a[1], 2)) return raise_badarg(p);
    return binary_part(p, a[0], tuple_elements(a[1])[0], tuple_elements(a[1])[1]);
}
term bif_binary_part_3(struct process *p, const term *a) {
    return binary_part(p, a[0], a[1], a[2]);
}

/* -- copy */

enum { COPY_MAX_BITS = 40 }; /* more bytes than 2^40: no machine has them */

static void repeat(uint8_t *out, const uint8_t *s, size_t n, size_t total) {
    memcpy(out, s, n);
    for (size_t done = n; done < total;) { /* double what is there */
        size_t more = min_size(done, total - done);
        memcpy(out + done, out, more);
        done += more;
    }
}

static term binary_copy(struct process *p, term t, term times_term) {
    struct view v;
    size_t times;
    if (!bytes_of(p, t, &v)) return raise_badarg(p);
    if (!term_is_integer(times_term) || int_sign(times_term) < 0) return raise_badarg(p);
    size_t n = view_left(&v);
    if (n == 0) return heap_bin_copy(&p->heap, "", 0);
    if (!arg_size(times_term, ((size_t)1 << COPY_MAX_BITS) / n, &times)) return raise_system_limit(p);
    uint8_t *data;
    term copy = heap_bin_new(&p->heap, n * times, &data);
    if (times > 0) repeat(data, v.p, n, n * times);
    reds_charge(p, n * times / 8);
    return copy;
}

term bif_binary_copy_1(struct process *p, const term *a) {
    return binary_copy(p, a[0], small_make(1));
}
term bif_binary_copy_2(struct process *p, const term *a) {
    return binary_copy(p, a[0], a[1]);
}

/* -- integers */

static term decode_unsigned(struct process *p, term t, bool little) {
    struct view v;
    if (!bytes_of(p, t, &v)) return raise_badarg(p);
    if (view_left(&v) == 0) return small_make(0);
    if (view_left(&v) > (size_t)BIG_MAX_LIMBS * 8) return raise_system_limit(p);
    return int_from_bytes(&p->heap, v.p, view_left(&v), little, false);
}

static term encode_unsigned(struct process *p, term t, bool little) {
    if (!term_is_integer(t) || int_sign(t) < 0) return raise_badarg(p);
    size_t n = max_size(1, (int_bit_length(t) + 7) / 8);
    uint8_t *data;
    term binary = heap_bin_new(&p->heap, n, &data);
    int_to_bytes(t, data, n, little);
    return binary;
}

term bif_binary_decode_unsigned_1(struct process *p, const term *a) {
    return decode_unsigned(p, a[0], false);
}
term bif_binary_decode_unsigned_2(struct process *p, const term *a) {
    if (a[1] != A_BIG && a[1] != A_LITTLE) return raise_badarg(p);
    return decode_unsigned(p, a[0], a[1] == A_LITTLE);
}
term bif_binary_encode_unsigned_1(struct process *p, const term *a) {
    return encode_unsigned(p, a[0], false);
}
term bif_binary_encode_unsigned_2(struct process *p, const term *a) {
    if (a[1] != A_BIG && a[1] != A_LITTLE) return raise_badarg(p);
    return encode_unsigned(p, a[0], a[1] == A_LITTLE);
}

/* -- common prefix and suffix */

static size_t common_prefix(const struct view *a, const struct view *b, size_t max) {
    size_t n = 0;
    while (n < max && a->p[n] == b->p[n]) n++;
    return n;
}
static size_t common_suffix(const struct view *a, const struct view *b, size_t max) {
    size_t n = 0;
    while (n < max && a->end[-1 - (ptrdiff_t)n] == b->end[-1 - (ptrdiff_t)n]) n++;
    return n;
}

static term longest_common(struct process *p, term list,
                           size_t (*common)(const struct view *a, const struct view *b, size_t max)) {
    struct view first, v;
    if (!term_is_list(list) || !bytes_of(p, list_head(list), &first)) return raise_badarg(p);
    size_t n = view_left(&first);
    for (list = list_tail(list); term_is_list(list); list = list_tail(list)) {
        if (!bytes_of(p, list_head(list), &v)) return raise_badarg(p);
        n = common(&first, &v, min_size(n, view_left(&v)));
        reds_charge(p, n);
    }
    return term_is_nil(list) ? small_make((int64_t)n) : raise_badarg(p);
}

term bif_binary_longest_common_prefix_1(struct process *p, const term *a) {
    return longest_common(p, a[0], common_prefix);
}
term bif_binary_longest_common_suffix_1(struct process *p, const term *a) {
    return longest_common(p, a[0], common_suffix);
}

/* referenced_byte_size: of the bytes that t keeps alive. */
term bif_binary_referenced_byte_size_1(struct process *p, const term *a) {
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    const term *o = boxed_ptr(a[0]);
    if (header_kind(*o) == KIND_SUB_BIN) o = boxed_ptr(o[SUB_ORIG]);
    _Static_assert(REFC_SIZE == 1, "heap and refc binaries keep their size in the same word");
    return small_make((int64_t)o[REFC_SIZE]);
}
