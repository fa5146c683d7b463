"""images.py: what the guests of the tests run."""
import glob
import os
import re
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAYLOAD_BYTES_AT = 16  # in the payload's header
HELLO = '-module(script).\n-export([main/1]).\nmain(_) -> io:put_chars("hello from xen\\n"), halt(7).\n'
# Not in a short run: a compiler with its modules, upper limits on the time that things take, a hundred thousand monitors.
LONG_PROGRAMS = ("otp_compiler_conf", "timers_conf", "relations_many_conf")
DRIVER = """-module(all).
-export([main/1]).
main(_) -> lists:foreach(fun one/1, [%s]).
one(Module) ->
    io:format("@@ ~s~n", [Module]),
    {_, Ref} = spawn_monitor(fun() -> apply(Module, main, [[]]) end),
    receive
        {'DOWN', Ref, _, _, normal} -> ok;
        {'DOWN', Ref, _, _, Why} -> io:format("died: ~p~n", [Why])
    end.
"""


def lingpack(build, *words):
    subprocess.run([f"{build}/lingpack", *words], check=True, stdout=subprocess.DEVNULL)


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


class Images:
    """In a directory: script and page, for QEMU and (.xen) for Xen; conformance, damaged, broken, for Xen."""

    def __init__(self, build, where, everything):
        self.build, self.where = build, where
        write(f"{where}/script.erl", HELLO)
        for name, source in (("script", f"{where}/script.erl"), ("page", f"{ROOT}/examples/hello")):
            lingpack(build, "build", source, "-o", f"{where}/{name}")
            lingpack(build, "build", source, "--target", "xen", "-o", f"{where}/{name}.xen")
        self.damage()
        self.break_code()
        self.programs = [os.path.basename(p)[:-4] for p in sorted(glob.glob(f"{ROOT}/tests/erl/*.erl"))]
        if not everything:
            self.programs = [p for p in self.programs if p not in LONG_PROGRAMS]
        self.expected = self.conformance()

    def damage(self):
        """The payload says that it is longer than there may be."""
        data = bytearray(open(f"{self.where}/script.xen", "rb").read())
        at = [m.start() for m in re.finditer(b"LINGIMG1", data) if m.start() % 4096 == 0][-1] + PAYLOAD_BYTES_AT
        data[at:at + 8] = b"\xff" * 8
        with open(f"{self.where}/damaged", "wb") as f:
            f.write(data)

    def break_code(self):
        """The kernel's code but for the nub is ud2 throughout: the guest faults before it can report anything."""
        data = bytearray(open(f"{self.where}/script.xen", "rb").read())
        headers, = struct.unpack_from("<Q", data, 32)
        segments = [struct.unpack_from("<IIQ16xQ", data, headers + n * 56) for n in range(data[56])]
        _nub, (_, _, offset, size) = [s for s in segments if s[0] == 1 and s[1] & 1]
        data[offset:offset + size // 2 * 2] = b"\x0f\x0b" * (size // 2)
        with open(f"{self.where}/broken", "wb") as f:
            f.write(data)

    def conformance(self):
        """All programs in one image; what each says on erl."""
        work = f"{self.where}/beams"
        os.mkdir(work)
        sources = [f"{ROOT}/tests/erl/{p}.erl" for p in self.programs]
        write(f"{work}/all.erl", DRIVER % ", ".join(self.programs))
        subprocess.run(["erlc", "+deterministic", "-o", work, f"{work}/all.erl", *sources], check=True,
                       stdout=subprocess.DEVNULL)
        keep = [word for s in sources for line in re.findall("^%% keep: (.*)", open(s).read(), re.M)
                for module in line.split() for word in ("--keep", module)]
        lingpack(self.build, "build", f"{work}/all.beam", *[f"{work}/{p}.beam" for p in self.programs],
                 "--entry", "all", "--target", "xen", "-o", f"{self.where}/conformance", *keep)
        run = ["erl", "-noshell", "-noinput", "-kernel", "logger_level", "none", "-pa", work, "-eval",
               "io:setopts([{encoding, unicode}]), all:main([]), erlang:halt(0)."]
        said = subprocess.run(run, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120).stdout
        return by_program(said.decode("latin1").splitlines())


def by_program(lines):
    """{program: its lines}"""
    programs, at = {}, None
    for line in lines:
        if line.startswith("@@ "):
            at = programs.setdefault(line[3:], [])
        elif at is not None:
            at.append(line)
    return programs
