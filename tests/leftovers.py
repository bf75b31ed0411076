"""What a run of the tests leaves behind: files in shared directories, and processes."""

import ctypes
import os
import signal
from pathlib import Path

_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run")
_OF_PYTEST = "pytest-of-"  # its directory of temporary directories, which it empties itself
_PR_SET_CHILD_SUBREAPER = 36


def files() -> frozenset[str]:
    found: set[str] = set()
    for place in _PLACES:
        if os.path.isdir(place):
            found |= {f"{place}/{name}" for name in os.listdir(place) if not name.startswith(_OF_PYTEST)}
    return frozenset(found)


def adopt_orphans() -> None:
    """From here on every process that a test has lost is a child of this one. prctl(2)"""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def terminate_children() -> set[str]:
    """The command lines of the processes that live below this one, which have ended when it returns."""
    found: set[str] = set()
    while children := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        for pid in map(int, children):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if command:  # that of a zombie is empty
                found.add(command)
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return found
