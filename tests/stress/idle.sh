#!/bin/bash
# An instance that waits for a request uses no CPU: microseconds on the CPU of all threads of the machine over 10 s, on each
# target, before its first request and after one. Fails above 1 ms in a second (0.1 % of a CPU).
# Usage: tests/stress/idle.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
seconds=${1:-10}
build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
cpu_us() { awk '{ s += $1 } END { printf "%d", s / 1000 }' /proc/"$machine"/task/*/schedstat; }
# watch WHEN: two seconds after whatever came before
watch() {
    local before used
    sleep 2
    before=$(cpu_us)
    sleep "$seconds"
    used=$(($(cpu_us) - before))
    [ -e /proc/"$machine" ] && [ $used -le $((seconds * 1000)) ]
    verdict $? "idle $on, $1: $used us on the CPU in $seconds s"
}
for on in $(on_targets); do
    start_instance idle-"$on" $work/hello.img --on "$on" --requests infinity || exit 1
    watch "before the first request"
    [ "$(curl -s "${url}x")" = "<h1>/x</h1>" ] || verdict 1 "idle $on: no page"
    watch "after a request"
    stop_instance || verdict 1 "idle $on: it did not end as asked"
done
exit $failed
