/* Packing, end to end in one process: sources to an image file, the image mapped and looked up as the VM
 * does; what is refused, and how. The kernel is a stand-in ELF with a handler table; Ling's own modules are
 * one tiny module. */
#define _GNU_SOURCE
#include "unit.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "code/code.h"
#include "format/ops.h"
#include "pack/elf.h"
#include "pack/etf_scan.h"
#include "pack/files.h"
#include "pack/image_file.h"
#include "pack/memory.h"
#include "pack/note.h"
#include "pack/pack.h"
#include "pack/temp.h"
#include "term/order.h"

static char *dir, *kernel, *image;

/* -- the stand-ins */
static void write_file(const char *path, const void *bytes, size_t n) {
    assert_true(file_save(path, bytes, n));
}

static void write_text(const char *name, const char *text) {
    char *path = path_join(dir, name);
    write_file(path, text, strlen(text));
    free(path);
}

static void make_kernel(uint32_t n_handlers) {
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr load;
        Elf64_Shdr sections[3];
        char names[32];
        uint32_t handlers[XOP_COUNT + 8];
    } e = {0};
    memcpy(e.head.e_ident, "\177ELF\2\1\1", 7);
    e.head.e_type = ET_EXEC;
    e.head.e_machine = EM_X86_64;
    e.head.e_version = 1;
    e.head.e_phoff = sizeof e.head;
    e.head.e_phnum = 1;
    e.head.e_phentsize = sizeof e.load;
    e.head.e_shoff = (size_t)((char *)e.sections - (char *)&e);
    e.head.e_shnum = 3;
    e.head.e_shstrndx = 1;
    e.head.e_shentsize = sizeof e.sections[0];
    e.load = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = 0x100000, .p_filesz = sizeof e, .p_memsz = sizeof e};
    memcpy(e.names, "\0.ling.handlers", 16);
    e.sections[1] = (Elf64_Shdr){
        .sh_type = SHT_STRTAB, .sh_offset = (size_t)(e.names - (char *)&e), .sh_size = sizeof e.names};
    e.sections[2] = (Elf64_Shdr){.sh_name = 1,
                                 .sh_type = SHT_PROGBITS,
                                 .sh_size = 4 * n_handlers,
                                 .sh_offset = (size_t)((char *)e.handlers - (char *)&e)};
    for (uint32_t i = 0; i < n_handlers; i++) e.handlers[i] = 16 + 16 * i;
    write_file(kernel, &e, sizeof e);
}

static int set_up(void **state) {
    dir = temp_make();
    assert_non_null(dir);
    kernel = path_join(dir, "ling-virtio.elf");
    image = path_join(dir, "out.img");
    make_kernel(XOP_COUNT);
    write_text("stdlib/ling.erl", "-module(ling).\n-export([boot/0]).\nboot() -> ok.\n");
    char *command = mem_format("erlc +deterministic -o %s/stdlib %s/stdlib/ling.erl", dir, dir);
    int status = system(command);
    free(command);
    return status;
}

static int tear_down(void **state) {
    char *command = mem_format("rm -rf %s", dir);
    int status = system(command);
    free(command);
    free(dir);
    free(kernel);
    free(image);
    return status;
}

static int pack_with(const char *name, struct pack_options o, struct pack_result *r) {
    char *path = path_join(dir, name);
    const char *paths[] = {path};
    o.paths = paths;
    o.n_paths = 1;
    o.home = dir;
    if (!o.output) o.output = image;
    int status = pack_program(&o, r);
    free(path);
    return status;
}

/* -- an image and what is in it */
static const char hello_source[] =
    "-module(hello).\n"
    "-export([handle/1, unused/0, old/0]).\n"
    "handle(X) -> F = fun(Y) -> {X, Y, 1.5} end,\n"
    "    {200, lists:map(F, [a, {b, <<\"0123456789012345678901234567890123456789"
    "01234567890123456789012345678901234567890123456789\">>}]), #{k => 1, j => 2},\n"
    "     fun lists:reverse/1, 123456789012345678901234567890}.\n"
    "unused() -> erlang:display(x).\n"
    "old() -> fun nosuch:fn/3.\n";

