#!/usr/bin/env python3
"""free_ports.py: prints a TCP port that nobody has on this machine, below those that the system gives to connections: one of those
could be taken before it is used."""
import random
import socket


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("", port))
        except OSError:
            return False
    return True


def free_ports(n):
    found = []
    while len(found) < n:
        port = random.randrange(10000, 32000)
        if port not in found and is_free(port):
            found.append(port)
    return found


if __name__ == "__main__":
    print(free_ports(1)[0])
