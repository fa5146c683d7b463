#!/bin/sh
# Runs sections of the test suite, each a command that prints TAP, and counts. Exit status 1 when anything failed.
# Usage: tools/run-tests.sh [SECTION…]      sections: lint unit fuzz conformance asan gcstress cli http boot
#        xen-dom0 xen-short xen-kernel xen (instances, everything)
set -u
cd "$(dirname "$0")/.." || exit
logs=build/test-logs
mkdir -p $logs
passed=0
failed=0
skipped=0

unit() {
    for t in tests/unit/test_*.c; do
        name=$(basename "$t" .c)
        CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "build/unit/$name" 2>&1 || echo "not ok - $name ended with status $?"
    done
}
# Under a real Xen in QEMU, prepared by the first that needs it
xen() {
    tools/xen/prepare.py build/xen && make -s build/boot/guest-xen.elf build/boot/disk-xen.elf && "$@"
}
section_command() {
    case $1 in
    lint) tools/lint.sh | sed 's/^lint: \(.*\): ok$/ok - lint \1/; s/^lint: \(.*\): FAILED$/not ok - lint \1/' ;;
    unit) unit ;;
    fuzz) tests/fuzz/run.sh ;;
    conformance) tests/erl/run.sh build ;;
    asan) tests/erl/run.sh build/asan ;;
    gcstress) tests/erl/run.sh build/gcstress ;;
    cli) bats --tap tests/cli ;;
    http) tests/http/run.sh ;;
    boot) tests/boot/run.sh ;;
    xen-dom0) xen tests/xen/dom0.py ;;
    xen-kernel) xen tests/xen/kernel.py ;;
    xen-short) xen tests/xen/run.py --short ;;
    xen) xen tests/xen/run.py ;;
    *)
        echo "run-tests: unknown section '$1'" >&2
        exit 2
        ;;
    esac
}

[ $# -gt 0 ] || set -- lint unit fuzz conformance asan gcstress cli http boot xen-dom0 xen-short
for section in "$@"; do
    echo "== $section"
    log=$logs/$section.tap
    start=$(date +%s)
    if ! section_command "$section" >"$log" 2>&1 && ! grep -q '^not ok' "$log"; then
        echo "not ok - $section: the section itself ended with an error" >>"$log"
    fi
    s=$(grep -ciE '^ok .*# skip' "$log")
    p=$(($(grep -c '^ok ' "$log") - s))
    f=$(grep -c '^not ok' "$log")
    if [ $((p + f + s)) -eq 0 ]; then
        f=1
        echo "not ok - $section ran no test" >>"$log"
    fi
    grep -iE '^ok .*# skip' "$log" | sed 's/^/   /'
    [ "$f" -eq 0 ] || sed 's/^/   /' "$log" | grep -vE '^   ok ' | head -200
    echo "   $section: $p passed, $f failed, $s skipped ($(($(date +%s) - start)) s)"
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
