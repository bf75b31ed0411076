"""Whose process is this: every child that lifeinit starts is the root of a tree, and one table says what belongs to it.

A process belongs to the tree of its nearest ancestor that is a root. Where that ancestor is gone, it belongs to the
tree whose session or process group it is in, and else to the tree whose mark it has inherited (marks.py). Each answer
is made of one reading of /proc: its cost is linear in the number of processes, whoever made them.

What was a child of lifeinit at its start is a stranger, and so is what descends from it: an entrypoint script may have
started it before `exec lifeinit`. So is what has entered the container from outside (docker exec, a health check), and
what it left behind.

What the table cannot know:
- An orphan that left its session and changed its mark as well belongs to nobody. PID 1 terminates it before the last
  exit, and a subreaper too, unless there were strangers.
- Where /proc is missing, or hides other users' processes (hidepid), what it does not show belongs to nobody.
- Of a session that was empty for a moment and whose number was reused, before anybody looked, the new one is taken for
  the old one, if lifeinit has become the parent of who is in it.
- Where lifeinit is neither PID 1 nor a subreaper, orphans have another parent: their mark is not asked for.
"""

import os

from lifeinit.engine import proc_stat, syscalls
from lifeinit.engine.roots import Roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.marks import Marks
    from lifeinit.engine.proc_stat import ProcStat
    from lifeinit.engine.roots import Lookup

    Table = dict[int, ProcStat]

_MOST_ANCESTORS = 256
_MOST_IDS = 256  # sessions and groups that are remembered between two readings of /proc
_UNKNOWN_TREE = 0  # of an orphan that can only be ours, but nobody knows of which child


