#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# lingpack build: bad input, and what comes out.
load helpers

hello() { module hello <<<'-export([main/1]). main(_) -> ok.'; }

@test "build: wrong command lines are refused with status 2" {
    run "$lingpack"
    [ "$status" -eq 2 ]
    run "$lingpack" fly
    [ "$status" -eq 2 ]
    run "$lingpack" build
    [ "$status" -eq 2 ]
    run "$lingpack" build x --what
    [ "$status" -eq 2 ]
}

@test "build: a program, twice, gives the same bytes" {
    hello
    "$lingpack" build hello.erl -o a.img
    mkdir elsewhere
    cp hello.erl elsewhere
    (cd elsewhere && "$lingpack" build hello.erl -o ../b.img)
    cmp a.img b.img
}

@test "build: no erlc" {
    hello
    mkdir bin
    for tool in sh env; do ln -s "$(command -v $tool)" bin; done
    PATH=$PWD/bin run "$lingpack" build hello.erl -o a.img
    [ "$status" -eq 1 ]
    says erlc
    [ ! -e a.img ]
}

@test "build: a .erl that does not compile: erlc's own words, no image" {
    module broken <<<'-export([main/1]). main(_) -> foo(.'
    run "$lingpack" build broken.erl -o a.img
    [ "$status" -eq 1 ]
    says "broken.erl:2:"
    says "syntax error"
    [ ! -e a.img ]
}

@test "build: a file that is missing, an empty directory, no entry, several entries" {
    run "$lingpack" build nothing.erl
    [ "$status" -eq 1 ]
    mkdir empty
    run "$lingpack" build empty
    [ "$status" -eq 1 ]
    mkdir none several
    echo '-module(a). -export([f/0]). f() -> ok.' >none/a.erl
    run "$lingpack" build none -o a.img
    [ "$status" -eq 1 ]
    says "handle/1"
    for m in a b; do echo "-module($m). -export([main/1]). main(_) -> ok." >several/$m.erl; done
    run "$lingpack" build several -o a.img
    [ "$status" -eq 1 ]
    says "--entry"
    "$lingpack" build several --entry b -o a.img
}

@test "build: a corrupt or truncated .beam" {
    hello
    erlc hello.erl
    size=$(stat -c %s hello.beam)
    mkdir cut
    for keep in 0 1 11 12 30 100 $((size / 2)) $((size - 1)); do
        head -c "$keep" hello.beam >cut/hello.beam
        run "$lingpack" build cut/hello.beam -o a.img
        [ "$status" -eq 1 ] || { echo "$keep: $status: $output"; false; }
        says "hello.beam"
    done
    head -c 300 /dev/zero >cut/hello.beam
    run "$lingpack" build cut/hello.beam -o a.img
    [ "$status" -eq 1 ]
}

@test "build: a call to a function that exists nowhere is an error, behind apply a warning" {
    module lost <<<'-export([main/1]). main(_) -> no_such_module:f(1, 2).'
    run "$lingpack" build lost.erl -o a.img
    [ "$status" -eq 1 ]
    says "no_such_module:f/2"
    module lost <<<'-export([main/1]). main(_) -> catch (id(fun no_such_module:f/2))(1, 2). id(F) -> hd(lists:reverse([F])).'
    run "$lingpack" build lost.erl -o a.img
    [ "$status" -eq 0 ]
    says "no_such_module:f/2"
}

@test "inspect: an image's parts, without booting" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$lingpack" inspect hello.img
    [ "$status" -eq 0 ]
    says hello
    says sha256
    run "$lingpack" inspect hello.img --json
    [ "$status" -eq 0 ]
    jq -e . <<<"$output" >/dev/null
}

@test "inspect: damaged and foreign files" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$lingpack" inspect /bin/true
    [ "$status" -eq 1 ]
    head -c 800000 hello.img | head -c $(($(stat -c %s hello.img) - 10)) >cut.img
    run "$lingpack" inspect cut.img
    [ "$status" -eq 1 ]
    cp hello.img bent.img
    printf 'X' | dd of=bent.img bs=1 seek=$(($(stat -c %s hello.img) - 100)) conv=notrunc 2>/dev/null
    run "$lingpack" inspect bent.img
    [ "$status" -eq 1 ]
}
