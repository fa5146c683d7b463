#!/bin/sh
# All static checks: layers, formatting, shell scripts, tables, whitespace. Usage: tools/lint.sh
set -u
cd "$(dirname "$0")/.." || exit
mkdir -p build
fail=0
check() {
    what=$1
    shift
    if "$@" >build/lint.out 2>&1; then
        echo "lint: $what: ok"
    else
        echo "lint: $what: FAILED"
        sed 's/^/    /' build/lint.out | head -40
        fail=1
    fi
}
c_files() { git ls-files '*.c' '*.h'; }
shell_files() { git ls-files '*.sh' .ci/run tools/fetch-lwip tools/kvm-works; }
format() { c_files | xargs clang-format --dry-run -Werror; }
shells() { shell_files | xargs shellcheck; }
whitespace() { ! git ls-files -- '*.c' '*.h' '*.inc' '*.S' '*.erl' '*.sh' '*.md' '*.mk' '*.tab' | xargs grep -nE '[[:space:]]+$'; }
todos() { ! git ls-files 'vm/*' 'kernel/*' 'compiler/*' 'stdlib/*' | xargs grep -nwE 'TODO|FIXME|XXX'; }
file_length() {
    c_files | xargs wc -l | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines (800 is the limit)"; bad = 1 } END { exit bad }'
}
check "layers and cycles" tools/lint-layers.sh
check "warnings of clang" make --no-print-directory -j2 -k lint-clang
check "formatting (clang-format)" format
check "shell scripts (shellcheck)" shells
check "trailing whitespace" whitespace
check "no TODO" todos
check "file length" file_length
check "tables" tools/lint-tables.sh
exit $fail
