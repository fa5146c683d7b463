# lwIP, from Debian's source package (tools/fetch-lwip pins it), built with our options. Not our code: no warnings.
LWIP := $(BUILD)/deps/lwip
LWIP_SRC := $(addprefix src/, $(addprefix core/, def.c inet_chksum.c init.c ip.c mem.c memp.c netif.c pbuf.c tcp.c \
	tcp_in.c tcp_out.c timeouts.c udp.c) \
	$(addprefix core/ipv4/, dhcp.c etharp.c icmp.c ip4.c ip4_addr.c) netif/ethernet.c)
LWIP_OBJ := $(patsubst %.c,$(BUILD)/obj/lwip/%.o,$(LWIP_SRC))
LWIP_INC := -Ikernel/net/lwip -isystem $(LWIP)/src/include

$(LWIP)/.fetched: tools/fetch-lwip
	tools/fetch-lwip $(LWIP)
	@touch $@
$(BUILD)/obj/lwip/%.o: $(LWIP)/.fetched $(wildcard kernel/net/lwip/*.h kernel/net/lwip/arch/*.h kernel/net/hooks.h)
	@mkdir -p $(@D)
	$(call Q,CC,$@)$(KCC_virtio) $(filter-out $(WARN) -MMD -MP,$(KCFLAGS_virtio)) -w -c -o $@ $(LWIP)/$*.c
