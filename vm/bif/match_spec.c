/* match_spec: see match_spec.h.
 *
 * A compiled head is a copy of the pattern with '$N' and '_' replaced by words that no term has:
 *
 *   N  0x57   variable N          0x67   anything
 *
 * They are immediates to the collector. Patterns and expressions nest at most DEPTH_MAX deep; deeper ones are
 * badarg. Guards that fail for any reason are false, as in Erlang.
 */
#include "bif/match_spec.h"

#include "bif/args.h"
#include "data/map.h"

enum { VARIABLES = 64, DEPTH_MAX = 200 };
enum { WORD_VARIABLE = 0x57, WORD_ANY = 0x67 };

struct match {
    struct process *p;
    term object;
    term vars[VARIABLES];
    int highest;
};

static bool word_is_variable(term t) {
    return (t & 0xff) == WORD_VARIABLE;
}

/* variable_number: N of '$N', or -1. */
static int variable_number(term t) {
    if (!term_is_atom(t)) return -1;
    struct atom_text text = atom_text(t);
    if (text.bytes < 2 || text.bytes > 3 || text.utf8[0] != '$') return -1;
    int n = 0;
    for (uint32_t i = 1; i < text.bytes; i++) {
        if (text.utf8[i] < '0' || text.utf8[i] > '9') return -1;
        n = n * 10 + (text.utf8[i] - '0');
    }
    return n < VARIABLES ? n : -1;
}

/* -- compiling heads */

static term compile_pattern(struct process *p, term t, int depth, bool *ok);

static term compile_list(struct process *p, term t) {
    size_t n = 0;
    for (term rest = t; term_is_list(rest); rest = list_tail(rest)) n++;
    term *cells = heap_alloc(&p->heap, 2 * n);
    term *c = cells;
    for (; term_is_list(t); t = list_tail(t), c += 2) {
        c[0] = NIL;
        c[1] = list_make(c + 2);
    }
    c[-1] = NIL;
    return cells == c ? t : list_make(cells);
}

static void compile_list_elements(struct process *p, term from, term to, int depth, bool *ok) {
    for (; term_is_list(from); from = list_tail(from), to = list_tail(to)) {
        list_ptr(to)[0] = compile_pattern(p, list_head(from), depth + 1, ok);
        if (!term_is_list(list_tail(from)))
            list_ptr(to)[1] = compile_pattern(p, list_tail(from), depth + 1, ok);
    }
}

static term compile_tuple(struct process *p, term t, int depth, bool *ok) {
    size_t n = tuple_size(t);
    term *copy = heap_alloc(&p->heap, n + 1);
    copy[0] = header_make(KIND_TUPLE, n);
    for (size_t i = 0; i < n; i++) copy[1 + i] = NIL;
    for (size_t i = 0; i < n; i++) copy[1 + i] = compile_pattern(p, tuple_elements(t)[i], depth + 1, ok);
    return boxed_make(copy);
}

static term compile_map(struct process *p, term t, int depth, bool *ok) {
    struct map_iter it;
    term key, value, out = map_empty(&p->heap);
    map_iter_init(&it, t);
    while (map_iter_next(&it, &key, &value))
        out = map_put(&p->heap, out, key, compile_pattern(p, value, depth + 1, ok));
    return out;
}

static term compile_pattern(struct process *p, term t, int depth, bool *ok) {
    if (depth > DEPTH_MAX) *ok = false;
    if (!*ok) return NIL;
    if (t == A_UNDERSCORE) return WORD_ANY;
    int n = variable_number(t);
    if (n >= 0) return (term)n << 8 | WORD_VARIABLE;
    if (term_is_tuple(t)) return compile_tuple(p, t, depth, ok);
    if (term_is_map(t)) return compile_map(p, t, depth, ok);
    if (!term_is_list(t)) return t;
    term out = compile_list(p, t);
    compile_list_elements(p, t, out, depth, ok);
    return out;
}

static bool is_proper_list(term t) {
    while (term_is_list(t)) t = list_tail(t);
    return term_is_nil(t);
}

static bool expression_ok(term t, int depth);

static bool expressions_ok(const term *t, size_t n, int depth) {
    for (size_t i = 0; i < n; i++)
        if (!expression_ok(t[i], depth)) return false;
    return true;
}

static bool operator_known(term op, size_t arity) {
    if (op == A_AND || op == A_OR || op == A_ANDALSO || op == A_ORELSE || op == A_XOR) return arity >= 1;
    if (op == A_NOT) return arity == 1;
    struct atom_text text = atom_text(op);
    int bif = bif_lookup("erlang", 6, (const char *)text.utf8, text.bytes, (unsigned)arity);
    return bif >= 0 && bif_table[bif].kind == BIF_GUARD;
}

