/* beam_read: what the two halves of the .beam reader (beam.c: chunks, beam_code.c: instructions) share. */
#ifndef LING_BEAM_READ_H
#define LING_BEAM_READ_H

#include "format/beam.h"

/* Tags of the compact term encoding, low three bits of its first byte. Source: beam_opcodes.hrl, beam_asm.erl
 */
enum beam_tag { BTAG_U, BTAG_I, BTAG_A, BTAG_X, BTAG_Y, BTAG_F, BTAG_H, BTAG_Z };
/* Sub-tags of BTAG_Z, in the high four bits. (0 was a float before OTP 16.) */
enum beam_ext { BEXT_LIST = 1, BEXT_FREG = 2, BEXT_ALLOC = 3, BEXT_LITERAL = 4, BEXT_TYPED = 5 };

/* beam_fail: the sentence for the caller's `why` (of 160 bytes). Returns st. */
enum status beam_fail(enum status st, char *why, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A number of the compact encoding: fits 64 bits, or lies in bytes. */
struct beam_number {
    bool fits;
    int64_t i;
    const uint8_t *bytes;
    uint32_t n_bytes;
};
/* beam_read_number: the number whose first byte (tag in the low bits) has been read. false: damaged. */
bool beam_read_number(struct view *v, uint8_t first, struct beam_number *out);
/* beam_read_u32: a whole BTAG_U term within 32 bits. false: damaged. */
bool beam_read_u32(struct view *v, uint32_t *out);

#endif
