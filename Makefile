# Ling: transient microservices as unikernels. `make help` lists what can be made.
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
BUILD := build
.DELETE_ON_ERROR:

include mk/quiet.mk
include mk/vm.mk
include mk/lwip.mk
include mk/kernel.mk
include mk/lingpack.mk
include mk/stdlib.mk
include mk/tests.mk

.PHONY: all help deps deps-test deps-web demo clean distclean

## all: build lingpack, the kernel image and the Linux VM (installs missing packages first)
all: deps
	@$(MAKE) --no-print-directory -j2 build-all

.PHONY: build-all
build-all: $(BUILD)/lingpack $(BUILD)/ling-virtio.elf $(BUILD)/ling-rom.bin $(BUILD)/ling-xen.elf $(BUILD)/ling-linux $(STDLIB_BEAMS)

## demo: build everything, pack examples/hello, boot it in QEMU, fetch its page, show it and how the instance died
demo: all
	tools/demo.sh

## deps: install the Debian packages that building and running need
deps:
	@tools/deps.sh build run

deps-test:
	@tools/deps.sh build run test
deps-web:
	@tools/deps.sh web

## clean: remove build products, keep what was downloaded
clean:
	@if [ -d $(BUILD) ]; then find $(BUILD) -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +; fi

## distclean: remove build/
distclean:
	rm -rf $(BUILD)

## help: this text
help:
	@echo "Ling: transient microservices as unikernels"
	@echo
	@cat $(MAKEFILE_LIST) | sed -n 's/^## \([a-z-]*\): \(.*\)/  make \1\t\2/p' | expand -t 20
