# The least a QEMU guest can do: PVH entry, exit at once through isa-debug-exit. The peer of `lingpack run`'s boot time.
    .section .note.pvh, "a", @note
    .long 4, 4, 18                      # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long entry
    .text
    .code32
    .globl entry
entry:
    mov $0xf4, %dx
    xor %eax, %eax
    out %eax, %dx
1:  hlt
    jmp 1b
    .section .note.GNU-stack, "", @progbits
