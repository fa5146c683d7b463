#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# lingpack run: words, targets, endings.
bats_require_minimum_version 1.5.0
load helpers

@test "run: --help names every option" {
    run "$lingpack" run --help
    [ "$status" -eq 0 ]
    for option in --on -p --requests --timeout -m --body-limit --env --entry --json -v --xen-type --bridge --ip --name; do says "$option"; done
}

@test "run: wrong command lines are refused with status 2" {
    for words in "" "a b" "x --on moon" "x -p" "x -p 70000" "x -p 80:0" "x -p a:b" "x --requests 0" "x --requests many" \
        "x --timeout soon" "x --timeout 0s" "x -m much" "x -m 32" "x -m 1K" "x --body-limit 9G" "x --env K" "x --env =V" "x --what"; do
        # shellcheck disable=SC2086
        run "$lingpack" run $words
        [ "$status" -eq 2 ] || { echo "$words: $status"; false; }
        says "lingpack run --help"
    done
}

@test "run: options that pack go with a source" {
    "$lingpack" build "$examples/hello" -o hello.img
    for option in --entry --keep; do
        run "$lingpack" run hello.img $option hello --timeout 5s
        [ "$status" -eq 2 ]
        says "$option is for a source; hello.img is packed already"
        run "$lingpack" run nothing.img $option hello
        says "nothing.img: No such file"
        run "$lingpack" export hello.img --xl a.cfg $option hello
        [ "$status" -eq 2 ]
    done
    [ ! -e a.cfg ]
}

@test "run: -m says what it takes" {
    for size in 16777216 1T 3M much; do
        run "$lingpack" run x.img -m $size
        [ "$status" -eq 2 ]
        says "needs a number with K, M or G, at least 4M, not $size"
    done
}

@test "run: a file that is missing or no image" {
    run "$lingpack" run nothing.img
    [ "$status" -eq 1 ]
    says "nothing.img: No such file"
    echo text >text.img
    run "$lingpack" run text.img
    [ "$status" -eq 1 ]
    says "not an image of lingpack"
    run "$lingpack" run /bin/true
    [ "$status" -eq 1 ]
    says "not an image of lingpack"
}

@test "run: a truncated image" {
    "$lingpack" build "$examples/hello" -o hello.img
    for keep in 40 100 1000 700000 $(($(stat -c %s hello.img) - 1)); do
        head -c "$keep" hello.img >cut.img
        run "$lingpack" run cut.img --on linux
        [ "$status" -eq 1 ] || { echo "$keep: $status"; false; }
        [[ "$output" == *"truncated"* || "$output" == *"not an image"* ]]
    done
}

# patched OFFSET BYTES: patched.img is hello.img with these bytes at this offset of its payload
patched() {
    local at
    cp hello.img patched.img
    at=$(LC_ALL=C grep -abo LINGIMG1 hello.img | tail -1 | cut -d: -f1)
    # shellcheck disable=SC2059
    printf "$2" | dd of=patched.img bs=1 seek=$((at + $1)) conv=notrunc 2>/dev/null
}

@test "run, inspect: an image of an older format" {
    "$lingpack" build "$examples/hello" -o hello.img
    patched 8 '\0'
    for verb in run inspect; do
        run "$lingpack" $verb patched.img
        [ "$status" -eq 1 ]
        says "made by another version of lingpack: build it again"
    done
    run "$linux" patched.img
    [ "$status" -eq 65 ]
    says "made by another version of lingpack"
}

@test "run: an image for another build of the VM" {
    "$lingpack" build "$examples/hello" -o hello.img
    patched 24 'otherVM!'
    for on in linux qemu; do
        run "$lingpack" run patched.img --on $on -p 0
        [ "$status" -eq 65 ]
        says "packed for another build of the VM: build it again"
    done
    run "$lingpack" inspect patched.img
    [ "$status" -eq 1 ]
    says "its digest is not that of its contents"
}

