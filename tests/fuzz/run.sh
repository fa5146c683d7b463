#!/bin/sh
# Fuzzing with fixed seeds: every tests/fuzz/fuzz_*.c under the sanitizers, ROUNDS (20000) rounds each; and differential.sh. TAP.
# libFuzzer builds of the same files, without an end: see their headers.
set -u
cd "$(dirname "$0")/../.." || exit
rounds=${1:-20000}
mkdir -p build/fuzz
build/lingpack build examples/hello -o build/fuzz/seed.img >build/fuzz/seed.log 2>&1 || {
    cat build/fuzz/seed.log
    exit 1
}
n=0
status=0
for source in tests/fuzz/fuzz_*.c; do
    n=$((n + 1))
    name=$(basename "$source" .c)
    if timeout 60 "build/fuzz/$name" "$rounds" >"build/fuzz/$name.log" 2>&1; then
        echo "ok $n - $(tail -1 "build/fuzz/$name.log" | sed 's/^ok - //')"
    else
        echo "not ok $n - $name ended with status $? (124: took too long)"
        status=1
        head -40 "build/fuzz/$name.log" | sed 's/^/# /'
    fi
done
n=$((n + 1))
tests/fuzz/differential.sh | sed "s/^ok -/ok $n -/; s/^not ok -/not ok $n -/" >build/fuzz/differential.tap
cat build/fuzz/differential.tap
! grep -q '^not ok' build/fuzz/differential.tap || status=1
echo "1..$n"
exit $status
