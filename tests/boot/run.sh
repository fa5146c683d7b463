#!/bin/bash
# Boots tests/boot/guest.c on every target and accelerator and checks what it does. Prints TAP.
# Usage: tests/boot/run.sh [linux] [tcg] [kvm]
set -u
cd "$(dirname "$0")/../.." || exit 1
make -s build/boot/guest-virtio.elf build/boot/guest-linux || exit 1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
elf=$dir/guest.img big=$dir/big.img
tests/boot/add-payload.py build/boot/guest-virtio.elf "$elf" 20000
tests/boot/add-payload.py build/boot/guest-virtio.elf "$big" 6000000
address=ling.ip=10.0.2.15/24,10.0.2.2
out=$dir/out
n=0
failed=0

# Status of the instance, whatever ran it; what it wrote is in $out.
instance() { # TARGET WORDS [QEMU ARGS]
    local target=$1 words=$2 status
    shift 2
    if [ "$target" = linux ]; then
        # shellcheck disable=SC2086 # words are words
        timeout 30 build/boot/guest-linux "${IMAGE:-$elf}" $words "ling.mem=${MEM:-32}M" ling.report_fd=3 >"$out" 2>&1 3>&1
        return
    fi
    timeout 30 tests/boot/qemu "${IMAGE:-$elf}" "$target" "$words" "$@" >"$out" 2>&1
    status=$?
    [ $((status % 2)) -eq 1 ] || return 255 # not by the exit device
    return $((status / 2))
}

verdict() { # OK? NAME
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$out" | head -20
        failed=1
    fi
}

# expect NAME TARGET STATUS PATTERN WORDS [QEMU ARGS]: that status, and a line that matches
expect() {
    local name=$1 target=$2 want=$3 pattern=$4 words=$5 got
    shift 5
    instance "$target" "$words" "$@" </dev/null
    got=$?
    [ $got -eq "$want" ] || echo "status $got, not $want" >>"$out"
    [ $got -eq "$want" ] && grep -qaE "$pattern" "$out"
    verdict $? "$target: $name"
}

common() { # what holds on every target
    local t=$1
    expect "says hello" "$t" 0 "^hello from" "t.mode=hello $address"
    expect "exit status" "$t" 42 "^hello from" "t.mode=hello t.status=42 $address"
    expect "memory is zeroed and all there" "$t" 0 "bad 0" "t.mode=memory $address"
    expect "2000 lines in order" "$t" 0 "^line 1999 of 2000" "t.mode=lines t.n=2000 $address"
    [ "$(grep -c '^line .* of 2000' "$out")" -eq 2000 ]
    verdict $? "$t: none lost"
    expect "clocks run and never go back" "$t" 0 "back 0, 20 x 5 ms took 1[0-9]{5} us" "t.mode=clock ling.clock=1795298611000000000"
    expect "randomness" "$t" 0 "status 0 0 0, same 0" "t.mode=rng $address"
    for fault in null text rodata payload exec overflow ud privileged wild; do
        expect "$fault is a fault, status 70" "$t" 70 '"reason":"fault"' "t.mode=$fault $address"
    done
    expect "null + 4095 is a fault" "$t" 70 '"reason":"fault"' "t.mode=null t.n=4092 $address"
}

console_input() {
    { sleep 0.5; printf 'first\n'; sleep 0.2; printf 'last!\n'; sleep 1; } | instance "$1" "t.mode=cat $address"
    grep -qa '^first' "$out" && grep -qa '^last!' "$out"
    verdict $? "$1: console input"
}

