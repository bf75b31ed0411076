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
class Characters:
    """The characters of a drawing."""

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


_UNICODE = Characters("█", "░", "→", "▚", "◆", "╎", "┊", "┃", "─", "┴", "≤ ")
_ASCII = Characters("#", ".", ">", "x", "*", ":", "!", "|", "-", "+", "<= ")


def drawing(life: Life, grace: Grace | None, columns: int, unicode: bool) -> str:
    """The start, a hang and the stop as bars, each to its own scale."""
    chars = _UNICODE if unicode else _ASCII
    marks = _marks(life, grace, chars)
    start, hang, stop = scale(life.start), scale(life.hang), scale(life.stop, [time for time, _, _ in marks])
    labels = {stage: plain(stage.label, unicode) for stage in life.stages}
    label = min(_LONGEST_LABEL, max(width(text) for text in labels.values()))
    length = max(len(_length(stage, chars)) for stage in labels)
    layout = _Layout(chars, label, max(_LEAST, columns - label - length - 4), length)
    lines = ["THE START"]
    lines += [layout.row(bar, labels[bar.stage], start, []) for bar in start.bars]
    lines += layout.axis(start)
    if life.hang:
        lines += ["", "A HANG"]
        lines += [layout.row(bar, labels[bar.stage], hang, []) for bar in hang.bars]
        lines += layout.axis(hang)
    lines += ["", "THE STOP"]
    lines += [layout.row(bar, labels[bar.stage], stop, marks) for bar in stop.bars]
    lines += layout.axis(stop)
    return "\n".join((*lines, "", *_legend(chars, (*start.bars, *hang.bars), stop.bars, marks)))


Mark = tuple[float, str, str]  # its time, its character, what happens then


def _marks(life: Life, grace: Grace | None, chars: Characters) -> list[Mark]:
    marks: list[Mark] = []
    if life.budget is not None:
        kept = f"{life.border}: the rest is reserved for cleanup and post_stop"
        marks.append((life.killed_at, chars.killed, kept))
        marks.append((life.budget, chars.budget, "stop_timeout: lifeinit exits"))
    if grace is not None:
        marks.append((grace.seconds, chars.grace, grace.kills))
    return sorted(marks)


@dataclass(frozen=True)
class _Layout:
    """Lines of three columns: a label, a bar, a length."""

    chars: Characters
    label: int
    bar: int
    length: int

    def row(self, bar: Bar, label: str, whole: Scale, marks: Sequence[Mark]) -> str:
        cells = self._cells(bar, whole, marks)
        return f"{fitted(label, self.label)}  {cells}  {_length(bar.stage, self.chars):>{self.length}}"

    def axis(self, whole: Scale) -> list[str]:
        """A line with ticks, and one with their times; nothing where no time is known."""
        if not whole.true_until:
            return []
        ticks = whole.ticks(max(1, round(self.bar * whole.true_until / whole.whole) // 9))
        line = [self.chars.axis] * (self._column(whole.true_until, whole) + 1)
        times = ""
        for tick in ticks:
            column = self._column(tick, whole)
            line[column] = self.chars.tick
            if column >= len(times) + (2 if times else 0):
                times += " " * (column - len(times)) + exact(tick)
        indent = " " * (self.label + 2)
        return [indent + "".join(line), indent + times]

    def _column(self, time: float, whole: Scale) -> int:
        return round(time / whole.whole * (self.bar - 1))

    def _cells(self, bar: Bar, whole: Scale, marks: Sequence[Mark]) -> str:
        begin, known, end = (self._column(time, whole) for time in (bar.begin, bar.known_end, bar.end))
        drawn = {column: self.chars.known if column < known else self.chars.most for column in range(begin, end)}
        if bar.open:
            drawn[max(begin, end - 1)] = self.chars.on
        if not drawn:
            short = self.chars.known if bar.stage.known else self.chars.most
            drawn[begin] = short if bar.stage.longest else self.chars.point
        cells = [" "] * self.bar
        for time, char, _ in marks:
            cells[self._column(time, whole)] = char
        killed = min(
            (self._column(time, whole) for time, char, _ in marks if char == self.chars.grace), default=self.bar
        )
        for column, char in drawn.items():
            if column != killed:
                cells[column] = self.chars.lost if column > killed else char
        return "".join(cells)


def _length(stage: Stage, chars: Characters) -> str:
    is_exact = math.isinf(stage.longest) or stage.known == stage.longest
    return f"{'' if is_exact else chars.at_most}{exact(stage.longest)}"


def _legend(chars: Characters, start: Sequence[Bar], stop: Sequence[Bar], marks: Sequence[Mark]) -> list[str]:
    bars = (*start, *stop)
    words = [f"{chars.known} takes this long", f"{chars.most} at most"]
    if any(bar.open for bar in bars):
        words.append(f"{chars.on} no limit")
    if any(char == chars.grace and bar.end > time for time, char, _ in marks for bar in stop):
        words.append(f"{chars.lost} never happens")
    if any(not bar.stage.longest for bar in bars):
        words.append(f"{chars.point} at once")
    times = [exact(time) for time, _, _ in marks]
    longest = max(map(len, times), default=0)
    lines = [f"{char} {time:>{longest}}  {what}" for time, (_, char, what) in zip(times, marks, strict=True)]
    return ["   ".join(words), *lines]
