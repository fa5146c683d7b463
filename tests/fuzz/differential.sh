#!/bin/sh
# differential.erl on erl and on the VM as a Linux process: the calls FIRST to FIRST+COUNT-1 must print the same. One line of TAP.
# Usage: tests/fuzz/differential.sh [FIRST [COUNT]]     (1, 10000; `make fuzz-long` has more)
set -u
cd "$(dirname "$0")/../.." || exit
first=${1:-1}
count=${2:-10000}
work=build/fuzz/differential
mkdir -p $work
pack() {
    erlc +deterministic -o $work tests/fuzz/differential.erl &&
        build/lingpack build $work/differential.beam -o $work/differential.img
}
if ! pack >$work/log 2>&1; then
    echo "not ok - differential: does not build"
    sed 's/^/# /' $work/log
    exit 1
fi
timeout 900 erl -noshell -noinput -pa $work -eval "differential:main([\"$first\", \"$count\"]), erlang:halt(0)." >$work/want 2>$work/log &
timeout 900 build/lingpack run $work/differential.img --on linux -- "$first" "$count" >$work/got 2>>$work/log </dev/null
got=$?
wait $!
want=$?
if [ $want -eq 0 ] && [ $got -eq 0 ] && cmp -s $work/want $work/got; then
    echo "ok - differential: $count calls from $first on, as erl has them"
else
    echo "not ok - differential: erl ended with $want, the VM with $got; the calls are in $work"
    diff -a $work/want $work/got | cut -c1-400 | head -20 | sed 's/^/# /'
    sed 's/^/# /' $work/log
    exit 1
fi
