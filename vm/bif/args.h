/* args: small readers and makers that BIF bodies share. None allocates, unless it is handed a heap. */
#ifndef LING_BIF_ARGS_H
#define LING_BIF_ARGS_H

#include "bif/biftab.h"
#include "data/big.h"

static inline term term_of_bool(bool b) {
    return b ? A_TRUE : A_FALSE;
}
static inline bool term_is_bool(term t) {
    return t == A_TRUE || t == A_FALSE;
}

/* arg_size: t as a size or index, 0..max. false: not a small integer in that range. */
static inline bool arg_size(term t, size_t max, size_t *out) {
    if (!term_is_small(t) || small_value(t) < 0 || (size_t)small_value(t) > max) return false;
    *out = (size_t)small_value(t);
    return true;
}

/* arg_list_length: number of elements of a proper list. false: not a proper list. */
static inline bool arg_list_length(term list, size_t *n) {
    size_t count = 0;
    for (; term_is_list(list); list = list_tail(list)) count++;
    *n = count;
    return term_is_nil(list);
}

/* reds_charge: a loop did `steps` cheap steps. */
static inline void reds_charge(struct process *p, size_t steps) {
    p->reds -= (int32_t)min_size(steps / 8, 4000);
}

static inline term heap_string_of(struct process *p, const char *text) {
    return heap_string(&p->heap, text, strlen(text), NIL);
}

/* raise_badarg_cause: badarg whose error_info names a cause (badopt, badtype, …), as erl_erts_errors expects.
 */
term raise_badarg_cause(struct process *p, term cause);

#endif
