"""A signal to many processes, in rounds: those that were forked during one round get it in the next.

The rounds have a bound: who ignores SIGTERM and forks would keep lifeinit at it for ever.
"""

import os
import time

from lifeinit.engine import proc_stat, syscalls
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lifeinit.engine.proc_stat import ProcStat

_KILL, _CONT = (number_of(name) or 0 for name in ("KILL", "CONT"))
_MOST_ROUNDS = 3
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.002, 0.1
_KILL_TIME = 0.5  # seconds: SIGKILL wins, since who has got it forks no more


def signal_each(choose: "Callable[[], list[ProcStat]]", signo: int, until: float | None = None) -> None:
    """Send a signal to every process that is chosen, and wake those that are stopped. `choose` reads /proc anew.

    It stops at `until` (monotonic clock), for thousands of processes that die all want the processor that this needs.
    The first round of SIGKILL is never cut.
    """
    done: set[tuple[int, int]] = set()
    end, rounds = time.monotonic() + _KILL_TIME, 0
    while rounds < _MOST_ROUNDS or (signo == _KILL and time.monotonic() < end):
        new = [process for process in choose() if (process.pid, process.started) not in done]
        if not new:
            return
        end_of_round = until if until is None or signo != _KILL or rounds else None
        for process in new:
            if end_of_round is not None and time.monotonic() >= end_of_round:
                return
            _signal(process, signo)
            if process.is_stopped and signo != _KILL:
                _signal(process, _CONT)
            done.add((process.pid, process.started))
        rounds += 1


def signal_namespace(choose: "Callable[[], list[ProcStat]]", signo: int) -> None:
    """The same for all that PID 1 sees: one call of the kernel, which no fork escapes. kill(2)"""
    if os.getpid() != 1:
        raise AssertionError("kill(-1) is for PID 1 alone")
    try:
        os.kill(-1, signo)
    except OSError:
        return  # ESRCH: nobody is left; EPERM: nobody that we may signal
    if signo != _KILL:
        for process in choose():
            if process.is_stopped:
                _signal(process, _CONT)


class Wait:
    """For the end of processes that were signalled. `due` is when to ask again although no child has died.

    /proc is read at most a fifth of the time. Why this tick: of the end of a process that is another's child nobody
    tells us. It is as good as none, since a process whose parent dies is handed to us.
    """

    def __init__(self) -> None:
        self.due: float | None = None
        self._next = 0.0
        self._pause = 0.0

    def is_over(self, left: "Callable[[], list[ProcStat]]") -> bool:
        """Whether nothing is left of what `left` reads from /proc; False too where it is too early to ask."""
        now = time.monotonic()
        if now < self._next:
            self.due = self._next
            return False
        remaining = left()
        spent = time.monotonic() - now
        if not remaining:
            self.due, self._next, self._pause = None, 0.0, 0.0
            return True
        for process in remaining:
            if process.is_stopped:  # since the signal was sent: SIGSTOP takes its time
                _signal(process, _CONT)
        of_others = any(process.parent != os.getpid() for process in remaining)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE) if of_others else 0.0
        self._pause = max(self._pause, _SHORTEST_PAUSE, 4 * spent)
        self._next = now + spent + self._pause
        self.due = self._next if of_others else None
        return False


def _signal(process: "ProcStat", signo: int) -> None:
    """Signal it, and nobody who has its pid by now: a child keeps it until we reap it. pidfd_open(2)"""
    if process.parent == os.getpid() and syscalls.signal_process(process.pid, signo):
        return
    try:
        descriptor = syscalls.open_process(process.pid)
    except ProcessLookupError:
        return
    except OSError:
        syscalls.signal_process(process.pid, signo)  # an old kernel, a seccomp profile, or no descriptor left
        return
    try:
        if process.is_same(proc_stat.read(process.pid)) and not syscalls.signal_descriptor(descriptor, signo):
            syscalls.signal_process(process.pid, signo)  # a seccomp profile may forbid the one and allow the other
    finally:
        os.close(descriptor)
