"""What the log of a run says, as answers to the oracle's questions."""

from functools import cached_property

from tests.chaos.scenario import Scenario, number
from tests.chaos.storm import Line, Result


class Truth:
    def __init__(self, scenario: Scenario, result: Result) -> None:
        self.scenario = scenario
        self.result = result
        self.log = result.log

    @property
    def is_silent(self) -> bool:
        """Whether nothing can be read in stderr."""
        return self.scenario.plain or "-q" in self.scenario.options or 2 in self.scenario.closed

    def said(self, *texts: str) -> bool:
        """Whether one of these stands in stderr."""
        return any(text in line for line in self.result.stderr for text in texts)

    def is_hook(self, who: str) -> bool:
        return who.startswith(("pre_", "post_"))

    def life(self, line: Line) -> int:
        return int(self._told(line, "RESTARTS") or 0)

    def attempt(self, line: Line) -> int:
        return int(self._told(line, "ATTEMPT") or 1)

    def _told(self, line: Line, name: str) -> str | None:
        return next((word.partition("=")[2] for word in line.words if word.startswith(f"{name}=")), None)

    @cached_property
    def lives(self) -> list[int]:
        """The lives that are sure to have begun."""
        return sorted({0, *(self.life(line) for line in self.log if self.is_hook(line.who) and line.what == "began")})

    def began(self, who: str, life: int, attempt: int) -> list[Line]:
        return [
            line
            for line in self.log
            if (line.who, line.what) == (who, "began") and (self.life(line), self.attempt(line)) == (life, attempt)
        ]

    def paused(self, since: int) -> float:
        """The seconds that lifeinit was stopped for from the outside, from this line on."""
        total, start = 0.0, 0.0
        for line in self.log[since:]:
            if line.what == "pauses":
                start = line.at
            elif line.what == "continued" and start:
                total += line.at - start
        return total

    def spans(self, who: str) -> list[tuple[int, int]]:
        """From `ready` to a question that was answered: the places of both lines."""
        found = []
        ready = asks = -1
        for i, line in enumerate(self.log):
            if line.who != who:
                continue
            if line.what == "ready":
                ready = i
            elif line.what == "asks":
                asks = i
            elif line.what == "drained" and ready >= 0:
                found.append((ready, asks))
        return found

    def is_stopped(self, who: str, at: int) -> bool:
        """Whether it has stopped itself before this line, and nothing has woken it."""
        said = [line.what for line in self.log[:at] if line.who == who and line.what in {"stops", "continues"}]
        return said[-1:] == ["stops"]

    def is_continued_soon(self, at: int) -> bool:
        """Whether lifeinit or the app may have got a CONT within a moment of this line."""
        return any(
            line.at < self.log[at].at + 1.0
            and (line.what == "pauses" or line.words in {("got", "CONT"), ("sends", "CONT")})
            for line in self.log[at:]
        )

    def sent(self, sends: int) -> Line:
        """The line after the call whose beginning is the line at `sends`."""
        return next(line for line in self.log[sends + 1 :] if line.who == "outside")

    def got(self, who: str, name: str, since: int) -> bool:
        name = "RTMIN+0" if name == "RTMIN" else name
        signo = number(name)
        return any(
            line.who == who and line.what == "got" and number(line.words[1]) == signo for line in self.log[since:]
        )

    def ending(self, who: str) -> int | None:
        """The last status that it has told of itself; None if its end was not its own."""
        status = None
        for line in self.log:
            if line.who == who and line.what == "exits":
                status = int(line.words[1])
            elif line.who == who and line.what == "dies":
                status = 128 + number(line.words[1])
            elif line.who == who and line.what == "began":
                status = None
        return status
