/* bif_bitstring: sizes and parts of bitstrings; bitstrings from and to lists.
 * Source: erl(25) as the oracle. */
#include "bif/bytes.h"

term bif_erlang_byte_size_1(struct process *p, const term *a) {
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    return small_make((int64_t)((term_bits(a[0]).size_bits + 7) / 8));
}
term bif_erlang_bit_size_1(struct process *p, const term *a) {
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    return small_make((int64_t)term_bits(a[0]).size_bits);
}

/* -- parts */

bool part_range(size_t size, term start, term length, size_t *from, size_t *n) {
    if (!arg_size(start, size, from) || !term_is_small(length)) return false;
    int64_t len = small_value(length);
    if (len < 0) {
        if ((uint64_t)-len > *from) return false;
        *from -= (size_t)-len;
        len = -len;
    } else if ((uint64_t)len > size - *from) {
        return false;
    }
    *n = (size_t)len;
    return true;
}

term binary_part(struct process *p, term t, term start, term length) {
    size_t from, n;
    if (!term_is_bitstring(t)) return raise_badarg(p);
    if (!part_range(term_bits(t).size_bits / 8, start, length, &from, &n)) return raise_badarg(p);
    return heap_sub_bin(&p->heap, t, from * 8, n * 8);
}

term bif_erlang_binary_part_2(struct process *p, const term *a) {
    if (!term_is_tuple_of(a[1], 2)) return raise_badarg(p);
    return binary_part(p, a[0], tuple_elements(a[1])[0], tuple_elements(a[1])[1]);
}
term bif_erlang_binary_part_3(struct process *p, const term *a) {
    return binary_part(p, a[0], a[1], a[2]);
}

term bif_erlang_split_binary_2(struct process *p, const term *a) {
    size_t at;
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    size_t bits = term_bits(a[0]).size_bits;
    if (!arg_size(a[1], bits / 8, &at)) return raise_badarg(p);
    term front = heap_sub_bin(&p->heap, a[0], 0, at * 8);
    term back = heap_sub_bin(&p->heap, a[0], at * 8, bits - at * 8);
    return TUPLE(&p->heap, front, back);
}

/* -- to lists */

/* list_of_bytes: bytes [from, from+n) of b in front of tail. */
static term list_of_bytes(struct process *p, struct bits b, size_t from, size_t n, term tail) {
    if (n == 0) return tail;
    term *cells = heap_alloc(&p->heap, 2 * n), *c = cells;
    size_t at = b.offset_bits + from * 8;
    const uint8_t *s = b.bytes + at / 8;
    unsigned shift = at % 8;
    for (size_t i = 0; i < n; i++, s++, c += 2) {
        c[0] = small_make(shift == 0 ? s[0] : ((s[0] << 8 | s[1]) >> (8 - shift) & 0xff));
        c[1] = list_make(c + 2);
    }
    c[-1] = tail;
    reds_charge(p, n);
    return list_make(cells);
}

term bif_erlang_binary_to_list_1(struct process *p, const term *a) {
    if (!term_is_binary(a[0])) return raise_badarg(p);
    struct bits b = term_bits(a[0]);
    return list_of_bytes(p, b, 0, b.size_bits / 8, NIL);
}

term bif_erlang_binary_to_list_3(struct process *p, const term *a) {
    size_t start, stop;
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    struct bits b = term_bits(a[0]);
    if (!arg_size(a[1], b.size_bits / 8, &start) || !arg_size(a[2], b.size_bits / 8, &stop))
        return raise_badarg(p);
    if (start < 1 || stop < start) return raise_badarg(p);
    return list_of_bytes(p, b, start - 1, stop - start + 1, NIL);
}

term bif_erlang_bitstring_to_list_1(struct process *p, const term *a) {
    if (!term_is_bitstring(a[0])) return raise_badarg(p);
    struct bits b = term_bits(a[0]);
    size_t bytes = b.size_bits / 8, rest = b.size_bits % 8;
    term tail = NIL;
    if (rest != 0) tail = heap_cons(&p->heap, heap_sub_bin(&p->heap, a[0], bytes * 8, rest), NIL);
    return list_of_bytes(p, b, 0, bytes, tail);
}

/* -- from lists */

static term binary_of_iodata(struct process *p, term t) {
    size_t n;
    if (iodata_size(t, &n) != ST_OK) return raise_badarg(p);
    uint8_t *data;
    term binary = heap_bin_new(&p->heap, n, &data);
    iodata_write(t, data);
    reds_charge(p, n / 4);
    return binary;
}

term bif_erlang_list_to_binary_1(struct process *p, const term *a) {
    return term_is_boxed(a[0]) ? raise_badarg(p) : binary_of_iodata(p, a[0]);
}
term bif_erlang_iolist_to_binary_1(struct process *p, const term *a) {
    return term_is_binary(a[0]) ? a[0] : binary_of_iodata(p, a[0]);
}

term bif_erlang_list_to_bitstring_1(struct process *p, const term *a) {
    size_t bits;
    if (term_is_boxed(a[0]) || iodata_bits_size(a[0], &bits) != ST_OK) return raise_badarg(p);
    struct bits_builder b;
    bits_build(&p->heap, &b, bits);
    iodata_put(&b, a[0]);
    reds_charge(p, bits / 32);
    return b.result;
}

term bif_erlang_iolist_size_1(struct process *p, const term *a) {
    size_t n;
    if (iodata_size(a[0], &n) != ST_OK) return raise_badarg(p);
    return small_make((int64_t)n);
}

/* iolist_to_iovec/1: a list of binaries of any cut. A binary is handed on as it is; anything else becomes
 * one. */
term bif_erlang_iolist_to_iovec_1(struct process *p, const term *a) {
    term binary = bif_erlang_iolist_to_binary_1(p, a);
    if (binary == NONE) return NONE;
    return term_bits(binary).size_bits == 0 ? NIL : heap_cons(&p->heap, binary, NIL);
}
