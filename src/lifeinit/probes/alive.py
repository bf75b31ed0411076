"""Asks a place for as long as the app lives, and ends once it is unhealthy: wakes PID 1 by nothing else.

Nothing that stands still is taken for unhealthy. While a container is paused (cgroups(7), the freezer) or all its
processes are stopped, the monotonic clock goes on: who wakes long after the time is over knows nothing of the app. Then
the try that ran does not count, and neither do the failures before it. While the machine is suspended the clock stands
still as well. clock_gettime(2) But an app that hangs and leaves nobody else the CPU delays us too: until it has
answered again, that excuse counts once.

An app that hangs may have used up its processes too (pids.max, RLIMIT_NPROC): a try needs none of its own then.
"""

import fcntl
import os
import select
import time

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record
from lifeinit.probes import attempt
from lifeinit.probes.turns import Turns, heard_stops, next_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal

    from lifeinit.probes.attempt import Terms
    from lifeinit.probes.targets import Target
else:
    import _signal

_LONGEST = 200  # bytes of a reason

_UNHEALTHY = 1
_LATE = 1.0  # seconds; hardly a machine that only has much to do wakes a process so late


class Patience(Record):
    """After how many failures in a row the app is unhealthy. With `recovery` one success is waited for instead."""

    interval: float
    failures: int = 3
    recovery: bool = False


class Watch:
    """One target, asked for the first time after an interval: the first of its places."""

    def __init__(self, target: "Target", terms: "Terms", patience: Patience, report: int) -> None:
        self._shown, self._patience, self._report, self._parent = target.shown, patience, report, os.getppid()
        self._place, self._terms = target.places[0], terms
        self._turns = Turns(self._place, terms, patience.interval, time.monotonic() + patience.interval)
        self._failures, self._excused = 0, False

    def run(self) -> int:
        """1 once the app is unhealthy, 0 once it has recovered; 128+n at once on a stop request, or without PID 1."""
        stops, signo = heard_stops(_signal.SIGIO), 0
        _hear_of_reader(self._report)
        while signo in {0, _signal.SIGIO} and _is_read(self._report) and os.getppid() == self._parent:
            if self._turns.begin():
                moment = self._turns.moment
                signo = next_signal(stops, moment)
                if signo:
                    continue
                if time.monotonic() - moment > _LATE and not self._excused:
                    self._failures, self._excused = 0, True
                    self._turns.put_off()
                    continue
                verdict = self._turns.verdict()
            else:
                verdict = attempt.without_process(self._place, self._terms, self._turns.reason or "")
            status = None if verdict is None else self._judge(verdict)
            if status is not None:
                return status
        self._turns.end()
        return exit_status.of_signal(signo or _signal.SIGIO)

    def _judge(self, verdict: str) -> int | None:
        """The exit status that follows from what a try has shown."""
        self._excused = self._excused and bool(verdict)
        if self._patience.recovery:
            return None if verdict else 0
        self._failures = self._failures + 1 if verdict else 0
        if self._failures < self._patience.failures:
            return None
        self._tell(verdict)
        return _UNHEALTHY

    def _tell(self, verdict: str) -> None:
        """Leave the reason for PID 1, cut to what it reads."""
        tries = f", {self._failures} times in a row" if self._failures > 1 else ""
        reason = f"{verdict} ({self._shown}{tries})".encode("utf-8", "backslashreplace")
        try:
            os.write(self._report, reason[:_LONGEST].decode("utf-8", "ignore").encode())
        except OSError:
            pass  # PID 1 is dead


def _hear_of_reader(report: int) -> None:
    """Get SIGIO when PID 1, which alone reads the pipe, dies: as a subreaper it does not take us with it. fcntl(2)

    Why not PR_SET_PDEATHSIG: it takes ctypes, 1 MB for as long as the app lives.
    """
    fcntl.fcntl(report, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(report, fcntl.F_SETFL, fcntl.fcntl(report, fcntl.F_GETFL) | os.O_ASYNC)


def _is_read(report: int) -> bool:
    """Whether somebody can read the pipe. poll(2), POLLERR"""
    poll = select.poll()
    poll.register(report, 0)
    return not poll.poll(0)
