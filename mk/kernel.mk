# The kernel layer, and the executables made of it and the VM's archive (mk/vm.mk):
#   $(BUILD)/ling-linux       the VM as a static musl process
#   $(BUILD)/asan/ling-linux, $(BUILD)/gcstress/ling-linux    the same with glibc and sanitizers
#   $(BUILD)/ling-virtio.elf  the guest: PVH entry, ring-0 nub, everything else in ring 3
#
# What the VM's objects (libvm.a) must be compiled with, to be linked here:
#   -fno-pic -fno-pie -mcmodel=small   linked below 4 GiB, the interpreter counts on it
#   -mno-red-zone                      not needed by the nub (interrupts are taken in ring 0 only, on its own stack, and
#                                      exceptions end the machine), but Xen PV delivers events on the ring-3 stack
#   -fno-stack-protector               optional: %fs:0x28 holds a random canary, so protected objects link as well
#   -msse2 at most                     the nub switches on SSE state only, no AVX

KCFLAGS_COMMON := -std=gnu11 -g -O2 $(WARN) -Ikernel -Ikernel/include -D_GNU_SOURCE -MMD -MP

# -- the process
LINUX_SRC := $(sort $(wildcard kernel/targets/linux/*.c)) kernel/lib/cmdline.c kernel/lib/panic.c
KCFLAGS_process := $(KCFLAGS_COMMON) -fno-pie -fcf-protection=none \
	-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
KCFLAGS_process-asan := $(KCFLAGS_COMMON) $(SANITIZE) -fno-pie
KCC_process := musl-gcc
KCC_process-asan := $(HOSTCC)
define kernel_variant
$(BUILD)/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(KCC_$(1)) $$(KCFLAGS_$(1)) -c -o $$@ $$<
endef
$(foreach v,process process-asan,$(eval $(call kernel_variant,$(v))))
kobjs = $(patsubst %.c,$(BUILD)/obj/$(1)/%.o,$(2))

# Off the addresses of a payload (0x400000..0x10000000). The archives of Debian are built against glibc and want its
# fortified functions: kernel/lib/glibc.c has them.
LINUX_LD := -static -no-pie -Wl,-Ttext-segment=0x20000000 -Wl,--gc-sections -Wl,--build-id=none
DEBIAN_LIBS := /usr/lib/x86_64-linux-gnu/libgmp.a /usr/lib/x86_64-linux-gnu/libz.a
$(BUILD)/ling-linux: $(call kobjs,process,$(LINUX_SRC) kernel/lib/glibc.c) $(GUEST_LIBVM)
	musl-gcc $(LINUX_LD) -o $@ $^ $(DEBIAN_LIBS) -lm

define sanitized_process
$(BUILD)/$(1)/ling-linux: $(call kobjs,process-asan,$(LINUX_SRC)) $(BUILD)/obj/$(1)/libvm.a
	@mkdir -p $$(@D)
	$$(HOSTCC) $$(SANITIZE) $$(LDFLAGS_asan) -o $$@ $$^ -lgmp -lz -lm
endef
$(foreach v,asan gcstress,$(eval $(call sanitized_process,$(v))))
