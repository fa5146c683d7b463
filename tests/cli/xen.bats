#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# lingpack run --on xen and lingpack export, with a stand-in for xl: what it is told, and what becomes of it when things
# go wrong. tests/xen has the real one.
bats_require_minimum_version 1.5.0
load helpers

# setup_xl: an xl on PATH that keeps what it is given in $PWD/xl (calls, config, kernel) and plays $XL_DOES
setup_xl() {
    mkdir bin xl
    cat >bin/xl <<'XL'
#!/bin/bash
echo "$*" >>xl/calls
report() { printf '\036{"ling":1,"status":%s,"reason":"%s","requests":%s}\n' "$@"; }
ended() { echo "Domain 7 has shut down, reason code $1 0x$1" >&2; }
stays() { until [ -e xl/destroyed ]; do sleep 0.02; done; }
[ "$XL_HANGS" != "$1" ] || exec sleep 300
[ "$XL_FAILS" != "$1" ] || exit 1
case $1 in
create)
    cp "${*: -1}" xl/config
    cp "$(sed -n 's/^kernel *= "\(.*\)"/\1/p' xl/config)" xl/kernel
    case $XL_DOES in
    noxen | refuse)
        echo "libxl: error: out of luck" >&2
        exit 1
        ;;
    mute) exit 4 ;;
    fault) kill -SEGV $$ ;;
    slow) exec sleep 60 ;;
    half)
        touch xl/named
        exec sleep 60
        ;;
    esac
    touch xl/named
    echo "Waiting for domain x (domid 7) to die [pid 1]" >&2
    case $XL_DOES in
    script)
        echo "hello from a domain"
        ended 0
        sleep 0.3 # what its console still holds
        report 7 halt 0
        ;;
    crash) ended 3 ;;
    panic)
        report 70 panic 0
        ended 3
        ;;
    silent)
        echo "libxl: error: hotplug script failed" >&2
        ended 0
        ;;
    served | holds)
        printf '\036{"ling":1,"event":"listening","ip":"10.9.8.7","port":80}\n'
        report 0 served 1
        ended 0
        ;;
    service)
        printf '\036{"ling":1,"event":"listening","ip":"10.9.8.7","port":80}\n'
        until [ -e xl/stopped ] || [ -e xl/destroyed ]; do sleep 0.02; done
        [ ! -e xl/stopped ] || report 143 terminated 2
        ended 0
        ;;
    sequence)
        printf '\036{"a":1}\n'
        sleep 0.2
        printf '\036{"b":2}\n'
        report 3 halt 0
        ended 0
        ;;
    dies)
        sleep 0.2
        kill -KILL $$
        ;;
    quits) exit 3 ;;
    deaf | undying) printf '\036{"ling":1,"event":"listening","ip":"10.9.8.7","port":80}\n' ;;
    esac
    stays
    if [ "$XL_DOES" = holds ]; then
        sleep 300 &
        echo $! >xl/holder
    fi
    touch xl/left
    ;;
domid) [ -e xl/named ] && echo 7 ;;
shutdown) [ "$XL_DOES" = deaf ] || touch xl/stopped ;;
destroy)
    [ "$XL_DOES" != undying ] || exit 1
    rm -f xl/named
    touch xl/destroyed
    until [ -z "$XL_AWAITS" ] || [ -e "$XL_AWAITS" ]; do sleep 0.02; done
    ;;
info) [ "$XL_DOES" != noxen ] ;;
esac
XL
    chmod +x bin/xl
    PATH=$PWD/bin:$PATH
    "$lingpack" build "$examples/hello" -o hello.img
}
calls() { cut -d' ' -f1 xl/calls | tr '\n' ' '; }
# start_xen words…: in the background, until it listens
start_xen() {
    "$lingpack" run hello.img --on xen "$@" >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 600); do
        ! grep -q 'listening on' err || return 0
        sleep 0.05
    done
    cat out err
    return 1
}

