#!/usr/bin/env python3
"""Clients that behave badly, eight at a time for some seconds: they reset connections in every state, stop reading, send half
requests, pipeline and leave. In between well-behaved ones must get their answers. Usage: abuse.py PORT SECONDS"""
import random
import socket
import struct
import sys
import threading
import time

port, end = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
counts, failures, lock = {}, [], threading.Lock()
GET = b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n"


def dial():
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def leave(s):
    random.choice((reset, socket.socket.close))(s)


def answer(s):
    """Status and length of the body of one answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = s.recv(65536)
        if not piece:
            raise OSError("end within a head")
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    n = len(body)
    while n < length:
        piece = s.recv(65536)
        if not piece:
            raise OSError("end within a body")
        n += len(piece)
    return int(head[9:12]), n


def good():
    s = dial()
    for _ in range(3):
        s.sendall(GET % b"/")
        if answer(s) != (200, 4):
            raise OSError("wrong answer")
    s.close()


def good_large():
    s = dial()
    s.sendall(GET % b"/binary/1600000")
    if answer(s) != (200, 1600000):
        raise OSError("wrong answer")
    s.close()


def nothing():
    leave(dial())


def half_head():
    s = dial()
    s.sendall(b"GET / HTTP/1.1\r\nHos")
    leave(s)


def half_body():
    s = dial()
    s.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + b"x" * random.randrange(1, 300000))
    leave(s)


def half_chunks():
    s = dial()
    s.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + b"x" * 5000)
    leave(s)


def no_reading():
    s = dial()
    s.sendall(GET % b"/binary/1600000")
    time.sleep(random.random() / 20)
    leave(s)


def some_reading():
    s = dial()
    s.sendall(GET % b"/nested/800000")
    s.recv(random.randrange(1, 100000))
    leave(s)


def pipeline():
    s = dial()
    s.sendall((GET % b"/term") * 100)
    s.recv(1000)
    leave(s)


def sleeper():
    s = dial()
    s.sendall(GET % b"/pause")
    leave(s)


def crash():
    s = dial()
    s.sendall(GET % b"/crash")
    if answer(s)[0] != 500:
        raise OSError("no 500")
    leave(s)


BAD = (nothing, half_head, half_body, half_chunks, no_reading, some_reading, pipeline, sleeper, crash)


def worker(seed):
    rng = random.Random(seed)
    while time.monotonic() < end:
        what = rng.choice((good, good, good_large) + BAD)
        try:
            what()
        except OSError as e:
            # to a client that leaves anyway it does not matter
            if what in (good, good_large):
                with lock:
                    failures.append(f"{what.__name__}: {e}")
        with lock:
            counts[what.__name__] = counts.get(what.__name__, 0) + 1


threads = [threading.Thread(target=worker, args=(i,)) for i in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
good()
print(sum(counts.values()), "clients,", len(failures), "failures", *failures[:3])
sys.exit(bool(failures))
