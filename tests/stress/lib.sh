# Shared by the stress scripts: start an instance in the background, wait for its URL, end it.
# shellcheck shell=bash disable=SC2034
work=build/stress
mkdir -p "$work"

# start_instance NAME lingpack-run-arguments…: sets $instance (pid of lingpack) and $url
start_instance() {
    local name=$1
    shift
    build/lingpack run "$@" -p 0:80 --json >"$work/$name.out" 2>"$work/$name.err" &
    instance=$!
    url=
    for _ in $(seq 600); do
        url=$(grep -om1 'http://127[^ ]*' "$work/$name.err") && return 0
        kill -0 $instance 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/$name.err" >&2
    return 1
}
# the machine itself: QEMU or the Linux VM, the child of lingpack
machine_pid() { pgrep -P "$instance" | head -1; }
stop_instance() {
    kill -INT "$instance"
    wait "$instance"
}
on_targets() { # the targets that work here
    echo linux
    echo qemu
    tools/kvm-works && echo kvm
}
