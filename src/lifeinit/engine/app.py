"""One process of the app, once it runs: who is its main process, and how a signal reaches it."""

import os

from lifeinit.engine import log, proc_stat, syscalls
from lifeinit.engine.roots import Lookup
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_CONT = number_of("CONT") or 0
_NOT_OWN = "it is not a process of the app"
# What pidfd_open(2) says where there is none; ENOENT, before EINVAL: it is a thread.
_NO_PROCESS = {syscalls.NO_PROCESS, syscalls.INVALID, syscalls.NO_ENTRY}


class RunningApp:
    """The main process is the one that was started, until it says that another one is. sd_notify(3), MAINPID=

    Only a child's end can be waited for. So the one that was started stays the one whose end counts for as long as it
    lives; when it dies before the other, which is then handed to us, the other takes its place.
    """

    def __init__(self, pid: int, is_descendant: "Callable[[int, Lookup], bool]") -> None:
        self.pid = pid
        self.status_text = ""
        self._is_descendant = is_descendant
        self._group = pid
        self._other: tuple[int, int] | None = None  # pid, and a descriptor that no reuse of the pid deceives

    @property
    def pids(self) -> tuple[int, ...]:
        """The main process, and the one that it has named instead."""
        return (self.pid, self._other[0]) if self._to_other(0) and self._other else (self.pid,)

    def owns(self, pid: int, lookup: Lookup) -> bool:
        """Whether a process is the main one or descends from the one that was started: it may speak for the app."""
        return pid in self.pids or self._is_descendant(pid, lookup)

    def wake(self, group: bool) -> None:
        """Send SIGCONT to the main process if it is stopped: it would act on nothing else but SIGKILL."""
        main = proc_stat.read(self.pids[-1])
        if main is None or main.is_stopped:  # without /proc nobody knows: a SIGCONT too many is the lesser evil
            self.signal(_CONT, group)

    def signal(self, signo: int, group: bool) -> bool:
        """Whether we may: not where it has another user and we lack CAP_KILL."""
        if not group:
            return (self._other and self._to_other(signo)) or syscalls.signal_process(self.pid, signo)
        allowed = syscalls.signal_group(self._group, signo)
        if syscalls.group_of(self.pid) not in {0, self._group}:
            allowed = syscalls.signal_process(self.pid, signo) or allowed  # it has left the group that we gave it
        if self._other is not None and syscalls.group_of(self._other[0]) != self._group:
            allowed = self._to_other(signo) or allowed
        return allowed

    def _to_other(self, signo: int) -> bool:
        return self._other is not None and syscalls.signal_descriptor(self._other[1], signo)

    def main_is(self, pid: int, ours: "Collection[int]") -> str:
        """Take another process as the main one, if it is one of the app's own. Else why not; empty if it is taken.

        It has to descend from the process that was started, whatever user it has become, and neither itself nor its
        group may have another role: `ours` are the pids of those that do.
        """
        self._let_go()
        if pid == self.pid:
            return ""
        try:
            descriptor = syscalls.open_process(pid)
        except OverflowError:
            return _NOT_OWN
        except OSError as error:
            return _NOT_OWN if error.errno in _NO_PROCESS else f"pidfd_open: {error.strerror}"
        roles = {pid, syscalls.group_of(pid)} & set(ours)
        if roles - {self.pid} or not self._is_descendant(pid, Lookup()):
            os.close(descriptor)
            return _NOT_OWN
        self._other = (pid, descriptor)
        return ""

    def survives(self, ours: "Collection[int]") -> bool:
        """The process is dead: whether the one that it has named as its MAINPID goes on as the app.

        `ours` as for `main_is`: meanwhile it may have joined a group of those, which is not to get the app's signals.
        """
        if self._other is None:
            return False
        pid, descriptor = self._other
        is_child = syscalls.is_living_child(descriptor)
        lives = syscalls.signal_descriptor(descriptor, 0)
        group = syscalls.group_of(pid)
        self._let_go()
        if not is_child:
            other = proc_stat.read(pid)
            if lives and other is not None:
                log.say(f"MAINPID={pid} cannot take over: lifeinit is not its parent, pid {other.parent} still lives")
            return False
        if group not in {0, os.getpgrp(), *ours} - {self._group, self.pid}:
            self._group = group
        self.pid = pid
        return True

    def _let_go(self) -> None:
        if self._other is not None:
            os.close(self._other[1])
            self._other = None
