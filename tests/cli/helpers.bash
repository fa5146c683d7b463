# Shared by the tests of the command line.
# shellcheck shell=bash disable=SC2034,SC2154
lingpack=${LINGPACK:-$BATS_TEST_DIRNAME/../../build/lingpack}
linux=${lingpack%/*}/ling-linux
examples=$BATS_TEST_DIRNAME/../../examples

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    pid=
}
teardown() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
}

# start words…: lingpack run in the background; its URL in $url, its process in $pid, output in out, err
start() {
    rm -f out err # else the URL of an earlier run could be read
    "$lingpack" run "$@" -p 0:80 --timeout 60s >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 600); do
        url=$(grep -om1 'http://127[^ ]*' err) && return 0
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    cat out err
    return 1
}
# finish STATUS: wait for it; it must end with this status
finish() {
    local status=0
    wait "$pid" || status=$?
    pid=
    cat out err
    [ "$status" -eq "$1" ]
}
get() { curl -sS --max-time 20 "$@"; }
says() { [[ "$output" == *"$1"* ]] || {
    echo "missing: $1"
    echo "$output"
    return 1
}; }
# module NAME <<< source
module() { { echo "-module($1)."; cat; } >"$1.erl"; }
