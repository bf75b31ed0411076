"""Processes by their pid, as far as /proc shows them. Light: a probe runs this every few seconds."""

import os

from lifeinit.engine import proc_stat
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Process(Record):
    """One that is alive. `name` is None, and what follows it means nothing, where /proc does not show the process.

    `inner_pid` is its pid in its own PID namespace.
    """

    pid: int
    name: str | None = None
    parent: int = 0
    starttime: int = 0
    uid: int = -1
    inner_pid: int = 0


def is_own() -> bool:
    """Whether /proc shows this PID namespace."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


def look(pid: int) -> Process | None:
    """The process of this pid; None where there is none, or only a zombie. /proc has to be our own."""
    stat = proc_stat.read(pid)
    try:
        uid, inner_pid = _identity(pid)
    except OSError:
        stat = None
    if stat is None:
        return _unseen(pid)
    if stat.is_dead:
        return None
    return Process(pid, os.fsdecode(stat.name), stat.parent, stat.started, uid, inner_pid or pid)


def every() -> "Iterator[Process]":
    """Every process that is alive and that /proc shows."""
    for entry in os.listdir("/proc"):
        process = look(int(entry)) if entry.isdecimal() else None
        if process is not None and process.name is not None:
            yield process


def ancestors(process: Process) -> "Iterator[int]":
    """The pids of its parent, its parent's parent, and so on, as far as they are seen."""
    parent = process.parent
    while parent > 0:
        yield parent
        above = look(parent)
        parent = 0 if above is None else above.parent


def shares_mounts(process: Process) -> bool | None:
    """Whether it has this process's mount namespace, as in the same container; None where that is not shown."""
    try:
        return os.readlink(f"/proc/{process.pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt")
    except OSError:
        return None


def short_name(pid: int) -> str | None:
    """Its name of at most 15 bytes, a zombie's too; None where /proc does not show it."""
    stat = proc_stat.read(pid)
    return None if stat is None else os.fsdecode(stat.name)


def _unseen(pid: int) -> Process | None:
    """Without /proc, or where it hides others (hidepid), all that can be asked is whether the pid is in use. kill(2)"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # it is another user's
    return Process(pid)


def _identity(pid: int) -> tuple[int, int]:
    """The effective uid, and the pid in the innermost PID namespace (0 before Linux 4.1). proc(5)

    Why not the owner of /proc/PID: of a program with file capabilities that is root.
    """
    uid = inner_pid = 0
    with open(f"/proc/{pid}/status", "rb") as status:
        for line in status:
            if line.startswith(b"Uid:"):
                uid = int(line.split()[2])
            elif line.startswith(b"NSpid:"):
                inner_pid = int(line.split()[-1])
    return uid, inner_pid
