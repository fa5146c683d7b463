/* bif_number: integers and floats from and to text.
 *
 * Text comes as a list of bytes or a binary; both are made contiguous (bif/bytes.h) and read by the same
 * code. string:list_to_integer/1 and list_to_float/1 read the longest prefix that is a number and return the
 * rest of the list. Source: erl(25) as the oracle. */
#include "bif/bytes.h"
#include "term/float_text.h"

enum {
    FLOAT_TEXT_MAX = 256,
    FLOAT_DECIMALS_MAX = 253,
    FLOAT_SCIENTIFIC_MAX = 249,
    FLOAT_SCIENTIFIC_DEFAULT = 20,
    FLOAT_SCIENTIFIC_NEGATIVE = 6
};

static bool arg_base(term t, int *base) {
    size_t n;
    if (!arg_size(t, 36, &n) || n < 2) return false;
    *base = (int)n;
    return true;
}

/* -- integers */

/* short_decimal: up to 18 digits, the common case, without the general reader. */
static bool short_decimal(const char *s, size_t n, int64_t *out) {
    bool negative = n > 0 && s[0] == '-';
    size_t at = n > 0 && (s[0] == '-' || s[0] == '+');
    if (n == at || n - at > 18) return false;
    int64_t v = 0;
    for (; at < n; at++) {
        unsigned digit = (unsigned char)s[at] - (unsigned)'0';
        if (digit > 9) return false;
        v = v * 10 + digit;
    }
    *out = negative ? -v : v;
    return true;
}

static term integer_of_text(struct process *p, const char *s, size_t n, int base) {
    int64_t v;
    if (base == 10 && short_decimal(s, n, &v)) return small_make(v);
    term out;
    reds_charge(p, n);
    enum status st = int_from_text(&p->heap, s, n, base, &out);
    if (st == ST_OK) return out;
    return st == ST_LIMIT ? raise_system_limit(p) : raise_badarg(p);
}

static term integer_of_list(struct process *p, term list, int base) {
    struct text t;
    return text_of_chars(p, &t, list) ? integer_of_text(p, t.s, t.n, base) : raise_badarg(p);
}
static term integer_of_binary(struct process *p, term binary, int base) {
    struct view v;
    return bytes_of(p, binary, &v) ? integer_of_text(p, (const char *)v.p, view_left(&v), base)
                                   : raise_badarg(p);
}

term bif_erlang_list_to_integer_1(struct process *p, const term *a) {
    return integer_of_list(p, a[0], 10);
}
term bif_erlang_list_to_integer_2(struct process *p, const term *a) {
    int base;
    return arg_base(a[1], &base) ? integer_of_list(p, a[0], base) : raise_badarg(p);
}
term bif_erlang_binary_to_integer_1(struct process *p, const term *a) {
    return integer_of_binary(p, a[0], 10);
}
term bif_erlang_binary_to_integer_2(struct process *p, const term *a) {
    int base;
    return arg_base(a[1], &base) ? integer_of_binary(p, a[0], base) : raise_badarg(p);
}

/* digits_of: the text of an integer; the last digit ends at t->s + t->n. */
static bool digits_of(struct process *p, struct text *t, term integer, int base) {
    if (!term_is_integer(integer)) return false;
    if (base != 10 || !term_is_small(integer)) {
        text_room(p, t, int_text_max(integer, base));
        t->n = int_to_text(integer, base, t->s);
        reds_charge(p, t->n);
        return true;
    }
    int64_t v = small_value(integer);
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    char *end = t->local + sizeof t->local, *at = end;
    do *--at = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (v < 0) *--at = '-';
    t->s = at;
    t->n = (size_t)(end - at);
    return true;
}

static term integer_to_list(struct process *p, term integer, int base) {
    struct text t;
    return digits_of(p, &t, integer, base) ? heap_string(&p->heap, t.s, t.n, NIL) : raise_badarg(p);
}
static term integer_to_binary(struct process *p, term integer, int base) {
    struct text t;
    return digits_of(p, &t, integer, base) ? heap_bin_copy(&p->heap, t.s, t.n) : raise_badarg(p);
}

