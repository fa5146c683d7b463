/* siphash: SipHash-2-4: a keyed hash whose values can't be guessed without the key. */
#ifndef LING_SIPHASH_H
#define LING_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const void *bytes, size_t n);

#endif
