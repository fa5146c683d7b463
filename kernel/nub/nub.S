# nub: all that runs in ring 0 after the entry, but for what one machine only needs: nub_service, which knows what the
# machine offers, and nub_fatal are the target's (kernel/targets/*/services.S). Two ways in:
#
#   ring 3 --int3, service in eax--> nub_service --> back
#   ring 3 --exception-------------> nub_exceptions --> registers into nub_fault --> fault_main in ring 3, own stack
#
# Ring 3 keeps IF=0, so interrupts arrive only at the HLT of NUB_SLEEP: their gates (nub_wakes) drop the frame of the HLT
# and return to ring 3 with the vector. What comes in before the HLT is pending in the local APIC and ends it at once:
# no wake-up is lost. Everything of the nub is mapped for the supervisor only, once sealed.

	.section .nub.text, "ax", @progbits
	.code64
	.globl	nub_sleep, nub_seal, nub_unknown, nub_wakes, nub_exceptions, no_idt

nub_sleep:
	sti
	hlt
	jmp	nub_sleep			# an NMI or SMI ended it

nub_seal:
	mov	$nub_tables, %eax
	mov	%rax, %cr3
	iretq

# An int3 that asks for no service: the breakpoint exception that it is
nub_unknown:
	push	$0
	push	$3
	jmp	fault

# Somebody wants to know where the machine hangs. In ring 0 it sleeps, or waits for its hypervisor.
nmi:	testb	$3, 8(%rsp)			# cs
	jz	1f
	push	$0
	push	$2
	jmp	fault
1:	iretq

# 40 bytes of frame, and 8 that the CPU skipped to align it.
	.balign	16
nub_wakes:
	.set	v, 0x40
	.rept	32
	.balign	16
	mov	$v, %eax
	add	$48, %rsp
	iretq
	.set	v, v + 1
	.endr

	.balign	16
nub_exceptions:
	.set	v, 0
	.rept	32
	.balign	16
	.if	v == 2
	jmp	nmi
	.else
	.if	!((v == 8) || (v >= 10 && v <= 14) || (v == 17))
	push	$0
	.endif
	push	$v
	jmp	fault
	.endif
	.set	v, v + 1
	.endr

# A fault of ring 0, or of the fault handler itself, ends the machine.
fault:	btsq	$0, faulted
	jc	nub_fatal
	testb	$3, 24(%rsp)			# cs
	jz	nub_fatal
	mov	%rax, nub_fault
	mov	$nub_fault, %eax
	mov	%rbx, 8(%rax)
	mov	%rcx, 16(%rax)
	mov	%rdx, 24(%rax)
	mov	%rsi, 32(%rax)
	mov	%rdi, 40(%rax)
	mov	%rbp, 48(%rax)
	mov	%r8, 56(%rax)
	mov	%r9, 64(%rax)
	mov	%r10, 72(%rax)
	mov	%r11, 80(%rax)
	mov	%r12, 88(%rax)
	mov	%r13, 96(%rax)
	mov	%r14, 104(%rax)
	mov	%r15, 112(%rax)
	pop	120(%rax)			# vector
	pop	128(%rax)			# error
	pop	136(%rax)			# rip
	pop	144(%rax)			# cs
	pop	152(%rax)			# rflags
	pop	160(%rax)			# rsp
	pop	168(%rax)			# ss
	mov	%cr2, %rcx
	mov	%rcx, 176(%rax)
	mov	$nub_stack_top, %esp
	push	$0x2b
	push	$fault_stack_top - 8
	push	$2
	push	$0x33
	push	$fault_main
	iretq

	.section .nub.data, "aw", @progbits
	.balign	8
faulted: .quad	0
no_idt:	.word	0				# with it any exception is the end of the machine
	.quad	0
	.section .note.GNU-stack, "", @progbits
