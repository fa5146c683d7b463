# Tests. `make test` is what CI runs.
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
UNIT_LAYERS := base format term heap data code proc
UNIT_OBJS = $(call objs_asan,$(UNIT_LAYERS)) $(call gen_objs_asan,$(GEN_SRC_PACK)) $(BUILD)/obj/asan/tests/unit/support.o
UNIT_OBJS += $(patsubst %.c,$(BUILD)/obj/asan/%.o,$(wildcard compiler/pack/*.c))
$(BUILD)/obj/asan/libunit.a: $(UNIT_OBJS)
	@rm -f $@
	$(call Q,AR,$@)ar rcsD $@ $^
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/obj/asan/libunit.a
	@mkdir -p $(@D)
	$(call Q,CC,$@)$(CC_asan) -Icompiler $(CFLAGS_asan) $(LDFLAGS_asan) -o $@ $< $(BUILD)/obj/asan/libunit.a -lcmocka $(LINGPACK_LIBS)
-include $(UNIT_BIN:=.d)

# Fuzzing: each driver with its deterministic main
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/obj/asan/libunit.a
	@mkdir -p $(@D)
	$(call Q,CC,$@)$(CC_asan) -Icompiler -Ikernel $(CFLAGS_asan) $(LDFLAGS_asan) -o $@ $< $(BUILD)/obj/asan/libunit.a $(LINGPACK_LIBS)
-include $(FUZZ_BIN:=.d)

# Variants of the VM with a lingpack each that packs for them: it looks for its files where it lies itself. The kernel
# an image is appended to must be the VM that runs it, as code words are addresses in that VM.
define variant_home
$(BUILD)/$(1)/ling-virtio.elf: $(BUILD)/$(1)/ling-linux
	@ln -sf ling-linux $$@
$(BUILD)/$(1)/stdlib: | $(STDLIB_BEAMS)
	@mkdir -p $$(@D)
	@ln -sfn ../stdlib $$@
VARIANTS += $(addprefix $(BUILD)/$(1)/,lingpack ling-linux ling-virtio.elf stdlib)
endef
$(foreach v,asan gcstress,$(eval $(call variant_home,$(v))))
$(BUILD)/gcstress/lingpack: $(BUILD)/lingpack
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: test test-unit test-programs
# Everything that the tests run, beyond what build-all makes
test-programs: $(UNIT_BIN) $(FUZZ_BIN) $(VARIANTS)
## test: every test that needs no long time (installs what is missing)
test: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@$(MAKE) --no-print-directory -j2 test-programs
	@tools/run-tests.sh

## test-unit: the unit tests only
test-unit: $(UNIT_BIN)
	@tools/run-tests.sh unit

# clang's warnings, which are others than gcc's, on what gcc compiles for guests and for the host
CLANG_SRC := $(wildcard vm/*/*.c kernel/*/*.c kernel/*/*/*.c compiler/*/*.c)
CLANG_FLAGS := -fsyntax-only -std=gnu11 $(WARN)
CLANG_GUEST := -nostdlibinc -isystem /usr/include/x86_64-linux-musl $(LWIP_INC) -Ikernel \
	-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
clang_flags = $(CLANG_FLAGS) $(VM_INC) $(if $(filter compiler/%,$(1)),-Icompiler,$(CLANG_GUEST)) $(if $(filter kernel/%,$(1)),-D_GNU_SOURCE)
$(BUILD)/clang/%.ok: %.c | $(GEN_STAMPS) $(LWIP)/.fetched
	@mkdir -p $(@D)
	$(call Q,CLANG,$<)clang $(call clang_flags,$<) -MMD -MF $(@:.ok=.d) -MT $@ $<
	@touch $@
-include $(CLANG_SRC:%.c=$(BUILD)/clang/%.d)
.PHONY: lint-clang
lint-clang: $(CLANG_SRC:%.c=$(BUILD)/clang/%.ok)

.PHONY: lint format bench
## lint: layers, cycles, formatting, tables, shell scripts
lint: deps-test $(GUEST_LIBVM)
	@tools/lint.sh

## format: rewrite the C sources in the project's format
format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

## bench: ratios against peers of the same run: boot, page, sizes, memory, compute programs against erl
bench: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@tests/bench/run.sh

.PHONY: test-long
## test-long: wrk for 30 s, idle CPU over 10 s, clients that behave badly, memory used up, on every target that works here
test-long: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@$(MAKE) --no-print-directory -j2 test-programs
	tests/erl/faults.sh 17 89 1009
	tests/stress/memory.sh
	tests/stress/idle.sh
	tests/stress/wrk.sh
	tests/stress/abuse.sh

.PHONY: test-web
## test-web: a real browser (Chromium, headless) on every target that works here
test-web: deps-test deps-web
	@$(MAKE) --no-print-directory -j2 build-all
	tests/web/run.sh

.PHONY: fuzz-long
## fuzz-long: a million random calls compared with erl, other ones each time
fuzz-long: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@for i in 1 2 3 4 5 6 7 8 9 10; do tests/fuzz/differential.sh $$(shuf -i 1-1000000000 -n 1) 100000 || exit 1; done

.PHONY: test-xen
## test-xen: everything under a real Xen inside QEMU (downloads Xen and a dom0 kernel once)
test-xen: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@tools/run-tests.sh xen-dom0 xen-kernel xen
.PHONY: test-xen-short
## test-xen-short: the part of it that make test has, three minutes
test-xen-short: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@tools/run-tests.sh xen-dom0 xen-short
