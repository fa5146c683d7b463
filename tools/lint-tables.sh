#!/bin/sh
# Tables: what is generated from them and kept in the tree (docs/gen) is up to date, and docs/gen/untested.md lists the
# built-in functions that no conformance program or unit test names. Usage: tools/lint-tables.sh [--write]
set -eu
cd "$(dirname "$0")/.."
out=docs/gen/untested.md
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
{
    echo "# Built-in functions without a test that names them"
    echo
    for tab in vm/bif/tab/*.tab; do
        module=$(sed -n 's/^module *//p' "$tab" | head -1)
        awk 'NF >= 3 && $1 !~ /^#/ && $1 != "module" { print $1 }' "$tab" | while read -r mfa; do
            name=${mfa%/*}
            name=$(echo "$name" | tr -d "'")
            grep -qwF -- "$name" tests/erl/*.erl tests/unit/*.c 2>/dev/null || echo "- $module:$mfa"
        done
    done | sort -u
} >"$tmp"
if [ "${1:-}" = --write ]; then
    cp "$tmp" "$out"
    exit 0
fi
cmp -s "$tmp" "$out" || {
    echo "$out is out of date: run tools/lint-tables.sh --write and commit it"
    diff "$out" "$tmp" | head -20
    exit 1
}
