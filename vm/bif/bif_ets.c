/* bif_ets: ets: tables and objects. Storage is data/ets; what matches patterns is in bif_ets_select.
 *
 * Updates are made on a copy on the caller's heap, then put in place whole, so that a failing one changes
 * nothing. Source: stdlib's ets manual page; erl(25) as the oracle.
 */
#include "bif/ets_access.h"

struct ets *ets_registry(struct vm *vm) {
    if (!vm->ets) vm->ets = ets_create(vm->alloc);
    return vm->ets;
}

static struct ets_table *find_table(struct vm *vm, term id) {
    struct ets *e = ets_registry(vm);
    if (!e) return NULL;
    if (term_is_atom(id)) return ets_find_name(e, id);
    return term_is_ref(id) ? ets_find_id(e, boxed_ptr(id)[1], boxed_ptr(id)[2]) : NULL;
}

struct ets_table *ets_access(struct process *p, term id, enum ets_right right) {
    struct ets_table *t = find_table(p->vm, id);
    bool ok = t && (t->owner == p->pid || (right == ETS_READ && t->protection != ETS_PRIVATE) ||
                    (right == ETS_WRITE && t->protection == ETS_PUBLIC));
    if (ok) return t;
    raise_badarg_cause(p, t ? A_ACCESS : A_ID);
    return NULL;
}

static term table_id(struct process *p, const struct ets_table *t) {
    return t->named ? t->name : heap_ref(&p->heap, t->id_hi, t->id_lo);
}

/* out: a copy on p's heap of what lies in the table. */
static term take_out(struct process *p, term t) {
    return heap_copy(&p->heap, t);
}

/* -- making and dropping tables */

struct new_options {
    struct ets_config c;
    term heir, heir_data;
};

static bool option_pair(struct new_options *o, term key, term value) {
    if (key == A_KEYPOS) {
        size_t pos;
        if (!arg_size(value, 1 << 24, &pos) || pos == 0) return false;
        o->c.key_pos = (uint32_t)pos;
        return true;
    }
    if (key == A_HEIR) return value == A_NONE;
    return key == A_WRITE_CONCURRENCY || key == A_READ_CONCURRENCY || key == A_DECENTRALIZED_COUNTERS;
}

static bool option_atom(struct new_options *o, term opt) {
    if (opt == A_SET)
        o->c.type = ETS_SET;
    else if (opt == A_BAG)
        o->c.type = ETS_BAG;
    else if (opt == A_DUPLICATE_BAG)
        o->c.type = ETS_DUPLICATE_BAG;
    else if (opt == A_ORDERED_SET)
        o->c.type = ETS_ORDERED_SET;
    else if (opt == A_PUBLIC)
        o->c.protection = ETS_PUBLIC;
    else if (opt == A_PROTECTED)
        o->c.protection = ETS_PROTECTED;
    else if (opt == A_PRIVATE)
        o->c.protection = ETS_PRIVATE;
    else if (opt == A_NAMED_TABLE)
        o->c.named = true;
    else
        return opt == A_COMPRESSED;
    return true;
}

static bool option(struct new_options *o, term opt) {
    if (!term_is_tuple(opt)) return option_atom(o, opt);
    const term *e = tuple_elements(opt);
    if (tuple_size(opt) == 2) return option_pair(o, e[0], e[1]);
    if (tuple_size(opt) != 3 || e[0] != A_HEIR || !term_is_pid(e[1])) return false;
    o->heir = e[1];
    o->heir_data = e[2];
    return true;
}

static bool set_heir(struct ets_table *t, term heir, term data) {
    struct frag *f = NULL;
    term copy = data;
    if (!term_is_imm(data) && !(f = frag_copy(t->alloc, data, t->literal_lo, t->literal_hi, &copy)))
        return false;
    if (t->heir_frag) frag_free(t->alloc, t->heir_frag);
    t->heir = heir;
    t->heir_frag = f;
    t->heir_data = copy;
    return true;
}