static bool expression_ok(term t, int depth) {
    if (depth > DEPTH_MAX) return false;
    if (term_is_list(t)) {
        for (; term_is_list(t); t = list_tail(t))
            if (!expression_ok(list_head(t), depth + 1)) return false;
        return term_is_nil(t) || expression_ok(t, depth + 1);
    }
    if (!term_is_tuple(t)) return true;
    size_t n = tuple_size(t);
    const term *e = tuple_elements(t);
    if (n == 0) return false;
    if (n == 1 && term_is_tuple(e[0]))
        return expressions_ok(tuple_elements(e[0]), tuple_size(e[0]), depth + 1);
    if (e[0] == A_CONST) return n == 2;
    return term_is_atom(e[0]) && operator_known(e[0], n - 1) && expressions_ok(e + 1, n - 1, depth + 1);
}

static bool clause_compile(struct process *p, term clause, struct match_clause *out) {
    if (!term_is_tuple_of(clause, 3)) return false;
    const term *e = tuple_elements(clause);
    bool ok = is_proper_list(e[1]) && term_is_list(e[2]) && is_proper_list(e[2]) && expression_ok(e[1], 0) &&
              expression_ok(e[2], 0) &&
              (term_is_tuple(e[0]) || e[0] == A_UNDERSCORE || variable_number(e[0]) >= 0);
    if (!ok) return false;
    *out = (struct match_clause){compile_pattern(p, e[0], 0, &ok), e[1], e[2]};
    return ok;
}

enum status match_spec_compile(struct process *p, term spec, struct match_spec *out) {
    size_t n;
    if (!arg_list_length(spec, &n) || n == 0) return ST_BADARG;
    struct match_spec s = {alloc_get(p->vm->alloc, n * sizeof(struct match_clause)), n, p->vm->alloc};
    if (!s.clauses) return ST_NOMEM;
    for (size_t i = 0; i < n; i++, spec = list_tail(spec))
        if (!clause_compile(p, list_head(spec), &s.clauses[i])) {
            match_spec_free(&s);
            return ST_BADARG;
        }
    *out = s;
    return ST_OK;
}

enum status match_spec_of_pattern(struct process *p, term pattern, term body, struct match_spec *out) {
    term clause = TUPLE(&p->heap, pattern, NIL, heap_cons(&p->heap, body, NIL));
    return match_spec_compile(p, heap_cons(&p->heap, clause, NIL), out);
}

void match_spec_free(struct match_spec *s) {
    alloc_put(s->alloc, s->clauses);
}

static bool is_ground(term t) {
    if (t == WORD_ANY || word_is_variable(t)) return false;
    if (term_is_tuple(t)) {
        for (size_t i = 0; i < tuple_size(t); i++)
            if (!is_ground(tuple_elements(t)[i])) return false;
        return true;
    }
    if (term_is_map(t)) return map_size(t) == 0;
    for (; term_is_list(t); t = list_tail(t))
        if (!is_ground(list_head(t))) return false;
    return t != WORD_ANY && !word_is_variable(t);
}

term match_spec_key(const struct match_spec *s, uint32_t key_pos) {
    term key = NONE;
    for (size_t i = 0; i < s->n; i++) {
        term head = s->clauses[i].head;
        if (!term_is_tuple(head) || tuple_size(head) < key_pos) return NONE;
        term k = tuple_elements(head)[key_pos - 1];
        if (!is_ground(k) || (key != NONE && !term_same(key, k))) return NONE;
        key = k;
    }
    return key;
}

/* -- matching */

static bool matches(struct match *m, term pattern, term value);

static bool bind(struct match *m, term variable, term value) {
    int n = (int)(variable >> 8);
    if (m->vars[n] != NONE) return term_same(m->vars[n], value);
    m->vars[n] = value;
    if (n > m->highest) m->highest = n;
    return true;
}

static bool tuple_matches(struct match *m, term pattern, term value) {
    if (!term_is_tuple(value) || tuple_size(value) != tuple_size(pattern)) return false;
    for (size_t i = 0; i < tuple_size(pattern); i++)
        if (!matches(m, tuple_elements(pattern)[i], tuple_elements(value)[i])) return false;
    return true;
}

static bool map_matches(struct match *m, term pattern, term value) {
    if (!term_is_map(value)) return false;
    struct map_iter it;
    term key, sub;
    map_iter_init(&it, pattern);
    while (map_iter_next(&it, &key, &sub)) {
        term v = map_get(value, key);
        if (v == NONE || !matches(m, sub, v)) return false;
    }
    return true;
}

static bool matches(struct match *m, term pattern, term value) {
    for (; term_is_list(pattern); pattern = list_tail(pattern), value = list_tail(value))
        if (!term_is_list(value) || !matches(m, list_head(pattern), list_head(value))) return false;
    if (pattern == WORD_ANY) return true;
    if (word_is_variable(pattern)) return bind(m, pattern, value);
    if (term_is_tuple(pattern)) return tuple_matches(m, pattern, value);
    if (term_is_map(pattern)) return map_matches(m, pattern, value);
    return term_same(pattern, value);
}

