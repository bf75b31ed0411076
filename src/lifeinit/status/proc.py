"""Processes by their pid, as far as /proc shows them. Light: a probe runs this every few seconds."""

import os

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Process(Record):
    """One that is alive. `name` is None, and `starttime` and `uid` mean nothing, where /proc does not show it."""

    pid: int
    name: str | None = None
    parent: int = 0
    starttime: int = 0
    uid: int = -1


def look(pid: int) -> Process | None:
    """The process of this pid; None where there is none, or only a zombie."""
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return _unseen(pid)  # /proc shows another PID namespace
        name, fields = _stat(pid)
        uid = _effective_uid(pid)
    except OSError:
        return _unseen(pid)
    if fields[0] in {b"Z", b"X"}:
        return None
    return Process(pid, name, int(fields[1]), int(fields[19]), uid)


def has_living_child(pid: int) -> bool:
    """Whether a process other than this one is its child and no zombie."""
    return next(living_children(pid), None) is not None


def living_children(pid: int) -> "Iterator[Process]":
    """Its children that are no zombies, without this process. Raises OSError where there is no /proc."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) != os.getpid():
            process = look(int(entry))
            if process is not None and process.name is not None and process.parent == pid:
                yield process


def short_name(pid: int) -> str | None:
    """Its name of at most 15 bytes, a zombie's too; None where /proc does not show it."""
    try:
        return _stat(pid)[0]
    except OSError:
        return None


def _unseen(pid: int) -> Process | None:
    """Without /proc, or where it hides others (hidepid), all that can be asked is whether the pid is in use. kill(2)"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # it is another user's
    return Process(pid)


def _stat(pid: int) -> tuple[str, list[bytes]]:
    """The name, and the fields from the state on. The name stands in brackets and may hold brackets. proc(5)"""
    with open(f"/proc/{pid}/stat", "rb") as stat:
        head, _, tail = stat.read().rpartition(b")")
    return os.fsdecode(head.partition(b"(")[2]), tail.split()


def _effective_uid(pid: int) -> int:
    """Whose files it makes. Why not the owner of /proc/PID: of a program with file capabilities that is root."""
    with open(f"/proc/{pid}/status", "rb") as status:
        line = next(line for line in status if line.startswith(b"Uid:"))
    return int(line.split()[2])
