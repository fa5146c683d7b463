/* bif_code: what is loaded: modules, exports, funs. All of it is in the image's tables; nothing is loaded or
 * purged later.
 *
 * Source: erl(25) as the oracle; erlang(3).
 */
#include "bif/args.h"

#include "term/order.h"

/* -- modules */

static term mfa_pairs_exports(struct process *p, const struct image_module *m) {
    term list = NIL;
    for (uint32_t i = m->n_exports; i-- > 0;) {
        const struct export_entry *e = m->exports[i];
        list = heap_cons(&p->heap, TUPLE(&p->heap, e->function, small_make(e->arity)), list);
    }
    return list;
}

static term mfa_pairs_functions(struct process *p, const struct image_module *m) {
    term list = NIL;
    for (uint32_t i = m->n_functions; i-- > 0;) {
        const struct function_entry *f = &m->functions[i];
        list = heap_cons(&p->heap, TUPLE(&p->heap, f->name, small_make(f->arity)), list);
    }
    return list;
}

/* NONE: no such item. */
static term module_item(struct process *p, const struct image_module *m, term item) {
    if (item == A_MODULE) return m->name;
    if (item == A_EXPORTS) return mfa_pairs_exports(p, m);
    if (item == A_FUNCTIONS) return mfa_pairs_functions(p, m);
    if (item == A_ATTRIBUTES) return m->attributes;
    if (item == A_COMPILE) return m->compile_info;
    if (item == A_MD5) return heap_bin_copy(&p->heap, m->md5, sizeof m->md5);
    if (item == A_NIFS || item == A_NATIVE_ADDRESSES) return NIL;
    return item == A_NATIVE ? A_FALSE : NONE;
}

term bif_erlang_get_module_info_2(struct process *p, const term *a) {
    const struct image_module *m = term_is_atom(a[0]) ? code_module(&p->vm->code, a[0]) : NULL;
    term value = m ? module_item(p, m, a[1]) : NONE;
    return value == NONE ? raise_badarg(p) : value;
}

term bif_erlang_get_module_info_1(struct process *p, const term *a) {
    const struct image_module *m = term_is_atom(a[0]) ? code_module(&p->vm->code, a[0]) : NULL;
    if (!m) return raise_badarg(p);
    const term items[] = {A_MODULE, A_EXPORTS, A_ATTRIBUTES, A_COMPILE, A_MD5};
    term list = NIL;
    for (size_t i = ARRAY_LEN(items); i-- > 0;) {
        term value = module_item(p, m, items[i]);
        list = heap_cons(&p->heap, TUPLE(&p->heap, items[i], value), list);
    }
    return list;
}

term bif_erlang_module_loaded_1(struct process *p, const term *a) {
    return term_is_atom(a[0]) ? term_of_bool(code_module(&p->vm->code, a[0]) != NULL) : raise_badarg(p);
}

term bif_erlang_loaded_0(struct process *p, const term *a) {
    const struct image_header *image = p->vm->code.image;
    term list = NIL;
    for (uint32_t i = image->n_modules; i-- > 0;) list = heap_cons(&p->heap, image->modules[i].name, list);
    return list;
}

/* Old code of a module: there is none, ever. */
term bif_erlang_check_old_code_1(struct process *p, const term *a) {
    return term_is_atom(a[0]) ? A_FALSE : raise_badarg(p);
}

/* -- exports */

static bool mfa_read(const term *a, uint32_t *arity) {
    size_t n;
    if (!term_is_atom(a[0]) || !term_is_atom(a[1]) || !arg_size(a[2], 255, &n)) return false;
    *arity = (uint32_t)n;
    return true;
}

/* Is m:f/arity a C function of the VM, whether or not the program names it? */
static bool is_bif(term m, term f, uint32_t arity) {
    struct atom_text module = atom_text(m), function = atom_text(f);
    return bif_lookup((const char *)module.utf8, module.bytes, (const char *)function.utf8, function.bytes,
                      arity) >= 0;
}

