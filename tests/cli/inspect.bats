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
    jq -e '.entry == "hello" and .kind == "service" and .digest_ok and .otp == "25" and (.devices | index("net"))
           and ([.modules[] | select(.name == "hello" and .from == "program" and .code_bytes > 0)] | length) == 1
           and ([.modules[].code_bytes] | add) == .sections.code' <<<"$output"
    members=$(jq -r 'keys[]' <<<"$output")
    for member in $members; do grep -q "\`$member\`" "$BATS_TEST_DIRNAME/../../docs/guide/inspect.md" || { echo "$member"; false; }; done
}

@test "inspect: a directory is no image" {
    mkdir program
    run "$lingpack" inspect program
    [ "$status" -eq 1 ]
    says "program is a directory: inspect looks at an image, as \`lingpack build program\` makes one"
}

@test "inspect: entry, release, devices, sizes, modules, what is missing" {
    "$lingpack" build "$examples/json_api" -o j.img
    run "$lingpack" inspect j.img
    [ "$status" -eq 0 ]
    says "j.img: service json_api:handle/1, $(stat -c %s j.img) bytes"
    says "otp: 25"
    says "devices: console entropy net"
    says "bytes: code "
    [[ "$output" =~ store\ +program ]]
    [[ "$output" =~ gen_server\ +otp ]]
    says "not available (undef when called):"
}

@test "inspect: which kernel an image has" {
    for target in qemu xen; do
        "$lingpack" build "$examples/hello" --target $target -o $target.img
        [ "$("$lingpack" inspect $target.img | grep ^kernel:)" = "kernel: $target" ]
        [ "$("$lingpack" inspect $target.img --json | jq -r .kernel)" = $target ]
    done
}

@test "inspect: --code shows the instructions of a module" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$lingpack" inspect hello.img --code hello
    [ "$status" -eq 0 ]
    says "handle/1:"
    says "func_info"
    says "return"
    run "$lingpack" inspect hello.img --code nix
    [ "$status" -eq 1 ]
    says "no module nix in it"
    run "$lingpack" inspect hello.img --code hello --json
    [ "$status" -eq 2 ]
    run "$lingpack" inspect hello.img --code
    [ "$status" -eq 2 ]
}

@test "inspect: wrong command lines are refused with status 2" {
    for words in "" "a b" "a --what"; do
        # shellcheck disable=SC2086
        run "$lingpack" inspect $words
        [ "$status" -eq 2 ] || { echo "$words: $status"; false; }
        says "lingpack inspect --help"
    done
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
