#!/usr/bin/env python3
"""The kernel layer in guests of a real Xen, PV and PVH: memory, faults, requests of the toolstack, a network that goes and comes
back, disks. The guests are tests/boot/guest.c and tests/xen/disk.c in place of the VM. TAP.
Usage: tests/xen/kernel.py [BUILD] [pv|pvh…]      needs tools/xen/prepare.py BUILD/xen, BUILD/boot/guest-xen.elf, BUILD/boot/disk-xen.elf"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f"{ROOT}/tools/xen")
import xenbox  # noqa: E402
from tap import Tap  # noqa: E402

KINDS = ("pv", "pvh")
LIMIT_S = 900
MEMORY_MB = (16, 64)
# The others are tests/xen/dom0.py's.
FAULTS = {"t.mode=null t.n=64": "fault: null pointer", "t.mode=text": "fault: write to protected memory",
          "t.mode=exec": "fault: execution of data"}
# A PV guest is crashed by Xen, which has no stack to tell it on.
OVERFLOW = {"pv": None, "pvh": "fault: stack overflow"}
WORD = {"pv": "ling.ip=10.0.2.50/24,10.0.2.2", "pvh": "ling.ip=10.0.2.51/24,10.0.2.2"}
MAC = {"pv": "00:16:3e:00:00:50", "pvh": "00:16:3e:00:00:51"}

NETWORK = """
start {k}-net {k} 32 guest 't.mode=echo {words}' {mac}
await {k}-net 'listening on' 60
d=$(xl domid {k}-net)
control=/local/domain/$d/control/shutdown
ask() {{ echo "@count {k}-net $1 $(echo "$1" | nc -w 20 {ip} 7)"; }}
said() {{ [ "$(grep -c "$1" "$(log_of {k}-net)")" -ge "$2" ]; }}
until_said() {{ until_true 60 said "$1" "$2"; }}
ask first
xenstore-write "$control" suspend
await {k}-net 'suspend is not supported' 20
echo "@count {k}-net node $(xenstore-read "$control")."
xenstore-write "$control" nonsense
await {k}-net 'not known' 20
xl network-detach {k}-net 0
until_said 'backend is gone' 1
xl network-attach {k}-net bridge=xenbr0 mac={mac} script=/vif
until_said 'network: connected' 1
ask attached
xenstore-write "/local/domain/0/backend/vif/$d/0/state" 5
until_said 'network: connected' 2
ask restarted
echo "@count {k}-net flood $(echo 'flood 500000' | nc -w 30 {ip} 7 | wc -c)"
xenstore-write "$control" crash
finish {k}-net 30
"""
# The access that the toolstack gives is the word's first letter. big: a medium whose sectors have 4 KiB.
DISK = """
insmod ./configfs.ko
insmod ./null_blk.ko nr_devices=0
mount -t configfs none /sys/kernel/config
cd /sys/kernel/config/nullb && mkdir nullb0 && cd nullb0
echo 4 >size && echo 4096 >blocksize && echo 1 >memory_backed && echo 1 >power
cd /job
for mode in w r wait big; do
    target=/run/disk
    access=${{mode%ait}}
    if [ $mode = big ]; then
        target=/dev/nullb0
        access=w
    fi
    printf 'hello from dom0' | dd of=$target bs=4096 conv=notrunc,sync 2>/dev/null
    {{
        printf 'name="{k}-%s"\\ntype="{k}"\\nmemory=32\\nkernel="/job/disk"\\ncmdline="t.mode=%s"\\n' $mode $mode
        printf 'vcpus=1\\non_poweroff="preserve"\\non_crash="preserve"\\n'
        printf 'disk=["format=raw,vdev=xvda,access=%s,script=/job/dom0-block,target=%s"]\\n' "$access" "$target"
    }} >disk.cfg
    xl create -q disk.cfg
    if [ $mode = wait ]; then
        await {k}-wait waiting 60
        xl block-detach {k}-wait xvda
    fi
    finish {k}-$mode 60
    echo
