"""parts.py: the tests, by machine. A part makes the job that dom0 runs, does for it what only the host can do, and checks
what became of the guests."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

import xenbox
from images import by_program

RESTORES = 3
BEGIN_S = 90  # from the restored machine to the job's first line
QUICK = 120   # no limit that a busy machine could meet
GATEWAY = "10.0.2.2"


class Guest:
    """What the machine said of one guest, or of one run of lingpack."""

    def __init__(self):
        self.state, self.status, self.said, self.err, self.counts, self.bad, self.lost = "", "", [], [], {}, [], []
        self.started = self.gone = False

    def __repr__(self):
        return (f"state '{self.state}' status '{self.status}' started {self.started} gone {self.gone} "
                f"{self.bad or ''} {self.lost or ''}\n" + "\n".join(self.said + self.err))

    def output(self):
        return "\n".join(l for l in self.said if not l.startswith(("\x1e", "{")))

    def report(self):
        lines = [l.lstrip("\x1e") for l in self.said if l.lstrip("\x1e").startswith('{"ling":1,"status"')]
        try:
            return json.loads(lines[-1]) if lines else {}
        except ValueError:
            return {}

    def take(self, word, text):
        if word == "said":
            self.said.append(text)
        elif word == "err":
            self.err.append(text)
        elif word in ("state", "status"):
            setattr(self, word, text)
        elif word in ("bad", "lost"):
            getattr(self, word).append(text)
        elif word == "count":
            what, _, n = text.partition(" ")
            self.counts[what] = int(n)
        elif word == "start":
            self.started = True
        elif word in ("gone", "refused"):
            self.gone = word == "gone"


def fetch(port):
    start = time.time()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/x", timeout=60) as r:
            return r.status, r.read(), time.time() - start
    except OSError as e:
        return 0, str(e).encode(), 0


class Part:
    """One restored machine and its job. Subclasses: files, addresses, script, host, check."""

    def __init__(self, name, build, images, short):
        self.limit_s = 900 if short else 3600  # of a minute or so: only what hangs meets it
        self.name, self.build, self.images, self.short = name, build, images, short
        self.results, self.raw, self.guests, self.seen = [], [], {}, {}

    def guest(self, name):
        return self.guests.get(name, Guest())

    def ok(self, passed, name, why=""):
        self.results.append((f"{self.name}: {name}", bool(passed), why))

    # -- running

    def make_job(self):
        job = tempfile.mkdtemp()
        for source in self.files():
            shutil.copy(source, job)
        self.add(job)
        with open(f"{job}/job.sh", "w") as f:
            f.write("\n".join(self.script()) + "\n")
        return job

    def add(self, job):
        pass

    def take_line(self, box, at, line):
        self.raw.append(f"{at:8.3f} {line}")
        if not line.startswith("@"):
            return
        word, _, rest = line[1:].partition(" ")
        name, _, text = rest.partition(" ")
        if word == "host":
            self.seen[name, text] = self.host(box, text, name)
            box.did(text, name)
        else:
            self.guests.setdefault(name, Guest()).take(word, text)

    def try_job(self, job):
        """The machine's status. Broken: it did not get as far as the job."""
        self.raw, self.guests, self.seen = [], {}, {}
        with xenbox.Box(f"{self.build}/xen", job, self.addresses()) as box:
            begun = False
            late = threading.Timer(BEGIN_S, box.process.kill)
            late.start()
            for at, line in box.lines(self.limit_s):
                if line == "@job begins":
                    begun = True
                    late.cancel()
                self.take_line(box, at, line)
            late.cancel()
            if not begun:
                raise xenbox.Broken("the machine did not get to its job\n" + "\n".join(self.raw[-30:]))
            return box.status()

    def run(self):
        start = time.time()
        job = None
        try:
            job = self.make_job()
            self.finish(self.restore_and_run(job))
        except Exception as e:  # noqa: BLE001 - a part that breaks must not end the others in silence
            self.ok(False, "ran", f"{type(e).__name__}: {e}\n" + "\n".join(self.raw[-60:]))
        finally:
            shutil.rmtree(job or "", ignore_errors=True)
        self.raw.append(f"part {self.name}: {time.time() - start:.1f} s")

    def restore_and_run(self, job):
        for n in range(1, RESTORES + 1):
            try:
                return self.try_job(job)
            except xenbox.Broken:
                if n == RESTORES:
                    raise

    def finish(self, status):
        self.check()
        self.ok(status == 33, "the machine ran to its end", "\n".join(self.raw[-60:]))

    def write_log(self):
        logs = os.environ.get("XEN_LOGS")
        if logs:
            with open(f"{logs}/xen-{self.name}.log", "w") as f:
                f.write("\n".join(self.raw) + "\n")