term bif_ets_new_2(struct process *p, const term *a) {
    struct new_options o = {.heir = NONE};
    o.c = (struct ets_config){.name = a[0],
                              .owner = p->pid,
                              .protection = ETS_PROTECTED,
                              .key_pos = 1,
                              .literal_lo = p->heap.literal_lo,
                              .literal_hi = p->heap.literal_hi};
    term opts = a[1];
    if (!term_is_atom(a[0])) return raise_badarg(p);
    for (; term_is_list(opts); opts = list_tail(opts))
        if (!option(&o, list_head(opts))) return raise_badarg(p);
    if (!term_is_nil(opts)) return raise_badarg(p);
    term ref = ref_make(p);
    o.c.id_hi = boxed_ptr(ref)[1];
    o.c.id_lo = boxed_ptr(ref)[2];
    struct ets *e = ets_registry(p->vm);
    struct ets_table *t = NULL;
    enum status st = e ? ets_table_new(e, p->vm->alloc, &o.c, &t) : ST_NOMEM;
    if (st != ST_OK) return st == ST_NOMEM ? raise_system_limit(p) : raise_badarg_cause(p, A_ALREADY_EXISTS);
    if (o.heir != NONE && !set_heir(t, o.heir, o.heir_data)) return raise_system_limit(p);
    return table_id(p, t);
}

term bif_ets_delete_1(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    reds_charge(p, t->count);
    ets_table_free(p->vm->ets, t);
    return A_TRUE;
}

/* The heir gets {'ETS-TRANSFER',Table,FromPid,Data} and owns the table. */
static bool pass_on(struct vm *vm, struct ets_table *t, struct process *to, struct process *from, term data) {
    term id = t->named ? t->name : heap_ref(&from->heap, t->id_hi, t->id_lo);
    term message = TUPLE(&from->heap, A_ETS_TRANSFER, id, from->pid, data);
    if (message_send(vm, to, message) != ST_OK) return false;
    t->owner = to->pid;
    return true;
}

void ets_owner_ended(struct vm *vm, struct process *p) {
    if (!vm->ets) return;
    struct ets_table *t;
    while ((t = ets_first_owned(vm->ets, p->pid))) {
        struct process *heir = t->heir == NONE || t->heir == p->pid ? NULL : process_find(vm, t->heir);
        if (!heir || !pass_on(vm, t, heir, p, t->heir_data)) ets_table_free(vm->ets, t);
    }
}

term bif_ets_give_away_3(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_OWN);
    if (!t) return NONE;
    struct process *to = term_is_pid(a[1]) ? process_find(p->vm, a[1]) : NULL;
    if (!to || to == p) return raise_badarg_cause(p, to ? A_OWNER : A_NOT_ALIVE);
    return pass_on(p->vm, t, to, p, a[2]) ? A_TRUE : raise_system_limit(p);
}

static bool setopt(struct ets_table *t, term opt) {
    if (!term_is_tuple(opt)) return false;
    const term *e = tuple_elements(opt);
    if (tuple_size(opt) == 3 && e[0] == A_HEIR && term_is_pid(e[1])) return set_heir(t, e[1], e[2]);
    if (tuple_size(opt) != 2) return false;
    if (e[0] == A_HEIR && e[1] == A_NONE) return set_heir(t, NONE, NIL);
    struct new_options o = {.c.protection = t->protection};
    bool ok = e[0] == A_PROTECTION && (e[1] == A_PUBLIC || e[1] == A_PROTECTED || e[1] == A_PRIVATE) &&
              option_atom(&o, e[1]);
    if (ok) t->protection = o.c.protection;
    return ok;
}

term bif_ets_setopts_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_OWN);
    if (!t) return NONE;
    if (!term_is_list(a[1]) && !term_is_nil(a[1])) return setopt(t, a[1]) ? A_TRUE : raise_badarg(p);
    for (term opts = a[1]; term_is_list(opts); opts = list_tail(opts))
        if (!setopt(t, list_head(opts))) return raise_badarg(p);
    return A_TRUE;
}

term bif_ets_rename_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    if (!term_is_atom(a[1]) || (t->named && ets_find_name(p->vm->ets, a[1]))) return raise_badarg(p);
    t->name = a[1];
    return table_id(p, t);
}

term bif_ets_whereis_1(struct process *p, const term *a) {
    if (!term_is_atom(a[0]) && !term_is_ref(a[0])) return raise_badarg(p);
    struct ets_table *t = find_table(p->vm, a[0]);
    return t ? heap_ref(&p->heap, t->id_hi, t->id_lo) : A_UNDEFINED;
}

term bif_ets_safe_fixtable_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    if (!t) return NONE;
    if (!term_is_bool(a[1])) return raise_badarg(p);
    if (a[1] == A_TRUE)
        ets_fix(t);
    else
        ets_unfix(t);
    return A_TRUE;
}