static const struct image_header *map_image(struct image_file *f) {
    const char *why = NULL;
    if (!image_file_open(f, image, &why)) fail_msg("%s", why);
    assert_true(f->digest_ok);
    void *at = mmap((void *)(uintptr_t)PAYLOAD_BASE, f->header.bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    assert_int_equal((uintptr_t)at, PAYLOAD_BASE);
    memcpy(at, f->payload, f->header.bytes);
    assert_int_equal(mprotect(at, f->header.bytes, PROT_READ), 0);
    return at;
}

static term atom_of(const struct code *c, const char *text) {
    term t = NONE;
    assert_true(atom_find(c, (const uint8_t *)text, strlen(text), &t));
    return t;
}

static void test_image(void **state) {
    struct pack_result r;
    struct image_file f;
    struct code c;
    struct code_place place;
    const char *why = NULL;
    write_text("hello/hello.erl", hello_source);
    assert_int_equal(pack_with("hello", (struct pack_options){0}, &r), EXIT_FINE);
    assert_true(r.service);
    assert_string_equal(r.entry_module, "hello");
    assert_string_equal(r.name, "hello");
    assert_int_equal(r.n_missing, 0);         /* nosuch:fn/3 is the program's own: a warning, not OTP's */
    assert_true(r.n_dropped_functions > 100); /* most of lists */
    pack_result_free(&r);

    const struct image_header *h = map_image(&f);
    assert_int_equal(code_init(&c, alloc_create(unit_arena(1 << 20), 1 << 20), h, &why), ST_OK);
    assert_int_equal(h->entry_kind, ENTRY_SERVICE);
    assert_int_equal(h->entry_module, atom_of(&c, "hello"));
    const struct image_module *m = code_module(&c, atom_of(&c, "hello"));
    assert_non_null(m);
    assert_int_equal(m->n_exports, 5); /* with module_info/0,1 */
    const struct export_entry *e = code_export(&c, m->name, atom_of(&c, "handle"), 1);
    assert_non_null(e);
    assert_int_equal(e->kind, EXPORT_CODE);
    assert_true(code_lookup(&c, e->code, &place));
    assert_ptr_equal(place.module, m);
    assert_int_equal(place.function->name, atom_of(&c, "handle"));
    /* exists nowhere, and a BIF: both have a stub */
    e = code_export(&c, atom_of(&c, "nosuch"), atom_of(&c, "fn"), 3);
    assert_int_equal(e->kind, EXPORT_NONE);
    assert_true((uint64_t)(uintptr_t)e->code >= h->code_lo && (uint64_t)(uintptr_t)e->code < h->code_hi);
    e = code_export(&c, atom_of(&c, "erlang"), atom_of(&c, "length"), 1);
    assert_int_equal(e->kind, EXPORT_BIF);
    assert_int_equal(h->n_funs, 1);
    assert_int_equal(h->funs[0].num_free, 1);
    assert_int_equal(h->funs[0].arity, 1);
    /* nothing in the literals points outside them */
    assert_true(term_is_list(m->files[0]));
    assert_int_equal(list_head(m->files[0]), small_make('h'));
    assert_true(h->literals_lo <= m->files[0] && m->files[0] < h->literals_hi);
    munmap((void *)(uintptr_t)PAYLOAD_BASE, f.header.bytes);
    image_file_close(&f);
}

static void test_reproducible(void **state) {
    struct pack_result r;
    struct file_bytes a, b;
    write_text("hello/hello.erl", hello_source);
    write_text("other/place/hello/hello.erl", hello_source);
    assert_int_equal(pack_with("hello", (struct pack_options){0}, &r), EXIT_FINE);
    pack_result_free(&r);
    assert_true(file_read(image, &a));
    assert_int_equal(pack_with("other/place/hello", (struct pack_options){0}, &r), EXIT_FINE);
    pack_result_free(&r);
    assert_true(file_read(image, &b));
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    free(a.p);
    free(b.p);
}

/* -- what is refused: status 1, and no image */
static void refused(const char *name, struct pack_options o) {
    struct pack_result r;
    unlink(image);
    assert_int_equal(pack_with(name, o, &r), EXIT_USER);
    assert_null(r.path);
    assert_false(file_exists(image));
}

static void test_bad_programs(void **state) {
    write_text("bad/syntax.erl", "-module(syntax).\n-export([main/1]).\nmain(_) -> (.\n");
    refused("bad/syntax.erl", (struct pack_options){0});
    write_text("bad/direct.erl",
               "-module(direct).\n-export([main/1]).\nmain(_) -> lists:no_such_thing(1).\n");
    refused("bad/direct.erl", (struct pack_options){0});
    write_text("bad/native.erl",
               "-module(native).\n-export([main/1]).\nmain(_) -> erlang:load_nif(\"x\", 1).\n");
    refused("bad/native.erl", (struct pack_options){0});
    write_text("bad/noentry.erl", "-module(noentry).\n-export([f/1]).\nf(_) -> ok.\n");
    refused("bad/noentry.erl", (struct pack_options){0});
    refused("bad/noentry.erl", (struct pack_options){.entry = "noentry"});
    refused("bad/noentry.erl", (struct pack_options){.entry = "lists"});
    refused("bad/nowhere.erl", (struct pack_options){0});
    refused("ling-virtio.elf", (struct pack_options){0});
    write_text("empty/README", "nothing here\n");
    refused("empty", (struct pack_options){0});
    write_text("bad/damaged.beam", "FOR1 and then text");
    refused("bad/damaged.beam", (struct pack_options){0});
    write_text("bad/ok.erl", "-module(ok).\n-export([main/1]).\nmain(_) -> ok.\n");
    refused("bad/ok.erl", (struct pack_options){.keep = (const char *const[]){"nosuch"}, .n_keep = 1});
    refused("bad/ok.erl", (struct pack_options){.vm_file = "/dev/null"});
    refused("bad/ok.erl", (struct pack_options){.vm_file = "/nonexistent/ling.elf"});
    struct pack_result r;
    struct pack_options o = {.output = "/dev/full/x.img"};
    assert_int_equal(pack_with("bad/ok.erl", o, &r), EXIT_USER);
}

/* A disk that fills up: the old image stays, and no temporary file is left. */
static void test_full_disk(void **state) {
    struct rlimit old, small = {4096, 4096};
    struct pack_result r;
    struct file_bytes kept;
    write_text("bad/ok.erl", "-module(ok).\n-export([main/1]).\nmain(_) -> ok.\n");
    char *beam = mem_format("erlc -o %s/bad %s/bad/ok.erl", dir, dir);
    assert_int_equal(system(beam), 0);
    free(beam);
    write_text("out.img", "old");
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int status = pack_with("bad/ok.beam", (struct pack_options){0}, &r);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, EXIT_USER);
    assert_true(file_read(image, &kept));
    assert_int_equal(kept.n, 3);
    free(kept.p);
    char **left = dir_list(dir, "");
    for (char **p = left; *p; p++) assert_false(strncmp(*p, "out.img.", 8) == 0);
    dir_free(left);
}

