#!/bin/bash
# What a program can do to use memory up (tests/cli/memory/hungry.erl), one instance each, in machines of 16 and 32 MB on
# every target that works here: the greedy process ends, and the instance goes on. Usage: tests/stress/memory.sh [CASE…]
set -u
cd "$(dirname "$0")/../.." || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- list stack binary binaries append tuple map dict deep seq iolist flat text etf copy big shift \
    duplicate mailbox message busy ets atoms timers persistent links processes names refs bomb hogs make_tuple decode
machines="linux qemu"
if tools/kvm-works; then machines="$machines kvm"; else echo "kvm: skipped, /dev/kvm does not work here"; fi
build/lingpack build tests/cli/memory/hungry.erl -o "$work/hungry.img" >/dev/null 2>&1 || exit 1
failed=0
for machine in $machines; do
    for memory in 16M 32M; do
        for case in "$@"; do
            timeout 120 build/lingpack run "$work/hungry.img" --on "$machine" -m $memory -- "$case" >"$work/out" 2>&1
            status=$?
            how=$(tr -d '\r' <"$work/out" | sed -n "s/^$case //p")
            if [ $status -eq 0 ] && grep -aq '^fine' "$work/out" && [ -n "$how" ]; then
                echo "ok - $machine $memory $case: $how"
            else
                echo "not ok - $machine $memory $case: status $status, ${how:-no end}"
                tail -5 "$work/out" | cut -c1-200 | sed 's/^/# /'
                failed=1
            fi
        done
    done
done
exit $failed