term bif_erlang_integer_to_list_1(struct process *p, const term *a) {
    return integer_to_list(p, a[0], 10);
}
term bif_erlang_integer_to_list_2(struct process *p, const term *a) {
    int base;
    return arg_base(a[1], &base) ? integer_to_list(p, a[0], base) : raise_badarg(p);
}
term bif_erlang_integer_to_binary_1(struct process *p, const term *a) {
    return integer_to_binary(p, a[0], 10);
}
term bif_erlang_integer_to_binary_2(struct process *p, const term *a) {
    int base;
    return arg_base(a[1], &base) ? integer_to_binary(p, a[0], base) : raise_badarg(p);
}

/* -- floats */

/* float_of_text: as float_from_text, with ',' read as '.', which OTP does too. */
static bool float_of_text(struct process *p, const char *s, size_t n, double *d) {
    const char *comma = n > 0 ? memchr(s, ',', n) : NULL;
    if (!comma) return float_from_text(s, n, d);
    struct text t;
    memcpy(text_room(p, &t, n), s, n);
    t.s[comma - s] = '.';
    return float_from_text(t.s, n, d);
}

term bif_erlang_list_to_float_1(struct process *p, const term *a) {
    struct text t;
    double d;
    if (!text_of_chars(p, &t, a[0]) || !float_of_text(p, t.s, t.n, &d)) return raise_badarg(p);
    return heap_float(&p->heap, d);
}
term bif_erlang_binary_to_float_1(struct process *p, const term *a) {
    struct view v;
    double d;
    if (!bytes_of(p, a[0], &v) || !float_of_text(p, (const char *)v.p, view_left(&v), &d))
        return raise_badarg(p);
    return heap_float(&p->heap, d);
}

enum float_form { FLOAT_SHORT, FLOAT_SCIENTIFIC, FLOAT_DECIMALS };
struct float_format {
    enum float_form form;
    int64_t digits;
    bool compact;
};

static bool float_option(struct float_format *f, term option) {
    if (option == A_COMPACT) {
        f->compact = true;
    } else if (option == A_SHORT) {
        f->form = FLOAT_SHORT;
    } else {
        if (!term_is_tuple_of(option, 2)) return false;
        const term *e = tuple_elements(option);
        bool decimals = e[0] == A_DECIMALS;
        if (!decimals && e[0] != A_SCIENTIFIC) return false;
        if (!term_is_small(e[1])) return false;
        f->form = decimals ? FLOAT_DECIMALS : FLOAT_SCIENTIFIC;
        f->digits = small_value(e[1]);
        if (!decimals && f->digits < 0) f->digits = FLOAT_SCIENTIFIC_NEGATIVE; /* so C's printf has it */
    }
    return true;
}

/* float_options: the last form named counts, and so does its number of digits only. */
static bool float_options(struct float_format *f, term options) {
    *f = (struct float_format){FLOAT_SCIENTIFIC, FLOAT_SCIENTIFIC_DEFAULT, false};
    for (; term_is_list(options); options = list_tail(options))
        if (!float_option(f, list_head(options))) return false;
    int64_t max = f->form == FLOAT_DECIMALS ? FLOAT_DECIMALS_MAX : FLOAT_SCIENTIFIC_MAX;
    return term_is_nil(options) && (f->form == FLOAT_SHORT || (f->digits >= 0 && f->digits <= max));
}

/* float_text: 0: not a float, bad options, or too long. */
static size_t float_text(term t, term options, char out[FLOAT_TEXT_MAX]) {
    struct float_format f;
    if (!term_is_float(t) || !float_options(&f, options)) return 0;
    double d = float_value(t);
    switch (f.form) {
    case FLOAT_SHORT: return float_short(d, out);
    case FLOAT_SCIENTIFIC: return float_scientific(d, (int)f.digits, out, FLOAT_TEXT_MAX);
    case FLOAT_DECIMALS: return float_decimals(d, (int)f.digits, f.compact, out, FLOAT_TEXT_MAX);
    }
    return 0;
}