@test "ling-linux: no image, truncated and foreign images" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$linux"
    [ "$status" -ne 0 ]
    says "usage: ling-linux IMAGE"
    run "$linux" nothing.img
    [ "$status" -eq 1 ]
    says "nothing.img: No such file or directory"
    for foreign in /bin/true "$BATS_TEST_FILENAME" "$linux"; do
        run "$linux" "$foreign"
        [ "$status" -eq 1 ]
        says "not made by lingpack build"
    done
    for keep in 0 64 1000 700000 $(($(stat -c %s hello.img) - 1)); do
        head -c "$keep" hello.img >cut.img
        run "$linux" cut.img
        [ "$status" -eq 1 ] || { echo "$keep: $status"; false; }
        says "cut.img: "
    done
    says "truncated image: build or copy it again"
}

@test "run: a machine too small for the image, and for its program" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$lingpack" run hello.img --on qemu -m 4M -p 0
    [ "$status" -eq 1 ]
    says "4M of memory can't hold this image: give the machine at least -m"
    module big <<<'-export([main/1]). main(_) -> length(lists:seq(1, 100000000)).'
    run "$lingpack" run big.erl --on qemu -m 16M --timeout 60s
    [ "$status" -eq 1 ]
    says "killed: out of memory"
}

@test "run: no memory in a machine: the process dies, the instance reports and lives on" {
    module big <<<'-export([handle/1]). handle(#{path := <<"/big">>}) -> {200, #{}, integer_to_list(length(lists:seq(1, 100000000)))}; handle(_) -> {200, #{}, "fine"}.'
    start big.erl --on qemu -m 16M --requests 2
    [ "$(get -o page -w '%{http_code}' "${url}big")" = 500 ]
    [ "$(get "$url")" = fine ]
    finish 0
    grep "killed: out of memory" out
    grep "served 2 requests" err
}

@test "run: QEMU is missing" {
    LING_QEMU=qemu-that-is-not-here run "$lingpack" run "$examples/hello"
    [ "$status" -eq 1 ]
    says "install the package qemu-system-x86"
}

@test "run: /dev/kvm is there but unusable: TCG, and it says so" {
    export LING_KVM=/dev/null
    run "$lingpack" run "$examples/hello" --on kvm
    [ "$status" -eq 1 ]
    says "KVM does not work here"
    start "$examples/hello"
    grep "QEMU with TCG (KVM does not work here: can't create a virtual machine" err
    [ "$(get "${url}x")" = "<h1>/x</h1>" ]
    finish 0
}

@test "run: QEMU does not start with KVM: TCG, and it says so" {
    [ -e /dev/kvm ] && "$BATS_TEST_DIRNAME/../../tools/kvm-works" || skip "KVM does not work here"
    printf '#!/bin/sh\ncase "$*" in *"-accel kvm"*) echo "no KVM today" >&2; exit 1 ;; esac\nexec qemu-system-x86_64 "$@"\n' >qemu
    chmod +x qemu
    LING_QEMU=$PWD/qemu start "$examples/hello"
    grep "QEMU with TCG (QEMU did not start with KVM: no KVM today)" err
    get "${url}x"
    finish 0
}

@test "run: QEMU refuses to start" {
    printf '#!/bin/sh\necho "bad machine" >&2\nexit 1\n' >qemu
    chmod +x qemu
    LING_QEMU=$PWD/qemu run "$lingpack" run "$examples/hello" --on qemu -p 0
    [ "$status" -ne 0 ]
    says "bad machine"
    says "without a report"
}

