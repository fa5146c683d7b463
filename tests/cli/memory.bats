#!/usr/bin/env bats
# shellcheck disable=SC2154
# A process that uses memory up ends, with a report; the instance goes on.
bats_require_minimum_version 1.5.0
load helpers

# ends HOWS CASE…: the greedy process of each case (memory/hungry.erl), one after another in one instance, ends in one of
# these ways, and the instance goes on. Where memory ends, in a heap or beside it, may differ between builds.
# machine: the words for the instance.
ends() {
    local hows=$1 case
    shift
    [ -e hungry.img ] || "$lingpack" build "$BATS_TEST_DIRNAME/memory/hungry.erl" -o hungry.img
    # shellcheck disable=SC2086
    run timeout 100 "$lingpack" run hungry.img ${machine:---on linux -m 8M} -- "$@"
    [ "$status" -eq 0 ] || { echo "$*: status $status: ${output: -2000}"; return 1; }
    for case in "$@"; do
        [[ "$output" =~ $'\n'"$case "($hows)$'\r'?$'\n' ]] || { echo "$case: ${output: -2000}"; return 1; }
    done
    [[ "$output" =~ $'\n'fine ]]
}

@test "memory: terms without end" {
    ends killed list binary binaries append tuple map dict deep seq stack iolist flat text etf
}

@test "memory: messages without end" {
    ends "killed|system_limit" message mailbox busy
}

@test "memory: tables without end" {
    ends "killed|system_limit" timers ets persistent atoms
}

@test "memory: what is refused at once" {
    ends system_limit big shift duplicate
}

@test "memory: what is refused with badarg" {
    ends badarg make_tuple decode
}

@test "memory: processes without end" {
    for case in links processes names refs bomb; do ends "killed|system_limit" "$case"; done
    machine="--on linux -m 4M"
    ends "killed|system_limit" hogs
}

@test "memory: a deep recursion, and then more work, in an arena that holds no second copy" {
    "$lingpack" build "$BATS_TEST_DIRNAME/memory/deep.erl" -o deep.img
    run timeout 100 "$lingpack" run deep.img --on linux -m 24M -- 300000
    [ "$status" -eq 0 ]
    says 45000150000
}

@test "memory: the same in a machine of 16 MB" {
    machine="--on qemu -m 16M"
    ends "killed|system_limit" list binaries copy mailbox ets atoms
}

@test "memory: a service that is asked for too much goes on serving" {
    "$lingpack" build "$BATS_TEST_DIRNAME/memory/eater.erl" -o eater.img
    head -c 100M /dev/zero >much
    for on in linux qemu; do
        start eater.img --on $on -m 16M --requests 5
        [ "$(get "$url")" = "hello 0" ]
        [ "$(get -o page -w '%{http_code}' "${url%/}/eat")" = 500 ]
        [ "$(get -o page -w '%{http_code}' "${url%/}/big")" = 500 ]
        [ "$(get -o page -w '%{http_code}' --data-binary @much "$url" 2>/dev/null)" = 413 ]
        [ "$(get --data-binary 12345 "$url")" = "hello 5" ]
        [ "$(get "$url")" = "hello 0" ]
        finish 0
    done
}
