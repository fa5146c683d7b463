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

.PHONY: test test-unit
## test: every test that needs no long time (installs what is missing)
test: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	@$(MAKE) --no-print-directory -j2 $(UNIT_BIN)
	@tools/run-tests.sh

## test-unit: the unit tests only
test-unit: $(UNIT_BIN)
	@tools/run-tests.sh unit

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
## test-long: wrk for 30 s and idle CPU over 10 s on every target that works here
test-long: deps-test
	@$(MAKE) --no-print-directory -j2 build-all
	tests/stress/idle.sh
	tests/stress/wrk.sh
