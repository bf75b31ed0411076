"""A secret that a file holds: read by the child that gets it, as lifeinit itself, before its user changes.

PID 1 only knows the path. Loaded by that child, and by the planner, which tries what can be tried beforehand.
"""

import os

from lifeinit.engine import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LARGEST: "Final" = (1 << 17) - 1  # bytes of a variable with its name and its sign; execve(2) adds a NUL
_FILE_TYPE, _REGULAR = 0o170000, 0o100000  # inode(7)


def read(name: bytes, path: bytes) -> bytes:
    """The text of the file without its last newline. Raises OSError with a sentence, which never holds the text."""
    try:
        text = _text(path, LARGEST - len(name))
    except OSError as error:
        raise _refused(name, path, str(error.strerror)) from None
    if len(text) + len(name) >= LARGEST:
        raise _refused(name, path, "it is larger than the 128 KiB that execve(2) allows")
    if b"\0" in text:
        raise _refused(name, path, "it holds a NUL, which no variable can")
    return text


def _text(path: bytes, most: int) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)  # a fifo would hold the start up
    try:
        if os.fstat(fd).st_mode & _FILE_TYPE != _REGULAR:
            raise OSError(syscalls.INVALID, "it is not a regular file")
        text = b""
        while len(text) <= most + 1 and (part := os.read(fd, most + 2)):
            text += part
        return text.removesuffix(b"\n")
    finally:
        os.close(fd)


def _refused(name: bytes, path: bytes, why: str) -> OSError:
    what = f'the secret {os.fsdecode(name)} cannot be read from "{os.fsdecode(path)}": {why}'
    return OSError(syscalls.NO_KEY, what)
