/* bif_etf: terms from and to the external format (data/etf.h), with the options of the BIFs.
 *
 *     131 tag …                               plain
 *     131 80 size:32 zlib(tag …)              compressed
 *
 * zlib works in scratch memory from the process heap (arena below), so that nothing has to be given back.
 * Source: OTP erts user's guide, "External Term Format". */
#include "bif/bytes.h"
#include "data/etf.h"
#include <zlib.h>

enum { ETF_VERSION = 131, ETF_COMPRESSED = 80, ETF_COMPRESSED_HEAD = 6 };

/* -- zlib on the process heap */

static voidpf heap_zalloc(voidpf process, uInt items, uInt size) {
    uint8_t *data;
    heap_bin_new(&((struct process *)process)->heap, (size_t)items * size, &data);
    return data;
}
static void heap_zfree(voidpf process, voidpf at) {}

/* inflate_all: exactly `size` bytes out of a zlib stream; *used: bytes of the stream. */
static bool inflate_all(struct process *p, struct view in, uint8_t *out, size_t size, size_t *used) {
    z_stream z = {.zalloc = heap_zalloc, .zfree = heap_zfree, .opaque = p};
    if (view_left(&in) > UINT32_MAX || inflateInit(&z) != Z_OK) return false;
    z.next_in = (Bytef *)(uintptr_t)in.p;
    z.avail_in = (uInt)view_left(&in);
    z.next_out = out;
    z.avail_out = (uInt)size;
    bool ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0;
    *used = view_left(&in) - z.avail_in;
    inflateEnd(&z);
    return ok;
}

/* deflate_all: into out[0..cap-1]; 0: does not fit. */
static size_t deflate_all(struct process *p, const uint8_t *in, size_t n, int level, uint8_t *out,
                          size_t cap) {
    z_stream z = {.zalloc = heap_zalloc, .zfree = heap_zfree, .opaque = p};
    if (n > UINT32_MAX || deflateInit(&z, level) != Z_OK) return 0;
    z.next_in = (Bytef *)(uintptr_t)in;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    bool ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
    size_t written = cap - z.avail_out;
    deflateEnd(&z);
    return ok ? written : 0;
}

/* -- decoding */

static term decode_atom(void *vm, const uint8_t *utf8, size_t n) {
    term atom;
    return atom_intern(&((struct vm *)vm)->code, utf8, n, &atom) == ST_OK ? atom : NONE;
}
static term decode_atom_safe(void *vm, const uint8_t *utf8, size_t n) {
    term atom;
    return atom_find(&((struct vm *)vm)->code, utf8, n, &atom) ? atom : NONE;
}
static const void *decode_export(void *vm, term m, term f, uint32_t arity) {
    return code_export_make(&((struct vm *)vm)->code, m, f, arity);
}
static const void *decode_export_safe(void *vm, term m, term f, uint32_t arity) {
    return code_export(&((struct vm *)vm)->code, m, f, arity);
}

/* decode_fun: closures of this very program only: others have no code here. */
static const void *decode_fun(void *vm, term m, uint32_t index, const uint8_t uniq[16]) {
    const struct image_header *image = ((struct vm *)vm)->code.image;
    for (const struct fun_entry *f = image->funs, *end = f + image->n_funs; f < end; f++)
        if (f->module == m && f->index == index && memcmp(f->uniq, uniq, 16) == 0) return f;
    return NULL;
}

struct decode_options {
    bool safe, used;
};

static bool decode_options(struct decode_options *o, term options) {
    *o = (struct decode_options){false, false};
    for (; term_is_list(options); options = list_tail(options)) {
        if (list_head(options) == A_SAFE)
            o->safe = true;
        else if (list_head(options) == A_USED)
            o->used = true;
        else
            return false;
    }
    return term_is_nil(options);
}

/* unpack: replaces v by what a compressed term unpacks to; *used: bytes that the compressed form took. */
static bool unpack(struct process *p, struct view *v, size_t *used) {
    view_u8(v);
    size_t size = view_be32(v), stream;
    /* deflate packs at most 1:1032: a claim beyond that is a lie, not to be given memory */
    if (v->bad || size > view_left(v) * 1032 + 64) return false;
    uint8_t *data;
    heap_bin_new(&p->heap, size, &data);
    if (!inflate_all(p, *v, data, size, &stream)) return false;
    *used = 5 + stream;
    *v = view_of(data, size);
    return true;
}

