/* float_text: floats as text and back.
 *
 * Shortest digits: a decimal of up to 15 digits survives the way to a double and back to 15 digits, so 15
 * digits without trailing zeros are the shortest if they read back; else 16 or 17 are tried. Subnormals carry
 * fewer bits and are tried from one digit on. At a power of two the doubles below lie closer than those
 * above, so that a decimal may read back which is not the nearest of its length: the next one up is tried
 * too.
 *
 * Layout of the shortest form in OTP 25: digits d1…dn, value 0.d1…dn * 10^point
 *
 *   fixed        point > 0   d1…dpoint.rest     zeros filled in, ".0" when there is no rest
 *                point <= 0  0.00d1…dn
 *   scientific               d1.rest e point-1  ".0" when there is no rest
 *
 * fixed unless scientific is shorter, or the value is 2^53 or more.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "term/float_text.h"

struct decimal {
    char digits[18];
    int n, point;
};

/* The digits of |d| to `n` places. */
static void decimal_of(struct decimal *x, double d, int n) {
    char text[32];
    snprintf(text, sizeof text, "%.*e", n - 1, fabs(d));
    x->n = n;
    x->digits[0] = text[0];
    if (n > 1) memcpy(x->digits + 1, text + 2, (size_t)n - 1);
    x->point = atoi(text + (n > 1 ? n + 2 : 2)) + 1;
}

static double decimal_value(const struct decimal *x) {
    char text[48];
    snprintf(text, sizeof text, "0.%.*se%d", x->n, x->digits, x->point);
    return strtod(text, NULL);
}

static void decimal_increment(struct decimal *x) {
    int i = x->n - 1;
    while (i >= 0 && x->digits[i] == '9') x->digits[i--] = '0';
    if (i >= 0) {
        x->digits[i]++;
        return;
    }
    x->digits[0] = '1'; /* 99 -> 10, one place up */
    x->point++;
}

static bool is_power_of_two(double d) {
    int e;
    return frexp(fabs(d), &e) == 0.5;
}

static bool reads_back(struct decimal *x, double d, int n) {
    decimal_of(x, d, n);
    if (decimal_value(x) == fabs(d)) return true;
    if (!is_power_of_two(d)) return false;
    decimal_increment(x);
    return decimal_value(x) == fabs(d);
}

static void trim_zeros(struct decimal *x) {
    while (x->n > 1 && x->digits[x->n - 1] == '0') x->n--;
}

static void decimal_of_whole(struct decimal *x, uint64_t v) {
    char text[20];
    int at = sizeof text;
    do text[--at] = (char)('0' + v % 10);
    while (v /= 10);
    x->n = x->point = (int)sizeof text - at;
    memcpy(x->digits, text + at, (size_t)x->n);
}

/* Most floats that people write are w / 10^k, both exact as doubles: dividing rounds once, so a quotient
 * equal to d is a decimal of at most 15 digits that reads back. */
static bool shortest_quotient(struct decimal *x, double a) {
    double power = 1;
    for (int k = 0; k <= 22; k++, power *= 10) {
        double whole = rint(a * power);
        if (whole >= 1e15) return false;
        if (whole < 1 || whole / power != a) continue;
        decimal_of_whole(x, (uint64_t)whole);
        x->point -= k;
        return true;
    }
    return false;
}

static void shortest(struct decimal *x, double d) {
    double a = fabs(d);
    if (a < 0x1p53 && a == floor(a))
        decimal_of_whole(x, (uint64_t)a);
    else if (!shortest_quotient(x, a)) {
        int n = a < 0x1p-1022 ? 1 : 15;
        while (!reads_back(x, d, n)) n++;
    }
    trim_zeros(x);
}

static size_t layout_fixed(const struct decimal *x, char *out) {
    char *p = out;
    int i = 0;
    if (x->point <= 0) *p++ = '0';
    for (; i < x->point; i++) *p++ = i < x->n ? x->digits[i] : '0';
    *p++ = '.';
    for (int zeros = x->point; zeros < 0; zeros++) *p++ = '0';
    if (i >= x->n) *p++ = '0';
    while (i < x->n) *p++ = x->digits[i++];
    return (size_t)(p - out);
}

