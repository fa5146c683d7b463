# entry: from the PVH entry point (32-bit, flat, no paging; Xen docs/misc/pvh.pandoc) to ring 3.
#
#   pvh_entry -> long mode on the boot tables -> iretq -> target_main in ring 3
#
# Where KVM runs without hardware virtualisation each ring-0 instruction costs a microsecond or so: all that can be laid
# out at link time is, and this path is about 40 instructions long. Selectors: 10 kernel code, 18 kernel data,
# 2b user data, 33 user code, 38 TSS.

	.section .note.xen, "a", @note
	.balign	4
	.long	4, 4, 18			# XEN_ELFNOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.long	pvh_entry

	.section .nub.text, "ax", @progbits
	.code32
	.globl	pvh_entry
pvh_entry:
	mov	%ebx, pvh_start_info		# struct hvm_start_info
	lgdt	gdt_pointer
	mov	$0x620, %eax			# CR4: PAE, OSFXSR, OSXMMEXCPT
	mov	%eax, %cr4
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx		# EFER: NXE, LME
	mov	$0x900, %eax
	xor	%edx, %edx
	wrmsr
	mov	$0x80010033, %eax		# CR0: PG, WP, NE, ET, MP, PE
	mov	%eax, %cr0
	ljmp	$0x10, $entry_long
	.code64
entry_long:
	mov	$0xc0000100, %ecx		# FS base: musl's thread block (errno, the stack protector's canary)
	mov	$thread_block, %eax
	xor	%edx, %edx
	wrmsr
	mov	$0x18, %eax
	mov	%eax, %ss
	mov	$nub_stack_top, %esp
	lidt	idt_pointer
	mov	$0x38, %eax
	ltr	%ax
	push	$0x2b
	push	$stack_top - 8			# as after a call
	push	$2				# flags: IF=0, for ever
	push	$0x33
	push	$target_main
	iretq

	.section .nub.data, "aw", @progbits
	.globl	gdt_pointer, idt_pointer
	.balign	16
gdt:	.quad	0, 0
	.quad	0x00af9b000000ffff		# 10
	.quad	0x00cf93000000ffff		# 18
	.quad	0
	.quad	0x00cff3000000ffff		# 28
	.quad	0x00affb000000ffff		# 30
	.word	tss_end - tss - 1		# 38: base 0x10xxxx
	.word	tss - 0x100000
	.byte	0x10, 0x89, 0, 0
	.quad	0
gdt_end:
	.balign	8
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt
	.balign	8
idt_pointer:
	.word	idt_end - idt - 1
	.quad	idt

# The nub's text and data lie in the first 64 KiB from 1 MiB on, so addresses split into 0x10 and 16 bits.
	.macro	gate handler, type
	.word	\handler - 0x100000, 0x10
	.byte	0, \type
	.word	0x10
	.long	0, 0
	.endm
	.balign	16
idt:
	.set	v, 0
	.rept	32
	.if	v == 3
	gate	nub_service, 0xee		# int3, the one that ring 3 may call
	.else
	gate	(nub_exceptions + v * 16), 0x8e
	.endif
	.set	v, v + 1
	.endr
	.fill	32 * 16, 1, 0
	.set	v, 0
	.rept	32
	gate	(nub_wakes + v * 16), 0x8e
	.set	v, v + 1
	.endr
idt_end:

# IOPL would not do for kvm_pvm: ring 3 gets its ports by a bitmap of zeros.
	.balign	16
tss:	.long	0
	.quad	nub_stack_top
	.fill	90, 1, 0
	.word	104
	.fill	8192, 1, 0
	.byte	0xff
tss_end:

# The boot tables: 0-1 GiB and 3-4 GiB in pages of 2 MiB, everything allowed, uncached above 0xfe800000. Left as soon
# as the right ones are built (kernel/nub/paging.c).
	.section .nub.tables, "aw", @progbits
	.balign	4096
boot_pml4:
	.quad	boot_pdpt + 7
	.fill	511, 8, 0
boot_pdpt:
	.quad	boot_low + 7, 0, 0, boot_high + 7
	.fill	508, 8, 0
boot_low:
	.set	i, 0
	.rept	512
	.quad	(i << 21) + 0x87
	.set	i, i + 1
	.endr
boot_high:
	.set	i, 0
	.rept	512
	.if	i >= 500
	.quad	0xc0000000 + (i << 21) + 0x9f
	.else
	.quad	0xc0000000 + (i << 21) + 0x87
	.endif
	.set	i, i + 1
	.endr

	.section .nub.bss, "aw", @nobits
	.balign	4096
	.globl	nub_stack_top, nub_tables
nub_tables:
	.skip	4096 * 10
	.skip	4096
nub_stack_top:

	.bss
	.globl	pvh_start_info
	.balign	4
pvh_start_info: .skip 4
	.section .note.GNU-stack, "", @progbits
