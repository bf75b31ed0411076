"""The life as a drawing in a terminal: bars to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lifeinit.check.output.text_width import fitted, plain, width
from lifeinit.check.timeline.runtimes import Grace
from lifeinit.check.timeline.scale import Bar, Scale, scale
from lifeinit.check.timeline.stages import Life, Stage
from lifeinit.values.duration_text import exact

_LONGEST_LABEL = 30
_LEAST = 10


@dataclass(frozen=True)
class Ink:
    """What a drawing is made of."""

    known: str
    most: str
    on: str
    lost: str
    point: str
    killed: str
    budget: str
    grace: str
    axis: str
    tick: str
    at_most: str


_UNICODE = Ink("█", "░", "→", "▚", "◆", "╎", "┊", "┃", "─", "┴", "≤ ")
_ASCII = Ink("#", ".", ">", "x", "*", ":", "!", "|", "-", "+", "<= ")


def drawing(life: Life, grace: Grace | None, columns: int, unicode: bool) -> str:
    """Both halves of the life as bars, each half to its own scale."""
    ink = _UNICODE if unicode else _ASCII
    marks = _marks(life, grace, ink)
    start, stop = scale(life.start), scale(life.stop, [time for time, _, _ in marks])
    labels = {stage: plain(stage.label, unicode) for stage in (*life.start, *life.stop)}
    label = min(_LONGEST_LABEL, max(width(text) for text in labels.values()))
    length = max(len(_length(stage, ink)) for stage in labels)
    sheet = _Sheet(ink, label, max(_LEAST, columns - label - length - 4), length)
    lines = ["THE START"]
    lines += [sheet.row(bar, labels[bar.stage], start, []) for bar in start.bars]
    lines += sheet.axis(start)
    lines += ["", "THE STOP"]
    lines += [sheet.row(bar, labels[bar.stage], stop, marks) for bar in stop.bars]
    lines += sheet.axis(stop)
    return "\n".join((*lines, "", *_legend(ink, start.bars, stop.bars, marks)))


Mark = tuple[float, str, str]  # its time, its character, what happens then


def _marks(life: Life, grace: Grace | None, ink: Ink) -> list[Mark]:
    found: list[Mark] = []
    if life.budget is not None:
        kept = f"{life.border}: what is left is for cleanup and post_stop"
        found.append((life.killed_at, ink.killed, kept))
        found.append((life.budget, ink.budget, "stop_timeout: lifeinit exits"))
    if grace is not None:
        found.append((grace.seconds, ink.grace, grace.kills))
    return sorted(found)


@dataclass(frozen=True)
class _Sheet:
    """Lines of three columns: a label, a bar, a length."""

    ink: Ink
    label: int
    bar: int
    length: int

    def row(self, bar: Bar, label: str, whole: Scale, marks: Sequence[Mark]) -> str:
        cells = self._cells(bar, whole, marks)
        return f"{fitted(label, self.label)}  {cells}  {_length(bar.stage, self.ink):>{self.length}}"

    def axis(self, whole: Scale) -> list[str]:
        """A line with ticks, and one with their times; nothing where no time is known."""
        if not whole.true_until:
            return []
        ticks = whole.ticks(max(1, round(self.bar * whole.true_until / whole.whole) // 9))
        line = [self.ink.axis] * (self._column(whole.true_until, whole) + 1)
        times = ""
        for tick in ticks:
            column = self._column(tick, whole)
            line[column] = self.ink.tick
            if column >= len(times) + (2 if times else 0):
                times += " " * (column - len(times)) + exact(tick)
        indent = " " * (self.label + 2)
        return [indent + "".join(line), indent + times]

    def _column(self, time: float, whole: Scale) -> int:
        return round(time / whole.whole * (self.bar - 1))

    def _cells(self, bar: Bar, whole: Scale, marks: Sequence[Mark]) -> str:
        begin, known, end = (self._column(time, whole) for time in (bar.begin, bar.known_end, bar.end))
        drawn = {column: self.ink.known if column < known else self.ink.most for column in range(begin, end)}
        if bar.open:
            drawn[max(begin, end - 1)] = self.ink.on
        if not drawn:
            short = self.ink.known if bar.stage.known else self.ink.most
            drawn[begin] = short if bar.stage.longest else self.ink.point
        cells = [" "] * self.bar
        for time, char, _ in marks:
            cells[self._column(time, whole)] = char
        killed = min((self._column(time, whole) for time, char, _ in marks if char == self.ink.grace), default=self.bar)
        for column, char in drawn.items():
            if column != killed:
                cells[column] = self.ink.lost if column > killed else char
        return "".join(cells)


def _length(stage: Stage, ink: Ink) -> str:
    is_exact = math.isinf(stage.longest) or stage.known == stage.longest
    return f"{'' if is_exact else ink.at_most}{exact(stage.longest)}"


def _legend(ink: Ink, start: Sequence[Bar], stop: Sequence[Bar], marks: Sequence[Mark]) -> list[str]:
    bars = (*start, *stop)
    words = [f"{ink.known} takes this long", f"{ink.most} at most"]
    if any(bar.open for bar in bars):
        words.append(f"{ink.on} no limit")
    if any(char == ink.grace and bar.end > time for time, char, _ in marks for bar in stop):
        words.append(f"{ink.lost} never happens")
    if any(not bar.stage.longest for bar in bars):
        words.append(f"{ink.point} at once")
    times = [exact(time) for time, _, _ in marks]
    longest = max(map(len, times), default=0)
    lines = [f"{char} {time:>{longest}}  {what}" for time, (_, char, what) in zip(times, marks, strict=True)]
    return ["   ".join(words), *lines]
