/* order: Erlang's term order and equality. None recurse in C beyond a bounded depth; none allocate. */
#ifndef LING_ORDER_H
#define LING_ORDER_H

#include "term/term.h"

/* Text of an atom, for ordering and printing: set once by the code layer (or lingpack). */
struct atom_text {
    const uint8_t *utf8;
    uint32_t bytes;
};
extern struct atom_text (*atom_text)(term atom);

/* number < atom < reference < fun < port < pid < tuple < map < nil < list < bitstring */
int term_compare(term a, term b);       /* ==-order: 1 and 1.0 are equal. Returns <0, 0, >0 */
int term_compare_exact(term a, term b); /* as map keys are ordered: integers before floats */
bool term_equal_exact(term a, term b);  /* =:= */
static inline bool term_same(term a, term b) {
    return a == b || (!(term_is_imm(a) || term_is_imm(b)) && term_equal_exact(a, b));
}
static inline bool term_equal(term a, term b) { /* == */
    return a == b || term_compare(a, b) == 0;
}

/* -- hash.c */
uint32_t term_phash2(term t);       /* erlang:phash2/1 before the range: OTP's values */
uint32_t term_phash(term t);        /* erlang:phash/2 before the range, likewise */
uint32_t term_atom_hash(term atom); /* what an atom's text adds to both */
uint64_t term_hash(term t); /* internal (HAMT, ETS): 1 and 1.0 hash apart; the same in every build and boot */

#endif
