/* bif_text: terms without a syntax of their own, to text and back: pids, references, ports, funs; and
 * display/1.
 *
 * The text is print_term's (data/print.h). Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"

#include "data/print.h"
#include "plat.h"
#include "term/ref_text.h"

enum { PID_NUMBER_BITS = 28 };

/* -- to text */

static term printed(struct process *p, term t) {
    char text[1200]; /* an external fun: two atoms of up to 255 characters, quoted and escaped */
    size_t n = print_term_buf(text, sizeof text, t);
    return heap_string(&p->heap, text, n, NIL);
}

term bif_erlang_pid_to_list_1(struct process *p, const term *a) {
    return term_is_pid(a[0]) ? printed(p, a[0]) : raise_badarg(p);
}
term bif_erlang_port_to_list_1(struct process *p, const term *a) {
    return term_is_port(a[0]) ? printed(p, a[0]) : raise_badarg(p);
}
term bif_erlang_ref_to_list_1(struct process *p, const term *a) {
    return term_is_ref(a[0]) ? printed(p, a[0]) : raise_badarg(p);
}
term bif_erlang_fun_to_list_1(struct process *p, const term *a) {
    return term_is_fun(a[0]) ? printed(p, a[0]) : raise_badarg(p);
}

/* -- from text */

/* A list of bytes as text of at most cap - 1 characters. */
static bool short_text(term list, char *out, size_t cap) {
    size_t n = 0, c;
    for (; term_is_list(list); list = list_tail(list)) {
        if (n + 1 >= cap || !arg_size(list_head(list), 127, &c) || c == 0) return false;
        out[n++] = (char)c;
    }
    out[n] = 0;
    return term_is_nil(list);
}

/* Decimal digits up to max at *s. */
static bool read_decimal(const char **s, uint64_t max, uint64_t *out) {
    uint64_t v = 0;
    if (**s < '0' || **s > '9') return false;
    for (; **s >= '0' && **s <= '9'; ++*s) {
        uint64_t digit = (uint64_t)(**s - '0');
        if (v > (max - digit) / 10) return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

static bool read_text(const char **s, const char *text) {
    size_t n = strlen(text);
    if (strncmp(*s, text, n) != 0) return false;
    *s += n;
    return true;
}

term bif_erlang_list_to_pid_1(struct process *p, const term *a) {
    char text[64];
    const char *s = text;
    uint64_t number, serial;
    bool ok = short_text(a[0], text, sizeof text) && read_text(&s, "<0.") &&
              read_decimal(&s, (UINT64_C(1) << PID_NUMBER_BITS) - 1, &number) && read_text(&s, ".") &&
              read_decimal(&s, (UINT64_C(1) << PID_NUMBER_BITS) - 1, &serial) && read_text(&s, ">") && !*s;
    return ok ? pid_make(serial << PID_NUMBER_BITS | number) : raise_badarg(p);
}

term bif_erlang_list_to_port_1(struct process *p, const term *a) {
    char text[64];
    const char *s = text;
    uint64_t number;
    bool ok = short_text(a[0], text, sizeof text) && read_text(&s, "#Port<0.") &&
              read_decimal(&s, UINT32_MAX, &number) && read_text(&s, ">") && !*s;
    return ok ? port_make(number) : raise_badarg(p);
}

/* #Ref<0.N.….N>: three to five numbers, most significant first. */
term bif_erlang_list_to_ref_1(struct process *p, const term *a) {
    char text[96];
    const char *s = text;
    uint64_t read[REF_NUMBERS_MAX], hi, lo;
    unsigned n = 0;
    if (!short_text(a[0], text, sizeof text) || !read_text(&s, "#Ref<0")) return raise_badarg(p);
    while (n < REF_NUMBERS_MAX && read_text(&s, "."))
        if (!read_decimal(&s, UINT32_MAX, &read[n++])) return raise_badarg(p);
    if (n < 3 || !read_text(&s, ">") || *s || read[n - 1] > 0x3ffff) return raise_badarg(p);
    uint32_t numbers[REF_NUMBERS_MAX] = {0};
    for (unsigned i = 0; i < n; i++) numbers[i] = (uint32_t)read[n - 1 - i];
    ref_from_numbers(numbers, &hi, &lo);
    return heap_ref(&p->heap, hi, lo);
}

/* -- display: straight to the console, whatever the I/O servers do */

static void console_put(void *ctx, const char *s, size_t n) {
    plat_console_write(s, n);
}

term bif_erlang_display_1(struct process *p, const term *a) {
    struct print_sink to = {console_put, NULL};
    print_term(&to, a[0], SIZE_MAX);
    plat_console_write("\r\n", 2);
    return A_TRUE;
}

term bif_erlang_display_nl_0(struct process *p, const term *a) {
    plat_console_write("\r\n", 2);
    return A_TRUE;
}
