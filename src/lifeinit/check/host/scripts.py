"""The first line of a program that is a script, as the kernel reads it. execve(2)"""

import re
from typing import NamedTuple

LONGEST = 256  # bytes: BINPRM_BUF_SIZE

_BOM = b"\xef\xbb\xbf"
_ASSIGNMENT = re.compile(r"\w+=")


class FirstLine(NamedTuple):
    """`problem` is the message and the fix where the kernel misreads it. `through_env` is what env(1) is to find.

    `is_text`: neither a binary nor a script with an interpreter of its own; execvp(3) has /bin/sh run it.
    """

    text: str = ""
    interpreter: str | None = None
    through_env: str | None = None
    is_text: bool = False
    problem: tuple[str, str] | None = None


def first_line(raw: bytes) -> FirstLine:
    """What the beginning of a program says."""
    if raw.startswith(_BOM + b"#!"):
        message = "begins with a byte order mark, so the kernel sees no interpreter in its first line"
        return FirstLine(problem=(message, "save it as UTF-8 without a byte order mark"))
    if not raw.startswith(b"#!"):
        return FirstLine(is_text=bool(raw) and b"\0" not in raw)
    line, end, _ = raw.partition(b"\n")
    if line.endswith(b"\r"):
        message = (
            "has Windows line endings, and the kernel takes the carriage return for part of the interpreter's name"
        )
        fix = "save it with Unix line endings (sed -i 's/\\r$//', or *.sh text eol=lf in .gitattributes)"
        return FirstLine(problem=(message, fix))
    text = line.decode("utf-8", "surrogateescape").rstrip(" \t")
    interpreter, _, arguments = text[2:].strip(" \t").replace("\t", " ").partition(" ")
    if not interpreter or (not end and len(raw) >= LONGEST):
        return FirstLine(is_text=True)
    return FirstLine(text, interpreter, _through_env(interpreter, arguments.strip()))


def _through_env(interpreter: str, arguments: str) -> str | None:
    """The kernel passes all that follows as one argument; `env -S` splits it. env(1)"""
    if interpreter.rpartition("/")[2] != "env" or not arguments:
        return None
    if not arguments.startswith("-"):
        return None if "=" in arguments else arguments
    if not arguments.startswith(("-S", "--split-string")):
        return None
    words = arguments.removeprefix("--split-string").removeprefix("-S").lstrip("=").split()
    return next((word for word in words if not word.startswith("-") and not _ASSIGNMENT.match(word)), None)