class Kind(Part):
    """Everything that one kind of guest, PV or PVH, has to do."""
    ip = "10.0.2.50"
    connections = 8

    @property
    def memories(self):
        return (16, 24) if self.short else (16, 17, 24, 32, 64, 96)

    def files(self):
        return [f"{self.images.where}/{f}" for f in ("script.xen", "page.xen", "damaged", "broken", "conformance")]

    def addresses(self):
        return [f"{self.ip}:80"]

    def script(self):
        kind, words = self.name, f"ling.ip={self.ip}/24,{GATEWAY} ling.port=80"
        mac = "00:16:3e:00:00:50"
        for mb in self.memories:
            yield f"start script{mb} {kind} {mb} script.xen ''; finish script{mb} {QUICK}"
        yield f"start damaged {kind} 16 damaged ''; finish damaged {QUICK}"
        yield f"start broken {kind} 16 broken ''; until_true {QUICK} has_ended broken; finish broken 0"
        yield f"start page {kind} 32 page.xen '{words}' {mac}; await page listening {QUICK}"
        yield f"host fetch page; finish page {QUICK}"
        for request in ("shutdown", "reboot"):
            yield f"start {request} {kind} 32 page.xen '{words}' {mac}; await {request} listening {QUICK}"
            yield f"xl {request} {request}; finish {request} {QUICK}"
        yield f"start wrk {kind} 32 page.xen '{words} ling.requests=infinity' {mac}; await wrk listening {QUICK}"
        yield f"host wrk wrk; xl shutdown wrk; finish wrk {QUICK}"
        yield f"start conformance {kind} 64 conformance ''; finish conformance 600"

    def host(self, box, what, name):
        port = box.port[f"{self.ip}:80"]
        if what == "fetch":
            return fetch(port)
        seconds = 5 if self.short else 20
        run = subprocess.run(["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "30s",
                              f"http://127.0.0.1:{port}/x"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True)
        return run.returncode, run.stdout
    def check(self):
        for mb in self.memories:
            g = self.guest(f"script{mb}")
            self.ok(g.status == "7" and "s" in g.state and g.output() == "hello from xen",
                    f"a script in {mb} MB: its output, its status", g)
        g = self.guest("damaged")
        self.ok(g.status == "70" and "c" in g.state and "panic: damaged payload" in g.output(),
                "a panic crashes the domain and is reported", g)
        g = self.guest("broken")
        self.ok(g.status == "" and re.search("[sc]", g.state) and not g.report(),
                "a kernel that can't start ends the domain", g)
        self.check_page()
        self.check_wrk()
        self.check_conformance()

    def check_page(self):
        status, body, seconds = self.seen.get(("page", "fetch"), (0, b"", 0))
        self.ok(status == 200 and b"<h1>" in body, f"page over netback from outside, {seconds * 1000:.0f} ms", body)
        g = self.guest("page")
        self.ok(g.status == "0" and "s" in g.state, "the service ends by itself", g)
        for request in ("shutdown", "reboot"):
            g = self.guest(request)
            self.ok(g.status == "143" and "s" in g.state and g.gone, f"xl {request} ends the service", g)

    def check_wrk(self):
        g = self.guest("wrk")
        code, said = self.seen.get(("wrk", "wrk"), (1, "not run"))
        found = re.search(r"(\d+) requests in", said)
        n, served = int(found[1]) if found else 0, g.report().get("requests", -1)
        self.ok(code == 0 and "Socket errors" not in said and "Non-2xx" not in said and n > 50 and
                n <= served <= n + self.connections and g.status == "143",
                f"wrk: {n} answers, {served} served, nothing lost", f"{said}\n{g}")

    def check_conformance(self):
        g = self.guest("conformance")
        got, want = by_program(g.said), self.images.expected
        if got:
            last = list(got)[-1]
            got[last] = [l for l in got[last] if not l.startswith("\x1e")]
        for p in self.images.programs:
            self.ok(p in want and got.get(p) == want[p], f"conformance: {p} as on erl",
                    "\n".join(difference(want.get(p, []), got.get(p, []))))
        self.ok(g.status == "0", "conformance: the guest ends well",
                f"state {g.state} status {g.status}\n" + "\n".join(g.said[-20:]))


def difference(want, got):
    for n, (a, b) in enumerate(zip(want + [None] * len(got), got + [None] * len(want))):
        if a != b:
            yield from (f"line {n}:", f"erl:  {a}", f"here: {b}")
            return


class Tools(Part):
    """lingpack in dom0, and two guests at once."""
    dhcp, fixed = "10.0.2.100", ("10.0.2.51", "10.0.2.52")

    def files(self):
        return [f"{self.images.where}/{f}" for f in ("script", "page", "page.xen", "broken")] + \
               [f"{self.build}/{f}" for f in ("lingpack", "ling-xen.elf")]

    def add(self, job):
        os.mkdir(f"{job}/lib")
        listed = subprocess.run(["ldd", f"{self.build}/lingpack"], check=True, stdout=subprocess.PIPE, text=True).stdout
        for path in re.findall(r"=> (/\S+)", listed):
            if "/libc.so" not in path:  # dom0's own, with its loader
                shutil.copy(os.path.realpath(path), f"{job}/lib/{os.path.basename(path)}")

    def addresses(self):
        return [f"{ip}:80" for ip in (self.dhcp,) + self.fixed]

    def script(self):
        fixed = f"--ip {self.fixed[0]}/24,{GATEWAY}"
        yield "tool script run script --on xen"
        yield "tool json run script --on xen --xen-type pv --json"
        yield "tool crash run broken --on xen"
        yield "tool taken run script --on xen --name Domain-0"
        yield f"tool timeout run page --on xen {fixed} --timeout 1s --json"
        yield from self.in_background("ctrlc", "run page --on xen --xen-type pv --requests infinity --json -v")
        yield "host fetch ctrlc; kill -INT $pid; wait $pid; tool_ended ctrlc $?"
        yield f"tool export export page --xl /job/exported.cfg {fixed}"
        yield "xl create -q exported.cfg && echo '@start exported'; host fetch_fixed exported"
        yield f"until_true {QUICK} is_gone page; is_gone page && echo '@gone exported'; sed 's/^/@said exported /' {{exported.cfg,/var/log/xen/xl-page.log}}"
        words = [f"ling.ip={ip}/24,{GATEWAY} ling.port=80" for ip in self.fixed]
        yield f"start one pv 32 page.xen '{words[0]}' 00:16:3e:00:00:51; start two pvh 32 page.xen '{words[1]}' 00:16:3e:00:00:52"
        yield f"await one listening {QUICK}; await two listening {QUICK}"
        yield f"host fetch_two one; finish one {QUICK}; finish two {QUICK}"
        yield "echo \"@status left $(xl list | wc -l) $(ls /tmp | wc -l)\""

    def in_background(self, name, words):
        yield f"LD_LIBRARY_PATH=/lib:/job/lib ./lingpack {words} >{name}.out 2>{name}.err </dev/null & pid=$!"
        yield f"until_true {QUICK} grep -q listening {name}.err"

    def make_job(self):
        job = super().make_job()
        with open(f"{job}/job.sh") as f:
            text = f.read()
        with open(f"{job}/job.sh", "w") as f:
            f.write("is_gone() { ! xl domid \"$1\" >/dev/null 2>&1; }\n" + text)
        return job

    def host(self, box, what, name):
        at = [box.port[a] for a in self.addresses()]
        if what == "fetch":
            return fetch(at[0])
        if what == "fetch_fixed":
            return self.fetch_soon(at[1])
        return fetch(at[1]), fetch(at[2])

    def fetch_soon(self, port):
        """xl create has returned, the guest may not listen yet."""
        end = time.time() + 60
        while True:
            got = fetch(port)
            if got[0] or time.time() > end:
                return got
            time.sleep(0.5)

    def check(self):
        g = self.guest("script")
        self.ok(g.status == "7" and g.output() == "hello from xen" and "running as a PVH guest" in "\n".join(g.err),
                "lingpack run --on xen: a script", g)
        g = self.guest("json")
        phases = g.report().get("phases_us", {})
        self.ok(g.status == "7" and g.report().get("target") == "xen-pv" and phases.get("create", 0) < 0 < phases.get("erlang", 0),
                "lingpack run --on xen: PV, --json, boot phases", g)
        g = self.guest("crash")
        self.ok(g.status == "70" and "without a report" in "\n".join(g.err), "lingpack run --on xen: a crash", g)
        g = self.guest("taken")
        self.ok(g.status == "1" and "already exists" in "\n".join(g.err), "lingpack run --on xen: xl's refusal", g)
        g = self.guest("timeout")
        self.ok(g.status == "124" and g.report().get("reason") == "timeout", "lingpack run --on xen: --timeout", g)
        g = self.guest("ctrlc")
        status, body, _ = self.seen.get(("ctrlc", "fetch"), (0, b"", 0))
        self.ok(status == 200 and g.status == "130" and g.report().get("requests") == 1 and
                f"listening on http://{self.dhcp}:80/" in "\n".join(g.err),
                "lingpack run --on xen: address by DHCP, a page, Ctrl-C", f"{status} {body}\n{g}")
        self.check_export()
        pages = self.seen.get(("one", "fetch_two"), ())
        self.ok(pages and all(p[0] == 200 for p in pages) and
                all(self.guest(n).status == "0" for n in ("one", "two")), "a PV and a PVH guest at once",
                f"{pages}\n{self.guest('one')}\n{self.guest('two')}")
        self.ok(self.guest("left").status == "2 0", "no domain and no file is left", self.guest("left"))

    def check_export(self):
        g = self.guest("exported")
        status, body, _ = self.seen.get(("exported", "fetch_fixed"), (0, b"", 0))
        self.ok(status == 200 and g.started and g.gone and self.guest("export").status == "0",
                "lingpack export, xl create: a page, and the domain is gone",
                f"{status} {body}\n{g}\n{self.guest('export')}")


class Many(Part):
    """Guests one after another: what is in use before and after."""
    warm_up = 2
    slack = {"dom0_free_kb": 2048, "xen_free_mb": 0}  # may be less by as much; all others: may not be more

    def files(self):
        return []

    def add(self, job):
        shutil.copy(f"{self.images.where}/script.xen", f"{job}/script")

    def addresses(self):
        return []

    @property
    def n(self):
        return 8 if self.short else 100

    def script(self):
        return [f"many {self.warm_up}", "census before", f"many {self.n}", "census after"]

    def host(self, box, what, name):
        return None

    def check(self):
        g, before, after = self.guest("many"), self.guest("before").counts, self.guest("after").counts
        self.ok(not g.bad and before and after, f"{self.n} guests one after another, PV and PVH in turn", g)
        for what in before:
            leak = before[what] - after.get(what, 0) if what in self.slack else after.get(what, 0) - before[what]
            self.ok(leak <= self.slack.get(what, 0), f"after {self.n} guests: {what} {before[what]} -> {after.get(what)}",
                    "more in use than before")
