"""The files that the samples of the rules speak of, in a directory of their own."""

import os
import struct
import sys
from pathlib import Path

FOREIGN = {62: 183, 183: 62}  # x86-64 and arm64


def elf(machine: int | None = None, loader: bytes = b"") -> bytes:
    """A 64-bit program's beginning: enough for the kernel to say what it would need."""
    own = Path(sys.executable).read_bytes()[:20]
    order = "<" if own[5] == 1 else ">"
    number = struct.unpack_from(f"{order}H", own, 18)[0] if machine is None else machine
    head = own[:16] + struct.pack(
        f"{order}HHIQQQIHHHHHH", 2, number, 1, 0, 64, 0, 0, 64, 56, int(bool(loader)), 0, 0, 0
    )
    name = loader + b"\0"
    return head + struct.pack(f"{order}IIQQQQQQ", 3, 4, 120, 0, 0, len(name), len(name), 1) + name


def another_machine() -> int:
    own = Path(sys.executable).read_bytes()[:20]
    number: int = struct.unpack_from("<H" if own[5] == 1 else ">H", own, 18)[0]
    return FOREIGN.get(number, 62)


def make(root: Path) -> None:
    """Directories are open, and closed to everybody but their owner where their name says so."""
    files: dict[str, tuple[bytes, int]] = {
        "scripts/migrate.sh": (b"#!/bin/sh\necho ok\n", 0o755),
        "scripts/plain.sh": (b"#!/bin/sh\necho ok\n", 0o644),
        "scripts/windows.sh": (b"#!/bin/sh\r\necho ok\r\n", 0o755),
        "scripts/old.py": (b"#!/usr/bin/python2.5\n", 0o755),
        "scripts/start.sh": (b"#!/bin/sh\n# starts it\nset -e\n\nsleep 60\n", 0o755),
        "scripts/start-exec.sh": (b"#!/bin/sh\nset -e\nexec sleep 60\n", 0o755),
        "closed/tool": (b"#!/bin/sh\n", 0o755),
        "app/cleanup.sh": (b"#!/bin/sh\n", 0o755),
        "bin/built-for-alpine": (elf(loader=b"/lib/ld-musl-none.so.1"), 0o755),
        "bin/built-for-another-processor": (elf(another_machine()), 0o755),
        "bin/static": (elf(), 0o755),
        "bin/npm": (b"#!/bin/sh\n", 0o755),
        "bin/npx": (b"#!/bin/sh\n", 0o755),
        "bin/node": (elf(), 0o755),
        "bin/tini": (elf(), 0o755),
        "bin/dumb-init": (elf(), 0o755),
        "bin/redis-server": (elf(), 0o755),
        "server.js": (b"", 0o644),
    }
    root.chmod(0o755)
    for name, (content, mode) in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
    (root / "closed").chmod(0o700)
    if os.geteuid() == 0:
        os.chown(root / "app", 1000, 1000)


def make_odd(root: Path) -> None:
    """What no sample of a rule speaks of, and a program may meet all the same."""
    files = {
        "bom.sh": b"\xef\xbb\xbf#!/bin/sh\n",
        "env.py": b"#!/usr/bin/env python9 -u\n",
        "envs.py": b"#!/usr/bin/env -S -i A=1 python9 -u\n",
        "zip": b"PK\0\0",
        "short": b"\x7fELF",
        "empty": b"",
        "relative.sh": b"#!sh\n",
        "unreadable.sh": b"#!/bin/sh\n",
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
        (root / name).chmod(0o755)
    (root / "unreadable.sh").chmod(0o711)
    os.mkfifo(root / "fifo", 0o777)
    (root / "loop").symlink_to("loop")
    (root / "zero").symlink_to("/dev/zero")
    (root / "manage.py").touch()
    if os.geteuid() == 0:
        os.chown(root / "manage.py", 1000, 1000)
