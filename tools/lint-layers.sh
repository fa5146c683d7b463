#!/bin/sh
# Fails on an include or a call that points up (mk/layers.txt), and on include cycles. Calls are read from the symbol
# tables of the objects in build/obj/guest, when they are there. Usage: tools/lint-layers.sh
set -eu
cd "$(dirname "$0")/.."
fail=0

# -- includes: "file layer-tree layer included-path"
includes=$(find vm kernel compiler -name '*.[chS]' -o -name '*.inc' | sort | xargs grep -Hn '^ *# *include "' |
    sed 's/^\([^:]*\):\([0-9]*\): *# *include "\([^"]*\)".*/\1 \2 \3/')
echo "$includes" | awk '
    FILENAME == "mk/layers.txt" {
        if ($0 ~ /^#/) next
        tree = $1; sub(":", "", tree)
        if (tree ~ /->/ || tree == "upcalls") { for (i = 2; i <= NF; i++) extra[tree, $i] = 1; next }
        for (i = 2; i <= NF; i++) rank[tree, $i] = i
        next
    }
    {
        split($1, part, "/"); tree = part[1]; layer = part[2]
        n = split($3, inc, "/"); to_tree = tree; to_layer = layer
        if ($3 == "plat.h") { to_tree = "kernel"; to_layer = "include" }
        else if ((tree, inc[1]) in rank) to_layer = inc[1]
        else if (tree == "compiler" && ("vm", inc[1]) in rank) { to_tree = "vm"; to_layer = inc[1] }
        else if (n == 1) next                       # same folder, or generated
        if (tree == to_tree) bad = rank[tree, to_layer] > rank[tree, layer]
        else if (to_tree == "kernel") bad = to_layer != "include"
        else bad = !((tree "->" to_tree, to_layer) in extra)
        if (bad) { printf "%s:%s: %s/%s may not include %s\n", $1, $2, tree, layer, $3; status = 1 }
    }
    END { exit status }' mk/layers.txt - || fail=1

# -- cycles among headers (any folder)
echo "$includes" | awk '$1 ~ /\.h$/ { from = $1; sub(/^(vm|compiler|kernel)\//, "", from); print from, $3 }' |
    tsort >/dev/null 2>build/lint-cycles.txt || { echo "include cycle:"; cat build/lint-cycles.txt; fail=1; }

# -- calls between layers of vm
if [ -d build/obj/guest/vm ]; then
    find build/obj/guest/vm -name '*.o' | sort | xargs nm -A --defined-only -g 2>/dev/null |
        awk '{ sub(/:.*/, "", $1); print "D", $1, $NF }' >build/lint-symbols.txt
    find build/obj/guest/vm -name '*.o' | sort | xargs nm -A -u 2>/dev/null |
        awk '{ sub(/:.*/, "", $1); print "U", $1, $NF }' >>build/lint-symbols.txt
    awk '
        FILENAME == "mk/layers.txt" {
            if ($1 == "vm:") for (i = 2; i <= NF; i++) rank[$i] = i
            if ($1 == "upcalls:") for (i = 2; i <= NF; i++) up[$i] = 1
            next
        }
        { split($2, p, "/"); layer = p[5]; if (p[4] != "vm") layer = p[5] }
        $1 == "D" { where[$3] = layer; file[$3] = $2; next }
        ($3 in where) && !($3 in up) && rank[where[$3]] > rank[layer] {
            printf "%s (%s) calls %s of the layer %s above it\n", $2, layer, $3, where[$3]; status = 1
        }
        END { exit status }' mk/layers.txt build/lint-symbols.txt || fail=1
fi
exit $fail
