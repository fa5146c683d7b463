#!/usr/bin/env python3
"""The image as Xen's first domain, PV and PVH, no Linux anywhere: the hypervisor's ABI in a few seconds a guest. TAP.
Usage: tests/xen/dom0.py [BUILD]      needs BUILD/xen/xen (tools/xen/prepare.py BUILD/xen), BUILD/lingpack

Each run is one QEMU: Xen on the serial port, which is also where the guest's console goes; it ends with Xen's word on how its
first domain ended."""
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f"{ROOT}/tools/xen")
import xenbox  # noqa: E402
from tap import Tap  # noqa: E402

LIMIT_S, AT_ONCE = 120, 2
MACHINES = {"pv": (["-M", "pc"], ""), "pvh": (["-M", "q35", "-device", "amd-iommu"], "dom0=pvh dom0_mem=64M")}
ENDS = {"halted": "poweroff", "crashed": "crash", "shutdown": "reboot"}
SCRIPT = ('-module(t).\n-export([main/1]).\nmain(_) -> io:put_chars("hello first domain\\n"), '
          'S = crypto_free(), receive after 20 -> ok end, io:format("~w ~w~n", [S, lists:sum(lists:seq(1, 1000))]), halt(7).\n'
          'crypto_free() -> length(lists:usort([rand:uniform(1 bsl 60) || _ <- lists:seq(1, 50)])).\n')
# Mode of tests/boot/guest.c, its parameter, what is said, the status in the report, how the domain ends
MODES = [
    ("hello", "", "hello from xen-{kind}/xen", 0, "poweroff"),
    ("memory", "", "bad 0", 0, "poweroff"),
    ("clock", "", "clock: back 0", 0, "poweroff"),
    ("rng", "", "rng: status 0 0 0, same 0", 0, "poweroff"),
    ("null", "t.n=64", "fault: null pointer", 70, "crash"),
    ("null", "t.n=4096", "fault: write to no memory", 70, "crash"),
    ("null", "t.n=1048572", "fault: write to no memory", 70, "crash"),
    ("text", "", "fault: write to protected memory", 70, "crash"),
    ("rodata", "", "fault: write to protected memory", 70, "crash"),
    ("payload", "", "fault: write to protected memory", 70, "crash"),
    ("exec", "", "fault: execution of data", 70, "crash"),
    ("wild", "", "fault: write to no memory", 70, "crash"),
    ("ud", "", "fault: invalid opcode", 70, "crash"),
    ("privileged", "", "fault: protection", 70, "crash"),
]


def machine(kind, xen, image, words):
    options, more = MACHINES[kind]
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", xenbox.CPU] + options + [
        "-m", "128", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-kernel", xen,
        "-append", f"console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=all noreboot {more}",
        "-initrd", f"{image} {words}"]


def run(kind, xen, image, words):
    """(lines, how the domain ended, seconds)"""
    start, text, end = time.time(), b"", None
    p = subprocess.Popen(machine(kind, xen, image, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        while not end and time.time() - start < LIMIT_S:
            if not select.select([p.stdout], [], [], 1)[0]:
                continue
            data = os.read(p.stdout.fileno(), 65536)
            if not data:
                break
            text += data
            end = re.search(rb"Hardware Dom0 (halted|crashed|shutdown)", text)
    finally:
        p.kill()
        p.wait()
    lines = [l for l in text.decode("latin1").replace("\r", "").split("\n") if not l.startswith("(XEN)")]
    return lines, ENDS.get(end[1].decode()) if end else "none", time.time() - start


def status_of(lines):
    found = [re.search(r'"status":(\d+)', l) for l in lines if l.startswith('\x1e{"ling":1,"status"')]
    return int(found[-1][1]) if found and found[-1] else None


def make_images(build, work):
    with open(f"{work}/t.erl", "w") as f:
        f.write(SCRIPT)
    subprocess.run(["erlc", "-o", work, f"{work}/t.erl"], check=True)
    subprocess.run([f"{build}/lingpack", "build", f"{work}/t.beam", "--vm", f"{build}/ling-xen.elf", "-o", f"{work}/script"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["objcopy", "-S", f"{build}/boot/guest-xen.elf", f"{work}/bare"], check=True)
    subprocess.run([f"{ROOT}/tests/boot/add-payload.py", f"{work}/bare", f"{work}/guest", "20000"], check=True)


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/build")
    tap = Tap()
    cases = [("script", "", "hello first domain\n50 500500", 7, "poweroff"), ("bare", "", "panic: no payload", 70, "crash")] + MODES
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(AT_ONCE) as pool:
        make_images(build, work)

        def run_case(case):
            kind, (name, words, *_) = case
            image = name if name in ("script", "bare") else "guest"
            return run(kind, f"{build}/xen/xen", f"{work}/{image}", f"t.mode={name} {words}" if image == "guest" else words)
        runs = [(kind, case) for kind in MACHINES for case in cases]
        for (kind, (name, words, said, status, end)), (lines, ended, seconds) in zip(runs, pool.map(run_case, runs)):
            ok = said.format(kind=kind) in "\n".join(lines) and status_of(lines) == status and ended == end
            tap.result(f"{kind} as the first domain: {name} {words}, {seconds:.1f} s", ok,
                       "\n".join([f"ended: {ended}"] + lines[-20:]))
    tap.end()


if __name__ == "__main__":
    main()