class Descendants(Roots):
    """The trees of one lifeinit. A tree is named by the serial number of the child that is its root."""

    def __init__(self, has_marks: bool, adopts_orphans: bool = True) -> None:
        super().__init__()
        self._adopts_orphans = adopts_orphans
        self._own_session, self._own_group = os.getsid(0), os.getpgrp()
        self._marks = _marks() if has_marks else None
        self._sessions: dict[int, int] = {}  # session -> tree
        self._groups: dict[int, int] = {}  # process group -> tree
        self._kept: set[int] = set()
        self._strangers = self._children_at_start()
        self._spared = 0

    def _children_at_start(self) -> dict[int, int]:
        """The start time of each child that lifeinit has before it starts one."""
        if not syscalls.has_children():
            return {}
        try:
            table = proc_stat.read_all()
        except OSError:
            return {}  # no /proc
        return {pid: process.started for pid, process in table.items() if process.parent == self._own}

    @property
    def has_strangers(self) -> bool:
        """Whether lifeinit had children before it started one."""
        return bool(self._strangers)

    @property
    def spared(self) -> int:
        """The zygote's pid, while it is to live; else 0."""
        return self._spared

    def spare(self, pid: int) -> None:
        """The zygote is a child of lifeinit from the start: no stranger, and no leftover before `give_up`."""
        self._strangers.pop(pid, None)
        self._spared = pid
        tree = Roots.expect(self)
        Roots.started(self, tree, pid, session=False)
        self.keep(tree)

    def give_up(self) -> None:
        """The zygote is ended with everything else."""
        self._spared = 0

    # The roots.

    def expect(self) -> int:
        """The tree of the child that is forked next. Answered by `started`, whether or not a child came of it."""
        tree = super().expect()
        if self._marks is not None:
            self._marks.put_on(tree)
        return tree

    def expect_call(self) -> tuple[int, int | None]:
        """The tree of a child that the zygote forks, and its mark, which it has to put on itself."""
        tree = super().expect()
        return tree, None if self._marks is None else self._marks.of(tree)

    def started(self, tree: int, pid: int, session: bool) -> None:
        """The root of a tree runs, as the leader of a session or of a process group; 0: there is no child."""
        if self._marks is not None:
            self._marks.take_off()
        super().started(tree, pid, session)
        if not pid:
            return
        self._groups = _remember(self._groups, pid, tree)
        if session:
            self._sessions = _remember(self._sessions, pid, tree)

    def keep(self, tree: int) -> None:
        """What the tree still has is no leftover: the daemon of a hook that will not run again."""
        self._kept.add(tree)

    # What belongs to them. Each of these raises OSError where there is no /proc.

    def members(self, tree: int) -> "list[ProcStat]":
        """Every living process of a tree."""
        table, owners = self._read()
        return [process for pid, process in table.items() if owners[pid] == tree and not process.is_dead]

    def leftovers(self) -> "list[ProcStat]":
        """Every living process of every tree, but for those that are kept."""
        table, owners = self._read()
        unwanted = {None, *self._kept}
        return [process for pid, process in table.items() if owners[pid] not in unwanted and not process.is_dead]

    def everything(self) -> "list[ProcStat]":
        """Every living process that lifeinit ends before it exits: for PID 1 all that there are, else every tree."""
        if self._own == 1:
            found = super().everything()
        elif self._adopts_orphans and not self._strangers:
            found = proc_stat.below(self._own)  # nobody enters a subreaper's tree from outside
        else:
            table, owners = self._read()
            found = [process for pid, process in table.items() if owners[pid] is not None and not process.is_dead]
        return [process for process in found if process.pid != self._spared]

    def speaks_for(self, pid: int, tree: int, main: int, lookup: "Lookup") -> bool:
        """Whether one process surely belongs to a tree. Reads of /proc its ancestors alone, and not for ever."""
        passed: list[int] = []
        answer: bool | None = None
        while answer is None and len(passed) < _MOST_ANCESTORS:
            answer = self._roots[pid] == tree if pid in self._roots else lookup.answers.get(pid)
            if answer is None:
                passed.append(pid)
                lookup.reads += 1
                process = proc_stat.read(pid)
                if process is None or pid == self._own:
                    answer = False
                else:
                    answer = self._is_orphan_of(process, tree, main)
                    pid = process.parent
        if answer is None:
            del passed[1:]  # the others are nearer to whoever it may be
        lookup.answers.update(dict.fromkeys(passed, bool(answer)))
        return bool(answer)

    def _is_orphan_of(self, process: "ProcStat", tree: int, main: int) -> bool | None:
        """Whether a process that is no root belongs to a tree; None where its parent has to be asked.

        Everybody can read a mark and put it on. So it counts for a process of root's or of the main process's user.
        """
        owner = self._of_orphan(process)
        if owner == tree:
            return self._of_session(process) == tree or proc_stat.user(process.pid) in {0, proc_stat.user(main)}
        return None if owner is None else False

    def _read(self) -> "tuple[Table, dict[int, int | None]]":
        """One reading of /proc, and the tree of each process in it.

        Twice over it: an orphan may come before the one of its session whose tree its ancestors tell.
        """
        table = proc_stat.read_all()
        owners: dict[int, int | None] = {}
        for _ in range(2):
            owners, outside = {}, set[int]()
            for pid in table:
                self._climb(pid, table, owners, outside)
            self._learn(table, owners)
        return table, owners

    def _climb(self, pid: int, table: "Table", owners: "dict[int, int | None]", outside: set[int]) -> None:
        """Find the tree of a process, and of those that are passed on the way up to its root.

        Who has another top above it than lifeinit came from outside, whatever number its session has: our own orphans
        are handed to us. A top that is dead may be on its way out of /proc, which shows no parent of it any more.
        """
        passed: list[ProcStat] = []
        owner: int | None = None
        # The lines were read one after the other: with pids that were reused meanwhile they could form a circle.
        while pid != self._own and len(passed) <= len(table):
            if pid in owners:
                owner = owners[pid]
                break
            process = table.get(pid)
            if process is None:
                break
            passed.append(process)
            if pid in self._roots:
                owner = self._roots[pid]
                break
            pid = process.parent
        if pid in outside or (pid == 0 and self._adopts_orphans and not passed[-1].is_dead):
            outside.update(process.pid for process in passed)
        for process in reversed(passed):
            if owner is None and process.pid not in outside:
                owner = self._of_orphan(process)
            owners[process.pid] = owner
        owners.setdefault(self._own, None)

    def _of_orphan(self, process: "ProcStat") -> int | None:
        """The tree of a process that has no root above it."""
        if self._strangers.get(process.pid) == process.started:
            return None
        tree = self._of_session(process)
        if tree is None and process.parent == self._own:
            tree = None if self._marks is None else self._marks.serial_of(process.pid)
            if tree is None and self._own != 1 and not self._strangers:
                return _UNKNOWN_TREE  # nobody enters a subreaper's tree from outside
        return tree

    def _of_session(self, process: "ProcStat") -> int | None:
        """The tree whose session or process group it is in. Nobody from outside can enter one. setpgid(2)"""
        return self._sessions.get(process.session, self._groups.get(process.group))

    def _learn(self, table: "Table", owners: "dict[int, int | None]") -> None:
        """Remember the sessions and groups of the trees: whoever is in one now may be an orphan later."""
        sessions, groups = {}, {}
        for pid, process in table.items():
            tree = owners[pid]
            if tree is not None and not (process.is_dead and pid not in self._roots):
                sessions[process.session] = groups[process.group] = tree
        sessions.pop(self._own_session, None)
        groups.pop(self._own_group, None)
        self._sessions, self._groups = sessions, groups


def _marks() -> "Marks":
    """A plain init, which has one life and no hooks, saves the import."""
    from lifeinit.engine.marks import Marks  # noqa: PLC0415

    return Marks()


def _remember(known: dict[int, int], number: int, tree: int) -> dict[int, int]:
    """The same with one more at its end, and without the oldest if they are too many."""
    known.pop(number, None)
    known[number] = tree
    if len(known) > _MOST_IDS:
        del known[next(iter(known))]
    return known
