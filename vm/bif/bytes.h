/* bytes: arguments as contiguous bytes. What has to be copied is copied onto the process heap, where the next
 * collection takes it back: no BIF has to give memory back on its way out. */
#ifndef LING_BIF_BYTES_H
#define LING_BIF_BYTES_H

#include "bif/args.h"
#include "data/bits.h"

/* bytes_of: the bytes of binary t. false: not a binary. */
static inline bool bytes_of(struct process *p, term t, struct view *out) {
    if (!term_is_binary(t)) return false;
    struct bits b = term_bits(t);
    const uint8_t *at = b.bytes + b.offset_bits / 8;
    if (UNLIKELY(b.offset_bits % 8 != 0)) {
        uint8_t *copy;
        heap_bin_new(&p->heap, b.size_bits / 8, &copy);
        bits_copy(copy, 0, b.bytes, b.offset_bits, b.size_bits);
        at = copy;
    }
    *out = view_of(at, b.size_bits / 8);
    return true;
}

/* bytes_of_iodata: the bytes of an iolist or binary. false: not iodata. */
bool bytes_of_iodata(struct process *p, term t, struct view *out);

/* part_range: start and length (may be negative: backwards) as a range within size. -- bif_bitstring.c */
bool part_range(size_t size, term start, term length, size_t *from, size_t *n);
/* binary_part: as the BIF; raises badarg. */
term binary_part(struct process *p, term t, term start, term length);

/* A text of unknown length, collected from a list. */
enum { TEXT_LOCAL = 256 };
struct text {
    char local[TEXT_LOCAL];
    char *s;
    size_t n;
};
/* text_of_chars: a proper list of bytes as text. false: not that. */
bool text_of_chars(struct process *p, struct text *t, term list);
/* text_room: t->s with room for n bytes. */
char *text_room(struct process *p, struct text *t, size_t n);

#endif
