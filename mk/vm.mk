# The VM's objects, in four variants from the same sources:
#   host      lingpack and tools: glibc, base..data only            build/obj/host
#   guest     what every target runs: musl, no OS                   build/obj/guest/libvm.a
#   asan      sanitizers, glibc (tests)                             build/obj/asan
#   gcstress  sanitizers + a collection at every chance (tests)     build/obj/gcstress
GEN := $(BUILD)/gen

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -Wno-unused-parameter
VM_INC := -Ivm -I$(GEN) -Ikernel/include
CFLAGS_COMMON := -std=gnu11 -g $(WARN) $(VM_INC) -MMD -MP -fno-strict-aliasing

HOSTCC ?= gcc
CC_host := $(HOSTCC)
CFLAGS_host := $(CFLAGS_COMMON) -O2
CC_guest := musl-gcc
# Optimised as a whole at link time: a function with one caller becomes part of it. A tenth fewer basic blocks from boot to
# the first page, and each costs QEMU a translation (docs/design/boot.md).
LTO := -flto=auto
# No red zone: ring-3 code is interrupted on its own stack. No unwind tables: nothing unwinds.
# The interpreter and lingpack agree on addresses below 4 GiB: no PIC.
CFLAGS_guest := $(CFLAGS_COMMON) -O2 -mno-red-zone -fno-stack-protector -fcf-protection=none -fno-pic -fno-pie \
	-mcmodel=small -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections $(LTO) \
	-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CC_asan := $(HOSTCC)
# Off the addresses of a payload (0x400000..0x10000000) and below 4 GiB, as code addresses must be.
LDFLAGS_asan := -no-pie -Wl,-Ttext-segment=0x20000000
LDFLAGS_gcstress := $(LDFLAGS_asan)
CFLAGS_asan := $(CFLAGS_COMMON) -O1 $(SANITIZE) -fno-pie -DLING_SANITIZE
CC_gcstress := $(HOSTCC)
CFLAGS_gcstress := $(CFLAGS_asan) -DLING_GC_STRESS

# gcc 12 keeps the interpreter's state in vector registers unless told not to; merged indirect jumps cost 8-27 %. Not
# optimised at link time: the table of its labels must stay in one piece with it.
CFLAGS_INTERP := -fno-lto -fno-tree-vectorize -fno-crossjumping -fno-gcse -fno-reorder-blocks-and-partition

LAYERS_PACK := base format term heap data
LAYERS_ALL := base term heap data code proc io http bif interp run
src_of = $(foreach l,$(1),$(sort $(wildcard vm/$(l)/*.c)))

# -- generators
GEN_TOOLS := gen-atoms gen-bifs gen-ops
$(BUILD)/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(call Q,HOSTCC,$@)$(HOSTCC) -std=gnu11 -O1 -g $(WARN) -o $@ $<

BIF_TABS := $(sort $(wildcard vm/bif/tab/*.tab))
$(GEN)/term/atoms.stamp: $(BUILD)/tools/gen-atoms vm/term/atoms.tab
	@mkdir -p $(@D)
	$(call Q,GEN,$@)$< vm/term/atoms.tab $(@D)
	@touch $@
$(GEN)/bif/biftab.stamp: $(BUILD)/tools/gen-bifs $(BIF_TABS)
	@mkdir -p $(@D) $(GEN)/format docs/gen
	$(call Q,GEN,$@)$< $(GEN) docs/gen $(BIF_TABS)
	@touch $@
$(GEN)/ops.stamp: $(BUILD)/tools/gen-ops vm/format/ops.tab $(wildcard vm/interp/*.inc)
	@mkdir -p $(GEN)/format $(GEN)/interp docs/gen
	$(call Q,GEN,$@)$< vm/format/ops.tab $(GEN) docs/gen
	@touch $@
GEN_STAMPS := $(GEN)/term/atoms.stamp $(GEN)/bif/biftab.stamp $(GEN)/ops.stamp
GEN_SRC_PACK := $(GEN)/term/atoms.c $(GEN)/format/bifnames.c $(GEN)/format/ops.c
GEN_SRC_VM := $(GEN)/term/atoms.c $(GEN)/bif/biftab.c
$(GEN)/term/atoms.c $(GEN)/term/atoms.h: $(GEN)/term/atoms.stamp ;
$(GEN)/format/bifnames.c $(GEN)/format/bifnames.h $(GEN)/bif/biftab.c $(GEN)/bif/biftab.h: $(GEN)/bif/biftab.stamp ;
$(GEN)/format/ops.c $(GEN)/format/ops.h: $(GEN)/ops.stamp ;

# -- compile rules, one set a variant
define variant
$(BUILD)/obj/$(1)/%.o: %.c | $$(GEN_STAMPS)
	@mkdir -p $$(@D)
	$$(call Q,CC,$$@)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(if $$(findstring vm/interp/interp,$$<),$$(CFLAGS_INTERP)) -c -o $$@ $$<
$(BUILD)/obj/$(1)/gen/%.o: $(GEN)/%.c | $$(GEN_STAMPS)
	@mkdir -p $$(@D)
	$$(call Q,CC,$$@)$$(CC_$(1)) $$(CFLAGS_$(1)) -c -o $$@ $$<
# generated into gen: the interpreter includes it
$(BUILD)/obj/$(1)/vm/interp/interp.o: $(GEN)/ops.stamp
objs_$(1) = $$(patsubst %.c,$(BUILD)/obj/$(1)/%.o,$$(call src_of,$$(1)))
gen_objs_$(1) = $$(patsubst $(GEN)/%.c,$(BUILD)/obj/$(1)/gen/%.o,$$(1))
endef
$(foreach v,host guest asan gcstress,$(eval $(call variant,$(v))))

define vm_archive
$(BUILD)/obj/$(1)/libvm.a: $(call objs_$(1),$(LAYERS_ALL)) $(call gen_objs_$(1),$(GEN_SRC_VM))
	@rm -f $$@
	$$(call Q,AR,$$@)ar rcsD $$@ $$^
endef
$(foreach v,guest asan gcstress,$(eval $(call vm_archive,$(v))))
GUEST_LIBVM := $(BUILD)/obj/guest/libvm.a

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
