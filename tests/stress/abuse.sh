#!/bin/bash
# Clients that behave badly (abuse.py): the well-behaved ones among them are served, and when all have gone nothing of theirs is
# left: memory in use at the end is as after one request. Usage: tests/stress/abuse.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
seconds=${1:-10}
build/lingpack build tests/http/probe.erl -o $work/probe.img >/dev/null || exit 1
for on in $(on_targets); do
    start_instance abuse-"$on" $work/probe.img --on "$on" -m 64M --requests infinity || exit 1
    curl -s -o /dev/null "${url}term"
    stop_instance || verdict 1 "abuse $on: it did not end as asked"
    base=$(of_report memory.used)
    start_instance abuse-"$on" $work/probe.img --on "$on" -m 64M --requests infinity || exit 1
    port=${url%/}
    said=$(python3 tests/stress/abuse.py "${port##*:}" "$seconds" 2>&1)
    verdict $? "abuse $on: $said"
    sleep 2 # the last handlers end
    stop_instance || verdict 1 "abuse $on: it did not end as asked"
    used=$(of_report memory.used)
    [ "${used:-999999999}" -le $((base + 65536)) ]
    verdict $? "abuse $on: memory in use at the end $used, after one request $base; peak $(of_report memory.peak); $(of_report requests) requests, $(of_report processes.spawned) processes, at most $(of_report processes.peak) at once"
done
exit $failed