term bif_erlang_function_exported_3(struct process *p, const term *a) {
    uint32_t arity;
    if (!mfa_read(a, &arity)) return raise_badarg(p);
    const struct export_entry *e = code_export(&p->vm->code, a[0], a[1], arity);
    return term_of_bool((e && e->kind == EXPORT_CODE && (e->flags & 1)) || is_bif(a[0], a[1], arity));
}

term bif_erlang_is_builtin_3(struct process *p, const term *a) {
    uint32_t arity;
    return mfa_read(a, &arity) ? term_of_bool(is_bif(a[0], a[1], arity)) : raise_badarg(p);
}

term bif_erlang_make_fun_3(struct process *p, const term *a) {
    uint32_t arity;
    if (!mfa_read(a, &arity)) return raise_badarg(p);
    const struct export_entry *e = code_export_make(&p->vm->code, a[0], a[1], arity);
    if (!e) return raise_system_limit(p);
    term *fun = heap_alloc(&p->heap, 2);
    fun[0] = header_make(KIND_EXPORT, 1);
    fun[1] = (term)(uintptr_t)e;
    return boxed_make(fun);
}

/* -- funs */

static const struct export_entry *fun_export(term t) {
    return (const struct export_entry *)(uintptr_t)boxed_ptr(t)[1];
}
static const struct fun_entry *fun_local(term t) {
    return (const struct fun_entry *)(uintptr_t)boxed_ptr(t)[1];
}

static term export_fun_item(const struct export_entry *e, term item) {
    if (item == A_MODULE) return e->module;
    if (item == A_NAME) return e->function;
    if (item == A_ARITY) return small_make(e->arity);
    if (item == A_ENV) return NIL;
    if (item == A_TYPE) return A_EXTERNAL;
    bool of_locals = item == A_INDEX || item == A_UNIQ || item == A_NEW_INDEX || item == A_NEW_UNIQ ||
                     item == A_PID || item == A_REFC;
    return of_locals ? A_UNDEFINED : NONE;
}

static term local_fun_env(struct process *p, term fun) {
    const term *words = boxed_ptr(fun);
    term list = NIL;
    for (size_t i = fun_local(fun)->num_free; i-- > 0;) list = heap_cons(&p->heap, words[3 + i], list);
    return list;
}

static term local_fun_item(struct process *p, term fun, term item) {
    const struct fun_entry *e = fun_local(fun);
    if (item == A_MODULE) return e->module;
    if (item == A_NAME) return e->function;
    if (item == A_ARITY) return small_make(e->arity);
    if (item == A_ENV) return local_fun_env(p, fun);
    if (item == A_TYPE) return A_LOCAL;
    if (item == A_INDEX) return small_make(e->old_index);
    if (item == A_UNIQ) return small_make(e->old_uniq);
    if (item == A_NEW_INDEX) return small_make(e->index);
    if (item == A_NEW_UNIQ) return heap_bin_copy(&p->heap, e->uniq, sizeof e->uniq);
    if (item == A_PID) return boxed_ptr(fun)[2];
    return item == A_REFC ? small_make(1) : NONE;
}

term bif_erlang_fun_info_2(struct process *p, const term *a) {
    if (!term_is_fun(a[0])) return raise_badarg(p);
    term value =
        boxed_is(a[0], KIND_EXPORT) ? export_fun_item(fun_export(a[0]), a[1]) : local_fun_item(p, a[0], a[1]);
    return value == NONE ? raise_badarg(p) : TUPLE(&p->heap, a[1], value);
}

term bif_erlang_fun_info_mfa_1(struct process *p, const term *a) {
    if (!term_is_fun(a[0])) return raise_badarg(p);
    if (boxed_is(a[0], KIND_EXPORT)) {
        const struct export_entry *e = fun_export(a[0]);
        return TUPLE(&p->heap, e->module, e->function, small_make(e->arity));
    }
    const struct fun_entry *e = fun_local(a[0]);
    return TUPLE(&p->heap, e->module, e->function, small_make(e->arity));
}
