#!/bin/bash
# Load from wrk: no request may be lost, and memory must be flat. On each target a short and a long run of the same load:
#   lost    wrk tells no error, and the instance's own count is wrk's (wrk does not count what is in flight when it ends)
#   flat    the arena after the long run is as after the short one (report: memory.peak, and memory.used at the end), and from
#           half the time to all of it resident memory does not grow: the process's, or of QEMU's the machine's RAM (QEMU keeps
#           buffers for its user network in its own heap, a varying 4 to 20 MB)
# Usage: tests/stress/wrk.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
seconds=${1:-30}
connections=64
build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
ram=32768 # kB
# resident ON: kB
resident() {
    if [ "$1" = linux ]; then
        awk '/VmRSS/ { print $2 }' /proc/"$machine"/status
    else
        awk -v ram=$ram '/^Size:/ { is_ram = $2 == ram } /^Rss:/ && is_ram { print $2 }' /proc/"$machine"/smaps
    fi
}

# load ON SECONDS: half of it, and the other half. Sets counted, errors, rate, latency, half and full (kB), peak, used, served
load() {
    start_instance wrk-"$1" $work/hello.img --on "$1" -m ${ram}K --requests infinity || return 1
    wrk -t1 -c$connections -d$(($2 / 2))s --latency "$url" >"$work/$name-1.txt"
    half=$(resident "$1")
    wrk -t1 -c$connections -d$(($2 - $2 / 2))s --latency "$url" >"$work/$name-2.txt"
    full=$(resident "$1")
    stop_instance || return 1
    counted=$(awk '/requests in/ { n += $1 } END { print n }' "$work/$name"-[12].txt)
    errors=$(cat "$work/$name"-[12].txt | grep -E 'Socket errors|Non-2xx')
    rate=$(awk '/Requests\/sec/ { print $2 }' "$work/$name-2.txt")
    latency=$(awk '/99%/ { print $2 }' "$work/$name-2.txt")
    served=$(of_report requests) peak=$(of_report memory.peak) used=$(of_report memory.used)
}

for on in $(on_targets); do
    load "$on" $((seconds / 5 + 2)) || {
        verdict 1 "wrk $on: the instance did not start, or not end as asked"
        continue
    }
    short_peak=$peak short_used=$used
    load "$on" "$seconds" || {
        verdict 1 "wrk $on: the instance did not start, or not end as asked"
        continue
    }
    [ -z "$errors" ] && [ "$served" -ge "$counted" ] && [ "$served" -le $((counted + 2 * connections)) ]
    verdict $? "wrk $on: $rate requests/s, 99% in $latency; wrk counts $counted, the instance $served${errors:+; $errors}"
    [ $((peak)) -le $((2 * short_peak)) ] && [ $((used)) -le $((short_used + 8192)) ] && [ "${full:?}" -le $((half + half / 20 + 256)) ]
    verdict $? "wrk $on: memory after the short run: peak $short_peak, used $short_used; after the long one: peak $peak, used $used; resident $half kB at half time, $full kB at the end"
done
exit $failed
