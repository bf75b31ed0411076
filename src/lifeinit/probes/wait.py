"""Waits until every target answers: tries each of them every so often, and says what is missing and why."""

import time

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record
from lifeinit.probes.turns import Turns, heard_stops, next_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lifeinit.probes.attempt import Terms
    from lifeinit.probes.targets import Target


class Pace(Record):
    """Seconds: between two tries, for the whole (None: no limit), and between two lines on what is missing.

    A `quiet` wait says nothing but why it gave up.
    """

    interval: float = 1.0
    timeout: float | None = None
    news: float = 10.0
    quiet: bool = False


class Waiting:
    """A wait for targets, in one process and without a tick: it sleeps until a try ends or something is due."""

    def __init__(self, targets: "Sequence[Target]", pace: Pace, terms: "Terms", say: "Callable[[str], None]") -> None:
        self._missing = [
            (target, [Turns(place, terms, pace.interval) for place in target.places]) for target in targets
        ]
        self._everything = listed([target.shown for target in targets])
        self._pace, self._say = pace, say
        self._begun = time.monotonic()
        self._end = None if pace.timeout is None else self._begun + pace.timeout
        self._news_at: float | None = None  # None: the first try has not failed yet

    def run(self) -> int:
        """0 once every target answers, 124 when the time is over, 128+n at once on a stop request."""
        stops = heard_stops()
        self._tell(f"waiting for {self._everything}")
        while True:
            for turns in self._turns():
                turns.begin()
            signo = next_signal(stops, self._next_moment())
            if signo:
                return self._give_up(exit_status.of_signal(signo), "stopped")
            self._collect()
            if not self._missing:
                self._tell(f"{self._everything} answered after {time.monotonic() - self._begun:.1f} s")
                return 0
            if self._end is not None and time.monotonic() >= self._end:
                return self._give_up(exit_status.TIMED_OUT, f"gave up after {self._pace.timeout:g} s")
            self._tell_news()

    def _turns(self) -> "Iterable[Turns]":
        return (turns for _, places in self._missing for turns in places)

    def _next_moment(self) -> float:
        moments = [turns.moment for turns in self._turns()]
        return min([*moments, *(moment for moment in (self._end, self._news_at) if moment is not None)])

    def _collect(self) -> None:
        """Hear the tries that have ended, and drop the targets that answer."""
        still = []
        for target, places in self._missing:
            if any(turns.verdict() == "" for turns in places):
                _end_tries(places)
            else:
                still.append((target, places))
        self._missing = still

    def _tell_news(self) -> None:
        """What is missing: as soon as each was tried once, then every so often."""
        now = time.monotonic()
        first = self._news_at is None and all(turns.reason is not None for turns in self._turns())
        if first or (self._news_at is not None and self._news_at <= now):
            self._news_at = now + self._pace.news
            self._tell(f"still missing: {self._why()}")

    def _tell(self, text: str) -> None:
        if not self._pace.quiet:
            self._say(text)

    def _give_up(self, status: int, what: str) -> int:
        _end_tries(self._turns())
        self._say(f"{what}, still missing: {self._why()}")
        return status

    def _why(self) -> str:
        return ", ".join(f"{target.shown} ({_reasons(places)})" for target, places in self._missing)


def listed(words: "Sequence[str]") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _end_tries(places: "Iterable[Turns]") -> None:
    for turns in places:
        turns.end()


def _reasons(places: "Sequence[Turns]") -> str:
    """Each reason once: the hosts of one service mostly have the same."""
    return "; ".join(dict.fromkeys(turns.reason or "no answer yet" for turns in places))
