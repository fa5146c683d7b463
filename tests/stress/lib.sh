# Shared by the stress scripts: start an instance in the background, wait for its URL, end it and read its report.
# shellcheck shell=bash disable=SC2034
work=build/stress
mkdir -p "$work"

# start_instance NAME lingpack-run-arguments…: sets $instance (pid of lingpack), $machine (of what it runs) and $url
start_instance() {
    name=$1
    shift
    rm -f "$work/$name.out" "$work/$name.err" # else the URL of an earlier run could be read
    build/lingpack run "$@" -p 0:80 --json >"$work/$name.out" 2>"$work/$name.err" &
    instance=$!
    for _ in $(seq 600); do
        if url=$(grep -som1 'http://127[^ ]*' "$work/$name.err"); then
            machine=$(pgrep -P "$instance") # QEMU or the process: lingpack has no other child
            return 0
        fi
        kill -0 $instance 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/$name.err" >&2
    return 1
}
# stop_instance: an orderly end; sets $report. False: it did not end as an interrupted instance does.
stop_instance() {
    local status=0
    kill -INT "$instance"
    wait "$instance" || status=$?
    report=$(tail -1 "$work/$name.out")
    [ "$status" -eq 130 ] && [ "$(of_report reason)" = interrupted ]
}
of_report() { jq -r ".$1" <<<"$report" 2>/dev/null; }
on_targets() { # the targets that work here
    echo linux
    echo qemu
    if tools/kvm-works; then echo kvm; fi
}
failed=0
# verdict STATUS TEXT: a line of TAP
verdict() {
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2"
        failed=1
    fi
}
