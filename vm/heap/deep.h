/* deep: walking terms of any depth in constant memory, by turning their pointers round.
 *
 *   going down      the word that led to a child holds the way back up, tagged with what kind of word it is
 *   coming up       it gets its value back
 *
 * A list cell is walked head first; a boxed object from its last word to the one behind the header. Only words that
 * hold terms are touched, never a header. Source: Schorr and Waite, CACM 10(8), 1967.
 */
#ifndef LING_DEEP_H
#define LING_DEEP_H

#include "term/term.h"

enum link_kind { LINK_HEAD = 1, LINK_BOXED = 2, LINK_TAIL = 3, LINK_MASK = 3 };

/* Words of an object that hold terms; they are its last ones. */
static inline size_t term_words(term header) {
    return header_kind(header) >= KIND_FIRST_RAW ? 0 : header_arity(header);
}

/* deep_descend: go from *t, a list cell or a boxed object, to its first child, into *t. false: it has none. */
static inline bool deep_descend(term *t, term *link) {
    term *slot = list_ptr(*t);
    enum link_kind kind = LINK_HEAD;
    if (!term_is_list(*t)) {
        size_t n = term_words(*boxed_ptr(*t));
        if (n == 0) return false;
        slot = boxed_ptr(*t) + n;
        kind = LINK_BOXED;
    }
    *t = *slot;
    *slot = *link;
    *link = (term)slot | kind;
    return true;
}

/* deep_ascend: go up from the finished child *t to the next unvisited one, into *t. false: all is done (*link 0). */
static inline bool deep_ascend(term *t, term *link) {
    while (*link) {
        term *slot = (term *)(*link & ~(term)LINK_MASK);
        enum link_kind kind = (enum link_kind)(*link & LINK_MASK);
        term up = *slot;
        *slot = *t;
        term *next = kind == LINK_HEAD ? slot + 1 : slot - 1;
        if (kind == LINK_TAIL || (kind == LINK_BOXED && word_is_header(*next))) {
            *t = kind == LINK_TAIL ? list_make(next) : boxed_make(next);
            *link = up;
            continue;
        }
        *t = *next;
        *next = up;
        *link = (term)next | (kind == LINK_HEAD ? LINK_TAIL : LINK_BOXED);
        return true;
    }
    return false;
}

#endif
