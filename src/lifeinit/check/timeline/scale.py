"""Where each stage of a half of the life stands in a drawing of it. What has no limit gets a nominal length."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lifeinit.check.timeline.stages import Stage


@dataclass(frozen=True)
class Bar:
    """From where to where a stage is drawn, in seconds of the drawing; `open` is one without a known end."""

    stage: Stage
    begin: float
    end: float
    open: bool

    @property
    def known_end(self) -> float:
        return self.begin + (self.stage.known or 0.0)


@dataclass(frozen=True)
class Scale:
    """The bars of a half, and the length of the whole. Up to `true_until` the drawing's seconds are real ones.

    So they are again in each of the `later` ranges, which begin when a stage without a limit has ended.
    """

    bars: tuple[Bar, ...]
    whole: float
    true_until: float
    later: tuple[tuple[float, float], ...] = ()

    def ticks(self, most: int) -> list[float]:
        """Round times for an axis, at most so many."""
        return ticks(self.true_until, most)


def ticks(length: float, most: int) -> list[float]:
    """Round times from 0 to this one, at most so many."""
    step = next(step for step in _steps() if length / step <= most)
    return [i * step for i in range(math.floor(length / step + 1e-6) + 1)]


def scale(stages: Sequence[Stage], marks: Sequence[float] = ()) -> Scale:
    """The bars of a half of the life, and room for the marks."""
    last_mark = max(marks, default=0.0)
    nominal = max(1.0, sum(stage.longest for stage in stages if not math.isinf(stage.longest)) / 2)
    bars: list[Bar] = []
    at = 0.0
    for stage in stages:
        after = at if math.isinf(stage.begin) else stage.begin
        begin, is_open = bars[-1].begin if stage.beside else after, math.isinf(stage.longest)
        length = max(nominal, last_mark * 1.1 - begin) if is_open else stage.longest
        bars.append(Bar(stage, begin, begin + length, is_open))
        at = max(at, begin + length)
    whole = max(at, last_mark)
    true_until = min((max(bar.begin, last_mark) for bar in bars if bar.open), default=whole)
    return Scale(tuple(bars), whole or 1.0, true_until, tuple(_later(bars, whole)))


def _later(bars: Sequence[Bar], whole: float) -> Iterator[tuple[float, float]]:
    """From the end of each bar without a known end to the beginning of the next one."""
    open_bars = [bar for bar in bars if bar.open]
    for bar, following in zip(open_bars, [*open_bars[1:], None], strict=False):
        end = whole if following is None else following.begin
        if bar.end < end:
            yield bar.end, end


def _steps() -> Iterator[float]:
    """1, 2 and 5 of every power of ten from a millisecond on, then whole minutes and hours."""
    for power in range(-3, 1):
        yield from (factor * 10.0**power for factor in (1, 2, 5))
    yield from (10.0, 15.0, 30.0)
    for unit in (60.0, 3600.0):
        yield from (factor * unit for factor in (1, 2, 5, 10, 15, 30))
    power = 0
    while True:
        yield from (factor * 10.0**power * 86400.0 for factor in (1, 2, 5))
        power += 1
