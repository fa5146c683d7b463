# entry: one ELF for both kinds of guest, loaded 1:1. A PVH guest starts as every machine (kernel/arch/x86_64/entry.S); here is
# how a PV guest does: 64-bit, ring 3, on Xen's page tables, rsi = start_info -> target_pv.
#
# Sources: Xen public/elfnote.h, arch-x86_64.h (start of day, exception frames).

#define __ASSEMBLY__
#include <xen/elfnote.h>

	.set	NUB_HYPERCALL, 4		# kernel/nub/nub.h

	.macro	note type, kind, value:vararg
	.section .note.xen, "a", @note
	.balign	4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\kind	\value
2:	.balign	4
	.endm
	note	XEN_ELFNOTE_GUEST_OS, .asciz, "Ling"
	note	XEN_ELFNOTE_GUEST_VERSION, .asciz, "1"
	note	XEN_ELFNOTE_XEN_VERSION, .asciz, "xen-3.0"
	note	XEN_ELFNOTE_LOADER, .asciz, "generic"
	note	XEN_ELFNOTE_VIRT_BASE, .quad, 0
	note	XEN_ELFNOTE_PADDR_OFFSET, .quad, 0
	note	XEN_ELFNOTE_ENTRY, .quad, pv_entry
	note	XEN_ELFNOTE_HYPERCALL_PAGE, .quad, hypercall_page
	note	XEN_ELFNOTE_FEATURES, .asciz, "!writable_page_tables|pae_pgdir_above_4gb"

	.section .text.entry, "ax", @progbits
	.code64
	.globl	pv_entry, hypercall_page
pv_entry:
	cld
	mov	$stack_top - 8, %esp
	xor	%ebp, %ebp
	mov	%rsi, %rdi
	jmp	target_pv

# As in the file it asks the nub, for a PVH guest. A PV guest's is overwritten by Xen.
	.balign	4096
hypercall_page:
	.set	n, 0
	.rept	128
	mov	$NUB_HYPERCALL + n, %eax
	int3
	ret
	.balign	32, 0xcc
	.set	n, n + 1
	.endr

# -- exceptions: Xen pushes rcx and r11 on top. Vectors with an error code: 8, 10-14, 17, 21, 29, 30.
	.set	with_error, 0x60227d00
	.globl	pv_exceptions
	.balign	16
pv_exceptions:
	.set	v, 0
	.rept	32
	.balign	16
	pop	%rcx
	pop	%r11
	.if	!((with_error >> v) & 1)
	push	$0
	.endif
	push	$v
	jmp	fault_enter
	.set	v, v + 1
	.endr

# On the stack: vector, error, rip, cs, rflags, rsp, ss. The layout is struct nub_fault's.
fault_enter:
	mov	%rax, nub_fault
	mov	%rbx, nub_fault + 8
	mov	%rcx, nub_fault + 16
	mov	%rdx, nub_fault + 24
	mov	%rsi, nub_fault + 32
	mov	%rdi, nub_fault + 40
	mov	%rbp, nub_fault + 48
	mov	%r8, nub_fault + 56
	mov	%r9, nub_fault + 64
	mov	%r10, nub_fault + 72
	mov	%r11, nub_fault + 80
	mov	%r12, nub_fault + 88
	mov	%r13, nub_fault + 96
	mov	%r14, nub_fault + 104
	mov	%r15, nub_fault + 112
	mov	%rsp, %rsi
	mov	$nub_fault + 120, %edi
	mov	$7, %ecx
	cld
	rep movsq
	mov	$fault_stack_top - 8, %esp
	jmp	target_fault

	.section .note.GNU-stack, "", @progbits
