#!/usr/bin/env python3
"""add-payload ELF OUT BYTES: appends a payload of that size to a kernel, as lingpack does: a header that says LINGIMG1
and how long it is, the rest 0x11. For tests of the kernel layer without lingpack."""
import struct, sys

elf, out, size = bytearray(open(sys.argv[1], "rb").read()), sys.argv[2], int(sys.argv[3], 0)
payload = struct.pack("<QIIQ", 0x31474D49474E494C, 1, 24, size).ljust(size, b"\x11")
phoff, = struct.unpack_from("<Q", elf, 32)
phnum, = struct.unpack_from("<H", elf, 56)
at = (len(elf) + 4095) // 4096 * 4096
phdr = struct.pack("<IIQQQQQQ", 1, 4, at, 0x400000, 0x400000, size, size, 4096)
struct.pack_into("<H", elf, 56, phnum + 1)
end = phoff + 56 * phnum
assert not any(elf[end:end + 56]), "no room for a program header"
elf[end:end + 56] = phdr
open(out, "wb").write(elf.ljust(at, b"\0") + payload)
