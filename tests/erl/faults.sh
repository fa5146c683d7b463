#!/bin/sh
# Failing allocation: every conformance program runs on the sanitizer build while every n-th allocation fails. What it
# prints does not matter; it must end by itself or by its timeout, without a panic or a sanitizer's complaint. TAP.
# Usage: tests/erl/faults.sh [N…]      default: 1009
set -u
cd "$(dirname "$0")/../.." || exit
home=build/asan
[ $# -gt 0 ] || set -- 1009
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one NAME N…: its line of TAP without the number
one() {
    name=$1
    shift
    set -- "$@" --
    for module in $(sed -n 's/^%% keep: //p' "tests/erl/$name.erl"); do set -- "$@" --keep "$module"; done
    n=
    while [ "$1" != -- ]; do
        n="$n $1"
        shift
    done
    shift
    if ! "$home/lingpack" build "tests/erl/$name.erl" "$@" -o "$work/$name.img" >"$work/$name.err" 2>&1; then
        echo "not ok - faults $name: not built"
        return
    fi
    for every in $n; do
        ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99 timeout 60 "$home/ling-linux" "$work/$name.img" \
            ling.fail_every="$every" ling.timeout_ms=10000 ling.env=LING_STRESS=1 >"$work/$name.out" 2>&1 </dev/null
        status=$?
        case $status in
        0 | 1 | 64 | 65 | 127 | 124 | 134) ;;
        *)
            echo "not ok - faults $name, every $every: status $status"
            tail -30 "$work/$name.out" | cut -c1-200 | sed 's/^/# /'
            return
            ;;
        esac
    done
    echo "ok - faults $name"
}

if [ "$1" = --one ]; then # of ourselves, below
    work=$2
    name=$3
    shift 3
    trap - EXIT
    one "$name" "$@" >"$work/$name.tap"
    exit 0
fi
for f in tests/erl/*.erl; do basename "$f" .erl; done | xargs -P 2 -I{} "$0" --one "$work" {} "$@"
cat "$work"/*.tap
! grep -q '^not ok' "$work"/*.tap
