/* bytes: see the header. */
#include "bif/bytes.h"

bool bytes_of_iodata(struct process *p, term t, struct view *out) {
    if (term_is_boxed(t)) return bytes_of(p, t, out);
    size_t n;
    if (iodata_size(t, &n) != ST_OK) return false;
    uint8_t *copy;
    heap_bin_new(&p->heap, n, &copy);
    iodata_write(t, copy);
    *out = view_of(copy, n);
    return true;
}

char *text_room(struct process *p, struct text *t, size_t n) {
    t->s = t->local;
    if (n > sizeof t->local) {
        uint8_t *data;
        heap_bin_new(&p->heap, n, &data);
        t->s = (char *)data;
    }
    return t->s;
}

bool text_of_chars(struct process *p, struct text *t, term list) {
    size_t n;
    if (!arg_list_length(list, &n)) return false;
    char *out = text_room(p, t, n);
    for (; term_is_list(list); list = list_tail(list)) {
        size_t c;
        if (!arg_size(list_head(list), 255, &c)) return false;
        *out++ = (char)c;
    }
    t->n = n;
    return true;
}