/* -- information */

static term type_atom(const struct ets_table *t) {
    static const term atoms[] = {A_SET, A_BAG, A_DUPLICATE_BAG, A_ORDERED_SET};
    return atoms[t->type];
}

static term protection_atom(const struct ets_table *t) {
    static const term atoms[] = {A_PRIVATE, A_PROTECTED, A_PUBLIC};
    return atoms[t->protection];
}

static int64_t memory_words(const struct ets_table *t) {
    return (int64_t)(t->words + t->n_slots + t->count * words_of_bytes(sizeof(struct ets_object)) +
                     words_of_bytes(sizeof *t));
}

static term info_item(struct process *p, const struct ets_table *t, term item) {
    if (item == A_SIZE) return small_make((int64_t)t->count);
    if (item == A_NAME) return t->name;
    if (item == A_OWNER) return t->owner;
    if (item == A_TYPE) return type_atom(t);
    if (item == A_PROTECTION) return protection_atom(t);
    if (item == A_KEYPOS) return small_make(t->key_pos);
    if (item == A_NAMED_TABLE) return term_of_bool(t->named);
    if (item == A_MEMORY) return small_make(memory_words(t));
    if (item == A_NODE) return A_NONODE_NOHOST;
    if (item == A_HEIR) return t->heir == NONE ? A_NONE : t->heir;
    if (item == A_FIXED) return term_of_bool(t->fixed > 0);
    if (item == A_ID) return heap_ref(&p->heap, t->id_hi, t->id_lo);
    if (item == A_COMPRESSED || item == A_READ_CONCURRENCY || item == A_WRITE_CONCURRENCY ||
        item == A_DECENTRALIZED_COUNTERS)
        return A_FALSE;
    return NONE;
}

term bif_ets_info_2(struct process *p, const term *a) {
    if (!term_is_atom(a[0]) && !term_is_ref(a[0])) return raise_badarg(p);
    struct ets_table *t = find_table(p->vm, a[0]);
    if (!t) return A_UNDEFINED;
    term value = info_item(p, t, a[1]);
    return value == NONE ? raise_badarg(p) : value;
}

term bif_ets_info_1(struct process *p, const term *a) {
    static const term items[] = {A_ID,
                                 A_DECENTRALIZED_COUNTERS,
                                 A_READ_CONCURRENCY,
                                 A_WRITE_CONCURRENCY,
                                 A_COMPRESSED,
                                 A_MEMORY,
                                 A_OWNER,
                                 A_HEIR,
                                 A_NAME,
                                 A_SIZE,
                                 A_NODE,
                                 A_NAMED_TABLE,
                                 A_TYPE,
                                 A_KEYPOS,
                                 A_PROTECTION};
    if (!term_is_atom(a[0]) && !term_is_ref(a[0])) return raise_badarg(p);
    struct ets_table *t = find_table(p->vm, a[0]);
    if (!t) return A_UNDEFINED;
    term list = NIL;
    for (size_t i = ARRAY_LEN(items); i-- > 0;)
        list = heap_cons(&p->heap, TUPLE(&p->heap, items[i], info_item(p, t, items[i])), list);
    return list;
}

/* -- objects */

static bool is_unique(const struct ets_table *t) {
    return t->type == ETS_SET || t->type == ETS_ORDERED_SET;
}

static bool object_ok(const struct ets_table *t, term o) {
    return term_is_tuple(o) && tuple_size(o) >= t->key_pos;
}

/* A tuple or a proper list of tuples, each large enough. */
static bool objects_ok(const struct ets_table *t, term objects) {
    if (!term_is_list(objects) && !term_is_nil(objects)) return object_ok(t, objects);
    for (; term_is_list(objects); objects = list_tail(objects))
        if (!object_ok(t, list_head(objects))) return false;
    return term_is_nil(objects);
}

static term list_reversed(struct process *p, term list) {
    term out = NIL;
    for (; term_is_list(list); list = list_tail(list)) out = heap_cons(&p->heap, list_head(list), out);
    return out;
}

/* OTP puts a list into a bag from its end, which lookups show. */
static term insert_all(struct process *p, struct ets_table *t, term objects) {
    if (term_is_tuple(objects)) return ets_insert(t, objects) == ST_OK ? A_TRUE : raise_system_limit(p);
    if (t->type == ETS_BAG) objects = list_reversed(p, objects);
    for (; term_is_list(objects); objects = list_tail(objects)) {
        if (ets_insert(t, list_head(objects)) != ST_OK) return raise_system_limit(p);
        p->reds -= 1;
    }
    return A_TRUE;
}

