# services: what ring 3 may ask of the nub (kernel/nub/nub.S) on this machine. eax: the service's number (kernel/nub/nub.h).

	.section .nub.text, "ax", @progbits
	.code64
	.globl	nub_service, nub_fatal
	.balign	16
nub_service:
	dec	%eax
	jz	nub_sleep
	dec	%eax
	jz	nub_seal
	dec	%eax
	jz	kvm_clock
	dec	%eax
	jz	kvm_wall
	dec	%eax
	jz	die
	jmp	nub_unknown

kvm_clock:
	mov	$0x4b564d01, %ecx
	lea	1(%rdi), %rax			# bit 0: on
	jmp	1f
kvm_wall:
	mov	$0x4b564d00, %ecx
	mov	%rdi, %rax
1:	xor	%edx, %edx
	wrmsr
	iretq

# Status 70 by the exit device, else triple fault.
nub_fatal:
	mov	$70, %eax
	mov	$0xf4, %edx
	out	%eax, %dx
die:	lidt	no_idt
	ud2
	.section .note.GNU-stack, "", @progbits
