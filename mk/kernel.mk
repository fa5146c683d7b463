# The kernel layer, and the executables made of it and the VM's archive (mk/vm.mk):
#   $(BUILD)/ling-linux       the VM as a static musl process
#   $(BUILD)/asan/ling-linux, $(BUILD)/gcstress/ling-linux    the same with glibc and sanitizers
#   $(BUILD)/ling-virtio.elf  the guest: PVH entry, ring-0 nub, everything else in ring 3
#   $(BUILD)/ling-rom.bin     the firmware that lingpack run gives QEMU
#
# What the VM's objects (libvm.a) must be compiled with, to be linked here:
#   -fno-pic -fno-pie -mcmodel=small   linked below 4 GiB, the interpreter counts on it
#   -mno-red-zone                      not needed by the nub (interrupts are taken in ring 0 only, on its own stack, and
#                                      exceptions end the machine), but Xen PV delivers events on the ring-3 stack
#   -fno-stack-protector               optional: %fs:0x28 holds a random canary, so protected objects link as well
#   -msse2 at most                     the nub switches on SSE state only, no AVX

KCFLAGS_COMMON := -std=gnu11 -g -O2 $(WARN) -Ikernel -Ikernel/include -D_GNU_SOURCE -MMD -MP

# -- the process
LINUX_SRC := $(sort $(wildcard kernel/targets/linux/*.c)) kernel/lib/cmdline.c kernel/lib/move.c kernel/lib/panic.c
KCFLAGS_process := $(KCFLAGS_COMMON) $(LTO) -fno-pie -fcf-protection=none \
	-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
KCFLAGS_process-asan := $(KCFLAGS_COMMON) $(SANITIZE) -fno-pie
KCC_process := musl-gcc
KCC_process-asan := $(HOSTCC)
define kernel_variant
$(BUILD)/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(call Q,CC,$$@)$$(KCC_$(1)) $$(KCFLAGS_$(1)) -c -o $$@ $$<
endef
$(foreach v,process process-asan,$(eval $(call kernel_variant,$(v))))
kobjs = $(patsubst %.c,$(BUILD)/obj/$(1)/%.o,$(2))

# Off the addresses of a payload (0x400000..0x10000000). The archives of Debian are built against glibc and want its
# fortified functions: kernel/lib/glibc.c has them.
LINUX_LD := $(LTO) -O2 -static -no-pie -Wl,-Ttext-segment=0x20000000 -Wl,--gc-sections -Wl,--build-id=none
DEBIAN_LIBS := /usr/lib/x86_64-linux-gnu/libgmp.a /usr/lib/x86_64-linux-gnu/libz.a
$(BUILD)/ling-linux: $(call kobjs,process,$(LINUX_SRC) kernel/lib/glibc.c) $(GUEST_LIBVM)
	$(call Q,LD,$@)musl-gcc $(LINUX_LD) -o $@ $^ $(DEBIAN_LIBS) -lm

define sanitized_process
$(BUILD)/$(1)/ling-linux: $(call kobjs,process-asan,$(LINUX_SRC)) $(BUILD)/obj/$(1)/libvm.a
	@mkdir -p $$(@D)
	$$(call Q,LD,$$@)$$(HOSTCC) $$(SANITIZE) $$(LDFLAGS_asan) -o $$@ $$^ -lgmp -lz -lm
endef
$(foreach v,asan gcstress,$(eval $(call sanitized_process,$(v))))

# -- the guest. No stack protector before its canary is there; no SSE beyond what the entry switches on.
VIRTIO_SRC := $(sort $(wildcard kernel/targets/virtio/*.c kernel/net/*.c kernel/drivers/*.c kernel/drivers/virtio/*.c \
	kernel/nub/*.c kernel/arch/x86_64/*.c kernel/lib/*.c))
NUB_ASM := kernel/arch/x86_64/entry.S kernel/nub/nub.S
VIRTIO_ASM := $(NUB_ASM) kernel/targets/virtio/services.S
KCC_virtio := musl-gcc
KCFLAGS_virtio := $(KCFLAGS_COMMON) $(LWIP_INC) -idirafter /usr/include -mno-red-zone -fno-stack-protector -fcf-protection=none -fno-pic -fno-pie \
	-mcmodel=small -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections -fno-strict-aliasing \
	-fno-tree-vectorize $(LTO)
# What the compiler itself may call for (memcpy, calloc) is not optimised together with its callers.
$(BUILD)/obj/virtio/kernel/lib/%.o: KCFLAGS_virtio += -fno-lto
$(BUILD)/obj/process/kernel/lib/%.o: KCFLAGS_process += -fno-lto
$(eval $(call kernel_variant,virtio))
$(BUILD)/obj/virtio/%.o: %.S
	@mkdir -p $(@D)
	$(call Q,AS,$@)$(KCC_virtio) -idirafter /usr/include -c -o $@ $<
$(BUILD)/obj/virtio/kernel/rom/rom.o: kernel/rom/rom.S
	@mkdir -p $(@D)
	$(call Q,AS,$@)$(HOSTCC) -m32 -c -o $@ $<
VIRTIO_OBJ := $(call kobjs,virtio,$(VIRTIO_SRC)) $(patsubst %.S,$(BUILD)/obj/virtio/%.o,$(VIRTIO_ASM)) $(LWIP_OBJ)
$(call kobjs,virtio,$(VIRTIO_SRC)): | $(LWIP)/.fetched
GUEST_LDS := kernel/arch/x86_64/link.ld
GUEST_LD := $(LTO) -O2 -static -nostdlib -no-pie -Wl,-T,$(GUEST_LDS) -Wl,--gc-sections -Wl,--build-id=none \
	-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack
MUSL_LIBC := /usr/lib/x86_64-linux-musl/libc.a
# gcc would make calloc's malloc and memset a call of calloc.
$(BUILD)/obj/virtio/kernel/lib/heap.o: KCFLAGS_virtio += -fno-builtin-malloc
$(BUILD)/obj/virtio/kernel/lib/scan.o: KCFLAGS_virtio += -fno-tree-loop-distribute-patterns
# With symbols for gdb as .debug; without, to be packed.
$(BUILD)/ling-virtio.elf: $(BUILD)/ling-virtio.debug
	$(call Q,STRIP,$@)objcopy -S $< $@
$(BUILD)/ling-virtio.debug: $(VIRTIO_OBJ) $(GUEST_LIBVM) $(GUEST_LDS)
	$(call Q,LD,$@)gcc $(GUEST_LD) -o $@ $(VIRTIO_OBJ) $(GUEST_LIBVM) $(DEBIAN_LIBS) $(MUSL_LIBC) -lgcc

$(BUILD)/ling-rom.bin: $(BUILD)/obj/virtio/kernel/rom/rom.o
	$(call Q,ROM,$@)objcopy -O binary -j .text $< $@

# -- the guest under Xen, PV and PVH: the same network and libraries, Xen's drivers below
XEN_SRC := $(sort $(wildcard kernel/targets/xen/*.c kernel/drivers/xen/*.c kernel/net/*.c kernel/lib/*.c)) \
	kernel/arch/x86_64/cpu.c kernel/drivers/entropy.c kernel/drivers/pvclock.c kernel/nub/fault.c kernel/nub/paging.c
XEN_ASM := $(NUB_ASM) kernel/targets/xen/entry.S kernel/targets/xen/services.S
XEN_OBJ := $(call kobjs,virtio,$(XEN_SRC)) $(patsubst %.S,$(BUILD)/obj/virtio/%.o,$(XEN_ASM)) $(LWIP_OBJ)
$(call kobjs,virtio,$(XEN_SRC)): | $(LWIP)/.fetched
$(BUILD)/ling-xen.elf: $(BUILD)/ling-xen.debug
	$(call Q,STRIP,$@)objcopy -S $< $@
$(BUILD)/ling-xen.debug: $(XEN_OBJ) $(GUEST_LIBVM) $(GUEST_LDS)
	$(call Q,LD,$@)gcc $(GUEST_LD) -o $@ $(XEN_OBJ) $(GUEST_LIBVM) $(DEBIAN_LIBS) $(MUSL_LIBC) -lgcc

# -- boot tests: the same layers with tests/boot/guest.c in place of the VM
$(BUILD)/boot/guest-linux: $(call kobjs,process,$(LINUX_SRC) kernel/lib/glibc.c) $(BUILD)/obj/process/tests/boot/guest.o
	@mkdir -p $(@D)
	$(call Q,LD,$@)musl-gcc $(LINUX_LD) -o $@ $^
$(BUILD)/boot/guest-virtio.elf: $(VIRTIO_OBJ) $(BUILD)/obj/virtio/tests/boot/guest.o $(GUEST_LDS)
	@mkdir -p $(@D)
	$(call Q,LD,$@)gcc $(GUEST_LD) -o $@ $(VIRTIO_OBJ) $(BUILD)/obj/virtio/tests/boot/guest.o $(MUSL_LIBC) -lgcc

$(BUILD)/boot/guest-xen.elf: $(BUILD)/obj/virtio/tests/boot/guest.o
$(BUILD)/boot/disk-xen.elf: $(BUILD)/obj/virtio/tests/xen/disk.o
$(BUILD)/boot/guest-xen.elf $(BUILD)/boot/disk-xen.elf: $(XEN_OBJ) $(GUEST_LDS)
	@mkdir -p $(@D)
	$(call Q,LD,$@)gcc $(GUEST_LD) -o $@ $(filter %.o,$^) $(MUSL_LIBC) -lgcc

.PHONY: test-boot
## test-boot: the kernel layer on every target and accelerator, with a small program in place of the VM
test-boot:
	@tools/run-tests.sh boot
KERNEL_UNIT := test_kernel_lib test_netring test_netfront test_blkring test_xen_console test_xen_store
$(KERNEL_UNIT:%=$(BUILD)/unit/%): CFLAGS_asan += -Ikernel