static void test_entries(void **state) {
    struct pack_result r;
    write_text("many/one.erl", "-module(one).\n-export([main/1]).\nmain(_) -> ok.\n");
    write_text("many/two.erl", "-module(two).\n-export([handle/1]).\nhandle(_) -> ok.\n");
    refused("many", (struct pack_options){0});
    assert_int_equal(pack_with("many", (struct pack_options){.entry = "two"}, &r), EXIT_FINE);
    assert_true(r.service);
    pack_result_free(&r);
    write_text("many/many.erl", "-module(many).\n-export([main/1]).\nmain(_) -> ok.\n");
    assert_int_equal(pack_with("many", (struct pack_options){0}, &r), EXIT_FINE);
    assert_string_equal(r.entry_module, "many");
    assert_false(r.service);
    pack_result_free(&r);
}

static uint32_t modules_packed(const char *name, struct pack_options o) {
    struct pack_result r;
    assert_int_equal(pack_with(name, o, &r), EXIT_FINE);
    uint32_t n = r.n_modules;
    pack_result_free(&r);
    return n;
}

/* Modules reached only through names. */
static void test_reach(void **state) {
    write_text("r/plain.erl", "-module(plain).\n-export([main/1]).\nmain(_) -> ok.\n");
    uint32_t plain = modules_packed("r/plain.erl", (struct pack_options){0});
    assert_int_equal(
        modules_packed("r/plain.erl",
                       (struct pack_options){.keep = (const char *const[]){"queue"}, .n_keep = 1}) > plain,
        1);
    write_text("r/byname.erl", "-module(byname).\n-export([main/1]).\n"
                               "main([A]) -> M = pick(A), M:new().\npick(_) -> queue.\n");
    assert_true(modules_packed("r/byname.erl", (struct pack_options){0}) > plain);
    write_text("r/compared.erl",
               "-module(compared).\n-export([main/1]).\nmain(queue) -> new;\nmain(_) -> ok.\n");
    assert_int_equal(modules_packed("r/compared.erl", (struct pack_options){0}), plain);
}

/* -- images as files */
static void test_damaged_images(void **state) {
    struct pack_result r;
    struct image_file f;
    struct file_bytes whole;
    const char *why;
    write_text("hello/hello.erl", hello_source);
    assert_int_equal(pack_with("hello", (struct pack_options){0}, &r), EXIT_FINE);
    pack_result_free(&r);
    assert_true(file_read(image, &whole));
    for (size_t n = 0; n < whole.n; n += 1 + whole.n / 97) {
        write_file(image, whole.p, n);
        why = NULL;
        assert_false(image_file_open(&f, image, &why));
        assert_non_null(why);
    }
    whole.p[whole.n - 100] ^= 1;
    write_file(image, whole.p, whole.n);
    assert_true(image_file_open(&f, image, &why));
    assert_false(f.digest_ok);
    image_file_close(&f);
    assert_false(image_file_open(&f, kernel, &why));
    assert_non_null(strstr(why, "payload"));
    /* a kernel that carries a payload takes no second one */
    size_t n;
    assert_null(elf_append(whole.p, whole.n, whole.p, 64, PAYLOAD_BASE, &n, &why));
    free(whole.p);
}

