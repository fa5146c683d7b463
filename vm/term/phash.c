/* phash: term_phash, OTP's older portable hash, value for value.
 *
 * A walk that multiplies by a prime and adds, byte by byte; the explicit stack holds pairs of words:
 *
 *   [p][n << 2 | SPAN]       hash the n terms at p
 *   [n][TUPLE_END]           the elements are done: the size comes last
 *   [tail][TAIL]             the head of a list cell is done
 *   [0][LIST_END]            the tail that ends a list is done
 *
 * Integers hash by the bytes of their magnitude, 4 or a multiple of 8. Small characters in lists take a
 * shorter way. Source: erl(25) as the oracle (tests/erl/conversions_conf.erl); the primes are those of OTP's
 * erts.
 */
#include "term/bits_view.h"
#include "term/map_read.h"
#include "term/order.h"
#include "term/workstack.h"
#include "term/callable.h"

enum { SPAN, TUPLE_END, TAIL, LIST_END, FRAME_MASK = 3 };

/* Primes just above 2^28, numbered as in erts. */
static const uint32_t prime[] = {0,         268440163, 268439161, 268435459, 268436141,
                                 268438633, 268437017, 268438039, 268437511, 268439627,
                                 268440479, 268440577, 268440581, 268440593, 268440611};

static uint32_t bytes_of_u64(uint32_t h, uint64_t v, unsigned n_bytes, uint32_t by) {
    for (unsigned i = 0; i < n_bytes; i++, v >>= 8) h = h * by + (uint32_t)(v & 0xff);
    return h;
}

static uint32_t hash_digits(uint32_t h, const uint64_t *digits, size_t n, bool negative) {
    for (size_t i = 0; i + 1 < n; i++) h = bytes_of_u64(h, digits[i], 8, prime[2]);
    h = bytes_of_u64(h, digits[n - 1], digits[n - 1] >> 32 ? 8 : 4, prime[2]);
    return h * prime[negative ? 4 : 3];
}

static uint32_t hash_bits(uint32_t h, term t) {
    struct bits_view v = bits_view_of(t);
    size_t whole = v.size / 8, odd = v.size & 7;
    for (size_t i = 0; i < whole; i++) h = h * prime[1] + bits_view_byte(&v, i);
    if (odd) {
        uint32_t last = bits_view_byte(&v, whole) >> (8 - odd);
        h = (h * prime[1] + last) * prime[12] + (uint32_t)odd;
    }
    return h * prime[4] + (uint32_t)whole;
}

static uint32_t hash_imm(uint32_t h, term t) {
    if (term_is_atom(t)) return h * prime[1] + term_atom_hash(t);
    if (term_is_nil(t)) return h * prime[3] + 1;
    if (term_is_small(t)) {
        int64_t v = small_value(t);
        uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
        return hash_digits(h, &magnitude, 1, v < 0);
    }
    bool pid = term_is_pid(t);
    uint32_t number = (uint32_t)(pid ? pid_data(t) & 0xfffffff : port_data(t));
    return bytes_of_u64(h, number, 4, prime[pid ? 5 : 9]) * prime[pid ? 6 : 10];
}

static uint32_t hash_export(uint32_t h, const struct export_entry *e) {
    h = h * prime[11] + e->arity;
    h = h * prime[1] + term_atom_hash(e->module);
    return h * prime[1] + term_atom_hash(e->function);
}

static uint32_t hash_fun(uint32_t h, const struct fun_entry *f) {
    h = h * prime[10] + f->num_free;
    h = h * prime[1] + term_atom_hash(f->module);
    h = h * prime[2] + f->old_index;
    return h * prime[2] + f->old_uniq;
}

static uint32_t hash_boxed(uint32_t h, term t, struct workstack *s) {
    const term *o = boxed_ptr(t);
    switch (header_kind(*o)) {
    case KIND_TUPLE:
        workstack_push2(s, tuple_size(t), TUPLE_END);
        workstack_push2(s, (uint64_t)(o + 1), tuple_size(t) << 2 | SPAN);
        return h;
    case KIND_FUN:
        workstack_push2(s, (uint64_t)(o + 3), (header_arity(*o) - 2) << 2 | SPAN);
        return hash_fun(h, (const struct fun_entry *)o[1]);
    case KIND_EXPORT: return hash_export(h, (const struct export_entry *)o[1]);
    case KIND_BIG_POS:
    case KIND_BIG_NEG: return hash_digits(h, o + 1, header_arity(*o), header_kind(*o) == KIND_BIG_NEG);
    case KIND_FLOAT: return h * prime[6] + ((uint32_t)o[1] ^ (uint32_t)(o[1] >> 32));
    case KIND_REF: return bytes_of_u64(h, (uint32_t)o[2], 4, prime[9]) * prime[10];
    case KIND_FLATMAP:
    case KIND_HAMT_ROOT: return h * prime[13] + prime[14] + term_phash2(t);
    default: return hash_bits(h, t);
    }
}

static uint32_t hash_list(uint32_t h, term t, struct workstack *s) {
    for (; term_is_list(t); t = list_tail(t)) {
        term head = list_head(t);
        if (!term_is_small(head) || (uint64_t)small_value(head) > 255) {
            workstack_push2(s, list_tail(t), TAIL);
            workstack_push2(s, (uint64_t)list_ptr(t), 1 << 2 | SPAN);
            return h;
        }
        h = h * prime[2] + (uint32_t)small_value(head);
    }
    workstack_push2(s, t, TAIL);
    return h;
}

static uint32_t hash_term(uint32_t h, term t, struct workstack *s) {
    if (term_is_list(t)) return hash_list(h, t, s);
    return term_is_boxed(t) ? hash_boxed(h, t, s) : hash_imm(h, t);
}

uint32_t term_phash(term t) {
    struct workstack s;
    workstack_init(&s);
    uint32_t h = hash_term(0, t, &s);
    while (!workstack_empty(&s)) {
        uint64_t what = workstack_pop(&s), word = workstack_pop(&s);
        switch (what & FRAME_MASK) {
        case TUPLE_END: h = h * prime[9] + (uint32_t)word; break;
        case LIST_END: h *= prime[8]; break;
        case TAIL:
            if (!term_is_list(word)) workstack_push2(&s, 0, LIST_END);
            h = hash_term(h, word, &s);
            break;
        default:
            if (what >> 2 == 0) break;
            workstack_push2(&s, word + sizeof(term), what - (1 << 2));
            h = hash_term(h, *(const term *)word, &s);
        }
    }
    workstack_free(&s);
    return h;
}
