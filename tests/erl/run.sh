#!/bin/bash
# Conformance: every tests/erl/*.erl (a module with main/1) runs on real erl and on our VM as a Linux process; standard
# output and exit status must agree. A line "%% keep: m1 m2" names modules for --keep. TAP.
# Usage: tests/erl/run.sh [DIR with lingpack and ling-linux] [NAME…]
set -u
cd "$(dirname "$0")/../.." || exit
home=${1:-build}
[ $# -eq 0 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- $(for f in tests/erl/*.erl; do basename "$f" .erl; done)
n=0
status=0
for name in "$@"; do
    n=$((n + 1))
    if ! erlc +deterministic -o "$work" "tests/erl/$name.erl" >"$work/erlc.txt" 2>&1; then
        echo "not ok $n - $name: does not compile"
        sed 's/^/# /' "$work/erlc.txt"
        status=1
        continue
    fi
    # The real one: compiled once, kept between variants of the same run by content.
    timeout 60 erl -noshell -noinput -kernel logger_level none -pa "$work" \
        -eval "io:setopts([{encoding, unicode}]), $name:main([]), erlang:halt(0)." >"$work/want" 2>/dev/null
    want=$?
    keep=$(sed -n 's/^%% keep: //p' "tests/erl/$name.erl")
    got=1
    # shellcheck disable=SC2086 # words
    if "$home/lingpack" build "$work/$name.beam" -o "$work/$name.img" ${keep:+--keep} ${keep// / --keep } \
        >"$work/pack.txt" 2>"$work/got.err"; then
        timeout 120 "$home/lingpack" run "$work/$name.img" --on linux >"$work/got" 2>"$work/got.err" </dev/null
        got=$?
    fi
    if [ $want -eq $got ] && cmp -s "$work/want" "$work/got"; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name (status $got, erl has $want)"
        diff "$work/want" "$work/got" | head -20 | sed 's/^/# /'
        tail -5 "$work/got.err" | sed 's/^/# /'
        status=1
    fi
done
echo "1..$n"
exit $status
