/* vmcode: code of the VM's own, in no module, and what identifies the interpreter.
 *
 *   exit_code    vm_exit      where the first frame of every process returns to
 *   apply_code   vm_apply     entry of a process whose function is found when it starts
 *   one a BIF    call_bif_only, for BIFs called through an export
 *
 * Words are filled at start, from the handlers of this very interpreter. They lie below 4 GiB like all code.
 */
#include "interp/inside.h"

enum { GAP = FUNC_INFO_WORDS, BIFS_MAX = 4096 }; /* a gap before each: interp_entry_arity looks back */
static uint64_t code_words[2 * (GAP + 1) + BIFS_MAX] __attribute__((aligned(8)));
enum { EXIT_WORD = GAP, APPLY_WORD = 2 * GAP + 1, BIF_WORD = APPLY_WORD + 1 };

const uint64_t *interp_exit_code(void) {
    return code_words + EXIT_WORD;
}
const uint64_t *interp_apply_code(void) {
    return code_words + APPLY_WORD;
}
const uint64_t *interp_bif_code(const struct bif_entry *bif) {
    return code_words + BIF_WORD + (bif - bif_table);
}

void interp_init(void) {
    if (bif_count > BIFS_MAX) panic("more BIFs than room for their code");
    code_words[EXIT_WORD] = interp_handlers[XOP_vm_exit];
    code_words[APPLY_WORD] = interp_handlers[XOP_vm_apply];
    for (unsigned i = 0; i < bif_count; i++)
        code_words[BIF_WORD + i] = interp_handlers[XOP_call_bif_only] | (uint64_t)i << 32;
}

int interp_entry_arity(const uint64_t *pc) {
    if ((uint32_t)pc[-FUNC_INFO_WORDS] != interp_handlers[XOP_func_info]) return -1;
    return (int)(pc[-FUNC_INFO_WORDS] >> 32 & 0xffff);
}

static uint64_t fnv(uint64_t h, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}

uint64_t interp_fingerprint(void) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    h = fnv(h, interp_handlers, interp_handler_count * sizeof interp_handlers[0]);
    for (unsigned i = 0; i < bif_count; i++) {
        h = fnv(h, bif_table[i].module, strlen(bif_table[i].module) + 1);
        h = fnv(h, bif_table[i].name, strlen(bif_table[i].name) + 1);
        h = fnv(h, &bif_table[i].arity, 1);
    }
    return h;
}
