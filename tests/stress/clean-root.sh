#!/bin/bash
# The two commands of the README on a fresh Debian 12: debootstrap a minimal root with git, make and apt only, clone this
# repository into it and run them there. Needs root. Usage: tests/stress/clean-root.sh [TARGET…]   (default: demo test)
set -eu
cd "$(dirname "$0")/../.."
root=${CLEAN_ROOT:-build/clean-root}
base=$root.tar
mirror=${MIRROR:-http://deb.debian.org/debian}
[ $# -gt 0 ] || set -- demo test
if [ ! -f "$base" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" "$mirror"
    # the mirror settings of this machine, as a user's own machine has them
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
    tar -C "$root" -cf "$base" .
fi
umount -q "$root/proc" "$root/dev/kvm" "$root/dev/null" 2>/dev/null || true
rm -rf --one-file-system "$root"
mkdir -p "$root"
tar -C "$root" -xf "$base"
git clone -q . "$root/ling"
mount -t proc proc "$root/proc"
trap 'umount -q "$root/dev/kvm" "$root/proc" 2>/dev/null || true' EXIT
if [ -e /dev/kvm ]; then
    touch "$root/dev/kvm"
    mount --bind /dev/kvm "$root/dev/kvm"
fi
for target in "$@"; do
    echo "== make $target in a clean Debian 12 root"
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb make -C /ling "$target"
done
