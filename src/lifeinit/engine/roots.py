"""The children that lifeinit has started: for a plain PID 1 that is all it has to know of whose a process is."""

import os

from lifeinit.engine import proc_stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifeinit.engine.proc_stat import ProcStat


class Lookup:
    """What one wake-up has learned of processes that may speak for an app, so that none is read of /proc twice."""

    __slots__ = ("answers", "reads")

    def __init__(self) -> None:
        self.answers: dict[int, bool] = {}
        self.reads = 0


class Roots:
    """Each child is the root of a tree, which is named by the child's serial number.

    By itself for an init that has one life and no hooks, and is PID 1: what it sees is all its own, and nobody asks for
    one tree. The base of the table that knows them (descendants.py).
    """

    def __init__(self) -> None:
        self._own = os.getpid()
        self._serial = 0
        self._roots: dict[int, int] = {}  # pid -> tree, until the root is reaped

    @property
    def has_strangers(self) -> bool:
        """Whether lifeinit had children before it started one. Nobody asks PID 1."""
        return False

    @property
    def spared(self) -> int:
        """A child of lifeinit's own, which lives to the exit and is no leftover; 0: there is none."""
        return 0

    @property
    def pids(self) -> "Iterable[int]":
        """The pid of each root that is not reaped yet."""
        return self._roots.keys()

    def expect(self) -> int:
        """The tree of the child that is forked next. Answered by `started`, whether or not a child came of it."""
        self._serial += 1
        return self._serial

    def started(self, tree: int, pid: int, session: bool) -> None:  # noqa: ARG002  # whose session it leads
        """The root of a tree runs, as the leader of a session or of a process group; 0: there is no child."""
        if pid:
            self._roots[pid] = tree

    def reaped(self, pid: int) -> None:
        """A child is no more, and its pid may be another process's from now on."""
        self._roots.pop(pid, None)

    def speaks_for(self, pid: int, tree: int, main: int, lookup: Lookup) -> bool:  # noqa: ARG002  # for those who ask
        """Whether one process surely belongs to a tree."""
        return self._roots.get(pid) == tree

    def leftovers(self) -> "list[ProcStat]":
        """Every living process of every tree. Raises OSError where there is no /proc."""
        return self.everything()

    def everything(self) -> "list[ProcStat]":
        """Every living process that lifeinit ends before it exits. Raises OSError where there is no /proc."""
        return [
            process for process in proc_stat.read_all().values() if process.pid != self._own and not process.is_dead
        ]