static term binary_to_term(struct process *p, term binary, struct decode_options o) {
    struct view v;
    term t;
    size_t consumed, packed = 0;
    if (!bytes_of(p, binary, &v) || view_u8(&v) != ETF_VERSION) return raise_badarg(p);
    if (view_left(&v) > 0 && *v.p == ETF_COMPRESSED && !unpack(p, &v, &packed)) return raise_badarg(p);
    struct etf_env env = {.atom = o.safe ? decode_atom_safe : decode_atom,
                          .export_entry = o.safe ? decode_export_safe : decode_export,
                          .fun_entry = decode_fun,
                          .ctx = p->vm};
    reds_charge(p, view_left(&v) / 4);
    if (etf_decode(&p->heap, &env, v.p, view_left(&v), &consumed, &t) != ST_OK) return raise_badarg(p);
    if (packed != 0) {
        if (consumed != view_left(&v)) return raise_badarg(p);
        consumed = packed;
    }
    return o.used ? TUPLE(&p->heap, t, small_make((int64_t)consumed + 1)) : t;
}

term bif_erlang_binary_to_term_1(struct process *p, const term *a) {
    return binary_to_term(p, a[0], (struct decode_options){false, false});
}
term bif_erlang_binary_to_term_2(struct process *p, const term *a) {
    struct decode_options o;
    return decode_options(&o, a[1]) ? binary_to_term(p, a[0], o) : raise_badarg_cause(p, A_BADOPT);
}

/* -- encoding */

struct encode_options {
    int level;     /* of compression; 0: none */
    unsigned form; /* ETF_UTF8_ATOMS, ETF_TEXT_FLOATS */
};

static bool encode_option(struct encode_options *o, term option) {
    size_t v;
    if (option == A_COMPRESSED) {
        o->level = Z_DEFAULT_COMPRESSION;
        return true;
    }
    if (option == A_DETERMINISTIC) return true; /* atoms and maps have one form here */
    if (!term_is_tuple_of(option, 2)) return false;
    const term *e = tuple_elements(option);
    if (e[0] == A_COMPRESSED && arg_size(e[1], 9, &v)) {
        o->level = (int)v;
        return true;
    }
    if (e[0] == A_MINOR_VERSION && arg_size(e[1], 2, &v)) {
        o->form = v == 0 ? ETF_TEXT_FLOATS : v == 2 ? ETF_UTF8_ATOMS : 0;
        return true;
    }
    return false;
}

static bool encode_options(struct encode_options *o, term options) {
    *o = (struct encode_options){0, 0};
    for (; term_is_list(options); options = list_tail(options))
        if (!encode_option(o, list_head(options))) return false;
    return term_is_nil(options);
}

/* compressed_form: of the plain form, or NONE when that is no shorter. */
static term compressed_form(struct process *p, const uint8_t *plain, size_t n, int level) {
    if (n < ETF_COMPRESSED_HEAD + 2 || n > UINT32_MAX) return NONE;
    uint8_t *out;
    heap_bin_new(&p->heap, n, &out);
    size_t size = deflate_all(p, plain + 1, n - 1, level, out + ETF_COMPRESSED_HEAD, n - ETF_COMPRESSED_HEAD);
    if (size == 0) return NONE;
    uint32_t unpacked = __builtin_bswap32((uint32_t)(n - 1));
    out[0] = ETF_VERSION;
    out[1] = ETF_COMPRESSED;
    memcpy(out + 2, &unpacked, sizeof unpacked);
    return heap_bin_copy(&p->heap, out, ETF_COMPRESSED_HEAD + size);
}

static term term_to_binary(struct process *p, term t, struct encode_options o) {
    uint8_t *out;
    size_t size = etf_size_as(t, o.form);
    term binary = heap_bin_new(&p->heap, size, &out);
    etf_encode_as(t, o.form, out);
    reds_charge(p, size / 2);
    term packed = o.level != 0 ? compressed_form(p, out, size, o.level) : NONE;
    return packed != NONE ? packed : binary;
}

term bif_erlang_term_to_binary_1(struct process *p, const term *a) {
    return term_to_binary(p, a[0], (struct encode_options){0, 0});
}
term bif_erlang_term_to_binary_2(struct process *p, const term *a) {
    struct encode_options o;
    return encode_options(&o, a[1]) ? term_to_binary(p, a[0], o) : raise_badarg(p);
}

static term as_iovec(struct process *p, term binary) {
    return binary == NONE ? NONE : heap_cons(&p->heap, binary, NIL);
}
term bif_erlang_term_to_iovec_1(struct process *p, const term *a) {
    return as_iovec(p, bif_erlang_term_to_binary_1(p, a));
}
term bif_erlang_term_to_iovec_2(struct process *p, const term *a) {
    return as_iovec(p, bif_erlang_term_to_binary_2(p, a));
}

term bif_erlang_external_size_1(struct process *p, const term *a) {
    return small_make((int64_t)etf_size(a[0]));
}
term bif_erlang_external_size_2(struct process *p, const term *a) {
    struct encode_options o;
    if (!encode_options(&o, a[1])) return raise_badarg(p);
    return small_make((int64_t)etf_size_as(a[0], o.form));
}