term bif_ets_insert_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    return objects_ok(t, a[1]) ? insert_all(p, t, a[1]) : raise_badarg(p);
}

term bif_ets_insert_new_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    if (!objects_ok(t, a[1])) return raise_badarg(p);
    if (term_is_tuple(a[1])) return ets_lookup(t, ets_key(t, a[1])) ? A_FALSE : insert_all(p, t, a[1]);
    for (term o = a[1]; term_is_list(o); o = list_tail(o))
        if (ets_lookup(t, ets_key(t, list_head(o)))) return A_FALSE;
    return insert_all(p, t, a[1]);
}

/* Copies of all objects with this key, the oldest first: the table has them the other way round. */
static term lookup_list(struct process *p, struct ets_table *t, term key) {
    term list = NIL;
    for (struct ets_object *o = ets_lookup(t, key); o; o = ets_same_key_next(t, o))
        list = heap_cons(&p->heap, take_out(p, o->tuple), list);
    return list;
}

term bif_ets_lookup_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    return t ? lookup_list(p, t, a[1]) : NONE;
}

term bif_ets_take_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    term list = lookup_list(p, t, a[1]);
    ets_remove_key(t, a[1]);
    return list;
}

term bif_ets_lookup_element_3(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    size_t pos;
    if (!t) return NONE;
    if (!arg_size(a[2], SIZE_MAX, &pos) || pos == 0) return raise_badarg(p);
    struct ets_object *o = ets_lookup(t, a[1]);
    if (!o) return raise_badarg_cause(p, A_BADKEY);
    for (struct ets_object *each = o; each; each = ets_same_key_next(t, each))
        if (tuple_size(each->tuple) < pos) return raise_badarg_cause(p, A_POSITION);
    if (t->type == ETS_SET || t->type == ETS_ORDERED_SET)
        return take_out(p, tuple_elements(o->tuple)[pos - 1]);
    term list = NIL;
    for (; o; o = ets_same_key_next(t, o))
        list = heap_cons(&p->heap, take_out(p, tuple_elements(o->tuple)[pos - 1]), list);
    return list;
}

term bif_ets_member_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    return t ? term_of_bool(ets_lookup(t, a[1]) != NULL) : NONE;
}

term bif_ets_delete_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    ets_remove_key(t, a[1]);
    return A_TRUE;
}

term bif_ets_delete_object_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    if (!object_ok(t, a[1])) return A_TRUE;
    struct ets_object *o = ets_lookup(t, ets_key(t, a[1]));
    while (o) {
        struct ets_object *next = ets_same_key_next(t, o);
        if (term_same(o->tuple, a[1])) ets_remove(t, o);
        o = next;
    }
    return A_TRUE;
}

term bif_ets_internal_delete_all_2(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    size_t n = t->count;
    reds_charge(p, n);
    if (t->fixed) {
        for (struct ets_object *o = ets_first(t); o; o = ets_next(t, o)) ets_remove(t, o);
    } else {
        ets_clear(t);
    }
    return small_make((int64_t)n);
}

/* -- iteration by key */

static term key_of(struct process *p, struct ets_table *t, struct ets_object *o) {
    return o ? take_out(p, ets_key(t, o->tuple)) : A_END_OF_TABLE;
}

term bif_ets_first_1(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    return t ? key_of(p, t, ets_first(t)) : NONE;
}

term bif_ets_last_1(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    return t ? key_of(p, t, ets_last(t)) : NONE;
}

static term step(struct process *p, const term *a,
                 struct ets_object *(*beside)(struct ets_table *t, term key, bool *known)) {
    struct ets_table *t = ets_access(p, a[0], ETS_READ);
    if (!t) return NONE;
    bool known;
    struct ets_object *o = beside(t, a[1], &known);
    return known ? key_of(p, t, o) : raise_badarg_cause(p, A_BADKEY);
}

term bif_ets_next_2(struct process *p, const term *a) {
    return step(p, a, ets_after);
}
term bif_ets_prev_2(struct process *p, const term *a) {
    return step(p, a, ets_before);
}

/* -- updates in place */

static term tuple_copy(struct process *p, term t) {
    return heap_tuple(&p->heap, tuple_size(t), tuple_elements(t));
}

