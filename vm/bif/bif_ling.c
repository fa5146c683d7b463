/* bif_ling: how the module ling (stdlib/ling/ling.erl) reaches the instance it runs in: its entry, its
 * options, the HTTP responder, and terms as text for reports. Documented for users there. */
#include "bif/args.h"

#include "base/utf8.h"
#include "data/map.h"
#include "data/print.h"
#include "http/http.h"
#include "proc/options.h"

term bif_ling_entry_0(struct process *p, const term *a) {
    const struct image_header *image = p->vm->code.image;
    return TUPLE(&p->heap, image->entry_kind == ENTRY_SCRIPT ? A_SCRIPT : A_SERVICE, image->entry_module,
                 A_STANDARD_ERROR, A_TIMER);
}

/* Text of the command line as a list of characters; what is not UTF-8 is taken byte by byte. */
static term text_chars(struct process *p, const char *text) {
    const uint8_t *s = (const uint8_t *)text, *end = s + strlen(text);
    if (utf8_count(s, (size_t)(end - s)) < 0) return heap_string_of(p, text);
    term list = NIL, last = NIL;
    while (s < end) {
        term cell = heap_cons(&p->heap, small_make(utf8_next(&s, end)), NIL);
        if (last == NIL)
            list = cell;
        else
            list_ptr(last)[1] = cell;
        last = cell;
    }
    return list;
}

term bif_ling_options_0(struct process *p, const term *a) {
    const struct options *o = p->vm->options;
    term args = NIL;
    for (uint32_t i = o->n_args; i-- > 0;) args = heap_cons(&p->heap, text_chars(p, o->args[i]), args);
    term requests = o->requests == UINT64_MAX ? A_INFINITY : int_from_u64(&p->heap, o->requests);
    term pairs[] = {
        A_ARGS, args, A_REQUESTS, requests, A_PORT, small_make(o->port), A_MAX_BODY, small_make(o->max_body)};
    return map_from_pairs(&p->heap, pairs, ARRAY_LEN(pairs) / 2);
}

term bif_ling_listen_1(struct process *p, const term *a) {
    if (!term_is_atom(a[0])) return raise_badarg(p);
    const struct options *o = p->vm->options;
    struct http_config cfg = {.port = o->port,
                              .requests = o->requests,
                              .max_body = o->max_body,
                              .header_timeout_ms = o->header_timeout_ms,
                              .idle_timeout_ms = o->idle_timeout_ms,
                              .request_timeout_ms = o->request_timeout_ms,
                              .module = a[0]};
    const char *why;
    if (http_start(p->vm, &cfg, &why) == ST_OK) return A_OK;
    return TUPLE(&p->heap, A_ERROR, heap_bin_copy(&p->heap, why, strlen(why)));
}

term bif_ling_respond_3(struct process *p, const term *a) {
    const char *why;
    if (http_respond(p->vm, p, a[0], a[1], a[2], &why) == ST_OK) return A_OK;
    term reason = A_BADARG;
    if (atom_intern(&p->vm->code, (const uint8_t *)why, strlen(why), &reason) != ST_OK) reason = A_BADARG;
    return TUPLE(&p->heap, A_ERROR, reason);
}

term bif_ling_text_1(struct process *p, const term *a) {
    char text[4096];
    size_t n = print_term_buf(text, sizeof text, a[0]);
    return heap_bin_copy(&p->heap, text, n);
}

term bif_ling_log_level_1(struct process *p, const term *a) {
    if (!term_is_small(a[0]) || small_value(a[0]) < -1 || small_value(a[0]) > 10) return raise_badarg(p);
    p->vm->log_level = (int)small_value(a[0]);
    return A_OK;
}