@test "xen: a script: its output, its status, nothing left" {
    module seven <<<'-export([main/1]). main(_) -> halt(7).'
    setup_xl
    export XL_DOES=script TMPDIR=$PWD/tmp
    mkdir tmp
    run --separate-stderr "$lingpack" run seven.erl --on xen
    [ "$status" -eq 7 ]
    [ "$output" = "hello from a domain" ]
    [[ "$stderr" == *"running as a PVH guest of Xen (domain ling-seven-"* ]]
    [ "$(calls)" = "domid create destroy " ]
    grep -Eq '^domid ling-seven-[0-9]+$' xl/calls
    grep -qx 'destroy 7' xl/calls
    ! grep -q vif xl/config # a script has no network
    [ -z "$(ls tmp)" ]
}

@test "xen: --json: the report is the last line of stdout" {
    setup_xl
    XL_DOES=served run --separate-stderr "$lingpack" run hello.img --on xen --json
    [ "$status" -eq 0 ]
    [ "$(tail -n 1 <<<"$output" | jq -r .reason)" = served ]
    [[ "$stderr" == *"listening on http://10.9.8.7:80/"* ]]
}

@test "xen: JSON lines of the program's own are its output" {
    setup_xl
    XL_DOES=sequence "$lingpack" run hello.img --on xen >out 2>err || [ $? -eq 3 ]
    cmp out <(printf '\036{"a":1}\n\036{"b":2}\n')
    XL_DOES=sequence "$lingpack" run hello.img --on xen --json >out 2>err || [ $? -eq 3 ]
    [ "$(tail -n 1 out | jq .status)" -eq 3 ]
}

@test "xen: what the domain's configuration says" {
    setup_xl
    XL_DOES=served run "$lingpack" run hello.img --on xen -- one 'two "words"'
    [ "$status" -eq 0 ]
    grep -q '^type *= "pvh"$' xl/config
    grep -q '^memory *= 32$' xl/config
    grep -q '^vcpus *= 1$' xl/config
    grep -q '^vif *= \[ "" \]$' xl/config
    grep -q '^on_crash *= "preserve"$' xl/config
    grep -q '^cmdline *= "ling.port=80 ling.requests=1 ling.arg=one ling.arg=two%20%22words%22"$' xl/config
    "$lingpack" build "$examples/hello" --target xen -o xen.img
    cmp xen.img xl/kernel # the same program behind the other kernel
    rm xl/destroyed
    XL_DOES=served run "$lingpack" run xen.img --on xen --xen-type pv --name web --bridge br1 --ip 10.0.0.7/24,10.0.0.1 \
        -m 17M -p 0:8080 --requests infinity --timeout 9s --env 'A=b c"\'
    [ "$status" -eq 0 ]
    grep -q '^name *= "web"$' xl/config
    grep -q '^type *= "pv"$' xl/config
    grep -q '^memory *= 17$' xl/config
    grep -q '^vif *= \[ "bridge=br1" \]$' xl/config
    grep -q '^cmdline *= "ling.ip=10.0.0.7/24,10.0.0.1 ling.port=8080 ling.requests=infinity ling.timeout_ms=9000 ling.env=A=b%20c%22%5C"$' xl/config
}

@test "xen: an image for Xen runs on the other targets, too" {
    "$lingpack" build "$examples/hello" --target xen -o xen.img
    for on in qemu linux; do
        start xen.img --on $on
        [ "$(get "${url}x")" = "<h1>/x</h1>" ]
        finish 0
    done
}

