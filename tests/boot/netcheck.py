#!/usr/bin/env python3
"""netcheck: the other side of tests/boot/guest.c's echo mode.   netcheck.py PORT CHECK [N]
Prints "ok" and what was seen, or says what is wrong and exits 1. Checks connect again until the guest listens."""
import socket, sys, time, os, struct

PORT = int(sys.argv[1])

def connect(wait=10.0):
    """A connection that the guest itself has answered: QEMU's user network accepts before the guest is up."""
    until = time.monotonic() + wait
    while True:
        s = socket.socket()
        s.settimeout(10)
        try:
            s.connect(("127.0.0.1", PORT))
            return s
        except OSError:
            s.close()
            if time.monotonic() > until: raise
            time.sleep(0.02)

def read_n(s, n):
    got = bytearray()
    while len(got) < n:
        part = s.recv(65536)
        if not part: break
        got += part
    return bytes(got)

def ready():
    until = time.monotonic() + 30
    while True:
        try:
            s = connect()
            s.settimeout(1) # a connection made before the guest had its address may stay mute for long: make another
            s.sendall(b"hello\n")
            if read_n(s, 6) == b"hello\n":
                s.settimeout(10)
                return s
            s.close()
        except OSError: pass
        if time.monotonic() > until: sys.exit("the guest does not answer")
        time.sleep(0.02)

def echo(n):
    s, data = ready(), os.urandom(n)
    sent, got = 0, bytearray()
    s.setblocking(False)
    import select
    while len(got) < n:
        r, w, _ = select.select([s], [s] if sent < n else [], [], 10)
        if not r and not w: sys.exit(f"stuck: sent {sent}, got {len(got)} of {n}")
        if w: sent += s.send(data[sent:sent + 65536])
        if r: got += s.recv(65536)
    assert bytes(got) == data, "echoed bytes differ"
    return f"{n} bytes"

def latency(n):
    s, times = ready(), []
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(n):
        t = time.monotonic()
        s.sendall(b"x" * 64)
        assert len(read_n(s, 64)) == 64
        times.append(time.monotonic() - t)
    times.sort()
    return f"median {times[n // 2] * 1e6:.0f} us, worst {times[-1] * 1e6:.0f} us"

def many(n):
    """n connections open at once. QEMU's user network listens with a backlog of 1, so they come one by one."""
    conns = []
    for i in range(n):
        s = ready()
        conns.append(s)
    for i, s in enumerate(conns): s.sendall(b"conn %d\n" % i)
    for i, s in enumerate(conns):
        want = b"conn %d\n" % i
        got = read_n(s, len(want))
        assert got == want, f"connection {i}: {got!r}"
    for s in conns: s.close()
    return f"{n} at once"

def serial(n):
    ready().close()
    for i in range(n):
        s = connect()
        s.sendall(b"n%d\n" % i)
        assert read_n(s, len(b"n%d\n" % i)) == b"n%d\n" % i
        s.close()
    return f"{n} one after another"

def flood(n):
    """The guest sends n bytes and closes at once: all must come, in order, and then the end."""
    s = ready()
    s.sendall(b"flood %d\n" % n)
    got = read_n(s, n + 1)
    assert len(got) == n, f"{len(got)} of {n} bytes"
    return f"{n} bytes before the end"

def slow(n):
    """As flood, but the reader stops for a while: the window closes and opens again."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(20)
    ready().close()
    s.connect(("127.0.0.1", PORT))
    s.sendall(b"flood %d\n" % n)
    time.sleep(2)
    assert len(read_n(s, n + 1)) == n
    return f"{n} bytes to a slow reader"

def reset(_):
    s = ready()
    s.sendall(b"reset\n")
    try: got = s.recv(10)
    except ConnectionResetError: return "RST seen"
    return "ended" if got == b"" else sys.exit(f"got {got!r}")

def client_reset(n):
    """Clients that reset in the middle leave the server alive."""
    for _ in range(n):
        s = ready()
        s.sendall(b"flood 10000000\n")
        s.recv(1000)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    ready().close()
    return f"{n} resets survived"

def half_close(_):
    s = ready()
    s.sendall(b"last words\n")
    s.shutdown(socket.SHUT_WR)
    got = read_n(s, 100)
    assert got == b"last words\n", got
    return "answered after FIN"

def quit_(_):
    s = ready()
    s.sendall(b"quit\n")
    s.settimeout(5)
    try: s.recv(10)
    except OSError: pass
    return "asked to quit"

check = {"echo": echo, "latency": latency, "many": many, "serial": serial, "flood": flood, "slow": slow, "reset": reset,
         "client_reset": client_reset, "half_close": half_close, "quit": quit_}[sys.argv[2]]
print("ok:", sys.argv[2], check(int(sys.argv[3]) if len(sys.argv) > 3 else 0))
