/* bif_memory: memory/0,1: where the instance's memory is.
 *
 *   total = processes + system          processes: heaps, mailboxes, process structs
 *   system contains atom, binary, code (the payload counts as code), ets
 *
 * Counted when asked, by walking the processes. In OTP these are Erlang functions over allocator statistics.
 */
#include "bif/args.h"

struct usage {
    uint64_t total, processes, atom, binary, code;
};

/* Off-heap bytes of a chain of refc binaries, shared ones by their share. */
static uint64_t chain_bytes(term at) {
    uint64_t bytes = 0;
    while (at) {
        const term *object = (const term *)at;
        const struct bin *b = (const struct bin *)object[REFC_BIN];
        bytes += (sizeof *b + b->capacity) / b->refs;
        at = object[REFC_NEXT];
    }
    return bytes;
}

static void usage_add_process(struct usage *u, const struct process *who) {
    size_t words = heap_block_words(&who->heap) + who->heap.frag_words + 2 * (size_t)who->dict_cap;
    u->processes += sizeof *who + words * sizeof(term) + who->mailbox.length * sizeof(struct message);
    u->binary += chain_bytes(who->heap.offheap) + chain_bytes(who->heap.old_offheap);
}

static struct usage usage_now(const struct vm *vm) {
    struct usage u = {.total = alloc_stats(vm->alloc).used_bytes};
    uint32_t slot = 0;
    for (const struct process *who; (who = process_each(vm, &slot));) usage_add_process(&u, who);
    u.atom = (uint64_t)atom_count(&vm->code) * sizeof(struct image_atom);
    u.code = vm->code.image ? vm->code.image->bytes : 0;
    u.total += u.code;
    return u;
}

struct part {
    term name;
    uint64_t value;
};
enum { MEMORY_KINDS = 8 };

static void usage_list(const struct usage *u, struct part out[MEMORY_KINDS]) {
    const struct part kinds[MEMORY_KINDS] = {
        {A_TOTAL, u->total},
        {A_PROCESSES, u->processes},
        {A_PROCESSES_USED, u->processes},
        {A_SYSTEM, u->total - u->processes},
        {A_ATOM, u->atom},
        {A_ATOM_USED, u->atom},
        {A_BINARY, u->binary},
        {A_CODE, u->code},
    };
    memcpy(out, kinds, sizeof kinds);
}

static term kind_pair(struct process *p, const struct part *k) {
    return TUPLE(&p->heap, k->name, int_from_u64(&p->heap, k->value));
}

static const struct part *kind_find(const struct part *kinds, term name) {
    for (int i = 0; i < MEMORY_KINDS; i++)
        if (kinds[i].name == name) return &kinds[i];
    return NULL;
}

static term pairs_of(struct process *p, const struct part *kinds, term names) {
    term list = NIL, reversed = NIL;
    for (; term_is_list(names); names = list_tail(names)) {
        const struct part *k = kind_find(kinds, list_head(names));
        if (!k) return raise_badarg(p);
        reversed = heap_cons(&p->heap, kind_pair(p, k), reversed);
    }
    for (; term_is_list(reversed); reversed = list_tail(reversed))
        list = heap_cons(&p->heap, list_head(reversed), list);
    return term_is_nil(names) ? list : raise_badarg(p);
}

term bif_erlang_memory_0(struct process *p, const term *a) {
    struct part kinds[MEMORY_KINDS];
    struct usage u = usage_now(p->vm);
    usage_list(&u, kinds);
    term list = NIL;
    for (int i = MEMORY_KINDS; i-- > 0;) list = heap_cons(&p->heap, kind_pair(p, &kinds[i]), list);
    return list;
}

term bif_erlang_memory_1(struct process *p, const term *a) {
    struct part kinds[MEMORY_KINDS];
    struct usage u = usage_now(p->vm);
    usage_list(&u, kinds);
    if (!term_is_atom(a[0])) return pairs_of(p, kinds, a[0]);
    const struct part *k = kind_find(kinds, a[0]);
    return k ? int_from_u64(&p->heap, k->value) : raise_badarg(p);
}