@test "xen: no xl; not root; no Xen; xl refuses: each says what is needed" {
    setup_xl
    mv bin/xl xl.away
    if ! command -v xl /usr/sbin/xl >/dev/null; then
        run "$lingpack" run hello.img --on xen
        [ "$status" -eq 1 ]
        says "xl, Xen's tool, is not installed"
    fi
    mv xl.away bin/xl
    XL_DOES=noxen run "$lingpack" run hello.img --on xen
    [ "$status" -eq 1 ]
    if [ "$(id -u)" -eq 0 ]; then
        says "Xen does not answer"
        chmod -R a+rwX . && cp "$(dirname "$lingpack")/"{lingpack,ling-xen.elf} .
        if setpriv --reuid 65534 test -x "$PWD/lingpack"; then
            XL_DOES=noxen run setpriv --reuid 65534 env -u LING_HOME "$PWD/lingpack" run hello.img --on xen
            says "needs root"
        fi
    else
        says "needs root"
    fi
    says "out of luck"
    : >xl/calls
    XL_DOES=refuse run "$lingpack" run hello.img --on xen --name taken
    [ "$status" -eq 1 ]
    says "could not create the domain"
    says "out of luck"
    says "(it exited with 1):"
    [ "$(calls)" = "domid create info " ] # xl removes what it made
}

@test "xen: xl fails without a word, dies of a signal, has been heard with -v: no colon before nothing" {
    setup_xl
    XL_DOES=mute run "$lingpack" run hello.img --on xen
    [ "$status" -eq 1 ]
    [[ "$output" == *"xl could not create the domain (it exited with 4)" ]]
    XL_DOES=fault run "$lingpack" run hello.img --on xen
    [ "$status" -eq 1 ]
    [[ "$output" == *"xl could not create the domain (it was killed by signal 11)" ]]
    XL_DOES=refuse run "$lingpack" run hello.img --on xen -v
    says "out of luck"
    [[ "$output" == *"xl could not create the domain (it exited with 1)" ]]
}

@test "xen: the domain crashes, with a report and without; it ends without a word" {
    setup_xl
    XL_DOES=crash run "$lingpack" run hello.img --on xen
    [ "$status" -eq 70 ]
    says "the domain crashed without a report"
    XL_DOES=panic run "$lingpack" run hello.img --on xen
    [ "$status" -eq 70 ]
    says "ended: panic"
    XL_DOES=silent run "$lingpack" run hello.img --on xen
    [ "$status" -eq 70 ]
    says "the domain ended without a report"
    says "hotplug script failed" # it may be why
    [ "$(calls)" = "domid create destroy domid create destroy domid create destroy " ]
}