# network TARGET WORDS LABEL CHECKS...: all checks against one instance that then quits
network() {
    local t=$1 words=$2 label=$3 check pid port
    shift 3
    port=$(tools/free_ports.py)
    if [ "$t" = linux ]; then words+=" t.n=$port"; fi
    PORT=$port instance "$t" "t.mode=echo $words" </dev/null &
    pid=$!
    for check in "$@"; do
        # shellcheck disable=SC2086 # name and parameter
        timeout 40 tests/boot/netcheck.py "$port" $check >"$out.check" 2>&1
        local s=$?
        [ $s -eq 0 ] || cat "$out.check" >>"$out"
        verdict $s "$t, $label: $check"
    done
    timeout 10 tests/boot/netcheck.py "$port" quit >/dev/null 2>&1
    wait $pid
    verdict $? "$t, $label: ends with status 0"
}
everything=("echo 3000000" "latency 200" "many 200" "serial 200" "flood 2000000" "slow 2000000" reset "client_reset 3" half_close)

machine() { # what holds on machines only
    local t=$1 mem s ticks
    for mem in 16 32 64 512; do
        MEM=$mem expect "$mem MB of memory" "$t" 0 "bad 0" "t.mode=memory $address"
    done
    MEM=3500 expect "3500 MB of memory" "$t" 0 "^hello.* 30[0-9]{5} of 35[0-9]{5} KiB" "t.mode=hello $address"
    IMAGE=$big expect "a payload of 6 MB" "$t" 0 "arena: 2[0-9] MiB.*bad 0" "t.mode=memory $address"
    MEM=8 IMAGE=$big expect "too little memory is said" "$t" 70 "panic" "t.mode=hello $address"
    expect "time of day from the command line" "$t" 0 "^wall: [1-9][0-9]{8}" "t.mode=hello ling.clock=1795298611000000000"
    expect "a bad address is said" "$t" 70 "panic: ling.ip" "t.mode=hello ling.ip=10.0.2.15"
    NET=none expect "no network card is said" "$t" 2 "no network" "t.mode=echo"
    CONSOLE=serial expect "serial console" "$t" 0 "^hello from" "t.mode=hello $address"
    instance "$t" "t.mode=sleep t.n=6000 $address" -pidfile "$dir/pid" </dev/null &
    sleep 2
    s=$(cat "$dir/pid")
    ticks=$(cpu_ticks "$s")
    sleep 3
    ticks=$(($(cpu_ticks "$s") - ticks))
    wait $!
    echo "ticks: $ticks" >>"$out"
    [ $ticks -le 2 ]
    verdict $? "$t: asleep for 3 s, $ticks ticks of CPU"
}
cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }

process_images() { # what a damaged file does to the process target
    head -c 1000 "$elf" >"$dir/short.img"
    head -c $(($(stat -c %s "$elf") - 100)) "$elf" >"$dir/cut.img"
    IMAGE=$dir/short.img expect "a truncated image is refused" linux 1 "short.img: no payload|short.img: .*truncated" ""
    IMAGE=$dir/cut.img expect "an image without its end is refused" linux 1 "cut.img: truncated" ""
    IMAGE=/bin/sh expect "a foreign ELF is refused" linux 1 "/bin/sh: no payload" ""
    IMAGE=/etc/passwd expect "a foreign file is refused" linux 1 "/etc/passwd: not a Ling image" ""
    IMAGE=$dir/none expect "a missing file is refused" linux 1 "No such file" ""
    expect "a forbidden system call is a fault" linux 70 "forbidden system call 2" "t.mode=syscall"
    expect "nonsense for ling.mem is refused" linux 1 "ling.mem: not a number" "ling.mem=abc"
}

[ $# -gt 0 ] || set -- linux tcg kvm
for t in "$@"; do
    if [ "$t" = kvm ] && ! tools/kvm-works; then
        n=$((n + 1))
        echo "ok $n - kvm # SKIP /dev/kvm does not work here"
        continue
    fi
    common "$t"
    console_input "$t"
    if [ "$t" = linux ]; then
        process_images
        network "$t" "" sockets "${everything[@]}"
    else
        machine "$t"
        network "$t" "$address" "static address" "${everything[@]}"
        network "$t" "" DHCP "echo 100000" "serial 20"
    fi
done
echo "1..$n"
exit $failed