/* Notes are found, and every lie about their lengths ends the search. */
static void test_notes(void **state) {
    struct {
        Elf64_Ehdr h;
        Elf64_Phdr p;
        Elf64_Nhdr other;
        char other_name[4], other_text[8];
        Elf64_Nhdr entry;
        char name[4], value[8];
    } e = {.h = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
                 .e_machine = EM_X86_64,
                 .e_phoff = sizeof(Elf64_Ehdr),
                 .e_phentsize = sizeof(Elf64_Phdr),
                 .e_phnum = 1},
           .p = {.p_type = PT_NOTE, .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr)},
           .other = {4, 5, 1},
           .other_name = "GNU",
           .entry = {4, 8, 1},
           .name = "Xen"};
    e.p.p_filesz = sizeof e - e.p.p_offset;
    const uint8_t *bytes = (const uint8_t *)&e;
    assert_null(elf_check(bytes, sizeof e));
    assert_true(elf_has_note(bytes, sizeof e, "Xen", 1));
    assert_false(elf_has_note(bytes, sizeof e, "Xen", 2));
    for (uint32_t lie = 13; lie; lie = lie * 3 + 1 > lie ? lie * 3 + 1 : 0) {
        e.other.n_descsz = lie;
        assert_false(elf_has_note(bytes, sizeof e, "Xen", 1));
    }
    e.other.n_descsz = 5;
    e.p.p_filesz += 1;
    assert_false(elf_has_note(bytes, sizeof e, "Xen", 1));
}

static void test_kernel_versions(void **state) {
    make_kernel(XOP_COUNT - 1);
    write_text("hello/hello.erl", hello_source);
    refused("hello", (struct pack_options){0});
    make_kernel(XOP_COUNT);
}

/* -- external terms */
static void count_atom(void *ctx, const uint8_t *utf8, size_t n) {
    (*(uint32_t *)ctx)++;
}

static void test_etf_scan(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
        enum status st;
        uint32_t atoms;
    } cases[] = {
        {"\x83\x6a", 2, ST_OK, 0},
        {"\x83\x77\x02ok", 5, ST_OK, 1},
        {"\x83\x68\x02\x77\x01"
         "a\x64\x00\x01"
         "b",
         10, ST_OK, 2},
        {"\x83\x71\x77\x01m\x77\x01"
         "f\x61\x02",
         10, ST_OK, 2},
        {"\x83\x71\x77\x01m\x77\x01"
         "f\x77\x01",
         10, ST_CORRUPT, 2},
        {"\x83\x6c\xff\xff\xff\xff\x6a", 7, ST_CORRUPT, 0},
        {"\x83\x68\xff\x6a", 4, ST_CORRUPT, 0},
        {"\x83\x6d\xff\xff\xff\xff"
         "a",
         7, ST_CORRUPT, 0},
        {"\x83\x6f\xff\xff\xff\xff", 6, ST_CORRUPT, 0},
        {"\x83", 1, ST_CORRUPT, 0},
        {"\x6a", 1, ST_CORRUPT, 0},
        {"\x83\x67\x6a", 3, ST_UNSUPPORTED, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint32_t atoms = 0;
        const struct etf_visitor visitor = {&atoms, count_atom, NULL};
        assert_int_equal(etf_scan((const uint8_t *)cases[i].bytes, cases[i].n, &visitor), cases[i].st);
        assert_int_equal(atoms, cases[i].atoms);
    }
}

/* A program that does not end is killed; one that does has its time. */
static void test_time_limit(void **state) {
    char *slow[] = {"sh", "-c", "exec sleep 300", NULL}, *quick[] = {"echo", "all", NULL};
    struct file_bytes said;
    assert_int_equal(program_run(slow, &said, 500), 128 + SIGKILL);
    free(said.p);
    assert_int_equal(program_run(quick, &said, 60000), 0);
    assert_int_equal(said.n, 4);
    free(said.p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image),          cmocka_unit_test(test_reproducible),
        cmocka_unit_test(test_bad_programs),   cmocka_unit_test(test_entries),
        cmocka_unit_test(test_full_disk),      cmocka_unit_test(test_reach),
        cmocka_unit_test(test_damaged_images), cmocka_unit_test(test_kernel_versions),
        cmocka_unit_test(test_etf_scan),       cmocka_unit_test(test_notes),
        cmocka_unit_test(test_time_limit),
    };
    if (system("command -v erlc >/dev/null") != 0) return 0;
    return cmocka_run_group_tests_name("pack", tests, set_up, tear_down);
}
