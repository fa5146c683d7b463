#!/bin/bash
# make bench: ratios from one run. Boot: `lingpack run` to the last byte of the page against a bare QEMU guest that exits at
# once. Sizes: image bytes, peak guest memory. Compute: programs on the Linux target against erl (JIT).
# Usage: tests/bench/run.sh [boot|size|compute]…      RUNS=9 by default
set -u
cd "$(dirname "$0")/../.." || exit
runs=${RUNS:-9}
work=build/bench
mkdir -p $work
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# ms from exec to exit of a bare guest: the same machine without devices, with QEMU's own firmware and the options that
# start fastest. Timed by the program that times lingpack.
qemu_bare() { # ACCEL [OPTION…]
    local accel=tcg,tb-size=8 cpu=qemu64
    [ "$1" = kvm ] && accel=kvm cpu=qemu64,-sse3
    shift
    $work/firstpage --bare qemu-system-x86_64 \
        -M microvm,pic=off,pit=off,rtc=off,isa-serial=off,acpi=off,auto-kernel-cmdline=off,x-option-roms=off \
        -accel $accel -cpu $cpu -m 32 -nodefaults -no-user-config -display none -no-reboot \
        -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel $work/bare.elf "$@"
}

boot() {
    gcc -O2 -Wall -o $work/firstpage tests/bench/firstpage.c
    gcc -m32 -nostdlib -static -no-pie -Wl,-Ttext=0x100000 -Wl,--entry=entry -Wl,--build-id=none -o $work/bare.elf tests/bench/bare.S
    build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
    for accel in qemu kvm; do
        local name=tcg
        [ $accel = kvm ] && name=kvm
        if [ $name = kvm ] && ! tools/kvm-works; then
            echo "boot, kvm: skipped, /dev/kvm does not work here"
            continue
        fi
        : >$work/bare.txt
        : >$work/rom.txt
        : >$work/page.txt
        for _ in $(seq "$runs"); do # in pairs, so that noise hits both
            qemu_bare $name >>$work/bare.txt || exit 1
            qemu_bare $name -bios build/ling-rom.bin >>$work/rom.txt || exit 1
            $work/firstpage build/lingpack run $work/hello.img --on $accel -p 0:80 >>$work/page.txt || exit 1
        done
        local bare page end
        bare=$(median <$work/bare.txt)
        page=$(cut -d' ' -f1 $work/page.txt | median)
        end=$(cut -d' ' -f2 $work/page.txt | median)
        echo "boot, $name: bare guest $bare ms (with our firmware $(median <$work/rom.txt)); lingpack run to page $page ms ($(ratio "$page" "$bare") x), to exit $end ms (medians of $runs)"
    done
    : >$work/page.txt
    for _ in $(seq "$runs"); do $work/firstpage build/lingpack run $work/hello.img --on linux -p 0:80 >>$work/page.txt || exit 1; done
    echo "boot, linux process: to page $(cut -d' ' -f1 $work/page.txt | median) ms"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

size() {
    build/lingpack build examples/hello -o $work/hello.img >/dev/null || exit 1
    echo "image: $(stat -c %s $work/hello.img) bytes ($(ratio "$(stat -c %s $work/hello.img)" 1048576) MiB)"
    $work/firstpage build/lingpack run $work/hello.img --on qemu -m 16M --json -p 0:80 >/dev/null && echo "serves its page in 16 MiB: yes"
    build/lingpack run $work/hello.img --on qemu -m 16M --json -p 0:80 2>$work/err.txt >$work/report.json &
    local pid=$! url=
    for _ in $(seq 400); do
        url=$(grep -om1 'http://127[^ ]*' $work/err.txt) && break
        sleep 0.05
    done
    curl -s -o /dev/null "$url"
    wait $pid
    echo "peak of the arena: $(grep -ho '"peak":[0-9]*' $work/report.json $work/err.txt | head -1 | cut -d: -f2) bytes"
}

# Each program: main([N]) works and prints "<ms> <checksum>".
compute() {
    local product=1 count=0
    printf '%-14s %10s %10s %8s\n' program erl/ms ling/ms ratio
    for source in tests/bench/compute/*.erl; do
        local name
        name=$(basename "$source" .erl)
        erlc -o $work "$source" || exit 1
        build/lingpack build $work/"$name".beam -o $work/"$name".img >/dev/null || exit 1
        : >$work/erl.txt
        : >$work/ling.txt
        for _ in $(seq 5); do
            erl -noshell -pa $work -eval "$name:main([]), halt(0)." >>$work/erl.txt
            build/lingpack run $work/"$name".img --on linux -m 512M >>$work/ling.txt || exit 1
        done
        if [ "$(cut -d' ' -f2 $work/erl.txt $work/ling.txt | sort -u | wc -l)" != 1 ]; then
            echo "$name: results differ"
            exit 1
        fi
        local e l
        e=$(cut -d' ' -f1 $work/erl.txt | median)
        l=$(cut -d' ' -f1 $work/ling.txt | median)
        printf '%-14s %10s %10s %8s\n' "$name" "$e" "$l" "$(ratio "$l" "$e")"
        product=$(awk -v p="$product" -v e="$e" -v l="$l" 'BEGIN { print p * l / e }')
        count=$((count + 1))
    done
    awk -v p="$product" -v n=$count 'BEGIN { printf "compute, geomean of %d: %.2f x the time of erl (JIT)\n", n, p ^ (1 / n) }'
}

[ $# -gt 0 ] || set -- boot size compute
for part in "$@"; do $part; done
