#!/bin/bash
# Load from wrk: no request may be lost, and the peak of memory in the report must be flat: the second half of the load may
# not raise it. Usage: tests/stress/wrk.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
seconds=${1:-30}
status=0
build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
rss() { awk '/VmRSS/ { print $2 }' /proc/"$1"/status; }
for on in $(on_targets); do
    start_instance wrk-"$on" $work/hello.img --on "$on" --requests infinity || exit 1
    pid=$(machine_pid)
    wrk -t1 -c16 -d$((seconds / 2))s "$url" >$work/wrk-"$on"-1.txt
    half=$(rss "$pid")
    wrk -t1 -c16 -d$((seconds - seconds / 2))s "$url" >$work/wrk-"$on"-2.txt
    full=$(rss "$pid")
    stop_instance
    errors=$(cat $work/wrk-"$on"-[12].txt | grep -E 'Socket errors|Non-2xx' || true)
    rate=$(awk '/Requests\/sec/ { print $2 }' $work/wrk-"$on"-2.txt)
    if [ -z "$errors" ] && [ -n "$rate" ] && [ $((full - half)) -le $((half / 20 + 256)) ]; then
        echo "ok - wrk $on: $rate requests/s, RSS $half kB after half the time, $full kB after all of it"
    else
        echo "not ok - wrk $on: $rate requests/s, errors '$errors', RSS $half -> $full kB"
        status=1
    fi
done
exit $status
