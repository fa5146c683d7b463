# lingpack: the host tool.
LINGPACK_SRC := $(sort $(wildcard compiler/cli/*.c compiler/pack/*.c compiler/run/*.c))
# Archives but for the C library: the dynamic linker is most of what `lingpack run` does before it starts QEMU.
LINGPACK_LIBS := -Wl,-Bstatic -lz -lgmp -luv_a -Wl,-Bdynamic -lm
CFLAGS_lingpack := -Icompiler

define lingpack
$(BUILD)/obj/$(1)/compiler/%.o: compiler/%.c | $$(GEN_STAMPS)
	@mkdir -p $$(@D)
	$$(call Q,CC,$$@)$$(CC_$(1)) $(CFLAGS_lingpack) $$(CFLAGS_$(1)) -c -o $$@ $$<
$(2): $(patsubst %.c,$(BUILD)/obj/$(1)/%.o,$(LINGPACK_SRC)) $(call objs_$(1),$(LAYERS_PACK)) \
		$(call gen_objs_$(1),$(GEN_SRC_PACK))
	@mkdir -p $$(@D)
	$$(call Q,CC,$$@)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $(LINGPACK_LIBS)
endef
$(eval $(call lingpack,host,$(BUILD)/lingpack))
$(eval $(call lingpack,asan,$(BUILD)/asan/lingpack))