static term float_to_list(struct process *p, term t, term options) {
    char s[FLOAT_TEXT_MAX];
    size_t n = float_text(t, options, s);
    return n ? heap_string(&p->heap, s, n, NIL) : raise_badarg(p);
}
static term float_to_binary(struct process *p, term t, term options) {
    char s[FLOAT_TEXT_MAX];
    size_t n = float_text(t, options, s);
    return n ? heap_bin_copy(&p->heap, s, n) : raise_badarg(p);
}

term bif_erlang_float_to_list_1(struct process *p, const term *a) {
    return float_to_list(p, a[0], NIL);
}
term bif_erlang_float_to_list_2(struct process *p, const term *a) {
    return float_to_list(p, a[0], a[1]);
}
term bif_erlang_float_to_binary_1(struct process *p, const term *a) {
    return float_to_binary(p, a[0], NIL);
}
term bif_erlang_float_to_binary_2(struct process *p, const term *a) {
    return float_to_binary(p, a[0], a[1]);
}

/* -- module string: a number at the start of a list */

/* byte_at: the character at the head of list, or -1. */
static int byte_at(term list) {
    size_t c;
    return term_is_list(list) && arg_size(list_head(list), 255, &c) ? (int)c : -1;
}
static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

/* skip_digits: the list after its leading digits, their number added to *n. */
static term skip_digits(term list, size_t *n) {
    for (; is_digit(byte_at(list)); list = list_tail(list)) ++*n;
    return list;
}

static void text_of_prefix(struct process *p, struct text *t, term list, size_t n) {
    char *out = text_room(p, t, n);
    t->n = n;
    for (; n > 0; n--, list = list_tail(list)) *out++ = (char)small_value(list_head(list));
}

static term prefix_error(struct process *p, term list, term why) {
    return TUPLE(&p->heap, A_ERROR, term_is_list(list) || term_is_nil(list) ? why : A_NOT_A_LIST);
}

/* skip_sign: past one '+' or '-'. */
static term skip_sign(term list, size_t *n) {
    int c = byte_at(list);
    if (c != '+' && c != '-') return list;
    ++*n;
    return list_tail(list);
}

term bif_string_list_to_integer_1(struct process *p, const term *a) {
    size_t sign = 0, digits = 0;
    term rest = skip_digits(skip_sign(a[0], &sign), &digits);
    if (digits == 0) return prefix_error(p, a[0], A_NO_INTEGER);
    struct text t;
    text_of_prefix(p, &t, a[0], sign + digits);
    term integer = integer_of_text(p, t.s, t.n, 10);
    return integer == NONE ? NONE : TUPLE(&p->heap, integer, rest);
}

/* skip_exponent: past e[+-]digits, if all of it is there. */
static term skip_exponent(term list, size_t *n) {
    int c = byte_at(list);
    if (c != 'e' && c != 'E') return list;
    size_t sign = 0, digits = 0;
    term rest = skip_digits(skip_sign(list_tail(list), &sign), &digits);
    if (digits == 0) return list;
    *n += 1 + sign + digits;
    return rest;
}

term bif_string_list_to_float_1(struct process *p, const term *a) {
    size_t n = 0, whole = 0, fraction = 0;
    term rest = skip_digits(skip_sign(a[0], &n), &whole);
    int point = byte_at(rest);
    if (whole == 0 || (point != '.' && point != ',')) return prefix_error(p, a[0], A_NO_FLOAT);
    rest = skip_digits(list_tail(rest), &fraction);
    if (fraction == 0) return prefix_error(p, a[0], A_NO_FLOAT);
    n += whole + 1 + fraction;
    rest = skip_exponent(rest, &n);
    struct text t;
    double d;
    text_of_prefix(p, &t, a[0], n);
    if (!float_of_text(p, t.s, t.n, &d)) return prefix_error(p, a[0], A_NO_FLOAT);
    return TUPLE(&p->heap, heap_float(&p->heap, d), rest);
}
