"""What kind of program a file is, by its first bytes: a script and of which interpreter, or a binary and for what."""

import re
import struct
import sys
from functools import cache
from typing import NamedTuple

from lifeinit.check.host.read_head import beginning

_HEAD = 4096  # bytes; the kernel itself looks at 256, and at the program headers
_LINE = 256  # BINPRM_BUF_SIZE
_BOM = b"\xef\xbb\xbf"
_PT_INTERP = 3
_ASSIGNMENT = re.compile(r"\w+=")
_MACHINES = {3: "i386", 40: "arm", 62: "x86-64", 183: "arm64", 243: "riscv", 21: "ppc64", 22: "s390x"}
_ALSO_RUNS = {62: {3}, 183: {40}}  # 64-bit kernels run the 32-bit programs of their family


class Head(NamedTuple):
    """`unfit` is why no kernel here executes it. `interpreter` is a script's, `through_env` what env(1) is to find.

    `is_text`: neither a binary nor a script with a first line of its own; /bin/sh runs it.
    """

    unfit: tuple[str, str, str] | None = None
    interpreter: str | None = None
    first_line: str = ""
    through_env: str | None = None
    loader: str | None = None
    is_text: bool = False


def head(path: str) -> Head:
    """What the first bytes say; nothing of a file that we may not read."""
    raw = beginning(path, _HEAD)
    if raw.startswith(b"\x7fELF"):
        return _elf(path, raw)
    if raw.startswith(b"#!"):
        return _script(raw)
    if raw.startswith(_BOM + b"#!"):
        sentence = "begins with a byte order mark, so its first line names no interpreter and /bin/sh runs it"
        return Head(("E306", sentence, "save it as UTF-8 without a byte order mark"))
    if b"\0" in raw[:_LINE]:
        return Head(("E308", "is no program: a binary file of no kind that Linux runs", "name the program itself"))
    return Head(is_text=bool(raw))


def _script(raw: bytes) -> Head:
    line, end, _ = raw[: _LINE * 4].partition(b"\n")
    if line.endswith(b"\r"):
        sentence = "has Windows line ends: the kernel takes the carriage return for a part of the interpreter's name"
        return Head(
            ("E306", sentence, "save it with Unix line ends (sed -i 's/\\r$//', or *.sh text eol=lf in .gitattributes)")
        )
    text = line[2:].decode("utf-8", "surrogateescape").strip(" \t")
    interpreter, _, arguments = text.replace("\t", " ").partition(" ")
    if not interpreter or len(line) >= _LINE or (not end and len(raw) >= _LINE):
        return Head(is_text=True)
    arguments = arguments.strip()
    return Head(None, interpreter, f"#!{text}", _through_env(interpreter, arguments))


def _through_env(interpreter: str, arguments: str) -> str | None:
    """The kernel hands over all that follows as one argument; `env -S` takes it apart again. env(1)"""
    if interpreter.rpartition("/")[2] != "env" or not arguments:
        return None
    if not arguments.startswith("-"):
        return None if "=" in arguments else arguments
    if not arguments.startswith("-S") and not arguments.startswith("--split-string"):
        return None
    words = arguments.removeprefix("--split-string").removeprefix("-S").lstrip("=").split()
    return next((word for word in words if not word.startswith("-") and not _ASSIGNMENT.match(word)), None)


def _elf(path: str, raw: bytes) -> Head:
    machine = _machine(raw)
    own = _own_machine()
    if machine is not None and own is not None and machine != own and machine not in _ALSO_RUNS.get(own, ()):
        built, here = (_MACHINES.get(one, f"machine {one}") for one in (machine, own))
        return Head(("E308", f"was built for {built}, and this is {here}", f"take its build for {here}"))
    return Head(loader=_loader(path, raw))


def _machine(raw: bytes) -> int | None:
    order = {1: "<", 2: ">"}.get(raw[5]) if len(raw) > 20 else None
    return None if order is None else int(struct.unpack_from(f"{order}H", raw, 18)[0])


@cache
def _own_machine() -> int | None:
    """That of the interpreter we are run by: what it is for runs here."""
    return _machine(beginning(sys.executable, 64))


def _loader(path: str, raw: bytes) -> str | None:
    """The program that loads it, from its program headers; None for a static one. elf(5)"""
    try:
        wide, order = raw[4] == 2, "<" if raw[5] == 1 else ">"
        (table,) = struct.unpack_from(f"{order}Q" if wide else f"{order}I", raw, 32 if wide else 28)
        size, count = struct.unpack_from(f"{order}HH", raw, 54 if wide else 42)
        for i in range(min(count, 64)):
            at = table + i * size
            (kind,) = struct.unpack_from(f"{order}I", raw, at)
            if kind == _PT_INTERP:
                offset = struct.unpack_from(f"{order}Q" if wide else f"{order}I", raw, at + (8 if wide else 4))[0]
                length = struct.unpack_from(f"{order}Q" if wide else f"{order}I", raw, at + (32 if wide else 16))[0]
                name = raw if offset + length <= len(raw) else beginning(path, min(offset + length, 1 << 16))
                return (
                    name[offset : offset + min(length, 4096)].rstrip(b"\0").decode("utf-8", "surrogateescape") or None
                )
    except (struct.error, IndexError):
        pass  # shorter than it says
    return None
