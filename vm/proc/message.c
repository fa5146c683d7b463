/* message: sending, and the mailbox as selective receive walks it.
 *
 *   first ─> [m1] ─> [m2] ─> [m3] ─> NULL          last: the link behind m3
 *              save ──^ (the link in m1)             m1 was looked at: its term lies on the heap; m2, m3 in
 * fragments
 *
 * Invariant: save, last and marker_save are each &first or the `next` of a message that is in the list.
 */
#include "proc/vm.h"

static enum status mailbox_push(struct vm *vm, struct process *to, struct frag *frag, term t) {
    struct message *m = alloc_get(vm->alloc, sizeof *m);
    if (!m) {
        frag_free(vm->alloc, frag);
        return ST_NOMEM;
    }
    *m = (struct message){.frag = frag, .term = t};
    *to->mailbox.last = m;
    to->mailbox.last = &m->next;
    to->mailbox.length++;
    if (!(to->flags & PROC_BIF_WAIT)) process_make_ready(vm, to);
    return ST_OK;
}

enum status message_send_frag(struct vm *vm, struct process *to, struct frag *frag, term t) {
    return mailbox_push(vm, to, frag, t);
}

enum status message_send(struct vm *vm, struct process *to, term t) {
    if (term_is_imm(t)) return mailbox_push(vm, to, NULL, t);
    term copy;
    struct frag *f = frag_copy(vm->alloc, t, to->heap.literal_lo, to->heap.literal_hi, &copy);
    return f ? mailbox_push(vm, to, f, copy) : ST_NOMEM;
}

enum status message_send_tuple(struct vm *vm, struct process *to, size_t n, const term *elements) {
    uintptr_t lo = to->heap.literal_lo, hi = to->heap.literal_hi;
    size_t words = 1 + n;
    for (size_t i = 0; i < n; i++) words += term_size(elements[i], lo, hi);
    struct frag *f = frag_new(vm->alloc, words);
    if (!f) return ST_NOMEM;
    term *tuple = f->words, *top = f->words + 1 + n;
    tuple[0] = header_make(KIND_TUPLE, n);
    for (size_t i = 0; i < n; i++) tuple[1 + i] = term_copy(elements[i], &top, &f->offheap, lo, hi);
    f->used_words = (size_t)(top - f->words);
    return mailbox_push(vm, to, f, boxed_make(tuple));
}

term mailbox_peek(struct process *p) {
    struct message *m = *p->mailbox.save;
    if (!m) return NONE;
    if (m->frag) {
        m->term = heap_adopt_term(&p->heap, m->frag, m->term);
        m->frag = NULL;
    }
    return m->term;
}

void mailbox_next(struct process *p) {
    if (*p->mailbox.save) p->mailbox.save = &(*p->mailbox.save)->next;
}

void mailbox_rewind(struct process *p) {
    p->mailbox.save = &p->mailbox.first;
}

void mailbox_remove(struct process *p) {
    struct mailbox *box = &p->mailbox;
    struct message *m = *box->save;
    if (!m) return;
    *box->save = m->next;
    if (box->last == &m->next) box->last = box->save;
    if (box->marker_save == &m->next) box->marker_save = box->save;
    box->length--;
    frag_free(p->vm->alloc, m->frag);
    alloc_put(p->vm->alloc, m);
    mailbox_rewind(p);
}

void mailbox_free(struct process *p) {
    struct mailbox *box = &p->mailbox;
    for (struct message *m = box->first, *next; m; m = next) {
        next = m->next;
        frag_free(p->vm->alloc, m->frag);
        alloc_put(p->vm->alloc, m);
    }
    *box = (struct mailbox){.last = &box->first, .save = &box->first, .marker_ref = NONE};
}

/* -- receive markers */
term mailbox_reserve(struct process *p) {
    p->mailbox.marker_ref = NONE;
    p->mailbox.marker_save = p->mailbox.last;
    return small_make(++p->mailbox.marker_token);
}

void mailbox_bind(struct process *p, term token, term ref) {
    /* another token: the mark was reserved anew in between, and is too late for this reference */
    if (token == small_make(p->mailbox.marker_token) && term_is_ref(ref)) p->mailbox.marker_ref = ref;
}

static bool marker_is_for(const struct process *p, term ref) {
    term marked = p->mailbox.marker_ref;
    return marked != NONE && term_is_ref(ref) && ref_lo(marked) == ref_lo(ref) &&
           ref_hi(marked) == ref_hi(ref);
}

void mailbox_use(struct process *p, term ref) {
    p->mailbox.save = marker_is_for(p, ref) ? p->mailbox.marker_save : &p->mailbox.first;
}

void mailbox_clear(struct process *p, term ref) {
    if (!marker_is_for(p, ref)) return;
    p->mailbox.marker_ref = NONE;
    p->mailbox.marker_save = NULL;
}
