/* bif_os: module os: the environment, and what stands for an operating system.
 *
 *   os:env()   =   changes (os:putenv, os:unsetenv; newest first)   over   the instance's --env K=V
 *
 *   struct env_var   [next | value or NULL: unset | key bytes]      UTF-8 text, both
 *
 * Invariant: a key is at most once in the list of changes. Names and values are UTF-8 outside and lists of
 * code points inside. Source: erl(25) as the oracle; os(3).
 */
#include "bif/args.h"
#include "bif/state.h"

#include "proc/options.h"

struct env_var {
    struct env_var *next;
    char *key, *value; /* value NULL: unset */
};

/* -- text */

static size_t utf8_put(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[more] | c >> (6 * more));
    for (int i = 1; i <= more; i++) out[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3f));
    return (size_t)more + 1;
}

static bool is_code_point(term t) {
    int64_t c = small_value(t);
    return term_is_small(t) && c > 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
}

/* A list of code points without NUL as UTF-8 text; NULL: not one, or no memory. */
static char *text_of_list(struct process *p, term list) {
    size_t n;
    if (!arg_list_length(list, &n)) return NULL;
    for (term t = list; term_is_list(t); t = list_tail(t))
        if (!is_code_point(list_head(t))) return NULL;
    char *text = alloc_get(p->vm->alloc, 4 * n + 1), *out = text;
    if (!text) return NULL;
    for (; term_is_list(list); list = list_tail(list))
        out += utf8_put((uint32_t)small_value(list_head(list)), out);
    *out = 0;
    return text;
}

/* The next code point; bytes that are no UTF-8 stand for themselves. */
static uint32_t utf8_next(const char **s) {
    const uint8_t *b = (const uint8_t *)*s;
    int more = b[0] >= 0xf0 ? 3 : b[0] >= 0xe0 ? 2 : b[0] >= 0xc2 ? 1 : 0;
    uint32_t c = more ? b[0] & (0x3fu >> more) : b[0];
    for (int i = 1; i <= more; i++) {
        if ((b[i] & 0xc0) != 0x80) {
            ++*s;
            return b[0];
        }
        c = c << 6 | (b[i] & 0x3f);
    }
    *s += more + 1;
    return c;
}

static term list_of_text(struct process *p, const char *text) {
    size_t n = 0;
    for (const char *s = text; *s; n++) utf8_next(&s);
    if (n == 0) return NIL;
    term *cells = heap_alloc(&p->heap, 2 * n), *c = cells;
    for (const char *s = text; *s; c += 2) {
        c[0] = small_make(utf8_next(&s));
        c[1] = list_make(c + 2);
    }
    c[-1] = NIL;
    return list_make(cells);
}

/* -- the environment */

static struct env_var *change_find(const struct vm *vm, const char *key) {
    struct env_var *v = vm->bifs ? vm->bifs->env : NULL;
    while (v && strcmp(v->key, key) != 0) v = v->next;
    return v;
}

/* The value of key now; NULL: unset. */
static const char *env_find(const struct vm *vm, const char *key) {
    const struct env_var *change = change_find(vm, key);
    if (change) return change->value;
    const char *value = NULL;
    for (uint32_t i = 0; vm->options && i < vm->options->n_env; i++)
        if (!strcmp(vm->options->env[i].key, key)) value = vm->options->env[i].value;
    return value;
}

/* Takes key and value over. false: no memory (both freed). */
static bool env_change(struct vm *vm, char *key, char *value) {
    struct bif_state *s = bif_state(vm);
    struct env_var *v = change_find(vm, key);
    if (v) {
        alloc_put(vm->alloc, v->value);
        v->value = value;
        alloc_put(vm->alloc, key);
        return true;
    }
    v = s ? alloc_get(vm->alloc, sizeof *v) : NULL;
    if (!v) {
        alloc_put(vm->alloc, key);
        alloc_put(vm->alloc, value);
        return false;
    }
    *v = (struct env_var){s->env, key, value};
    s->env = v;
    return true;
}

static bool key_is_settable(const char *key) {
    return key && !strchr(key, '=');
}

term bif_os_getenv_1(struct process *p, const term *a) {
    char *key = text_of_list(p, a[0]);
    if (!key) return raise_badarg(p);
    const char *value = env_find(p->vm, key);
    alloc_put(p->vm->alloc, key);
    return value ? list_of_text(p, value) : A_FALSE;
}

term bif_os_putenv_2(struct process *p, const term *a) {
    char *key = text_of_list(p, a[0]), *value = text_of_list(p, a[1]);
    if (!key_is_settable(key) || !value) {
        alloc_put(p->vm->alloc, key);
        alloc_put(p->vm->alloc, value);
        return raise_badarg(p);
    }
    return env_change(p->vm, key, value) ? A_TRUE : raise_system_limit(p);
}

term bif_os_unsetenv_1(struct process *p, const term *a) {
    char *key = text_of_list(p, a[0]);
    if (!key_is_settable(key)) {
        alloc_put(p->vm->alloc, key);
        return raise_badarg(p);
    }
    return env_change(p->vm, key, NULL) ? A_TRUE : raise_system_limit(p);
}

static term env_add(struct process *p, term list, const char *key, const char *value) {
    term k = list_of_text(p, key), v = list_of_text(p, value);
    return heap_cons(&p->heap, TUPLE(&p->heap, k, v), list);
}

/* Is options->env[i] what counts: not changed, and the last of its key? */
static bool option_counts(const struct vm *vm, uint32_t i) {
    const struct option_pair *env = vm->options->env;
    return !change_find(vm, env[i].key) && env_find(vm, env[i].key) == env[i].value;
}

term bif_os_env_0(struct process *p, const term *a) {
    term list = NIL;
    for (uint32_t i = 0; p->vm->options && i < p->vm->options->n_env; i++) {
        const struct option_pair *pair = &p->vm->options->env[i];
        if (option_counts(p->vm, i)) list = env_add(p, list, pair->key, pair->value);
    }
    for (const struct env_var *v = p->vm->bifs ? p->vm->bifs->env : NULL; v; v = v->next)
        if (v->value) list = env_add(p, list, v->key, v->value);
    return list;
}

/* -- what stands for an operating system */

term bif_os_getpid_0(struct process *p, const term *a) {
    return heap_string_of(p, "1");
}
