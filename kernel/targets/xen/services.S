# services: what ring 3 of a PVH guest may ask of the nub (kernel/nub/nub.S): hypercalls, which Xen takes from ring 0 alone. eax:
# the service's number (kernel/nub/nub.h). Source: Xen public/arch-x86/xen-x86_64.h (hypercall page, registers).

#define __ASSEMBLY__
#define __XEN_INTERFACE_VERSION__ 0x00040d00 /* as drivers/xen/xen.h */
#include <xen/xen.h>

	.set	SCHEDOP_shutdown, 2		# public/sched.h, which is not for assemblers
	.set	SHUTDOWN_crash, 3

	.section .nub.text, "ax", @progbits
	.code64
	.globl	nub_service, nub_fatal
	.balign	16
nub_service:
	sub	$2, %eax
	jz	nub_seal
	dec	%eax
	jz	hypercalls_ready
	dec	%eax
	cmp	$128, %eax
	jae	nub_unknown
	shl	$5, %eax
	add	$nub_hypercalls, %eax
	call	*%rax
	iretq

hypercalls_ready:
	mov	%edi, %ecx
	mov	$nub_hypercalls, %eax
	xor	%edx, %edx
	wrmsr
	iretq

# Before Xen has filled the page that is a triple fault, which Xen takes for the wish to start anew.
nub_fatal:
	lidt	no_idt
	mov	$SCHEDOP_shutdown, %edi
	mov	$crashed, %esi
	mov	$nub_hypercalls + __HYPERVISOR_sched_op * 32, %eax
	call	*%rax
	ud2

# Xen fills it: which instruction it takes depends on the CPU.
	.balign	4096
nub_hypercalls:
	.skip	4096, 0xcc

	.section .nub.data, "aw", @progbits
	.balign	4
crashed: .long	SHUTDOWN_crash
	.section .note.GNU-stack, "", @progbits