done
"""


class Guest:
    """What the machine said of one guest."""

    def __init__(self):
        self.state, self.status, self.said, self.counts = "", "", [], {}

    def __repr__(self):
        return f"state {self.state} status {self.status} {self.counts}\n" + "\n".join(self.said)

    def says(self, text):
        return any(text in line for line in self.said)


def faults(k):
    """(image, words, what is said or None)"""
    return [("guest", w, said) for w, said in FAULTS.items()] + [("guest", "t.mode=overflow", OVERFLOW[k]), ("disk", "t.mode=double", None)]


def fault_name(words):
    return words.split()[0][len("t.mode="):]


def write_job(job, k):
    lines = ["insmod ./loop.ko", "insmod ./xen-blkback.ko", "dd if=/dev/zero of=/run/disk bs=1M count=4 2>/dev/null"]
    for mb in MEMORY_MB:
        lines += [f"start {k}-memory{mb} {k} {mb} guest t.mode=memory", f"finish {k}-memory{mb} 60"]
    lines += [f"config {k}-maxmem {k} 32 guest t.mode=memory preserve", f"echo maxmem=128 >>{k}-maxmem.cfg",
              f"xl create -q {k}-maxmem.cfg; finish {k}-maxmem 60"]
    if k == "pvh":
        lines += ["start pvh-nmi pvh 16 guest t.mode=spin; await pvh-nmi spinning 60; xl trigger pvh-nmi nmi; finish pvh-nmi 60"]
    for image, words, said in faults(k):
        name = f"{k}-{fault_name(words)}"
        lines += [f"start {name} {k} 16 {image} '{words}'", f"finish {name} {60 if said else 2}", "echo"]
    ip = WORD[k].split("=")[1].split("/")[0]
    lines += [NETWORK.format(k=k, words=WORD[k], mac=MAC[k], ip=ip), DISK.format(k=k)]
    with open(f"{job}/job.sh", "w") as f:
        f.write("\n".join(lines) + "\n")


def make_job(build, job, k):
    for name in ("guest", "disk"):
        subprocess.run(["objcopy", "-S", f"{build}/boot/{name}-xen.elf", f"{job}/bare"], check=True)
        subprocess.run([f"{ROOT}/tests/boot/add-payload.py", f"{job}/bare", f"{job}/{name}", "20000"], check=True)
    for module in ("drivers/block/loop", "drivers/block/xen-blkback/xen-blkback", "drivers/block/null_blk/null_blk", "fs/configfs/configfs"):
        shutil.copy(glob.glob(f"{build}/xen/root/lib/modules/*/kernel/{module}.ko")[0], job)
    shutil.copy(f"{HERE}/dom0-block", job)
    write_job(job, k)


def run(out, job, guests):
    raw = []
    with xenbox.Box(out, job) as box:
        for at, line in box.lines(LIMIT_S):
            raw.append(f"{at:8.3f} {line}")
            word, _, rest = line.partition(" ")
            name, _, text = rest.partition(" ")
            if word not in ("@state", "@status", "@said", "@count"):
                continue
            g = guests.setdefault(name, Guest())
            if word == "@said":
                g.said.append(text)
            elif word == "@count":
                what, _, value = text.partition(" ")
                g.counts[what] = value
            else:
                setattr(g, word[1:], text)
        return box.status(), raw


def checks(k, guests):
    """(name, passed, guest)"""
    def of(name):
        return guests.get(f"{k}-{name}", Guest())
    for mb in MEMORY_MB:
        g = of(f"memory{mb}")
        yield f"memory of {mb} MB is all there, and its own", g.status == "0" and g.says(f"of {mb} MiB, bad 0"), g
    g = of("maxmem")
    yield "maxmem above memory: what there is is used", g.status == "0" and g.says("of 3") and g.says("bad 0"), g
    if k == "pvh":
        g = of("nmi")
        yield "xl trigger nmi tells where a guest hangs", g.status == "70" and "c" in g.state and g.says("fault: NMI at rip"), g
    for _, words, said in faults(k):
        g = of(fault_name(words))
        told = g.status == "70" and g.says(said) if said else g.status == ""
        yield f"{fault_name(words)} crashes the domain" + (" and is reported" if said else ""), "c" in g.state and told, g
    g = of("net")
    yield "suspend is refused, the request taken, the service goes on", g.says("suspend is not supported") and \
        g.counts.get("node") == "." and g.counts.get("attached") == "attached", g
    yield "a request that is not known is said to be", g.says("a request that is not known"), g
    yield "the network is detached and attached", g.counts.get("first") == "first" and g.counts.get("attached") == "attached", g
    yield "the network's backend closes and comes back", g.counts.get("restarted") == "restarted", g
    yield "500,000 bytes after that", g.counts.get("flood") == "500000", g
    yield "the request crash", "c" in g.state and g.status == "70" and g.says("panic: the toolstack asked for a crash"), g
    g = of("w")
    yield "disk: written and read back, flushed, discarded", g.status == "0" and g.says("0 failed; read: 0 differ") and \
        g.says("flush 1 discard 1") and g.says("block 0: hello from dom0"), g
    g = of("big")
    yield "disk: sectors of 4 KiB", g.status == "0" and g.says("blocks of 4096") and g.says("0 failed; read: 0 differ") and \
        g.says("block 0: hello from dom0"), g
    g = of("r")
    yield "disk: read-only", g.status == "0" and g.says("a write is refused"), g
    g = of("wait")
    yield "disk: taken away", g.status == "0" and g.says("ling: disk: the backend is gone") and g.says("after that: 0"), g


def run_kind(build, k):
    """(name, passed, why) of all tests of that kind: one machine, its guests one after another."""
    guests = {}
    with tempfile.TemporaryDirectory() as job:
        make_job(build, job, k)
        status, raw = run(f"{build}/xen", job, guests)
    log = os.environ.get("XEN_LOGS")
    if log:
        with open(f"{log}/xen-kernel-{k}.log", "w") as f:
            f.write("\n".join(raw) + "\n")
    return list(checks(k, guests)) + [("the machine ran to its end", status == 33, "\n".join(raw[-30:]))]


def main():
    kinds = [w for w in sys.argv[1:] if w in KINDS] or KINDS
    builds = [w for w in sys.argv[1:] if w not in KINDS]
    build = os.path.abspath(builds[0] if builds else f"{ROOT}/build")
    tap = Tap()
    with ThreadPoolExecutor(len(kinds)) as pool:
        for k, results in zip(kinds, pool.map(lambda k: run_kind(build, k), kinds)):
            for name, ok, why in results:
                tap.result(f"{k}: {name}", ok, why)
    tap.end()


if __name__ == "__main__":
    main()
