#!/bin/bash
# The HTTP tests: an instance of probe.erl on each target that works here, and httpc sending it good and bad bytes. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=build/http
lingpack=${LINGPACK:-build/lingpack}
mkdir -p $work
gcc -std=gnu11 -O1 -g -Wall -Wextra -o $work/httpc tests/http/httpc.c || exit 1
"$lingpack" build tests/http/probe.erl -o $work/probe.img >$work/build.log 2>&1 || {
    cat $work/build.log
    exit 1
}

# wait_for_url FILE PID: the port of the URL that appears in FILE
wait_for_url() {
    local port
    for _ in $(seq 400); do
        port=$(grep -om1 'http://127.0.0.1:[0-9]*' "$1" | grep -o '[0-9]*$') && echo "$port" && return
        kill -0 "$2" 2>/dev/null || break
        sleep 0.05
    done
    cat "$1" >&2
    return 1
}

# run ON NAME httpc-words -- lingpack-run-words
run() {
    local on=$1 name=$1-$2 status port words=()
    shift 2
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift
    rm -f $work/"$name".out $work/"$name".err # else the URL of an earlier run could be read
    "$lingpack" run $work/probe.img --on "$on" --requests infinity --timeout 5m -p 0:80 -v "$@" >$work/"$name".out 2>$work/"$name".err &
    local pid=$!
    port=$(wait_for_url $work/"$name".err $pid) || exit 1
    $work/httpc "$port" "${words[@]}"
    if kill -INT $pid; then echo "ok - http: the instance of the $name tests is still alive"; else echo "not ok - http: the instance of the $name tests is gone"; fi
    wait $pid
    status=$?
    [ $status -eq 130 ] || echo "not ok - http: lingpack run ended with status $status after Ctrl-C"
}

for on in linux qemu kvm; do
    if [ $on = kvm ] && ! tools/kvm-works; then
        echo "ok - http # SKIP KVM does not work here"
        continue
    fi
    run $on main "$on" -- --body-limit 8M -m 64M
    run $on limits "$on" limits -- --header-timeout 300ms --idle-timeout 300ms --request-timeout 400ms
done
exit 0
