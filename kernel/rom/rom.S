# rom: the firmware that `lingpack run` gives QEMU (-bios): what it takes to enter a PVH kernel, and nothing else.
#
#   reset vector -> 32-bit flat -> fw_cfg: command line, RAM size, entry point -> start_info -> the kernel
#
# QEMU loads the kernel's segments itself. Its own firmware for this machine (qboot) does the same in about 1100
# instructions, among them tables that we don't read; where KVM runs without hardware virtualisation each costs a
# microsecond or more. A kernel that is started without this ROM is started by qboot, and notices no difference.
#
# RAM below 64 KiB:   0x1000 start_info, memory map, entry point    0x2000 command line (up to 16 KiB)
# The memory map is one entry from 0 to the size of RAM; what lies above 3 GiB is devices: the kernel knows.
# Source: QEMU docs/specs/fw_cfg.rst; Xen public/arch-x86/hvm/start_info.h.

	.set	HIGH, 0xffff0000		# where the ROM's 64 KiB lie
	.set	INFO, 0x1000
	.set	CMDLINE, 0x2000
	.set	CMDLINE_MAX, 0x4000
	.set	MEMMAP, INFO + 56
	.set	ENTRY, INFO + 128

	.macro	be32 v				# fw_cfg's numbers are big-endian
	.long	((\v) & 0xff) << 24 | ((\v) >> 8 & 0xff) << 16 | ((\v) >> 16 & 0xff) << 8 | ((\v) >> 24 & 0xff)
	.endm
	.macro	request key, bytes, at		# select the item and read it into RAM
	be32	((\key) << 16 | 8 | 2)
	be32	(\bytes)
	.long	0
	be32	(\at)
	.endm
	.macro	send label			# the low half of a request's address starts it
	mov	$((HIGH + (\label - start)) & 0xff) << 24 | ((HIGH + (\label - start)) >> 8 & 0xff) << 16 | 0xffff, %eax
	out	%eax, %dx
	.endm

	.text
	.code16
start:
	.org 0xfe00
reset:
	lgdtl	%cs:gdt_pointer - start
	mov	$0x11, %eax			# CR0: ET, PE
	mov	%eax, %cr0
	ljmpl	$8, $HIGH + (flat - start)
	.code32
flat:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$HIGH + (info - start), %esi
	mov	$INFO, %edi
	mov	$(info_end - info) / 4, %ecx
	cld
	rep movsl
	mov	$0x518, %edx
	send	get_ram_size
	send	get_cmdline
	send	get_entry
	mov	$INFO, %ebx
	jmp	*ENTRY

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff		# 8: code
	.quad	0x00cf93000000ffff		# 10: data
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.long	HIGH + (gdt - start)
	.balign	8
get_ram_size:
	request	3, 8, MEMMAP + 8
get_cmdline:
	request	0x15, CMDLINE_MAX, CMDLINE	# behind its end QEMU fills with zeros
get_entry:
	request	0x10, 4, ENTRY
info:	.long	0x336ec578, 1, 0, 0		# magic, version, flags, modules
	.quad	0, CMDLINE, 0, MEMMAP		# modules, command line, RSDP, memory map
	.long	1, 0				# its entries
	.quad	0, 0				# from 0, bytes: to be read
	.long	1, 0				# RAM
info_end:

	.code16
	.org 0xfff0
	jmp	reset
	.org 0x10000
	.section .note.GNU-stack, "", @progbits
