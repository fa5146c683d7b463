#!/bin/bash
# An instance that waits for a request uses no CPU: ticks (10 ms) and microseconds on the CPU over 10 s, on each target.
# Fails above 2 ticks. Usage: tests/stress/idle.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
seconds=${1:-10}
status=0
build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
cpu_us() { awk '{ s += $1 } END { printf "%d", s / 1000 }' /proc/"$1"/task/*/schedstat; }
for on in $(on_targets); do
    start_instance idle-"$on" $work/hello.img --on "$on" --requests infinity || exit 1
    curl -s -o /dev/null "$url"
    sleep 1
    pid=$(machine_pid)
    t0=$(awk '{ print $14 + $15 }' /proc/"$pid"/stat)
    u0=$(cpu_us "$pid")
    sleep "$seconds"
    t1=$(awk '{ print $14 + $15 }' /proc/"$pid"/stat)
    u1=$(cpu_us "$pid")
    if [ $((t1 - t0)) -le 2 ]; then result=ok; else result="not ok" status=1; fi
    echo "$result - idle $on: $((t1 - t0)) ticks, $((u1 - u0)) us on the CPU in $seconds s"
    stop_instance
done
exit $status