/* -- evaluating. NONE: failed. Depth is bounded by expression_ok. */

static term eval(struct match *m, term t);

static term eval_variables(struct match *m) {
    term list = NIL;
    for (int i = m->highest; i >= 0; i--)
        if (m->vars[i] != NONE) list = heap_cons(&m->p->heap, m->vars[i], list);
    return list;
}

static term eval_list(struct match *m, term t) {
    term reversed = NIL;
    for (; term_is_list(t); t = list_tail(t)) {
        term v = eval(m, list_head(t));
        if (v == NONE) return NONE;
        reversed = heap_cons(&m->p->heap, v, reversed);
    }
    term out = term_is_nil(t) ? NIL : eval(m, t);
    for (; out != NONE && term_is_list(reversed); reversed = list_tail(reversed))
        out = heap_cons(&m->p->heap, list_head(reversed), out);
    return out;
}

static term eval_tuple_maker(struct match *m, term elements) {
    size_t n = tuple_size(elements);
    term *t = heap_alloc(&m->p->heap, n + 1);
    t[0] = header_make(KIND_TUPLE, n);
    for (size_t i = 0; i < n; i++) t[1 + i] = NIL;
    for (size_t i = 0; i < n; i++)
        if ((t[1 + i] = eval(m, tuple_elements(elements)[i])) == NONE) {
            t[1 + i] = NIL;
            return NONE;
        }
    return boxed_make(t);
}

/* and/or/andalso/orelse/xor over any number of booleans */
static term eval_logic(struct match *m, term op, const term *args, size_t n) {
    bool stop = op == A_ORELSE || op == A_OR;
    bool acc = !stop && op != A_XOR;
    for (size_t i = 0; i < n; i++) {
        term v = eval(m, args[i]);
        if (!term_is_bool(v)) return NONE;
        if (op == A_XOR)
            acc = acc != (v == A_TRUE);
        else if ((v == A_TRUE) == stop) {
            acc = stop;
            if (op == A_ANDALSO || op == A_ORELSE) break;
        }
    }
    return term_of_bool(acc);
}

static term eval_call(struct match *m, term op, const term *args, size_t n) {
    if (op == A_AND || op == A_OR || op == A_ANDALSO || op == A_ORELSE || op == A_XOR)
        return eval_logic(m, op, args, n);
    term v[4];
    if (n > ARRAY_LEN(v)) return NONE;
    for (size_t i = 0; i < n; i++)
        if ((v[i] = eval(m, args[i])) == NONE) return NONE;
    if (op == A_NOT) return term_is_bool(v[0]) ? term_of_bool(v[0] == A_FALSE) : NONE;
    struct atom_text text = atom_text(op);
    int bif = bif_lookup("erlang", 6, (const char *)text.utf8, text.bytes, (unsigned)n);
    return bif < 0 ? NONE : bif_table[bif].fn(m->p, v);
}

static term eval_tuple(struct match *m, term t) {
    const term *e = tuple_elements(t);
    size_t n = tuple_size(t);
    if (n == 1 && term_is_tuple(e[0])) return eval_tuple_maker(m, e[0]);
    return e[0] == A_CONST ? e[1] : eval_call(m, e[0], e + 1, n - 1);
}

static term eval(struct match *m, term t) {
    if (term_is_list(t)) return eval_list(m, t);
    if (term_is_tuple(t)) return eval_tuple(m, t);
    if (t == A_DOLLAR_ALL) return m->object;
    if (t == A_DOLLAR_LIST) return eval_variables(m);
    int n = variable_number(t);
    return n < 0 ? t : m->vars[n];
}

static bool guards_hold(struct match *m, term guards) {
    for (; term_is_list(guards); guards = list_tail(guards))
        if (eval(m, list_head(guards)) != A_TRUE) return false;
    return true;
}

static term eval_body(struct match *m, term body) {
    term value = NONE;
    for (; term_is_list(body); body = list_tail(body)) value = eval(m, list_head(body));
    return value;
}

term match_spec_run(struct process *p, const struct match_spec *s, term object) {
    for (size_t i = 0; i < s->n; i++) {
        struct match m = {.p = p, .object = object, .highest = -1};
        for (int v = 0; v < VARIABLES; v++) m.vars[v] = NONE;
        if (!matches(&m, s->clauses[i].head, object) || !guards_hold(&m, s->clauses[i].guards)) continue;
        term value = eval_body(&m, s->clauses[i].body);
        /* the value may refer to the table's own memory: take it out whole */
        return value == NONE ? NONE : heap_copy(&p->heap, value);
    }
    return NONE;
}
