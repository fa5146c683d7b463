#!/bin/sh
# Installs the Debian packages of mk/packages.txt that are missing. Usage: tools/deps.sh SECTION…   (build run test)
set -eu
cd "$(dirname "$0")/.."
missing=
for section in "$@"; do
    for package in $(awk -v s="$section" '$1 == s { print $2 }' mk/packages.txt); do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "deps: these Debian packages are missing and neither root nor sudo is at hand to install them:$missing" >&2
    exit 1
fi
apt_install() {
    # shellcheck disable=SC2086 # the list is words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
}
# A package list of today may be missing (fresh machine) or old: install, and update only when that fails.
apt_install 2>/dev/null || { $as_root apt-get update -q >&2 && apt_install; }