@test "xen: Ctrl-C and SIGTERM are xl shutdown; the second one destroys" {
    setup_xl
    export XL_DOES=service
    start_xen --requests infinity --json
    kill -INT "$pid"
    finish 130
    [ "$(tail -n 1 out | jq -r '[.reason, .requests] | join(" ")')" = "terminated 2" ]
    [ "$(calls)" = "domid create shutdown destroy " ]
    rm xl/*
    start_xen
    kill -TERM "$pid"
    finish 143
    [ "$(calls)" = "domid create shutdown destroy " ]
    rm xl/*
    export XL_DOES=deaf
    start_xen
    kill -INT "$pid"
    for _ in $(seq 200); do [[ "$(calls)" == *shutdown* ]] && break; sleep 0.05; done
    kill -INT "$pid"
    finish 130
    [ "$(calls)" = "domid create shutdown destroy " ]
}

@test "xen: Ctrl-C while the domain is being created" {
    setup_xl
    XL_DOES=slow "$lingpack" run hello.img --on xen >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 200); do [ ! -e xl/kernel ] || break; sleep 0.05; done
    kill -INT "$pid"
    finish 130
    [ "$(calls)" = "domid create domid " ] # nothing had been made
    rm xl/*
    XL_DOES=half "$lingpack" run hello.img --on xen >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 200); do [ ! -e xl/named ] || break; sleep 0.05; done
    kill -INT "$pid"
    finish 130
    [ "$(calls)" = "domid create domid destroy " ]
    grep -qx 'destroy 7' xl/calls
}

@test "xen: a domain of that name is left alone" {
    setup_xl
    touch xl/named
    XL_DOES=served run "$lingpack" run hello.img --on xen --name web
    [ "$status" -eq 1 ]
    says "a domain web already exists"
    [ "$(calls)" = "domid " ]
    rm xl/*
    XL_DOES=served run "$lingpack" run hello.img --on xen --name web
    [ "$status" -eq 0 ]
    ! grep -q '^destroy web' xl/calls
}

@test "xen: a domain that xl does not remove is said" {
    setup_xl
    export XL_DOES=undying
    start_xen --name zombie
    kill -INT "$pid"
    for _ in $(seq 200); do [[ "$(calls)" == *shutdown* ]] && break; sleep 0.05; done
    kill -INT "$pid"
    finish 130
    grep "xl did not remove the domain zombie" err
}

@test "xen: xl destroy hangs, xl shutdown hangs: lingpack does not" {
    setup_xl
    XL_DOES=served XL_HANGS=destroy run timeout 60 "$lingpack" run hello.img --on xen --name zombie
    [ "$status" -eq 0 ]
    says "xl did not remove the domain zombie (number 7)"
    rm xl/*
    export XL_DOES=deaf XL_HANGS=shutdown
    start_xen
    kill -INT "$pid"
    for _ in $(seq 200); do [[ "$(calls)" == *shutdown* ]] && break; sleep 0.05; done
    touch xl/destroyed # by somebody else
    finish 130
}

@test "xen: SIGQUIT is SIGTERM; a signal while xl is asked what was wrong" {
    setup_xl
    export TMPDIR=$PWD/tmp
    mkdir tmp
    XL_DOES=service env --default-signal=QUIT "$lingpack" run hello.img --on xen >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 600); do ! grep -q 'listening on' err || break; sleep 0.05; done
    kill -QUIT "$pid"
    finish 143
    [ "$(calls)" = "domid create shutdown destroy " ]
    [ -z "$(ls tmp)" ]
    rm xl/*
    XL_DOES=refuse XL_HANGS=info "$lingpack" run hello.img --on xen >out 2>err 3>&- </dev/null &
    pid=$!
    for _ in $(seq 200); do [[ "$(calls)" == *info* ]] && break; sleep 0.05; done
    kill -TERM "$pid"
    finish 143
    [ -z "$(ls tmp)" ]
}

@test "xen: a signal while the domain is removed changes nothing" {
    setup_xl
    export XL_DOES=served XL_AWAITS=xl/go TMPDIR=$PWD/tmp
    mkdir tmp
    start_xen
    for _ in $(seq 200); do [ ! -e xl/left ] || break; sleep 0.05; done
    kill -INT "$pid"
    kill -HUP "$pid"
    sleep 0.2
    touch xl/go
    finish 0
    grep "served 1 request" err
    [ -z "$(ls tmp)" ]
}

@test "xen: Ctrl-C when all has ended but somebody holds the console" {
    setup_xl
    export XL_DOES=holds
    start_xen
    for _ in $(seq 200); do [ -e xl/left ] && [ -z "$(cat "/proc/$pid/task/$pid/children")" ] && break; sleep 0.05; done
    kill -0 "$pid"
    kill -INT "$pid"
    finish 0
    kill "$(cat xl/holder)"
    grep "served 1 request" err
}

@test "xen: xl is killed, or ends before the domain: the domain is removed, or said to be left" {
    setup_xl
    XL_DOES=dies run "$lingpack" run hello.img --on xen
    [ "$status" -eq 70 ]
    says "xl was killed (signal 9)"
    [ "$(calls)" = "domid create destroy " ]
    rm xl/*
    XL_DOES=dies XL_FAILS=destroy run "$lingpack" run hello.img --on xen --name zombie
    [ "$status" -eq 70 ]
    says "xl did not remove the domain zombie"
    rm xl/*
    XL_DOES=quits run "$lingpack" run hello.img --on xen
    [ "$status" -eq 70 ]
    says "xl ended (exit status 3) before the domain"
}

@test "xen: wrong command lines are refused with status 2" {
    for words in "--ip 10.0.0.1" "--ip 10.0.0/24" "--ip 10.0.0.1/33" "--ip 10.0.0.1/24," "--ip 10.0.0.1/24,x" "--ip 10.0.0.1/24,1.2.3.4x" \
        "--bridge a,b" "--bridge seventeen-letters" "--name 12" "--name a/b" "--xen-type hvm" "-p 80" "-p 81:80"; do
        # shellcheck disable=SC2086
        run "$lingpack" run x.img --on xen $words
        [ "$status" -eq 2 ] || { echo "$words: $status"; false; }
    done
    run "$lingpack" run x.img --on qemu --ip 10.0.0.1/24
    [ "$status" -eq 2 ]
    says "it goes with --on xen"
    run "$lingpack" run x.img --xl f
    [ "$status" -eq 2 ]
    run "$lingpack" build x.erl --target moon
    [ "$status" -eq 2 ]
}

@test "xen: addresses: what no guest could live with is refused, and why is said" {
    refused() { # address, what is wanted
        run "$lingpack" export "$examples/hello" --xl - --ip "$1"
        [ "$status" -eq 2 ] || { echo "$1: $status"; false; }
        says "--ip needs $2"
    }
    for form in '10.0.0.1/ 8' $'10.0.0.1/\n8' 10.0.0.1/+8 ' 10.0.0.1/8' 10.0.0.1/8x 10.0.0.1/ 10.0.0.1/008 10.0.0.1/8, /8 \
        10.0.0.1/8,10.0.0.2, 10.0.0.1/8,1.2.3 256.0.0.1/8 10.0.0.0.1/8 '10.0.0.1/24 ,10.0.0.2'; do
        refused "$form" ADDRESS/BITS
    done
    for bits in 0 33 99; do refused 10.0.0.1/$bits "1 to 32 bits"; done
    for ip in 0.0.0.0 0.1.2.3 127.0.0.1 224.0.0.5 255.255.255.255 10.0.0.0 10.0.0.255; do
        refused $ip/24 "a host's address"
    done
    refused 10.0.0.1/24,10.9.0.1 "a gateway inside the address's network"
    refused 10.0.0.1/24,10.0.0.1 "a gateway that is another host"
    refused 10.0.0.1/24,10.0.0.255 "a gateway with a host's address"
    refused 10.0.0.1/32,127.0.0.1 "a gateway with a host's address"
    "$lingpack" build "$examples/hello" --target xen -o xen.img
    for ip in 10.0.0.255/16,10.0.1.0 10.0.0.0/31,10.0.0.1 10.0.0.1/32 10.0.0.1/32,192.168.7.1 223.255.255.254/1; do
        "$lingpack" export xen.img --xl - --ip $ip | grep -q "ling.ip=$ip "
    done
}

@test "xen: arguments longer than a PV guest takes" {
    setup_xl
    long=$(printf '%2000s' x)
    run "$lingpack" run hello.img --on xen --xen-type pv -- "${long// /y}"
    [ "$status" -eq 1 ]
    says "a PV guest takes 1023: try --xen-type pvh"
    run "$lingpack" run hello.img --on xen --xen-type pv -- "$long" # three bytes a space
    [ "$status" -eq 1 ]
    [[ "$output" == *"a PV guest takes 1023" ]] # a PVH guest would not take it either
    XL_DOES=served run "$lingpack" run hello.img --on xen -- "${long// /y}"
    [ "$status" -eq 0 ]
}

@test "export: the configuration, the image for it; an image for Xen stays where it is" {
    setup_xl
    run "$lingpack" export hello.img --xl out/hello.cfg --requests infinity
    [ "$status" -eq 0 ]
    says "xl create out/hello.cfg"
    "$lingpack" build "$examples/hello" --target xen -o xen.img
    cmp xen.img out/hello.xen.img
    grep -q "^kernel *= \"$(realpath out/hello.xen.img)\"\$" out/hello.cfg
    grep -q '^name *= "hello"$' out/hello.cfg
    grep -q '^on_poweroff *= "destroy"$' out/hello.cfg
    grep -q '^# *xl create out/hello.cfg ' out/hello.cfg
    run --separate-stderr "$lingpack" export xen.img --xl - --xen-type pv
    [ "$status" -eq 0 ]
    [[ "$output" == *"kernel      = \"$(realpath xen.img)\""* ]]
    [ ! -e xl/calls ]
    run "$lingpack" export "$examples/hello" --xl src.cfg -o "an \"image\".img"
    [ "$status" -eq 0 ]
    grep -q 'kernel *= ".*/an \\"image\\".img"$' src.cfg
    cmp xen.img 'an "image".img'
}

