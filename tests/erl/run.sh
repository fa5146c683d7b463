#!/bin/sh
# Conformance: every tests/erl/*.erl (a module with main/1) runs on real erl and on our VM as a Linux process; standard
# output and exit status must agree. TAP. Usage: tests/erl/run.sh [DIR with lingpack and ling-linux] [NAME…]
# A line "%% keep: m1 m2" in a program names modules for --keep.
# What erl says is kept by the program's checksum, so that each variant of the VM need not ask it again. In the
# environment of the VM's process LING_STRESS is set where collections are many times as many: a program whose output
# does not depend on it may do less then.
set -u
cd "$(dirname "$0")/../.." || exit
wants=build/test-logs/want
limit=120

# want NAME: files $work/NAME.want and .status, of erl
want() {
    sum=$(cat "tests/erl/$1.erl" tests/erl/run.sh | sha256sum | cut -c1-32)
    if [ ! -e "$wants/$1.$sum.status" ]; then
        timeout 60 erl -noshell -noinput -kernel logger_level none -pa "$work" \
            -eval "io:setopts([{encoding, unicode}]), $1:main([]), erlang:halt(0)." >"$work/$1.want" 2>/dev/null
        echo $? >"$work/$1.status"
        mv "$work/$1.want" "$wants/$1.$sum" && mv "$work/$1.status" "$wants/$1.$sum.status"
    fi
    cp "$wants/$1.$sum" "$work/$1.want" && cp "$wants/$1.$sum.status" "$work/$1.status"
}

# one NAME: its line of TAP without the number
one() {
    if ! erlc +deterministic -o "$work" "tests/erl/$1.erl" >"$work/$1.erlc" 2>&1; then
        echo "not ok - $1: does not compile"
        sed 's/^/# /' "$work/$1.erlc"
        return
    fi
    want "$1"
    case $home in
    *stress*) set -- "$1" --env LING_STRESS=1 ;;
    esac
    name=$1
    shift
    for module in $(sed -n 's/^%% keep: //p' "tests/erl/$name.erl"); do set -- "$@" --keep "$module"; done
    timeout $limit "$home/lingpack" run "$work/$name.beam" --on linux "$@" >"$work/$name.got" 2>"$work/$name.err" </dev/null
    got=$?
    want=$(cat "$work/$name.status")
    if [ "$want" -eq $got ] && cmp -s "$work/$name.want" "$work/$name.got"; then
        echo "ok - $name"
    else
        echo "not ok - $name (status $got, erl has $want)"
        diff -a "$work/$name.want" "$work/$name.got" | head -20 | sed 's/^/# /'
        head -40 "$work/$name.err" | sed 's/^/# /'
    fi
}

if [ "${1:-}" = --one ]; then # of ourselves, below
    work=$2
    home=$3
    one "$4" >"$work/$4.tap"
    exit 0
fi
home=${1:-build}
[ $# -eq 0 ] || shift
work=$(mktemp -d)
mkdir -p $wants
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- $(for f in tests/erl/*.erl; do basename "$f" .erl; done)
printf '%s\n' "$@" | xargs -n 1 -P 2 "$0" --one "$work" "$home"
n=0
status=0
for name in "$@"; do
    n=$((n + 1))
    if [ ! -s "$work/$name.tap" ]; then
        echo "not ok $n - $name: no result"
        status=1
    fi
    sed "s/^ok -/ok $n -/; s/^not ok -/not ok $n -/" "$work/$name.tap"
    ! grep -q '^not ok' "$work/$name.tap" || status=1
done
echo "1..$n"
exit $status
