/* search: the places where one or several byte strings occur in another. Linear in the text, whatever the
 * input. */
#ifndef LING_BIF_SEARCH_H
#define LING_BIF_SEARCH_H

#include "bif/bytes.h"

struct search_node;
struct search {
    struct view single;        /* the pattern, when there is one */
    struct search_node *nodes; /* else the automaton, in memory of the process heap */
    uint32_t *root;            /* by byte: node, or 0 */
    size_t longest;
};
/* search_compile: a non-empty binary or a non-empty list of such. false: neither. */
bool search_compile(struct process *p, struct search *s, term pattern);
/* search_next: the first occurrence in text[from..end-1]; of those that start there the longest. */
bool search_next(const struct search *s, const uint8_t *text, size_t from, size_t end, size_t *at, size_t *n);

#endif