@test "export: errors" {
    "$lingpack" build "$examples/hello" -o hello.img
    run "$lingpack" export hello.img
    [ "$status" -eq 2 ]
    says "--xl FILE"
    run "$lingpack" export --xl f
    [ "$status" -eq 2 ]
    run "$lingpack" export hello.img --xl -
    [ "$status" -eq 1 ]
    says "with -o"
    run "$lingpack" export nothing.img --xl f
    [ "$status" -eq 1 ]
    says "nothing.img: No such file"
    run "$lingpack" export hello.img --xl hello.img/f
    [ "$status" -eq 1 ]
    says "can't write hello.img/f"
    mkdir dir
    run "$lingpack" export hello.img --xl dir
    [ "$status" -eq 1 ]
    says "can't write"
    run "$lingpack" export hello.img --xl f -m 4M
    [ "$status" -eq 1 ]
    says "can't hold this image"
    [ ! -e f ]
    cp "$(dirname "$lingpack")/lingpack" .
    run env -u LING_HOME ./lingpack export hello.img --xl f
    [ "$status" -eq 1 ]
    says "can't read the kernel"
    run "$lingpack" export --help
    [ "$status" -eq 0 ]
    says "examples:"
}

@test "export: nothing that is given or made is overwritten" {
    "$lingpack" build "$examples/hello" -o hello.img
    cp "$examples/hello/hello.erl" .
    ln hello.img other.img
    ln -s . here
    sha256sum hello.img hello.erl >sums
    refused() { # words, what would be lost
        run "$lingpack" export $1
        [ "$status" -eq 1 ]
        says "would overwrite $2"
        sha256sum -c sums
    }
    refused "hello.img --xl hello.img" hello.img
    refused "hello.img --xl here/other.img" here/other.img
    refused "hello.erl --xl ./hello.erl" ./hello.erl
    refused "hello.erl --xl a.cfg -o hello.erl" hello.erl
    refused "hello.img --xl a.cfg -o a.cfg" a.cfg
    refused "hello.img --xl new/./a.cfg -o ./here/new//a.cfg" new/./a.cfg
    refused "hello.img --xl new/a.cfg -o gone/../new/a.cfg" new/a.cfg
    [ ! -e a.cfg ]
    [ ! -e new ]
}

