/* guards: operators and guard BIFs that have an op of their own: the slow paths.
 *
 * Floats are done here; the rest is what the BIF of the same name does.
 */
#include "interp/inside.h"

#include <math.h>

#include "bif/biftab.h"
#include "data/big.h"

const struct bif_entry interp_guards[G_COUNT] = {
    [G_ADD] = {"erlang", "+", bif_erlang_add_2, 2, BIF_GUARD},
    [G_SUB] = {"erlang", "-", bif_erlang_sub_2, 2, BIF_GUARD},
    [G_MUL] = {"erlang", "*", bif_erlang_mul_2, 2, BIF_GUARD},
    [G_DIV] = {"erlang", "div", bif_erlang_div_2, 2, BIF_GUARD},
    [G_REM] = {"erlang", "rem", bif_erlang_rem_2, 2, BIF_GUARD},
    [G_BAND] = {"erlang", "band", bif_erlang_band_2, 2, BIF_GUARD},
    [G_BOR] = {"erlang", "bor", bif_erlang_bor_2, 2, BIF_GUARD},
    [G_BXOR] = {"erlang", "bxor", bif_erlang_bxor_2, 2, BIF_GUARD},
    [G_BSL] = {"erlang", "bsl", bif_erlang_bsl_2, 2, BIF_GUARD},
    [G_BSR] = {"erlang", "bsr", bif_erlang_bsr_2, 2, BIF_GUARD},
    [G_BNOT] = {"erlang", "bnot", bif_erlang_bnot_1, 1, BIF_GUARD},
    [G_NEG] = {"erlang", "-", bif_erlang_minus_1, 1, BIF_GUARD},
    [G_LENGTH] = {"erlang", "length", bif_erlang_length_1, 1, BIF_GUARD},
    [G_BYTE_SIZE] = {"erlang", "byte_size", bif_erlang_byte_size_1, 1, BIF_GUARD},
    [G_BIT_SIZE] = {"erlang", "bit_size", bif_erlang_bit_size_1, 1, BIF_GUARD},
    [G_ELEMENT] = {"erlang", "element", bif_erlang_element_2, 2, BIF_GUARD},
    [G_MAP_GET] = {"erlang", "map_get", bif_erlang_map_get_2, 2, BIF_GUARD},
    [G_IS_MAP_KEY] = {"erlang", "is_map_key", bif_erlang_is_map_key_2, 2, BIF_GUARD},
    [G_AND] = {"erlang", "and", bif_erlang_and_2, 2, BIF_GUARD},
    [G_OR] = {"erlang", "or", bif_erlang_or_2, 2, BIF_GUARD},
    [G_XOR] = {"erlang", "xor", bif_erlang_xor_2, 2, BIF_GUARD},
    [G_NOT] = {"erlang", "not", bif_erlang_not_1, 1, BIF_GUARD},
    [G_TUPLE_SIZE] = {"erlang", "tuple_size", bif_erlang_tuple_size_1, 1, BIF_GUARD},
    [G_HD] = {"erlang", "hd", bif_erlang_hd_1, 1, BIF_GUARD},
    [G_TL] = {"erlang", "tl", bif_erlang_tl_1, 1, BIF_GUARD},
    [G_MAP_SIZE] = {"erlang", "map_size", bif_erlang_map_size_1, 1, BIF_GUARD},
};

bool interp_to_double(term t, double *d) {
    if (term_is_small(t)) {
        *d = (double)small_value(t);
        return true;
    }
    if (term_is_float(t)) {
        *d = float_value(t);
        return true;
    }
    return term_is_big(t) && int_to_double(t, d);
}

static double float_op(enum guard op, double a, double b) {
    return op == G_ADD ? a + b : op == G_SUB ? a - b : a * b;
}

term interp_arith(struct process *p, enum guard op, const term *a) {
    double l, r;
    if ((term_is_float(a[0]) || term_is_float(a[1])) && interp_to_double(a[0], &l) &&
        interp_to_double(a[1], &r)) {
        double result = float_op(op, l, r);
        return LIKELY(isfinite(result)) ? heap_float(&p->heap, result) : raise_badarith(p);
    }
    return interp_guards[op].fn(p, a);
}

term interp_keep(struct process *p, uint32_t live, term r) {
    term *x = p->vm->x;
    x[live] = r;
    if (process_collect(p, 0, live + 1) != ST_OK) p->heap.oom(&p->heap, 0);
    return x[live];
}
