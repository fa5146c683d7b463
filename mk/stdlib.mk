# Erlang of ours, compiled to build/stdlib, where lingpack looks for it.
STDLIB_SRC := $(sort $(wildcard stdlib/*/*.erl))
STDLIB_BEAMS := $(addprefix $(BUILD)/stdlib/,$(notdir $(STDLIB_SRC:.erl=.beam)))
vpath %.erl $(sort $(dir $(STDLIB_SRC)))
$(BUILD)/stdlib/%.beam: %.erl
	@mkdir -p $(@D)
	$(call Q,ERLC,$@)erlc +deterministic -Werror -o $(@D) $<