@test "run: the port is in use" {
    start "$examples/hello" --on linux
    port=${url%/}
    port=${port##*:}
    run "$lingpack" run "$examples/hello" --on linux -p "$port"
    [ "$status" -eq 1 ]
    says "port $port is in use"
    get "$url" >/dev/null
    finish 0
}

@test "run: a service in QEMU (TCG)" {
    start "$examples/hello" --on qemu -m 16M
    [ "$(get "${url}World")" = "<h1>/World</h1>" ]
    finish 0
    grep "served 1 request" err
}

@test "run: hello is at most 1.5 MB and serves its page in 16 MB of memory, with and without KVM" {
    "$lingpack" build "$examples/hello" -o hello.img
    [ "$(stat -c %s hello.img)" -le 1572864 ]
    for on in qemu kvm; do
        [ $on = qemu ] || "$BATS_TEST_DIRNAME/../../tools/kvm-works" || continue
        start hello.img --on $on -m 16M --json
        run get "$url"
        says "<h1>/</h1>"
        finish 0
        run tail -n 1 out
        says '"reason":"served"'
        [[ "$output" =~ \"total\":([0-9]+),.*\"peak\":([0-9]+) ]]
        [ "${BASH_REMATCH[1]}" -le $((16 << 20)) ]
        [ "${BASH_REMATCH[2]}" -gt 0 ]
        [ "${BASH_REMATCH[2]}" -le 1000000 ] # bytes of the arena
    done
}

@test "run: without our firmware QEMU's own starts the image" {
    mkdir bin
    cp "$(dirname "$lingpack")/lingpack" bin/
    "$lingpack" build "$examples/hello" -o hello.img
    lingpack=$PWD/bin/lingpack
    start hello.img --on qemu -v
    run get "$url"
    says "<h1>/</h1>"
    finish 0
    run cat err
    [[ "$output" != *"-bios"* ]]
    says "; peak "
    says " KB"
}

@test "run: a service as a Linux process, several requests" {
    start "$examples/hello" --on linux --requests 3
    for path in a b c; do [ "$(get "$url$path")" = "<h1>/$path</h1>" ]; done
    finish 0
    grep "served 3 requests" err
}

@test "run: a crash gives 500 and a report; the instance lives on" {
    module bad <<<'-export([handle/1]). handle(#{path := <<"/">>}) -> error(oops); handle(_) -> {200, #{}, "fine"}.'
    start bad.erl --on linux --requests 2
    [ "$(get -o page -w '%{http_code}' "$url")" = 500 ]
    [ "$(get "${url}x")" = fine ]
    finish 0
    grep oops out
}

@test "run: start/1 gets the arguments; what it returns matters" {
    module svc <<<'-export([start/1, handle/1]).
start(["crash"]) -> error(no_way);
start(["odd"]) -> odd;
start(Args) -> persistent_term:put(args, Args), ok.
handle(_) -> {200, #{}, lists:join("+", persistent_term:get(args))}.'
    "$lingpack" build svc.erl -o svc.img
    "$lingpack" run svc.img --on linux -p 0 --timeout 60s -- one "two words" >out 2>err 3>&- &
    pid=$!
    for _ in $(seq 100); do url=$(grep -om1 'http://127[^ ]*' err) && break; sleep 0.05; done
    [ "$(get "$url")" = "one+two words" ]
    finish 0
    run "$lingpack" run svc.img --on linux -p 0 -- crash
    [ "$status" -eq 1 ]
    says "svc: exception error: no_way"
    run "$lingpack" run svc.img --on linux -p 0 -- odd
    [ "$status" -eq 1 ]
    says "svc: start/1 returned odd"
}

@test "run: --json gives the report as the last line of stdout" {
    start "$examples/hello" --on linux --json
    get "$url" >/dev/null
    finish 0
    [ "$(tail -1 out | jq -r '[.ling, .status, .reason, .requests] | join(" ")')" = "1 0 served 1" ]
    tail -1 out | jq -e '.phases_us.create < 0 and .phases_us.entry >= 0 and .phases_us.response >= .phases_us.request and .memory.peak > 0'
}

@test "run: a signal while a program is compiled leaves nothing behind" {
    export TMPDIR=$PWD/tmp
    mkdir tmp ebin
    module slow <<'ERL'
-compile({parse_transform, wait}).
-export([main/1]).
main(_) -> ok.
ERL
    module wait <<<'-export([parse_transform/2]). parse_transform(F, _) -> file:write_file(os:getenv("STARTED"), ""), timer:sleep(300000), F.'
    erlc -o ebin wait.erl
    export ERL_FLAGS="-pa $PWD/ebin" STARTED=$PWD/started
    for words in "INT 130" "TERM 143" "HUP 129" "QUIT 131"; do
        rm -f started
        env --default-signal=INT,QUIT bash -c 'ulimit -c 0; exec "$0" run slow.erl' "$lingpack" >out 2>err 3>&- </dev/null &
        pid=$!
        for _ in $(seq 600); do [ ! -e started ] || break; sleep 0.05; done
        [ "$(ls tmp | wc -l)" -eq 2 ]
        kill -s "${words% *}" "$pid"
        finish "${words#* }"
        [ -z "$(ls tmp)" ]
    done
}

@test "run: a report or output that can't be written is an error" {
    module out <<<'-export([main/1]). main([W | N]) -> io:put_chars(W), halt(length(N)).'
    "$lingpack" build out.erl -o out.img
    status=0
    "$lingpack" run out.img --on linux --json -- "" >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
    grep "can't write to standard output: No space left" err
    status=0
    "$lingpack" run out.img --on qemu -- text >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
    grep "can't write to standard output" err
    status=0
    "$lingpack" run out.img --on qemu --json -- text 1 2 3 >/dev/full 2>err || status=$?
    [ "$status" -eq 3 ]
}

@test "run: JSON lines of the program's own are its output" {
    # The last one looks like a report: where reports come by a way of their own it is output, too.
    module seq <<'ERL'
-export([main/1]).
main(More) -> io:put_chars(["a\n\36{\"a\":1}\n\36{\"status\":9}\n" | [["\36{\"ling\":1}\n"] || _ <- More]]), halt(3).
ERL
    "$lingpack" build seq.erl -o seq.img
    printf 'a\n\036{"a":1}\n\036{"status":9}\n' >want
    for on in linux qemu; do
        "$lingpack" run seq.img --on $on >out || [ $? -eq 3 ]
        cmp out want
        "$lingpack" run seq.img --on $on --json >out || [ $? -eq 3 ]
        head -n -1 out | cmp - want
        [ "$(tail -n 1 out | jq .status)" -eq 3 ]
    done
    printf '\036{"ling":1}\n' >>want
    "$lingpack" run seq.img --on linux --json -- more >out || [ $? -eq 3 ]
    head -n -1 out | cmp - want
}

@test "run: script: arguments, standard input and output, status" {
    run "$lingpack" run "$examples/script" -- Ann -p <<<$'one\ntwo'
    [ "$status" -eq 0 ]
    says "hello, Ann"
    says "hello, -p"
    says "   2  two"
    run "$lingpack" run "$examples/script" -- --fail </dev/null
    [ "$status" -eq 3 ]
}

@test "run: script: an uncaught exception ends with status 127 and a report in escript's words" {
    module oops <<<'-export([main/1]).
main(["match"]) -> {ok, _} = list_to_tuple([error, why]);
main(["throw"]) -> throw(ball);
main(["exit"]) -> exit(bye).'
    "$lingpack" build oops.erl -o oops.img
    run -127 "$lingpack" run oops.img -- match
    says "exception error: no match of right hand side value {error,why}"
    says "in function  oops:main/1 (oops.erl, line 3)"
    run -127 "$lingpack" run oops.img -- throw
    says "exception throw: ball"
    run -127 "$lingpack" run oops.img -- exit
    says "exception exit: bye"
    run -127 "$lingpack" run oops.img -- other
    says 'no function clause matching oops:main(["other"])'
}

@test "run: --env, halt/1 with a large status, on each target" {
    module env <<<'-export([main/1]). main(_) -> io:format("~ts~n", [os:getenv("K")]), halt(200).'
    "$lingpack" build env.erl -o env.img
    for on in linux qemu; do
        run "$lingpack" run env.img --on $on --env "K=a b=ü%20" --timeout 60s
        [ "$status" -eq 200 ] || { echo "$on: $status $output"; false; }
        says "a b=ü%20"
    done
}

@test "run: script in QEMU reads our standard input to its end: a file, a pipe, every byte" {
    module sum <<<'-export([main/1]). main(_) -> io:format("~p", [count(0, 0)]).
count(N, Sum) -> case io:get_chars("", 500) of eof -> {N, Sum}; S -> count(N + length(S), Sum + lists:sum(S)) end.'
    "$lingpack" build sum.erl -o sum.img
    awk 'BEGIN { for (i = 0; i < 3000; i++) printf "%c%c%c\n", 16, 1 + i % 126, 16 }' >bytes
    run --separate-stderr "$lingpack" run sum.img --on linux <bytes
    on_linux=$output
    [[ "$on_linux" == "{12000,"* ]]
    run --separate-stderr "$lingpack" run sum.img --on qemu --timeout 60s <bytes
    [ "$status" -eq 0 ]
    [ "$output" = "$on_linux" ]
    [ "$(tail -n +1 bytes | "$lingpack" run sum.img --on qemu --timeout 60s 2>/dev/null)" = "$on_linux" ]
    run "$lingpack" run sum.img --on qemu --timeout 60s </dev/null
    says "{0,0}"
}

@test "run: --timeout ends with status 124" {
    module forever <<<'-export([main/1]). main(["sleep"]) -> timer:sleep(60000); main(_) -> main([]).'
    "$lingpack" build forever.erl -o forever.img
    run "$lingpack" run forever.img --timeout 300ms -- sleep
    [ "$status" -eq 124 ]
    says timeout
    run "$lingpack" run forever.img --timeout 300ms -- busy
    [ "$status" -eq 124 ]
}

@test "run: Ctrl-C ends with status 130, SIGTERM with 143, and a report; requests in flight are answered" {
    module slow <<<'-export([handle/1]). handle(#{path := <<"/slow">>}) -> timer:sleep(1500), {200, #{}, "slow"}; handle(_) -> {200, #{}, "fast"}.'
    "$lingpack" build slow.erl -o slow.img
    for on in linux qemu; do
        start slow.img --on $on --requests infinity --json
        [ "$(get "$url")" = fast ]
        get "${url}slow" >page &
        client=$!
        sleep 0.5
        kill -INT "$pid"
        finish 130
        wait $client
        [ "$(cat page)" = slow ]
        [ "$(tail -1 out | jq -r '[.status, .reason, .requests] | join(" ")')" = "130 interrupted 2" ]
        start slow.img --on $on --json
        kill -TERM "$pid"
        finish 143
        [ "$(tail -1 out | jq -r '[.status, .reason] | join(" ")')" = "143 terminated" ]
    done
}

@test "run: a second Ctrl-C does not wait" {
    module slow <<<'-export([handle/1]). handle(_) -> timer:sleep(30000), {200, #{}, "slow"}.'
    "$lingpack" build slow.erl -o slow.img
    for on in linux qemu; do
        start slow.img --on $on
        get "$url" >/dev/null 2>&1 &
        sleep 0.5
        SECONDS=0
        kill -INT "$pid"
        sleep 0.2
        kill -INT "$pid"
        finish 130
        [ $SECONDS -lt 4 ]
    done
}

@test "run: no memory: the process dies, the instance reports and lives on" {
    module big <<<'-export([handle/1]). handle(#{path := <<"/big">>}) -> {200, #{}, integer_to_list(length(lists:seq(1, 100000000)))}; handle(_) -> {200, #{}, "fine"}.'
    start big.erl --on linux -m 16M --requests 2
    [ "$(get -o page -w '%{http_code}' "${url}big")" = 500 ]
    [ "$(get "$url")" = fine ]
    finish 0
    grep -i memory out
}

@test "run: a source that does not compile" {
    module broken <<<'-export([main/1]). main(_) -> X.'
    run "$lingpack" run broken.erl
    [ "$status" -eq 1 ]
    says "variable 'X' is unbound"
}

@test "lingpack: standard streams that are closed" {
    module quiet <<<'-export([main/1]). main(_) -> halt(9).'
    "$lingpack" build quiet.erl -o quiet.img
    mkdir tmp
    export TMPDIR=$PWD/tmp
    for on in linux qemu; do
        for streams in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
            run bash -c "'$lingpack' run quiet.erl --on $on $streams 3>&-"
            [ "$status" -eq 9 ] || { echo "$on $streams: $status"; false; }
        done
    done
    for words in 'build quiet.erl -o a.img' 'inspect quiet.img' 'export quiet.img --xl a.cfg'; do
        run bash -c "'$lingpack' $words <&- >&- 2>&- 3>&-"
        [ "$status" -eq 0 ]
    done
    cmp quiet.img a.img
    grep -q '^kernel ' a.cfg
    [ -z "$(ls tmp)" ]
}

@test "lingpack: standard output that takes nothing" {
    module quiet <<<'-export([main/1]). main(_) -> ok.'
    "$lingpack" build quiet.erl -o quiet.img
    for words in --help --version "run --help" "build quiet.erl -o b.img" "inspect quiet.img" "inspect quiet.img --json" \
        "inspect quiet.img --code quiet" "export quiet.img --xl - -o a.img"; do
        run bash -c "'$lingpack' $words >/dev/full"
        [ "$status" -eq 1 ] || { echo "$words: $status"; false; }
        [ "$output" = "lingpack: error: can't write standard output: No space left on device" ]
    done
    [ ! -e a.img ]
}
