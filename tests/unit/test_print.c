/* Terms as text, as erlang:display shows them. */
#include "oracle.h"

#include "data/big.h"
#include "data/map.h"
#include "heap/bin.h"

static void expect(term t, const char *text) {
    char out[1000];
    size_t n = print_term_buf(out, sizeof out, t);
    assert_string_equal(out, text);
    assert_int_equal(n, strlen(text));
}
static term list3(term a, term b, term c, term tail) {
    return heap_cons(&heap, a, heap_cons(&heap, b, heap_cons(&heap, c, tail)));
}
static term string_of(const char *s) {
    return heap_string(&heap, s, strlen(s), NIL);
}
static term binary_of(const char *s) {
    return heap_bin_copy(&heap, s, strlen(s));
}

static void leaves(void **state) {
    expect(small_make(-42), "-42");
    expect(int_shift(&heap, small_make(-1), 70), "-1180591620717411303424");
    expect(heap_float(&heap, 1.5), "1.500000e+00");
    expect(NIL, "[]");
    expect(pid_make(9 | UINT64_C(3) << 28), "<0.9.3>");
    expect(port_make(5), "#Port<0.5>");
    expect(heap_ref(&heap, 0, 5 | 7 << 18), "#Ref<0.0.7.5>");
}

static void atoms_are_quoted_when_due(void **state) {
    static const char *const plain[] = {"a", "ok", "a@b_C1", "h\xc3\xa9", "if"};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) expect(atom_of(plain[i]), plain[i]);
    expect(atom_of(""), "''");
    expect(atom_of("A"), "'A'");
    expect(atom_of("_a"), "'_a'");
    expect(atom_of("1a"), "'1a'");
    expect(atom_of("a b"), "'a b'");
    expect(atom_of("it's\n"), "'it\\'s\\n'");
    expect(atom_of("\xce\xbb"), "'\xce\xbb'");
}

static void lists_strings_and_tuples(void **state) {
    expect(string_of("abc"), "\"abc\"");
    expect(string_of("a\"b\n"), "\"a\\\"b\\n\"");
    expect(string_of("\xe9"), "\"\xc3\xa9\"");
    expect(list3(small_make('a'), small_make(7), small_make(8), NIL), "[97,7,8]");
    expect(list3(small_make(1), NIL, string_of("x"), small_make(2)), "[1,[],\"x\"|2]");
    expect(heap_tuple(&heap, 0, NULL), "{}");
    expect(TUPLE(&heap, small_make(1), TUPLE(&heap, NIL), atom_of("b")), "{1,{[]},b}");
}

static void binaries(void **state) {
    expect(binary_of(""), "<<>>");
    expect(binary_of("abc"), "<<\"abc\">>");
    expect(binary_of("a\n"), "<<97,10>>");
    expect(heap_sub_bin(&heap, binary_of("ab@"), 0, 18), "<<97,98,1:2>>");
}

static void maps(void **state) {
    term m = map_empty(&heap);
    expect(m, "#{}");
    m = map_put(&heap, m, atom_of("b"), TUPLE(&heap, m));
    m = map_put(&heap, m, atom_of("a"), map_put(&heap, map_empty(&heap), small_make(1), NIL));
    expect(m, "#{a=>#{1=>[]},b=>{#{}}}");
    for (int i = 0; i < 40; i++) m = map_put(&heap, m, small_make(i), small_make(i));
    char out[1000];
    print_term_buf(out, sizeof out, m);
    int arrows = 0;
    for (const char *at = out; (at = strstr(at, "=>")); at += 2) arrows++;
    assert_int_equal(arrows, 43);
}

static void funs(void **state) {
    struct export_entry e = {.module = atom_of("lists"), .function = atom_of("map"), .arity = 2};
    struct fun_entry f = {.module = atom_of("m"), .index = 1, .old_uniq = 99};
    term export[2] = {header_make(KIND_EXPORT, 1), (term)&e};
    term fun[3] = {header_make(KIND_FUN, 2), (term)&f, NIL};
    expect(boxed_make(export), "fun lists:map/2");
    expect(boxed_make(fun), "#Fun<m.1.99>");
}

static void what_is_too_long_is_cut(void **state) {
    char out[16];
    term t = NIL;
    for (int i = 0; i < 1000000; i++) t = heap_cons(&heap, t, NIL);
    assert_int_equal(print_term_buf(out, sizeof out, t), 15);
    assert_string_equal(out, "[[[[[[[[[[[[...");
    assert_int_equal(print_term_buf(out, 1, t), 0);
    char *large = malloc(4000000);
    assert_int_equal(print_term_buf(large, 4000000, t), 2000002);
    free(large);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves),
        cmocka_unit_test(atoms_are_quoted_when_due),
        cmocka_unit_test(lists_strings_and_tuples),
        cmocka_unit_test(binaries),
        cmocka_unit_test(maps),
        cmocka_unit_test(funs),
        cmocka_unit_test(what_is_too_long_is_cut),
    };
    return cmocka_run_group_tests_name("print", tests, oracle_setup, oracle_teardown);
}
