/* match_spec: match specifications of ets:select and friends, interpreted.
 *
 *   [{Head, [Guard], [Body]}]    '$1' '$2' … variables, '_' anything, '$_' the object, '$$' all variables in
 * order
 *
 * The object may lie outside the process's heap (a table's copy): what a body yields is copied to the heap.
 * Source: erts user's guide, "Match Specifications in Erlang"; erl(25) as the oracle.
 */
#ifndef LING_MATCH_SPEC_H
#define LING_MATCH_SPEC_H

#include "bif/bif.h"

struct match_clause {
    term head; /* variables as variable words, '_' as wildcard word */
    term guards, body;
};
struct match_spec {
    struct match_clause *clauses; /* alloc_put it with match_spec_free */
    size_t n;
    struct alloc *alloc;
};
/* match_spec_compile: check the shape and prepare the heads. ST_BADARG: not a match specification; ST_NOMEM.
 */
enum status match_spec_compile(struct process *p, term spec, struct match_spec *out) MUST_CHECK;
/* match_spec_of_pattern: as [{Pattern, [], [Body]}], for ets:match ('$$') and match_object ('$_'). */
enum status match_spec_of_pattern(struct process *p, term pattern, term body,
                                  struct match_spec *out) MUST_CHECK;
void match_spec_free(struct match_spec *s);
/* match_spec_run: the first clause whose head and guards hold for `object`: the value of its body, on p's
 * heap. NONE: no clause holds. */
term match_spec_run(struct process *p, const struct match_spec *s, term object);
/* match_spec_key: the key that every clause binds exactly at element key_pos of its head, or NONE (a full
 * scan). */
term match_spec_key(const struct match_spec *s, uint32_t key_pos);

#endif