/* {Pos,Value}: false: not one that fits. */
static bool update_one(const struct ets_table *t, term copy, term spec) {
    size_t pos;
    if (!term_is_tuple_of(spec, 2) || !arg_size(tuple_elements(spec)[0], tuple_size(copy), &pos))
        return false;
    if (pos == 0 || pos == t->key_pos) return false;
    tuple_elements(copy)[pos - 1] = tuple_elements(spec)[1];
    return true;
}

term bif_ets_update_element_3(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    if (!t) return NONE;
    if (!is_unique(t)) return raise_badarg(p);
    struct ets_object *o = ets_lookup(t, a[1]);
    if (!o) return A_FALSE;
    term copy = tuple_copy(p, o->tuple);
    bool ok = true;
    if (term_is_tuple(a[2]))
        ok = update_one(t, copy, a[2]);
    else {
        term specs = a[2];
        for (; ok && term_is_list(specs); specs = list_tail(specs))
            ok = update_one(t, copy, list_head(specs));
        ok = ok && term_is_nil(specs);
    }
    if (!ok) return raise_badarg(p);
    return ets_replace(t, o, copy) == ST_OK ? A_TRUE : raise_system_limit(p);
}

/* Incr | {Pos,Incr} | {Pos,Incr,Threshold,SetValue}: the new value, or NONE: badarg. */
static term count_one(struct process *p, const struct ets_table *t, term copy, term op) {
    size_t pos = t->key_pos + 1;
    term incr = op, threshold = NONE, set = NONE;
    if (term_is_tuple(op)) {
        const term *e = tuple_elements(op);
        size_t n = tuple_size(op);
        if ((n != 2 && n != 4) || !arg_size(e[0], tuple_size(copy), &pos)) return NONE;
        incr = e[1];
        if (n == 4) threshold = e[2], set = e[3];
    }
    if (pos == 0 || pos > tuple_size(copy) || pos == t->key_pos) return NONE;
    term *at = &tuple_elements(copy)[pos - 1];
    if (!term_is_integer(incr) || !term_is_integer(*at)) return NONE;
    if (threshold != NONE && (!term_is_integer(threshold) || !term_is_integer(set))) return NONE;
    term sum = int_add(&p->heap, *at, incr);
    if (sum == NONE) return NONE;
    if (threshold != NONE) {
        int c = int_compare(sum, threshold);
        if (int_sign(incr) < 0 ? c < 0 : c > 0) sum = set;
    }
    return *at = sum;
}

static term count_all(struct process *p, const struct ets_table *t, term copy, term ops) {
    if (!term_is_list(ops) && !term_is_nil(ops)) return count_one(p, t, copy, ops);
    term reversed = NIL;
    for (; term_is_list(ops); ops = list_tail(ops)) {
        term v = term_is_tuple(list_head(ops)) ? count_one(p, t, copy, list_head(ops)) : NONE;
        if (v == NONE) return NONE;
        reversed = heap_cons(&p->heap, v, reversed);
    }
    return term_is_nil(ops) ? list_reversed(p, reversed) : NONE;
}

/* deflt: the object to start from when there is none, or NONE. Its key is replaced by `key`. */
static term update_counter(struct process *p, struct ets_table *t, term key, term ops, term deflt) {
    if (!is_unique(t)) return raise_badarg(p);
    struct ets_object *o = ets_lookup(t, key);
    if (!o && (deflt == NONE || !object_ok(t, deflt))) return raise_badarg_cause(p, A_BADKEY);
    term copy = tuple_copy(p, o ? o->tuple : deflt);
    if (!o) tuple_elements(copy)[t->key_pos - 1] = key;
    term result = count_all(p, t, copy, ops);
    if (result == NONE) return raise_badarg(p);
    term out = take_out(p, result); /* an unchanged big integer may still lie in the table */
    enum status st = o ? ets_replace(t, o, copy) : ets_insert(t, copy);
    return st == ST_OK ? out : raise_system_limit(p);
}

term bif_ets_update_counter_3(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    return t ? update_counter(p, t, a[1], a[2], NONE) : NONE;
}
term bif_ets_update_counter_4(struct process *p, const term *a) {
    struct ets_table *t = ets_access(p, a[0], ETS_WRITE);
    return t ? update_counter(p, t, a[1], a[2], a[3]) : NONE;
}
