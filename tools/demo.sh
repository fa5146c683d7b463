#!/bin/sh
# make demo: pack examples/hello, boot it in QEMU, fetch its page, show the page and how the instance died.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "packing examples/hello"
build/lingpack build examples/hello
say "booting it"
build/lingpack run build/hello.img -p 0:80 --timeout 60s 2>"$log" &
instance=$!
i=0
until url=$(grep -om1 'http://[^ ]*' "$log"); do
    i=$((i + 1))
    if [ $i -gt 600 ] || ! kill -0 $instance 2>/dev/null; then
        cat "$log"
        echo "demo: the instance did not come up" >&2
        exit 1
    fi
    sleep 0.05
done
cat "$log"
shown=$(wc -l <"$log")
say "curl ${url}World"
curl -sS --max-time 20 "${url}World"
echo
status=0
wait $instance || status=$?
say "how it died (exit status $status)"
tail -n +$((shown + 1)) "$log"
exit $status
