#!/usr/bin/env python3
"""prepare.py DIR: a real Xen for the tests, from Debian's packages: DIR/xen, DIR/vmlinux, DIR/dom0.cpio, and a snapshot
of the machine with dom0 ready (DIR/ram, DIR/devices). Does only what is missing. Packages are downloaded to DIR/../deps/xen
and unpacked, not installed."""
import glob
import lzma
import os
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import xenbox  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = """xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils busybox-static libgcc-s1 libc6
liblzma5 zlib1g libzstd1 libuuid1 libyajl2 libtinfo6 libncurses6 libxentoolcore1 libxentoollog1 libxencall1
libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenstore4 libxenmisc4.17""".split()
MODULES = """xenfs xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xen-netback bridge virtio_pci virtio_net
virtio_blk""".split()
ATTEMPTS = 3
TOOLS = "xl xenstored xenconsoled xenconsole xen-init-dom0 libxl-save-helper lsevtchn".split()


def kernel_package():
    """The dom0 kernel is Debian's plain one; the "cloud" one can't be a dom0."""
    said = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout
    found = re.search(r"Depends: (linux-image-\S+-amd64)", said)
    return found[1] if found else None


def download(where):
    """apt checks what it downloads against the signed lists. Its error text, or None."""
    kernel = kernel_package()
    if not kernel:
        return "apt knows no linux-image-amd64"
    command = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=3", kernel]
    run = subprocess.run(command + PACKAGES, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout if run.returncode else None


def fetch(debs):
    """Complete, or not there. Between attempts the package lists are renewed: they may be missing, or name versions that
    have gone."""
    part = f"{debs}.part"
    shutil.rmtree(part, ignore_errors=True)
    for attempt in range(ATTEMPTS):
        os.makedirs(part, exist_ok=True)
        why = download(part)
        if not why:
            shutil.rmtree(debs, ignore_errors=True)
            os.rename(part, debs)
            return
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run(as_root + ["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(5 * attempt)
    lines = [line for line in why.splitlines() if line.startswith(("E:", "Err"))] or why.splitlines()
    sys.exit(f"prepare: can't download Xen and a kernel with apt-get; is there a network? Without one, put the .deb files "
             f"of these packages into {debs}: linux-image-*-amd64 {' '.join(PACKAGES)}\n" + "\n".join(lines[-5:]))


def unpack(debs, root):
    shutil.rmtree(root, ignore_errors=True)
    for deb in sorted(glob.glob(f"{debs}/*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, root], check=True)


def one(pattern):
    found = sorted(glob.glob(pattern))
    if not found:
        sys.exit(f"prepare: no {pattern}")
    return found[-1]


def write(path, data):
    """Whole, or not there."""
    with open(f"{path}.part", "wb") as f:
        f.write(data)
    os.replace(f"{path}.part", path)


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
    write(f"{dom0}/etc/xen/xl.conf", b'vif.default.script="/vif"\nautoballoon="off"\n')
    for source, to in (("dom0-init", "init"), ("dom0-lib", "dom0-lib"), ("dom0-vif", "vif")):
        shutil.copy(f"{HERE}/{source}", f"{dom0}/{to}")
        os.chmod(f"{dom0}/{to}", 0o755)
    names = subprocess.run(["find", "."], cwd=dom0, stdout=subprocess.PIPE, check=True).stdout
    archive = subprocess.run([f"{root}/bin/busybox", "cpio", "-o", "-H", "newc", "-R", "0:0"], cwd=dom0, input=names,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    write(f"{out}/dom0.cpio", archive)


def newer(path, *sources):
    return os.path.exists(path) and all(os.path.getmtime(path) >= os.path.getmtime(s) for s in sources)


def take_snapshot(out):
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return xenbox.snapshot(out)
        except (xenbox.Broken, RuntimeError, OSError) as why:
            if attempt == ATTEMPTS:
                sys.exit(f"prepare: no snapshot of dom0: {why}")


def main():
    out = os.path.abspath(sys.argv[1])
    root, debs = f"{out}/root", f"{os.path.dirname(out)}/deps/xen"
    os.makedirs(out, exist_ok=True)
    if not glob.glob(f"{debs}/linux-image-*.deb"):
        fetch(debs)
    if not os.path.exists(f"{out}/vmlinux"):
        unpack(debs, root)
        extract_kernels(root, out)
    sources = [f"{HERE}/{s}" for s in ("dom0-init", "dom0-lib", "dom0-vif", "prepare.py", "xenbox.py")]
    if not newer(f"{out}/dom0.cpio", *sources):
        build_dom0(root, out)
    if not newer(f"{out}/devices", f"{out}/dom0.cpio"):
        take_snapshot(out)


if __name__ == "__main__":
    main()