static size_t layout_scientific(const struct decimal *x, char *out) {
    char *p = out;
    *p++ = x->digits[0];
    *p++ = '.';
    if (x->n == 1) *p++ = '0';
    for (int i = 1; i < x->n; i++) *p++ = x->digits[i];
    return (size_t)(p - out) + (size_t)snprintf(p, 8, "e%d", x->point - 1);
}

/* Bytes of the fixed layout, to compare before it is written. */
static int fixed_length(const struct decimal *x) {
    if (x->point <= 0) return 2 - x->point + x->n;
    return x->point < x->n ? x->n + 1 : x->point + 2;
}

size_t float_short(double d, char out[32]) {
    struct decimal x;
    size_t sign = signbit(d) != 0;
    out[0] = '-';
    shortest(&x, d);
    size_t n = layout_scientific(&x, out + sign);
    bool zero = d == 0;
    if (zero || (fabs(d) < 0x1p53 && fixed_length(&x) <= (int)n)) n = layout_fixed(&x, out + sign);
    return sign + n;
}

size_t float_scientific(double d, int decimals, char *out, size_t cap) {
    int n = snprintf(out, cap, "%.*e", decimals, d);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

static size_t trim_decimals(const char *out, size_t n) {
    while (out[n - 1] == '0' && out[n - 2] != '.') n--;
    return n;
}

/* OTP rounds the fraction alone, half up, after scaling it: not always the nearest decimal, but what users
 * see. */
static size_t scaled_decimals(double d, int decimals, char *out, size_t cap) {
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    double a = fabs(d);
    uint64_t whole = (uint64_t)a, fraction = (uint64_t)llround((a - (double)whole) * power[decimals]);
    if (fraction >= (uint64_t)power[decimals]) {
        whole++;
        fraction -= (uint64_t)power[decimals];
    }
    const char *sign = signbit(d) ? "-" : "";
    int n = decimals == 0 ? snprintf(out, cap, "%s%llu", sign, (unsigned long long)whole)
                          : snprintf(out, cap, "%s%llu.%0*llu", sign, (unsigned long long)whole, decimals,
                                     (unsigned long long)fraction);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

size_t float_decimals(double d, int decimals, bool compact, char *out, size_t cap) {
    size_t n;
    if (fabs(d) <= 0x1p53 && decimals <= 18)
        n = scaled_decimals(d, decimals, out, cap);
    else {
        int printed = snprintf(out, cap, "%.*f", decimals, d);
        n = printed > 0 && (size_t)printed < cap ? (size_t)printed : 0;
    }
    return n && compact && decimals > 0 ? trim_decimals(out, n) : n;
}

static size_t skip_digits(const char *s, size_t n, size_t at) {
    while (at < n && s[at] >= '0' && s[at] <= '9') at++;
    return at;
}

static bool is_float_syntax(const char *s, size_t n) {
    size_t at = n > 0 && (s[0] == '-' || s[0] == '+'), next = skip_digits(s, n, at);
    if (next == at || next == n || s[next] != '.') return false;
    at = next + 1;
    next = skip_digits(s, n, at);
    if (next == at) return false;
    if (next == n) return true;
    if (s[next] != 'e' && s[next] != 'E') return false;
    at = next + 1;
    if (at < n && (s[at] == '-' || s[at] == '+')) at++;
    next = skip_digits(s, n, at);
    return next > at && next == n;
}

bool float_from_text(const char *s, size_t n, double *d) {
    char text[512]; /* strtod needs an end; longer ones are refused */
    if (!is_float_syntax(s, n) || n >= sizeof text) return false;
    memcpy(text, s, n);
    text[n] = 0;
    double v = strtod(text, NULL);
    if (!isfinite(v)) return false;
    *d = v;
    return true;
}
