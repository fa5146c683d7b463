#!/usr/bin/env python3
"""The image under a real Xen (tools/xen): PV and PVH guests in one machine, one after another. TAP.
Usage: tests/xen/run.py [BUILD]"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f"{ROOT}/tools/xen")
import xenbox  # noqa: E402

KINDS = ("pv", "pvh")
PROGRAMS = ("lang_maps", "otp_collections_conf")
MEMORY_MB = 16
LIMIT_S = 300
PAYLOAD_BYTES_AT = 16  # in the payload's header
HELLO = '-module(t).\n-export([main/1]).\nmain(_) -> io:put_chars("hello from xen\\n"), halt(7).\n'


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def check(self, ok, name, why=""):
        self.n += 1
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.n} - {name}", flush=True)
        if not ok:
            for line in str(why).splitlines():
                print(f"# {line}")


class Guest:
    """What the machine said of one guest."""

    def __init__(self):
        self.state, self.status, self.said, self.gone = "", "", [], False

    def __repr__(self):
        return f"state {self.state} status {self.status}\n" + "\n".join(self.said)

    def output(self):
        return "\n".join(l for l in self.said if not l.startswith("\x1e"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pack(build, source, image, *options):
    subprocess.run([f"{build}/lingpack", "build", source, "--vm", f"{build}/ling-xen.elf", "-o", image, *options],
                   check=True, stdout=subprocess.DEVNULL)


def make_hello(build, job):
    with open(f"{job}/t.erl", "w") as f:
        f.write(HELLO)
    subprocess.run(["erlc", "-o", job, f"{job}/t.erl"], check=True)
    pack(build, f"{job}/t.beam", f"{job}/script")
    return "hello from xen"


def make_damaged(job):
    """An image whose payload says that it is longer than there may be."""
    data = bytearray(open(f"{job}/script", "rb").read())
    at = data.index(b"LINGIMG1") + PAYLOAD_BYTES_AT
    while data[at - PAYLOAD_BYTES_AT:at - 8] == b"" or (at - PAYLOAD_BYTES_AT) % 4096:
        at = data.index(b"LINGIMG1", at) + PAYLOAD_BYTES_AT
    data[at:at + 8] = b"\xff" * 8
    with open(f"{job}/damaged", "wb") as f:
        f.write(data)


def make_program(build, job, name):
    subprocess.run(["erlc", "+deterministic", "-o", job, f"{ROOT}/tests/erl/{name}.erl"], check=True)
    pack(build, f"{job}/{name}.beam", f"{job}/{name}")
    run = ["erl", "-noshell", "-noinput", "-kernel", "logger_level", "none", "-pa", job, "-eval",
           f"io:setopts([{{encoding, unicode}}]), {name}:main([]), erlang:halt(0)."]
    return subprocess.run(run, stdout=subprocess.PIPE).stdout.decode("latin1").rstrip("\n")


def write_job(job):
    lines = []
    for kind, net in zip(KINDS, (50, 51)):
        for image in ("script", "damaged") + PROGRAMS:
            lines += [f"start {kind}-{image} {kind} {MEMORY_MB} {image} ''",
                      f"finish {kind}-{image} 20"]
        words = f"ling.ip=10.0.2.{net}/24,10.0.2.2 ling.port=80"
        for name, then in (("page", "echo @listening"), ("stop", "xl shutdown")):
            lines += [f"start {kind}-{name} {kind} 32 page '{words}' 00:16:3e:00:00:{net}",
                      f"await {kind}-{name} listening 20", f"{then} {kind}-{name}", f"finish {kind}-{name} 20"]
    with open(f"{job}/job.sh", "w") as f:
        f.write("\n".join(lines) + "\n")


def fetch(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=8) as r:
            return r.status, r.read()
    except OSError as e:
        return 0, str(e).encode()


def run(out, job, ports, guests, pages):
    forwards = [f"{p}:10.0.2.{ip}:80" for p, ip in zip(ports, (50, 51))]
    with xenbox.Box(out, job, forwards) as box:
        raw = []
        for at, line in box.lines(LIMIT_S):
            raw.append(f"{at:8.3f} {line}")
            word, _, rest = line.partition(" ")
            name, _, text = rest.partition(" ")
            if word == "@listening":
                start = time.time()
                pages[name] = fetch(ports[KINDS.index(name.split("-")[0])]) + (time.time() - start,)
            if word not in ("@state", "@status", "@said", "@gone"):
                continue
            g = guests.setdefault(name, Guest())
            if word == "@said":
                g.said.append(text)
            elif word == "@gone":
                g.gone = True
            else:
                setattr(g, word[1:], text)
        return box.status(), raw


def check(tap, guests, pages, expected):
    for kind in KINDS:
        g = guests.get(f"{kind}-script", Guest())
        tap.check(g.status == "7" and "s" in g.state and g.output() == expected["script"],
                  f"{kind}: output and status of a script", g)
        g = guests.get(f"{kind}-damaged", Guest())
        tap.check(g.status == "70" and "c" in g.state and "panic: damaged payload" in g.output(),
                  f"{kind}: a panic crashes the domain and is reported", g)
        for name in PROGRAMS:
            g = guests.get(f"{kind}-{name}", Guest())
            tap.check(g.status == "0" and g.output() == expected[name], f"{kind}: {name} as on erl", g)
        status, body, seconds = pages.get(f"{kind}-page", (0, b"", 0))
        tap.check(status == 200 and b"<h1>" in body, f"{kind}: page over netback from outside, {seconds * 1000:.0f} ms",
                  body)
        g = guests.get(f"{kind}-page", Guest())
        tap.check(g.status == "0" and "s" in g.state, f"{kind}: the service ends by itself", g)
        g = guests.get(f"{kind}-stop", Guest())
        tap.check(g.status == "143" and "s" in g.state and g.gone, f"{kind}: xl shutdown ends the service", g)


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/build")
    subprocess.run([f"{ROOT}/tools/xen/prepare.py", f"{build}/xen"], check=True)
    tap, guests, pages = Tap(), {}, {}
    job = tempfile.mkdtemp()
    try:
        expected = {"script": make_hello(build, job)}
        make_damaged(job)
        for name in PROGRAMS:
            expected[name] = make_program(build, job, name)
        pack(build, f"{ROOT}/examples/hello", f"{job}/page")
        write_job(job)
        status, raw = run(f"{build}/xen", job, [free_port(), free_port()], guests, pages)
    finally:
        shutil.rmtree(job, ignore_errors=True)
    check(tap, guests, pages, expected)
    tap.check(status == 33, "the machine ran to its end", "\n".join(raw[-30:]))
    if os.environ.get("XEN_LOG"):
        with open(os.environ["XEN_LOG"], "w") as f:
            f.write("\n".join(raw) + "\n")
    print(f"1..{tap.n}")
    sys.exit(tap.failed != 0)


if __name__ == "__main__":
    main()