@test "export: one that fails leaves nothing" {
    "$lingpack" build "$examples/hello" -o hello.img
    mkdir out tmp out/taken.cfg
    export TMPDIR=$PWD/tmp
    long=$(printf '%2000s' x)
    fails() { # what is said, words
        run "$lingpack" export "${@:2}"
        [ "$status" -eq 1 ]
        says "$1"
        [ "$(ls out tmp)" = $'out:\ntaken.cfg\n\ntmp:' ]
    }
    fails "can't hold this image" hello.img --xl out/a.cfg -m 4M
    fails "a PV guest takes 1023" hello.img --xl out/a.cfg --xen-type pv -- "$long"
    fails "takes no path with a control character" hello.img --xl out/a.cfg -o $'out/a\nb'
    fails "takes no path with a control character" hello.img --xl $'out/a\nvcpus=9'
    cp hello.img $'a\nvcpus=9'
    fails "takes no path with a control character" $'a\nvcpus=9' --xl out/a.cfg
    fails "can't write out/taken.cfg" hello.img --xl out/taken.cfg
    fails "can't write hello.img/a.img" hello.img --xl out/a.cfg -o hello.img/a.img
    fails "fails.erl" fails.erl --xl out/a.cfg
    echo old >out/old.img # it is replaced only as a whole, and stays when it can't be
    run "$lingpack" export hello.img --xl out/a.cfg -o out/old.img -m 4M
    [ "$status" -eq 1 ]
    [ "$(cat out/old.img)" = old ]
    cp hello.img a.xen.img
    run "$lingpack" export a.xen.img --xl a.cfg
    [ "$status" -eq 1 ]
    says "the image for Xen would overwrite a.xen.img"
    cmp hello.img a.xen.img
}

