# `make V=1` shows every command; else one short line each.
ifeq ($(V),)
Q = @echo "  $(1)	$(2)";
else
Q =
endif
