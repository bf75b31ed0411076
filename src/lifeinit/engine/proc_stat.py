"""Processes as /proc/PID/stat shows them: one of them, or all of them at once. proc(5)"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Self

_ROOM = 1024  # bytes; a line has less than 400
_MOST_SEEN = 64  # processes, in 0.2 ms
_DEAD = {b"Z", b"X"}
_RUNNING = b"R"  # on a processor, or in the queue for one
_STOPPED = b"T"  # by a signal; `t` is a tracer's matter


class ProcStat:
    """One process. `started` is in clock ticks since the boot: with the pid it names a process for ever.

    Why no Record: a cleanup makes one for each process of the container, and this takes a third of the time.
    """

    __slots__ = ("group", "name", "parent", "pid", "session", "started", "state")

    def __init__(self, pid: int, line: bytes) -> None:
        # The name stands in brackets and may hold anything, brackets too.
        head, _, tail = line.rpartition(b")")
        fields = tail.split(None, 20)
        self.pid = pid
        self.name = head.partition(b"(")[2]
        self.state = fields[0]
        self.parent, self.group, self.session, self.started = map(int, (*fields[1:4], fields[19]))

    @property
    def is_dead(self) -> bool:
        """A zombie counts as dead: it acts on nothing, and perhaps nobody reaps it."""
        return self.state in _DEAD

    @property
    def is_running(self) -> bool:
        """Whether it waits for nothing but the processor."""
        return self.state == _RUNNING

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it, so that it acts on nothing but SIGCONT and SIGKILL."""
        return self.state == _STOPPED

    def is_same(self, other: "Self | None") -> bool:
        """Whether both are the same process, not two that had the same pid one after the other."""
        return other is not None and (self.pid, self.started) == (other.pid, other.started)


def read(pid: int) -> ProcStat | None:
    """The process of this pid; None where there is none, or where /proc does not show it."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None
    try:
        return ProcStat(pid, os.read(fd, _ROOM))
    except (OSError, IndexError, ValueError):
        return None  # ESRCH: it was reaped meanwhile
    finally:
        os.close(fd)


def ignores(pid: int, signo: int) -> bool:
    """Whether the process ignores a standard signal; False where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            ignored = int(stat.read().rpartition(b")")[2].split()[30])
    except (OSError, IndexError, ValueError):
        return False
    return bool(ignored >> (signo - 1) & 1)


def user(pid: int) -> int | None:
    """Its real user: of a set-user-ID program the one who has started it. None where /proc does not show it."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            return next((int(line.split()[1]) for line in status if line.startswith(b"Uid:")), None)
    except OSError:
        return None


def any_of(users: "Collection[int]") -> bool:
    """Whether another process than this one has one of these users; also where a look at a few does not tell."""
    own = str(os.getpid())
    try:
        with os.scandir("/proc") as entries:
            others = (entry for entry in entries if entry.name.isdecimal() and entry.name != own)
            for seen, other in enumerate(others):
                if seen == _MOST_SEEN or _owner(other) in users:
                    return True
    except OSError:
        return True  # no /proc
    return False


def _owner(entry: "os.DirEntry[str]") -> int | None:
    """The effective user of the process; None where it is gone."""
    try:
        return entry.stat().st_uid
    except OSError:
        return None


def read_all() -> dict[int, ProcStat]:
    """Every process that /proc shows, by its pid. Raises OSError where it does not show even this one."""
    processes = (read(int(entry)) for entry in os.listdir("/proc") if entry.isdecimal())
    table = {process.pid: process for process in processes if process is not None}
    if os.getpid() not in table:
        raise FileNotFoundError("/proc does not show this PID namespace, or there is no descriptor left for it")
    return table


def tree(known: set[int]) -> list[ProcStat]:
    """The living processes that descend from the known ones, and those of the sessions that one of them leads.

    They are known from then on: a session has the number of its leader also when that one is dead. Raises OSError.
    """
    table = read_all()
    while new := {pid for pid, each in table.items() if pid not in known and {each.parent, each.session} & known}:
        known |= new
    return [each for pid, each in table.items() if pid in known and not each.is_dead]


def below(root: int) -> list[ProcStat]:
    """The living processes that descend from one. Raises OSError."""
    return [process for process in descendants(root, read_all()) if not process.is_dead]


def descendants(root: int, table: dict[int, ProcStat]) -> list[ProcStat]:
    """Each once, though of lines that were read one after the other the parents may form a circle."""
    children: dict[int, list[ProcStat]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    found = children.pop(root, [])
    for process in found:  # which grows meanwhile
        found += children.pop(process.pid, ())
    return found
