/* search: one pattern by memchr/memmem, several by an Aho-Corasick automaton.
 *
 *   patterns "he", "her", "hi"          node   [byte | first child | next sibling | fail | depth | out]
 *
 *       root ─h─> 1 ─e─> 2* ─r─> 3*     The children of the root are in a table by byte; others are sibling
 * lists. └─i─> 4*             out: length of the longest pattern that ends here, along fail links too.
 *
 * Leftmost, then longest: a match is final once the automaton's state starts behind it.
 * Invariant: a fail link leads to a node of smaller depth; node 0 is the root.
 * Source: Aho, Corasick, "Efficient string matching", CACM 18 (1975). */
#define _GNU_SOURCE
#include "bif/search.h"

struct search_node {
    uint32_t child, sibling, fail, depth, out;
    uint8_t byte;
};

static uint32_t child_of(const struct search *s, uint32_t node, uint8_t byte) {
    if (node == 0) return s->root[byte];
    uint32_t c = s->nodes[node].child;
    while (c != 0 && s->nodes[c].byte != byte) c = s->nodes[c].sibling;
    return c;
}

static void *scratch(struct process *p, size_t bytes) {
    uint8_t *data;
    heap_bin_new(&p->heap, bytes, &data);
    memset(data, 0, bytes);
    return data;
}

static void add_pattern(struct search *s, uint32_t *n_nodes, const struct view *v) {
    uint32_t at = 0, depth = 0;
    for (const uint8_t *b = v->p; b < v->end; b++) {
        uint32_t next = child_of(s, at, *b);
        depth++;
        if (next == 0) {
            next = (*n_nodes)++;
            s->nodes[next] = (struct search_node){.byte = *b, .depth = depth};
            if (at == 0) {
                s->root[*b] = next;
            } else {
                s->nodes[next].sibling = s->nodes[at].child;
                s->nodes[at].child = next;
            }
        }
        at = next;
    }
    s->nodes[at].out = depth;
}

static uint32_t step(const struct search *s, uint32_t node, uint8_t byte) {
    for (;;) {
        uint32_t next = child_of(s, node, byte);
        if (next != 0 || node == 0) return next;
        node = s->nodes[node].fail;
    }
}

/* link_fails: breadth first, so that shorter nodes are complete. queue has room for all nodes. */
static void link_fails(struct search *s, uint32_t *queue) {
    uint32_t head = 0, tail = 0;
    for (unsigned b = 0; b < 256; b++)
        if (s->root[b] != 0) queue[tail++] = s->root[b];
    while (head < tail) {
        const struct search_node *at = &s->nodes[queue[head++]];
        for (uint32_t c = at->child; c != 0; c = s->nodes[c].sibling) {
            struct search_node *child = &s->nodes[c];
            child->fail = step(s, at->fail, child->byte);
            if (child->out == 0) child->out = s->nodes[child->fail].out;
            queue[tail++] = c;
        }
    }
}

/* pattern_bytes: total length of a proper list of non-empty binaries; false: not that. */
static bool pattern_bytes(term list, size_t *total) {
    *total = 0;
    for (; term_is_list(list); list = list_tail(list)) {
        if (!term_is_binary(list_head(list))) return false;
        size_t n = term_bits(list_head(list)).size_bits / 8;
        if (n == 0) return false;
        *total += n;
    }
    return term_is_nil(list) && *total > 0 && *total < UINT32_MAX;
}

static bool compile_single(struct process *p, struct search *s, term binary) {
    *s = (struct search){.nodes = NULL};
    if (!bytes_of(p, binary, &s->single)) return false;
    s->longest = view_left(&s->single);
    return s->longest > 0;
}

bool search_compile(struct process *p, struct search *s, term pattern) {
    size_t total;
    if (term_is_boxed(pattern)) return compile_single(p, s, pattern);
    if (!pattern_bytes(pattern, &total)) return false;
    if (list_tail(pattern) == NIL) return compile_single(p, s, list_head(pattern));
    uint32_t n_nodes = 1;
    *s = (struct search){.nodes = scratch(p, (total + 1) * sizeof(struct search_node)),
                         .root = scratch(p, 256 * sizeof(uint32_t))};
    for (; term_is_list(pattern); pattern = list_tail(pattern)) {
        struct view v;
        if (!bytes_of(p, list_head(pattern), &v)) return false;
        s->longest = max_size(s->longest, view_left(&v));
        add_pattern(s, &n_nodes, &v);
    }
    link_fails(s, scratch(p, n_nodes * sizeof(uint32_t)));
    reds_charge(p, total);
    return true;
}

static bool next_single(const struct view *pattern, const uint8_t *text, size_t from, size_t end,
                        size_t *at) {
    size_t n = view_left(pattern);
    const uint8_t *found = n == 1 ? memchr(text + from, pattern->p[0], end - from)
                                  : memmem(text + from, end - from, pattern->p, n);
    if (!found) return false;
    *at = (size_t)(found - text);
    return true;
}

static bool next_of_many(const struct search *s, const uint8_t *text, size_t from, size_t end, size_t *at,
                         size_t *n) {
    uint32_t node = 0;
    size_t best = 0, best_at = 0;
    for (size_t i = from; i < end; i++) {
        node = step(s, node, text[i]);
        const struct search_node *here = &s->nodes[node];
        if (best != 0 && i + 1 - here->depth > best_at) break;
        if (here->out == 0) continue;
        size_t start = i + 1 - here->out;
        if (best == 0 || start < best_at || (start == best_at && here->out > best)) {
            best = here->out;
            best_at = start;
        }
    }
    if (best == 0) return false;
    *at = best_at;
    *n = best;
    return true;
}

bool search_next(const struct search *s, const uint8_t *text, size_t from, size_t end, size_t *at,
                 size_t *n) {
    if (from >= end) return false;
    if (s->nodes) return next_of_many(s, text, from, end, at, n);
    *n = s->longest;
    return next_single(&s->single, text, from, end, at);
}
