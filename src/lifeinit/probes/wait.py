"""Waits until every target answers: tries each of them every so often, and says what is missing and why."""

import time

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record
from lifeinit.engine.signals import STOP_SIGNALS
from lifeinit.probes.attempt import Terms, Try
from lifeinit.probes.targets import Place, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable, Iterable, Sequence
else:
    import _signal


class Pace(Record):
    """Seconds: between two tries, for the whole (None: no limit), and between two lines on what is missing.

    A `quiet` wait says nothing but why it gave up.
    """

    interval: float = 1.0
    timeout: float | None = None
    news: float = 10.0
    quiet: bool = False


class _Seat:
    """One place of a target: the try that runs for it, when the next one is due, and why the last one failed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.running: Try | None = None
        self.due = 0.0
        self.reason: str | None = None


class Waiting:
    """A wait for targets, in one process and without a tick: it sleeps until a try ends or something is due."""

    def __init__(self, targets: "Sequence[Target]", pace: Pace, terms: Terms, say: "Callable[[str], None]") -> None:
        self._missing = [(target, [_Seat(place) for place in target.places]) for target in targets]
        self._everything = listed([target.shown for target in targets])
        self._pace, self._terms, self._say = pace, terms, say
        self._begun = time.monotonic()
        self._end = None if pace.timeout is None else self._begun + pace.timeout
        self._news_at: float | None = None  # None: the first try has not failed yet

    def run(self) -> int:
        """0 once every target answers, 124 when the time is over, 128+n at once on a stop request."""
        stops = _heard_stops()
        self._tell(f"waiting for {self._everything}")
        while True:
            self._begin_tries()
            signo = _next_signal(stops, self._next_moment())
            if signo in stops:
                return self._give_up(exit_status.of_signal(signo), "stopped")
            self._collect()
            if not self._missing:
                self._tell(f"{self._everything} answered after {time.monotonic() - self._begun:.1f} s")
                return 0
            if self._end is not None and time.monotonic() >= self._end:
                return self._give_up(exit_status.TIMED_OUT, f"gave up after {self._pace.timeout:g} s")
            self._tell_news()

    def _seats(self) -> "Iterable[_Seat]":
        return (seat for _, seats in self._missing for seat in seats)

    def _begin_tries(self) -> None:
        now = time.monotonic()
        for seat in self._seats():
            if seat.running is None and seat.due <= now:
                seat.due = now + self._pace.interval
                try:
                    seat.running = Try(seat.place, self._terms)
                except OSError as error:
                    seat.reason = f"cannot be tried: {error.strerror or error}"

    def _next_moment(self) -> float:
        moments = [seat.due if seat.running is None else seat.running.deadline for seat in self._seats()]
        return min([*moments, *(moment for moment in (self._end, self._news_at) if moment is not None)])

    def _collect(self) -> None:
        """Hear the tries that have ended, and drop the targets that answer."""
        still = []
        for target, seats in self._missing:
            if any(_answers(seat) for seat in seats):
                _end_tries(seats)
            else:
                still.append((target, seats))
        self._missing = still

    def _tell_news(self) -> None:
        """What is missing: as soon as each was tried once, then every so often."""
        now = time.monotonic()
        first = self._news_at is None and all(seat.reason is not None for seat in self._seats())
        if first or (self._news_at is not None and self._news_at <= now):
            self._news_at = now + self._pace.news
            self._tell(f"still missing: {self._why()}")

    def _tell(self, text: str) -> None:
        if not self._pace.quiet:
            self._say(text)

    def _give_up(self, status: int, what: str) -> int:
        _end_tries(self._seats())
        self._say(f"{what}, still missing: {self._why()}")
        return status

    def _why(self) -> str:
        return ", ".join(f"{target.shown} ({_reasons(seats)})" for target, seats in self._missing)


def listed(words: "Sequence[str]") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _answers(seat: _Seat) -> bool:
    verdict = None if seat.running is None else seat.running.verdict()
    if verdict is None:
        return False
    seat.running, seat.reason = None, verdict
    return verdict == ""


def _end_tries(seats: "Iterable[_Seat]") -> None:
    for seat in seats:
        if seat.running is not None:
            seat.running.end()
            seat.running = None


def _reasons(seats: "Sequence[_Seat]") -> str:
    """Each reason once: the hosts of one service mostly have the same."""
    return "; ".join(dict.fromkeys(seat.reason or "no answer yet" for seat in seats))


def _heard_stops() -> frozenset[int]:
    """Have the stop requests, and the ends of tries, kept for the wait. Other signals do what they do by default.

    The default action of a stop request would leave a command running, and PID 1 has none. What we were started
    ignoring, as nohup(1) and a shell's background do it, stays ignored.
    """
    stops = frozenset(signo for signo in STOP_SIGNALS if _signal.getsignal(signo) != _signal.SIG_IGN)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # ignored, it would make waitpid(2) lose every status
    _signal.pthread_sigmask(_signal.SIG_SETMASK, {*stops, _signal.SIGCHLD})
    return stops


def _next_signal(stops: frozenset[int], moment: float) -> int:
    """The next signal that counts, or 0 at the moment. It is SIGCHLD for a try that has ended. sigtimedwait(2)"""
    came = _signal.sigtimedwait({*stops, _signal.SIGCHLD}, max(0.0, moment - time.monotonic()))
    return 0 if came is None else came.si_signo
