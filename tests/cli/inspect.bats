#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# lingpack inspect: what it says of images, and of what is none.
load helpers

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
