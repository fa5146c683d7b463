# entry: one ELF for both kinds of guest, loaded 1:1.
#
#   PV    64-bit, ring 3, on Xen's page tables, rsi = start_info         -> target_pv
#   PVH   32-bit, flat, no paging, ebx = hvm_start_info                  -> long mode, ring 0 -> target_pvh
#
# Exceptions of both end in fault_enter, which saves the registers for kernel/nub/fault.c.
# Sources: Xen public/elfnote.h, arch-x86_64.h (start of day, exception frames); docs/misc/pvh.pandoc.

#define __ASSEMBLY__
#include <xen/elfnote.h>

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
	note	XEN_ELFNOTE_PHYS32_ENTRY, .long, pvh_entry

	.section .text.entry, "ax", @progbits
	.code64
	.globl	pv_entry, hypercall_page
pv_entry:
	cld
	mov	$stack_top - 8, %esp
	xor	%ebp, %ebp
	mov	%rsi, %rdi
	jmp	target_pv

	.balign	4096
hypercall_page:
	.skip	4096, 0xcc

# 2 MiB pages for the low 4 GiB, everything allowed; kernel/nub/paging.c builds what replaces them.
	.code32
	.globl	pvh_entry
pvh_entry:
	cld
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	movl	$boot_pdpt + 3, (%eax)
	mov	$boot_pdpt, %edi
	mov	$boot_pd + 3, %eax
	mov	$4, %ecx
1:	mov	%eax, (%edi)
	add	$4096, %eax
	add	$8, %edi
	loop	1b
	mov	$boot_pd, %edi
	mov	$0x83, %eax
	mov	$2048, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	mov	$0x620, %eax			# CR4: PAE, OSFXSR, OSXMMEXCPT
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx		# EFER: NXE, LME
	mov	$0x900, %eax
	xor	%edx, %edx
	wrmsr
	mov	$0x80010033, %eax		# CR0: PG, WP, NE, ET, MP, PE
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $pvh_long
	.code64
pvh_long:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$0xc0000100, %ecx		# FS base
	mov	$thread_block, %eax
	xor	%edx, %edx
	wrmsr
	mov	$stack_top - 8, %esp
	xor	%ebp, %ebp
	mov	%ebx, %edi
	jmp	target_pvh

# -- exceptions. Vectors that push an error code: 8, 10-14, 17, 21, 29, 30.
	.set	with_error, 0x60227d00
	.macro	stubs pv
	.set	v, 0
	.rept	32
	.balign	16
	.if	\pv
	pop	%rcx
	pop	%r11
	.endif
	.if	!((with_error >> v) & 1)
	push	$0
	.endif
	push	$v
	jmp	fault_enter
	.set	v, v + 1
	.endr
	.endm
	.globl	pv_exceptions, pvh_exceptions
	.balign	16
pv_exceptions:
	stubs	1
	.balign	16
pvh_exceptions:
	stubs	0

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

	.section .data.entry, "aw", @progbits
	.balign	8
	.globl	gdt, gdt_pointer
gdt:	.quad	0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0	# 18: TSS, filled by pvh.c
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

	.bss
	.balign	4096
boot_pml4:	.skip	4096
boot_pdpt:	.skip	4096
boot_pd:	.skip	4096 * 4
	.section .note.GNU-stack, "", @progbits
