/* bif_compare: comparisons, boolean operators and type tests as functions. All are guards.
 *
 * Invariant: comparisons and one-argument tests never fail. Source: erl(25) as the oracle.
 */
#include "bif/args.h"

#include "code/code.h"
#include "term/order.h"

/* -- comparison */

term bif_erlang_eq_2(struct process *p, const term *a) {
    return term_of_bool(term_equal(a[0], a[1]));
}
term bif_erlang_ne_2(struct process *p, const term *a) {
    return term_of_bool(!term_equal(a[0], a[1]));
}
term bif_erlang_same_2(struct process *p, const term *a) {
    return term_of_bool(term_same(a[0], a[1]));
}
term bif_erlang_not_same_2(struct process *p, const term *a) {
    return term_of_bool(!term_same(a[0], a[1]));
}
term bif_erlang_lt_2(struct process *p, const term *a) {
    return term_of_bool(term_compare(a[0], a[1]) < 0);
}
term bif_erlang_le_2(struct process *p, const term *a) {
    return term_of_bool(term_compare(a[0], a[1]) <= 0);
}
term bif_erlang_gt_2(struct process *p, const term *a) {
    return term_of_bool(term_compare(a[0], a[1]) > 0);
}
term bif_erlang_ge_2(struct process *p, const term *a) {
    return term_of_bool(term_compare(a[0], a[1]) >= 0);
}
term bif_erlang_min_2(struct process *p, const term *a) {
    return term_compare(a[0], a[1]) > 0 ? a[1] : a[0];
}
term bif_erlang_max_2(struct process *p, const term *a) {
    return term_compare(a[0], a[1]) < 0 ? a[1] : a[0];
}

/* -- booleans */

static bool both_bools(const term *a) {
    return term_is_bool(a[0]) && term_is_bool(a[1]);
}

term bif_erlang_and_2(struct process *p, const term *a) {
    return both_bools(a) ? term_of_bool(a[0] == A_TRUE && a[1] == A_TRUE) : raise_badarg(p);
}
term bif_erlang_or_2(struct process *p, const term *a) {
    return both_bools(a) ? term_of_bool(a[0] == A_TRUE || a[1] == A_TRUE) : raise_badarg(p);
}
term bif_erlang_xor_2(struct process *p, const term *a) {
    return both_bools(a) ? term_of_bool(a[0] != a[1]) : raise_badarg(p);
}
term bif_erlang_not_1(struct process *p, const term *a) {
    return term_is_bool(a[0]) ? term_of_bool(a[0] == A_FALSE) : raise_badarg(p);
}

/* -- type tests */

term bif_erlang_is_atom_1(struct process *p, const term *a) {
    return term_of_bool(term_is_atom(a[0]));
}
term bif_erlang_is_binary_1(struct process *p, const term *a) {
    return term_of_bool(term_is_binary(a[0]));
}
term bif_erlang_is_bitstring_1(struct process *p, const term *a) {
    return term_of_bool(term_is_bitstring(a[0]));
}
term bif_erlang_is_boolean_1(struct process *p, const term *a) {
    return term_of_bool(term_is_bool(a[0]));
}
term bif_erlang_is_float_1(struct process *p, const term *a) {
    return term_of_bool(term_is_float(a[0]));
}
term bif_erlang_is_function_1(struct process *p, const term *a) {
    return term_of_bool(term_is_fun(a[0]));
}
term bif_erlang_is_integer_1(struct process *p, const term *a) {
    return term_of_bool(term_is_integer(a[0]));
}
term bif_erlang_is_list_1(struct process *p, const term *a) {
    return term_of_bool(term_is_list(a[0]) || term_is_nil(a[0]));
}
term bif_erlang_is_map_1(struct process *p, const term *a) {
    return term_of_bool(term_is_map(a[0]));
}
term bif_erlang_is_number_1(struct process *p, const term *a) {
    return term_of_bool(term_is_number(a[0]));
}
term bif_erlang_is_pid_1(struct process *p, const term *a) {
    return term_of_bool(term_is_pid(a[0]));
}
term bif_erlang_is_port_1(struct process *p, const term *a) {
    return term_of_bool(term_is_port(a[0]));
}
term bif_erlang_is_reference_1(struct process *p, const term *a) {
    return term_of_bool(term_is_ref(a[0]));
}
term bif_erlang_is_tuple_1(struct process *p, const term *a) {
    return term_of_bool(term_is_tuple(a[0]));
}

static uint32_t fun_arity(term fun) {
    const term *words = boxed_ptr(fun);
    if (boxed_is(fun, KIND_EXPORT)) return ((const struct export_entry *)words[1])->arity;
    return ((const struct fun_entry *)words[1])->arity;
}

term bif_erlang_is_function_2(struct process *p, const term *a) {
    if (!term_is_integer(a[1]) || int_sign(a[1]) < 0) return raise_badarg(p);
    return term_of_bool(term_is_fun(a[0]) && a[1] == small_make(fun_arity(a[0])));
}

/* -- records */

static bool is_record_of(term t, term tag) {
    return term_is_tuple(t) && tuple_size(t) > 0 && tuple_elements(t)[0] == tag;
}

term bif_erlang_is_record_2(struct process *p, const term *a) {
    return term_is_atom(a[1]) ? term_of_bool(is_record_of(a[0], a[1])) : raise_badarg(p);
}

term bif_erlang_is_record_3(struct process *p, const term *a) {
    if (!term_is_atom(a[1]) || !term_is_small(a[2])) return raise_badarg(p);
    return term_of_bool(is_record_of(a[0], a[1]) && small_make((int64_t)tuple_size(a[0])) == a[2]);
}
