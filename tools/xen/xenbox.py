#!/usr/bin/env python3
"""xenbox.py DIR JOB [IP:PORT]...: restores the machine of prepare.py, gives dom0 the files in JOB, runs JOB/job.sh
there, prints what the machine says with the time since the restore. Exit status 0 when the job ran to its end."""
import io
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from free_ports import free_ports  # noqa: E402

MEMORY_MB = 512
DISK_BYTES = 64 << 20
BLOCK = 4096
# Off, for QEMU 7.2's sake: SMAP (faults of a PV dom0), RDTSCP (of its SVM), AVX (xl in dom0 aborted once with it on, and not
# since; the cause is not known).
CPU = "max,smap=off,rdtscp=off,xsave=off,avx=off,avx2=off"
XEN = "console=com1 com1=115200,8n1 loglvl=error guest_loglvl=warning dom0_mem=256M noreboot spec-ctrl=no"
# event_loop_timeout: Linux puts off unmasking an event channel when handling events takes more than two ticks, as it does in
# a machine that gets little CPU. Once in a while it was never unmasked: netback then took nothing from its guest any more.
LINUX = ("console=hvc0 quiet nokaslr mitigations=off audit=0 apparmor=0 random.trust_cpu=on nowatchdog no_timer_check "
         "8250.nr_uarts=0 ipv6.disable=1 xen.event_loop_timeout=100000")


def qemu(memory, shared, disk, control, forwards=()):
    net = "user,id=n,dhcpstart=10.0.2.100" + "".join(",hostfwd=tcp:127.0.0.1:{}-{}:{}".format(*f.split(":")) for f in forwards)
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", CPU, "-M", "pc,memory-backend=ram",
            "-m", str(MEMORY_MB), "-object",
            f"memory-backend-file,id=ram,size={MEMORY_MB}M,mem-path={memory},share={'on' if shared else 'off'}",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-netdev", net, "-device", "virtio-net-pci,netdev=n,romfile=",
            "-drive", f"if=none,id=d,file={disk},format=raw", "-device", "virtio-blk-pci,drive=d",
            "-qmp", f"unix:{control},server=on,wait=off"]


class Broken(Exception):
    """The machine did not get to its job: worth another try."""


class Control:
    """QEMU's machine protocol."""

    def __init__(self, path, process):
        end = time.time() + 60
        while True:
            try:
                s = socket.socket(socket.AF_UNIX)
                s.connect(path)
                break
            except OSError:
                if time.time() > end or process.poll() is not None:
                    raise
                time.sleep(0.005)
        self.socket, self.lines = s, s.makefile("r")
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]
        raise RuntimeError(f"{command}: QEMU is gone")

    def memory_stays_in_its_file(self):
        self("migrate-set-capabilities", capabilities=[{"capability": "x-ignore-shared", "state": True}])


def lines_of(process, seconds):
    """(time, line) as they come; ends with the output, or after that time, when the process is killed."""
    start, rest = time.time(), b""
    while True:
        left = start + seconds - time.time()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            process.kill()
            return
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        for l in lines:
            yield time.time() - start, l.decode("latin1").rstrip("\r")


def blank_disk(path):
    with open(path, "wb") as f:
        f.truncate(DISK_BYTES)


def snapshot(out, seconds=300):
    """Boots the machine until dom0 is ready; its memory is the file `ram`, the rest goes to `devices`."""
    for name in ("ram", "devices"):
        if os.path.exists(f"{out}/{name}"):
            os.unlink(f"{out}/{name}")
    with tempfile.TemporaryDirectory() as work:
        blank_disk(f"{work}/disk")
        command = qemu(f"{out}/ram", True, f"{work}/disk", f"{work}/control")
        command += ["-kernel", f"{out}/xen", "-append", XEN, "-initrd", f"{out}/vmlinux {LINUX},{out}/dom0.cpio"]
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        said = []
        for _, line in lines_of(p, seconds):
            said.append(line)
            if "DOM0-READY" in line:
                break
        else:
            p.wait()
            raise Broken("dom0 did not get up:\n" + "\n".join(said[-40:]))
        time.sleep(0.3)
        control = Control(f"{work}/control", p)
        control("stop")
        control.memory_stays_in_its_file()
        control("migrate", uri=f"exec:cat >{work}/devices")
        while (state := control("query-migrate").get("status")) != "completed":
            if state == "failed":
                p.kill()
                raise Broken("QEMU can't save the machine")
            time.sleep(0.01)
        control("quit")
        p.wait()
        shutil.move(f"{work}/devices", f"{out}/devices")


def job_disk(path, job):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as t:
        t.add(job, arcname=".")
    data = buffer.getvalue()
    blank_disk(path)
    with open(path, "r+b") as f:
        f.write(b"JOB %d\n" % -(-len(data) // BLOCK))
        f.seek(BLOCK)
        f.write(data)


class Box:
    """A restored machine. `with Box(…) as box: for time, line in box.lines(60)`; status 33 is a good end.
    ports: addresses "IP:PORT" inside to be reached from here; box.port[address] is where."""

    def __init__(self, out, job, addresses=()):
        self.work, self.process = tempfile.mkdtemp(), None
        self.port = dict(zip(addresses, free_ports(len(addresses))))
        try:
            job_disk(f"{self.work}/disk", job)
            self.restore(out, [f"{p}:{a}" for a, p in self.port.items()])
        except BaseException:
            self.__exit__()
            raise

    def restore(self, out, forwards):
        with open(f"{self.work}/errors", "wb") as errors:
            command = qemu(f"{out}/ram", False, f"{self.work}/disk", f"{self.work}/control", forwards)
            self.process = subprocess.Popen(command + ["-incoming", "defer"], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=errors)
        try:
            control = Control(f"{self.work}/control", self.process)
            control.memory_stays_in_its_file()
            control("migrate-incoming", uri=f"exec:cat {out}/devices")
            end = time.time() + 60
            while control("query-status")["status"] == "inmigrate" and time.time() < end:
                time.sleep(0.005)
            control("cont")
        except (OSError, RuntimeError, ValueError) as e:
            raise Broken(f"{e} {open(f'{self.work}/errors').read()}") from e

    def did(self, what, name):
        """Tells dom0 that the host has done what it was asked for."""
        with open(f"{self.work}/disk", "r+b") as f:
            f.seek(DISK_BYTES - BLOCK)
            f.write(f"DID {what} {name}\n".encode().ljust(BLOCK, b"\n"))

    def lines(self, seconds):
        return lines_of(self.process, seconds)

    def status(self):
        return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        shutil.rmtree(self.work, ignore_errors=True)


if __name__ == "__main__":
    with Box(os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]) as machine:
        for address, port in machine.port.items():
            print(f"127.0.0.1:{port} is {address}", flush=True)
        for at, text in machine.lines(120):
            print(f"{at:8.3f} {text}", flush=True)
        sys.exit(0 if machine.status() == 33 else 1)
