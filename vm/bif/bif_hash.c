/* bif_hash: checksums and digests over iodata, and phash2.
 *
 * The context of erlang:md5_init/0 is a binary holding a struct md5; it is checked for its size only, as in
 * OTP: any bytes make a valid context. Source: RFC 1950 (Adler-32), ISO 3309 (CRC-32) by zlib; RFC 1321;
 * erl(25) as the oracle. */
#include "base/md5.h"
#include "bif/bytes.h"
#include "term/order.h"
#include <zlib.h>

/* uint32_of: an integer 0..2^32-1. */
static bool uint32_of(term t, uLong *out) {
    size_t v;
    if (!arg_size(t, UINT32_MAX, &v)) return false;
    *out = v;
    return true;
}

/* zlib counts in 32 bits: larger inputs go piecewise. */
static term checksum(struct process *p, term data, uLong sum, uLong (*step)(uLong, const Bytef *, uInt)) {
    struct view v;
    if (!bytes_of_iodata(p, data, &v)) return raise_badarg(p);
    reds_charge(p, view_left(&v) / 8);
    while (view_left(&v) > 0) {
        size_t n = min_size(view_left(&v), (size_t)1 << 30);
        sum = step(sum, view_bytes(&v, n), (uInt)n);
    }
    return small_make((int64_t)sum);
}

static term checksum_more(struct process *p, const term *a, uLong (*step)(uLong, const Bytef *, uInt)) {
    uLong sum;
    return uint32_of(a[0], &sum) ? checksum(p, a[1], sum, step) : raise_badarg(p);
}

static term checksum_combine(struct process *p, const term *a, uLong (*combine)(uLong, uLong, z_off_t)) {
    uLong first, second, length;
    if (!uint32_of(a[0], &first) || !uint32_of(a[1], &second) || !uint32_of(a[2], &length))
        return raise_badarg(p);
    return small_make((int64_t)combine(first, second, (z_off_t)length));
}

term bif_erlang_crc32_1(struct process *p, const term *a) {
    return checksum(p, a[0], 0, crc32);
}
term bif_erlang_crc32_2(struct process *p, const term *a) {
    return checksum_more(p, a, crc32);
}
term bif_erlang_crc32_combine_3(struct process *p, const term *a) {
    return checksum_combine(p, a, crc32_combine);
}
term bif_erlang_adler32_1(struct process *p, const term *a) {
    return checksum(p, a[0], 1, adler32);
}
term bif_erlang_adler32_2(struct process *p, const term *a) {
    return checksum_more(p, a, adler32);
}
/* Of nothing more, OTP says the first sum, whatever the second. */
static uLong adler32_combined(uLong first, uLong second, z_off_t length) {
    return length == 0 ? first : adler32_combine(first, second, length);
}
term bif_erlang_adler32_combine_3(struct process *p, const term *a) {
    return checksum_combine(p, a, adler32_combined);
}

/* -- MD5 */

static term md5_finish(struct process *p, struct md5 *m) {
    uint8_t digest[16];
    md5_final(m, digest);
    return heap_bin_copy(&p->heap, digest, sizeof digest);
}

static bool md5_context(struct process *p, term t, struct md5 *m) {
    struct view v;
    if (!bytes_of(p, t, &v) || view_left(&v) != sizeof *m) return false;
    memcpy(m, v.p, sizeof *m);
    return true;
}

term bif_erlang_md5_1(struct process *p, const term *a) {
    struct view v;
    struct md5 m;
    if (!bytes_of_iodata(p, a[0], &v)) return raise_badarg(p);
    md5_init(&m);
    md5_update(&m, v.p, view_left(&v));
    reds_charge(p, view_left(&v));
    return md5_finish(p, &m);
}

term bif_erlang_md5_init_0(struct process *p, const term *a) {
    struct md5 m;
    memset(&m, 0, sizeof m);
    md5_init(&m);
    return heap_bin_copy(&p->heap, &m, sizeof m);
}

term bif_erlang_md5_update_2(struct process *p, const term *a) {
    struct view v;
    struct md5 m;
    if (!md5_context(p, a[0], &m) || !bytes_of_iodata(p, a[1], &v)) return raise_badarg(p);
    md5_update(&m, v.p, view_left(&v));
    reds_charge(p, view_left(&v));
    return heap_bin_copy(&p->heap, &m, sizeof m);
}

term bif_erlang_md5_final_1(struct process *p, const term *a) {
    struct md5 m;
    return md5_context(p, a[0], &m) ? md5_finish(p, &m) : raise_badarg(p);
}

/* -- hashes of terms */

enum { PHASH2_BITS = 27 };

term bif_erlang_phash2_1(struct process *p, const term *a) {
    return small_make(term_phash2(a[0]) & ((1 << PHASH2_BITS) - 1));
}

term bif_erlang_phash2_2(struct process *p, const term *a) {
    size_t range;
    if (!arg_size(a[1], (size_t)1 << 32, &range) || range == 0) return raise_badarg(p);
    return small_make((int64_t)(term_phash2(a[0]) % range));
}

/* The older portable hash, 1..range; sets and dict of OTP put their elements in its order. */
term bif_erlang_phash_2(struct process *p, const term *a) {
    size_t range;
    if (!arg_size(a[1], (size_t)1 << 32, &range) || range == 0) return raise_badarg(p);
    return small_make((int64_t)(term_phash(a[0]) % range) + 1);
}