@test "export: an image for Xen is copied when -o says so" {
    "$lingpack" build "$examples/hello" --target xen -o xen.img
    run "$lingpack" export xen.img --xl x.cfg -o copy.img
    [ "$status" -eq 0 ]
    says "wrote the image $PWD/copy.img"
    cmp xen.img copy.img
    grep -q "^kernel *= \"$PWD/copy.img\"\$" x.cfg
    "$lingpack" export xen.img --xl /dev/null -o /dev/null
    [ -c /dev/null ]
}

@test "xen: a damaged image is not handed on" {
    for target in qemu xen; do
        "$lingpack" build "$examples/hello" --target $target -o bent.img
        printf XXXX | dd of=bent.img bs=1 seek=$(($(stat -c %s bent.img) - 100)) conv=notrunc 2>/dev/null
        for words in "" "-o copy.img"; do
            # shellcheck disable=SC2086
            run "$lingpack" export bent.img --xl x.cfg $words
            [ "$status" -eq 1 ]
            says "bent.img: damaged"
            [ "$(ls)" = bent.img ]
        done
    done
    setup_xl
    "$lingpack" build "$examples/hello" -o bent.img
    printf XXXX | dd of=bent.img bs=1 seek=$(($(stat -c %s bent.img) - 100)) conv=notrunc 2>/dev/null
    XL_DOES=served run "$lingpack" run bent.img --on xen
    [ "$status" -eq 1 ]
    says "bent.img: damaged"
}

@test "export: the domain's name is one that xl takes" {
    "$lingpack" build "$examples/hello" --target xen -o x.img
    while read -r file name; do
        cp x.img "./$file"
        "$lingpack" export "./$file" --xl - | grep -q "^name *= \"$name\"\$"
    done <<'NAMES'
日本.img ling-------
-x.img ling--x
_x.img ling-_x
12.img ling-12
a.b.img a-b
NAMES
}

@test "export: the commands it prints can be pasted" {
    "$lingpack" build "$examples/hello" --target xen -o x.img
    xl() { [ -s "${!#}" ] && taken=${!#}; }
    for file in a.cfg "s p/it's x.cfg" '$(date).cfg' '"q" \ `w` *.cfg' ~a; do
        run "$lingpack" export x.img --xl "$file"
        [ "$status" -eq 0 ]
        said=${output##*'start it with `'}
        taken=
        eval "${said%'`'}"
        [ "$taken" = "$file" ]
        taken=
        eval "$(sed -n 's/^# *\(xl create .*[^ ]\)  *starts it.*/\1/p' "$file")"
        [ "$taken" = "$file" ]
    done
    run "$lingpack" export x.img --xl=-x.cfg
    says "\`xl create ./-x.cfg\`"
    run "$lingpack" export x.img --xl -
    says "xl create FILE "
}

@test "build: --target xen takes no other kernel with --vm" {
    vm=$(dirname "$lingpack")
    run "$lingpack" build "$examples/hello" --target xen --vm "$vm/ling-virtio.elf" -o a.img
    [ "$status" -eq 1 ]
    says "ling-virtio.elf is no kernel for Xen"
    [ ! -e a.img ]
    "$lingpack" build "$examples/hello" --target xen --vm "$vm/ling-xen.elf" -o a.img
    "$lingpack" build "$examples/hello" --target xen -o b.img
    cmp a.img b.img
}
