/* xlcfg: the configuration of a Xen domain.
 *
 *   name = "hello"    type = "pvh"    kernel = IMAGE    memory = MiB    vcpus = 1    cmdline = the words of words.c
 *   vif = [ "" ]      a network interface on xl's own bridge, or [ "bridge=NAME" ]
 *   on_* = "destroy", or "preserve": what becomes of a domain that has ended
 *
 * One virtual CPU: the VM has one scheduler, and a second one would cost a PVH guest memory. Source: xl.cfg(5). */
#include "run/xlcfg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack/memory.h"
#include "pack/note.h"
#include "run/words.h"

/* start_info's cmd_line of a PV guest (Xen public/xen.h, MAX_GUEST_CMDLINE); kernel/targets/xen reads 4 KiB. */
enum { MEMORY_MB = 32, LINE_MAX_PV = 1023, LINE_MAX_PVH = 4095, NAME_MAX_BYTES = 40 };

static bool is_alnum(char c) {
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

/* xl would take all digits for the number of a domain, and a '-' in front for an option. */
char *xlcfg_name(const struct run_config *c, const char *program, bool unique) {
    if (c->xen.name) return mem_text(c->xen.name, strlen(c->xen.name));
    bool plain = is_alnum(*program) && program[strspn(program, "0123456789")];
    char *name = mem_format("%s%.*s", unique || !plain ? "ling-" : "", NAME_MAX_BYTES, program);
    for (char *p = name; *p; p++)
        if (!is_alnum(*p) && *p != '_') *p = '-';
    if (!unique) return name;
    char *with_number = mem_format("%s-%d", name, (int)getpid());
    free(name);
    return with_number;
}

/* In double quotes xl takes \" and \\. */
static void put_text(FILE *to, const char *key, const char *value) {
    fprintf(to, "%-11s = \"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\') fputc('\\', to);
        fputc(*value, to);
    }
    fputs("\"\n", to);
}

static void put_network(FILE *to, const struct run_config *c) {
    if (!c->service && !c->xen.bridge && !c->xen.ip) return;
    if (c->xen.bridge)
        fprintf(to, "vif         = [ \"bridge=%s\" ]\n", c->xen.bridge);
    else
        fputs("vif         = [ \"\" ]\n", to);
}

static bool line_fits(const struct run_config *c, const char *line) {
    size_t n = strlen(line), most = c->xen.pv ? LINE_MAX_PV : LINE_MAX_PVH;
    if (n <= most) return true;
    note_error("the instance's command line is %zu bytes long (arguments, --env), a %s guest takes %zu%s", n,
               c->xen.pv ? "PV" : "PVH", most, c->xen.pv && n <= LINE_MAX_PVH ? ": try --xen-type pvh" : "");
    return false;
}

bool xlcfg_takes(const char *name) {
    for (const char *p = name; *p; p++) {
        if ((unsigned char)*p >= ' ' && *p != 127) continue;
        note_error("%s: xl takes no path with a control character in it: give the file another name", name);
        return false;
    }
    return true;
}

char *xlcfg_text(const struct run_config *c, const char *name, bool kept) {
    char *text = NULL;
    size_t n;
    char **words = words_of(c, WORDS_XEN, c->guest_port), *line = words_join(words);
    words_free(words);
    if (line_fits(c, line) && xlcfg_takes(c->image)) {
        FILE *to = open_memstream(&text, &n);
        uint64_t mb = c->memory_bytes ? (c->memory_bytes + (1 << 20) - 1) >> 20 : MEMORY_MB;
        const char *end = kept ? "preserve" : "destroy";
        put_text(to, "name", name);
        put_text(to, "type", c->xen.pv ? "pv" : "pvh");
        put_text(to, "kernel", c->image);
        put_text(to, "cmdline", line);
        fprintf(to, "memory      = %llu\nvcpus       = 1\n", (unsigned long long)mb);
        put_network(to, c);
        put_text(to, "on_poweroff", end);
        put_text(to, "on_reboot", kept ? end : "restart");
        put_text(to, "on_crash", end);
        fclose(to);
    }
    free(line);
    return text;
}
