#!/usr/bin/env python3
"""prepare.py DIR: a real Xen for the tests, from Debian's packages: DIR/xen, DIR/vmlinux, DIR/dom0.cpio, and a snapshot
of the machine with dom0 ready (DIR/ram, DIR/devices). Does only what is missing. Packages are downloaded and unpacked, not
installed."""
import glob
import lzma
import os
import re
import shutil
import subprocess
import sys

import xenbox

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = """xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils busybox-static libgcc-s1 libc6
liblzma5 zlib1g libzstd1 libuuid1 libyajl2 libtinfo6 libncurses6 libxentoolcore1 libxentoollog1 libxencall1
libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenstore4 libxenmisc4.17""".split()
MODULES = """xenfs xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xen-netback bridge virtio_pci virtio_net
virtio_blk""".split()
TOOLS = "xl xenstored xenconsoled xen-init-dom0 libxl-save-helper".split()


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def fetch(debs):
    """The dom0 kernel is Debian's plain one; the "cloud" one can't be a dom0."""
    kernel = re.search(r"Depends: (linux-image-\S+-amd64)", output("apt-cache", "depends", "linux-image-amd64"))
    if not kernel:
        sys.exit("prepare: apt knows no linux-image-amd64; run apt-get update")
    os.makedirs(debs, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", kernel[1]] + PACKAGES, cwd=debs, check=True, stdout=subprocess.DEVNULL)


def unpack(debs, root):
    for deb in sorted(glob.glob(f"{debs}/*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, root], check=True)


def one(pattern):
    found = sorted(glob.glob(pattern))
    if not found:
        sys.exit(f"prepare: no {pattern}")
    return found[-1]


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def extract_kernels(root, out):
    packed = open(one(f"{root}/boot/xen-4.17-amd64.gz"), "rb").read()
    write(f"{out}/xen", subprocess.run(["gzip", "-dc"], input=packed, stdout=subprocess.PIPE, check=True).stdout)
    image = open(one(f"{root}/boot/vmlinuz-*"), "rb").read()
    kernel = lzma.LZMADecompressor().decompress(image[image.index(b"\xfd7zXZ\0"):])
    assert kernel[:4] == b"\x7fELF"
    write(f"{out}/vmlinux", kernel)


def dependencies(path):
    data = open(path, "rb").read()
    at = data.find(b"\0depends=")
    return [m for m in data[at + 9:data.index(b"\0", at + 9)].decode().split(",") if m] if at >= 0 else []


def copy_modules(root, dom0):
    paths = {os.path.basename(p)[:-3].replace("-", "_"): p
             for p in glob.glob(f"{root}/lib/modules/*/kernel/**/*.ko", recursive=True)}
    order = []

    def need(name):
        name = name.replace("-", "_")
        if name in order:
            return
        for d in dependencies(paths[name]):
            need(d)
        order.append(name)
        shutil.copy(paths[name], f"{dom0}/mod/{name}.ko")

    for m in MODULES:
        need(m)
    subprocess.run(["strip", "--strip-debug"] + glob.glob(f"{dom0}/mod/*.ko"), check=True)
    write(f"{dom0}/mod/order", "".join(f"{m}.ko\n" for m in order).encode())


def copy_programs(root, dom0):
    shutil.copy(f"{root}/bin/busybox", f"{dom0}/bin/busybox")
    os.symlink("busybox", f"{dom0}/bin/sh")
    for t in TOOLS:
        shutil.copy(one(f"{root}/usr/lib/xen-4.17/bin/{t}"), f"{dom0}/bin/{t}")
    os.makedirs(f"{dom0}/usr/lib/xen-4.17")
    os.symlink("/bin", f"{dom0}/usr/lib/xen-4.17/bin")
    shutil.copy(f"{root}/usr/bin/xenstore", f"{dom0}/bin/xenstore")
    for verb in "read write list ls exists rm".split():
        os.symlink("xenstore", f"{dom0}/bin/xenstore-{verb}")
    for d in (f"{root}/lib/x86_64-linux-gnu", f"{root}/usr/lib/x86_64-linux-gnu"):
        for lib in glob.glob(f"{d}/*.so*"):
            if os.path.isfile(lib):
                shutil.copy(os.path.realpath(lib), f"{dom0}/lib/{os.path.basename(lib)}")
    os.makedirs(f"{dom0}/lib64")
    shutil.copy(one(f"{root}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"), f"{dom0}/lib64/ld-linux-x86-64.so.2")


def build_dom0(root, out):
    dom0 = f"{out}/dom0"
    shutil.rmtree(dom0, ignore_errors=True)
    for d in "bin lib mod proc sys dev run tmp var etc/xen".split():
        os.makedirs(f"{dom0}/{d}")
    copy_programs(root, dom0)
    copy_modules(root, dom0)
    shutil.copy(f"{root}/etc/xen/xl.conf", f"{dom0}/etc/xen/xl.conf")
    for source, to in (("dom0-init", "init"), ("dom0-lib", "dom0-lib"), ("dom0-vif", "vif")):
        shutil.copy(f"{HERE}/{source}", f"{dom0}/{to}")
        os.chmod(f"{dom0}/{to}", 0o755)
    names = subprocess.run(["find", "."], cwd=dom0, stdout=subprocess.PIPE, check=True).stdout
    archive = subprocess.run([f"{root}/bin/busybox", "cpio", "-o", "-H", "newc", "-R", "0:0"], cwd=dom0, input=names,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    write(f"{out}/dom0.cpio", archive)


def newer(path, *sources):
    return os.path.exists(path) and all(os.path.getmtime(path) >= os.path.getmtime(s) for s in sources)


def main():
    out = os.path.abspath(sys.argv[1])
    root = f"{out}/root"
    os.makedirs(out, exist_ok=True)
    if not glob.glob(f"{out}/debs/linux-image-*.deb"):
        fetch(f"{out}/debs")
    if not os.path.exists(f"{out}/vmlinux"):
        unpack(f"{out}/debs", root)
        extract_kernels(root, out)
    sources = [f"{HERE}/{s}" for s in ("dom0-init", "dom0-lib", "dom0-vif", "prepare.py", "xenbox.py")]
    if not newer(f"{out}/dom0.cpio", *sources):
        build_dom0(root, out)
    if not newer(f"{out}/devices", f"{out}/dom0.cpio"):
        xenbox.snapshot(out)


if __name__ == "__main__":
    main()
