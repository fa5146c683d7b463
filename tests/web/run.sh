#!/bin/bash
# A real browser (headless Chromium) opens a page of an instance on each target that works here: style sheet, picture, 60
# requests on at most six kept connections, a POST of 300,000 bytes, a request whose handler crashes. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/stress/lib.sh
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
build/lingpack build tests/web/browser.erl -o "$work/browser.img" >/dev/null || exit 1
wanted='right 60; connections kept; echo true; crash 500; missing 404; after 42; picture 40; style rgb(1, 2, 3)'

# The page as it is when the browser has nothing left to do
page() { # URL
    timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$profile" --virtual-time-budget=20000 --dump-dom "$1" \
        2>"$work/chromium.err"
}

for on in $(on_targets); do
    start_instance "browser-$on" "$work/browser.img" --on "$on" --requests infinity || exit 1
    got=$(page "$url" | grep -o '<p id="result">[^<]*' | cut -d'>' -f2)
    [ "$got" = "$wanted" ]
    verdict $? "a browser on $on: ${got:-no page}"
    stop_instance
    verdict $? "a browser on $on: the instance was still alive, after $(of_report requests) requests"
done
exit $failed
