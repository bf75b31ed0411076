"""The turns of one place: one try after the other, never two at once, and the sleep between them."""

import time

from lifeinit.engine import syscalls
from lifeinit.engine.signals import STOP_SIGNALS
from lifeinit.probes.attempt import begin

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal

    from lifeinit.probes.attempt import Command, Terms, Try
    from lifeinit.probes.targets import Place
else:
    import _signal


class Turns:
    """The try that runs, when the next one is due, and why the last one failed.

    The interval is counted from the start of a try; after one that took longer than that the next begins at once.
    """

    def __init__(self, place: "Place | Command", terms: "Terms", interval: float, due: float = 0.0) -> None:
        self._place, self._terms, self._interval, self._due = place, terms, interval, due
        self._running: Try | None = None
        self._lost: Try | None = None  # what could not be killed at its limit
        self.reason: str | None = None

    @property
    def moment(self) -> float:
        """When something is due: the end of the try that runs, or the next try. Monotonic clock"""
        return self._due if self._running is None else self._running.deadline

    def begin(self) -> bool:
        """Begin a try, if one is due; False where the kernel has no process left for it.

        While an earlier one is stuck in the kernel there is no other.
        """
        now = time.monotonic()
        if self._running is not None or self._due > now:
            return True
        self._due = now + self._interval
        if self._lost is not None and not self._lost.is_gone():
            self._running, self._lost.deadline = self._lost, now
            return True
        self._lost = None
        try:
            self._running = begin(self._place, self._terms)
        except OSError as error:
            self.reason = f"cannot be tried: {error.strerror or error}"
            return False
        return True

    def verdict(self) -> str | None:
        """Why the place does not answer, "" if it does; None while nothing is new."""
        running = self._running
        verdict = None if running is None else running.verdict()
        if running is not None and verdict is not None:
            self._running, self.reason = None, verdict
            self._lost = None if running.is_gone() else running
        return verdict

    def end(self) -> None:
        """End the try that runs, if one does."""
        if self._running is not None:
            self._running.end()
            self._running = None

    def put_off(self) -> None:
        """End the try that runs; the next is due after an interval."""
        self.end()
        self._due = time.monotonic() + self._interval


def heard_stops(*others: int) -> frozenset[int]:
    """Have stop requests, `others` and the ends of tries kept for the wait. Other signals keep their default action.

    The default action of a stop request would leave a command running, and PID 1 has none. What we were started
    ignoring, as nohup(1) and a shell's background do it, stays ignored.
    """
    stops = frozenset(signo for signo in STOP_SIGNALS if _signal.getsignal(signo) != _signal.SIG_IGN).union(others)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # ignored, it would make waitpid(2) lose every status
    _signal.pthread_sigmask(_signal.SIG_SETMASK, {*stops, _signal.SIGCHLD})
    return stops


def next_signal(stops: frozenset[int], moment: float) -> int:
    """The next of these signals, or 0 at the moment, or once a try has ended. sigtimedwait(2)"""
    came = syscalls.wait(moment, {*stops, _signal.SIGCHLD})
    return 0 if came is None or came.si_signo not in stops else came.si_signo
