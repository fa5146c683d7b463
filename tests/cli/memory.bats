#!/usr/bin/env bats
# shellcheck disable=SC2154
# A process that uses memory up ends, with a report; the instance goes on.
bats_require_minimum_version 1.5.0
load helpers

# ends HOWS CASE…: the greedy process of each case (memory/hungry.erl) ends in one of these ways in 8 MB, and the main
# process goes on. Where memory ends, in a heap or beside it, may differ between builds.
ends() {
    local hows=$1 case
    shift
    "$lingpack" build "$BATS_TEST_DIRNAME/memory/hungry.erl" -o hungry.img
    for case in "$@"; do
        run timeout 30 "$lingpack" run hungry.img --on linux -m 8M -- "$case"
        [ "$status" -eq 0 ] || { echo "$case: status $status: $output"; return 1; }
        [[ "$output" =~ $'\n'($hows)$'\n'+fine ]] || { echo "$case: $output"; return 1; }
    done
}

@test "memory: terms without end" {
    ends killed list binary binaries append tuple map dict deep seq stack iolist flat text etf
}

@test "memory: messages without end" {
    ends "killed|system_limit" message mailbox
}

@test "memory: tables without end" {
    ends "killed|system_limit" timers atoms ets links persistent
}

@test "memory: what is refused at once" {
    ends system_limit big shift duplicate
}

@test "memory: what is refused with badarg" {
    ends badarg make_tuple decode
}
