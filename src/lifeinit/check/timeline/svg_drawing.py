"""The life as a picture: an SVG that stands alone, the same for the same life."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from lifeinit.check.output.text_width import cut
from lifeinit.check.timeline.runtimes import Grace
from lifeinit.check.timeline.scale import Bar, Scale, scale, ticks
from lifeinit.check.timeline.stage_table import verdict
from lifeinit.check.timeline.stages import Life, Stage
from lifeinit.check.timeline.svg_style import STYLE
from lifeinit.values.duration_text import exact

_WIDTH, _MARGIN = 880, 28
_PHASE, _NAME, _LEFT, _RIGHT, _LENGTH = 40, 118, 312, 752, 766  # where the columns begin; bars end at _RIGHT
_HEAD, _ROW, _BAR, _TITLE, _AXIS, _LINE, _GAP = 96, 42, 18, 12, 24, 18, 26
_LONGEST = 32  # cells of a name or a command

Mark = tuple[float, str, str]  # its time, its class, what happens then


def picture(life: Life, grace: Grace | None) -> str:
    """The start, the app's own time, a hang and the stop, each to its own scale."""
    marks = _marks(life, grace)
    start, hang, stop = scale(life.start), scale(life.hang), scale(life.stop, [time for time, _, _ in marks])
    running = _HEAD + _height(start, []) + _GAP
    hanging = running + _ROW + _GAP + 14
    stopping = hanging + (_height(hang, []) + _GAP if life.hang else 0)
    legend = stopping + _height(stop, marks) + _GAP + 8
    body = [
        *_half("THE START", "start", start, _HEAD, []),
        *_running(running, "a stop is requested, or it hangs" if life.hang else "a stop is requested"),
        *(_half("A HANG", "app", hang, hanging, []) if life.hang else ()),
        *_half("THE STOP", "stop", stop, stopping, marks),
        *_legend(legend, [*start.bars, *stop.bars]),
    ]
    return "\n".join((*_frame(life, grace, legend + 24), *body, "</svg>", ""))


def _marks(life: Life, grace: Grace | None) -> list[Mark]:
    marks: list[Mark] = []
    if life.budget is not None:
        marks.append((life.killed_at, "mark", life.border))
        marks.append((life.budget, "mark", "stop_timeout: lifeinit exits"))
    if grace is not None:
        marks.append((grace.seconds, "grace", grace.kills))
    return sorted(marks)


# The page.


def _frame(life: Life, grace: Grace | None, height: int) -> Iterator[str]:
    sentence = " ".join(verdict(life, grace))
    stages = " ".join(f"{stage.label}: {stage.does}, {_length(stage)}." for stage in life.stages)
    told = " ".join((stages, *life.hang_told, sentence))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title desc">'
    )
    yield '<title id="title">The life of a container</title>'
    yield f'<desc id="desc">{escape(told)}</desc>'
    yield f"<style>\n{STYLE}</style>"
    yield from (_gradient(half) for half in ("start", "stop"))
    yield f'<rect class="page" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="10"/>'
    yield _text(_MARGIN, 40, "The life of a container", "title")
    yield _text(_MARGIN, 62, sentence, "quiet")


def _gradient(half: str) -> str:
    stops = '<stop class="fade" offset="0.2" stop-opacity="0.3"/><stop class="fade" offset="1" stop-opacity="0.04"/>'
    return f'<linearGradient id="fade-{half}" class="{half}">{stops}</linearGradient>'


def _running(top: int, end: str) -> Iterator[str]:
    """The app's own time, which has no scale."""
    y = top + (_ROW - _BAR) / 2 - 4
    yield _text(_MARGIN, y + 17, "RUNNING", "half app")
    yield f'<rect class="app most" x="{_LEFT}" y="{_number(y)}" width="{_RIGHT - _LEFT}" height="{_BAR + 8}" rx="6"/>'
    yield _text((_LEFT + _RIGHT) / 2, y + 17.5, f"the app runs until {end}", "middle")


def _legend(y: int, bars: Sequence[Bar]) -> Iterator[str]:
    yield _rectangle("stop", _LEFT, y - 10, 22, 12)
    yield _text(_LEFT + 30, y, "takes this long", "quiet")
    yield _rectangle("stop most", _LEFT + 130, y - 10, 22, 12)
    yield _text(_LEFT + 160, y, "at most", "quiet")
    if any(bar.open for bar in bars):
        yield _rectangle("open-stop", _LEFT + 224, y - 10, 22, 12)
        yield _text(_LEFT + 254, y, "no limit", "quiet")


# A half of the life.


def _height(whole: Scale, marks: Sequence[Mark]) -> int:
    return _TITLE + _ROW * len(whole.bars) + (_AXIS if _real(whole) else 0) + _LINE * len(marks)


def _real(whole: Scale) -> list[tuple[float, float]]:
    """The ranges of the drawing in which its seconds are real ones."""
    first = [(0.0, whole.true_until)] if whole.true_until else []
    return [*first, *whole.later]


def _half(title: str, half: str, whole: Scale, top: int, marks: Sequence[Mark]) -> Iterator[str]:
    first = top + _TITLE
    bottom = first + _ROW * len(whole.bars)
    yield _text(_MARGIN, top, title, f"half {half}")
    for i in range(0, len(whole.bars), 2):
        yield _rectangle("stripe", _MARGIN, first + _ROW * i, _WIDTH - 2 * _MARGIN, _ROW)
    yield from _lost(whole, first, bottom, marks)
    for begin, end in _real(whole):
        yield from _axis(whole, begin, end, bottom)
    for i, bar in enumerate(whole.bars):
        yield from _row(half, bar, whole, first + _ROW * i)
    for i, mark in enumerate(marks):
        yield from _mark(mark, whole, first, bottom, bottom + _AXIS + _LINE * (i + 1) - 4)


def _row(half: str, bar: Bar, whole: Scale, top: int) -> Iterator[str]:
    stage = bar.stage
    yield _text(_PHASE, top + _ROW / 2 + 4, stage.phase, "quiet")
    yield _text(_NAME, top + 18, cut(stage.name or "leftover processes", _LONGEST), "name")
    yield _text(_NAME, top + 33, cut(stage.does, _LONGEST), "quiet")
    yield _text(_LENGTH, top + _ROW / 2 + 4, _length(stage))
    y = top + (_ROW - _BAR) / 2
    begin, known, end = (_x(time, whole) for time in (bar.begin, min(bar.known_end, bar.end), bar.end))
    if bar.open:
        yield _rectangle(f"open-{half}", begin, y, end - begin, _BAR)
        middle = y + _BAR / 2
        yield f'<path class="{half}" d="M{_number(end - 7)} {_number(middle - 6)}l7 6l-7 6z"/>'
    elif end - begin < 1:
        yield f'<circle class="{half}" cx="{_number(begin)}" cy="{_number(y + _BAR / 2)}" r="5"/>'
    else:
        if known > begin:
            yield _rectangle(half, begin, y, known - begin, _BAR)
        if end > known:
            yield _rectangle(f"{half} most", known, y, end - known, _BAR)


def _axis(whole: Scale, begin: float, end: float, y: int) -> Iterator[str]:
    """A line with round times, counted from its beginning."""
    left, right = _x(begin, whole), _x(end, whole)
    yield _line("axis", left, y, right, y)
    for tick in ticks(end - begin, max(1, round((right - left) / 70))):
        x = _x(begin + tick, whole)
        yield _line("axis", x, y, x, y + 4)
        yield _text(x, y + 17, exact(tick), "quiet middle")


def _mark(mark: Mark, whole: Scale, top: int, axis: int, bottom: int) -> Iterator[str]:
    """Its text stands to the left of its line's end, so that no later mark's line runs through it.

    The line has a gap where the axis has its times.
    """
    time, kind, what = mark
    x = _x(time, whole)
    yield _line(kind, x, top, x, axis)
    yield _line(kind, x, axis + _AXIS - 3, x, bottom + 2)
    yield _text(x - 8, bottom, f"{what}, {exact(time)}", "kills end" if kind == "grace" else "quiet end")


def _lost(whole: Scale, top: int, bottom: int, marks: Sequence[Mark]) -> Iterator[str]:
    """The time after the grace period."""
    grace = next((time for time, kind, _ in marks if kind == "grace"), math.inf)
    if any(bar.end > grace for bar in whole.bars):
        x = _x(grace, whole)
        yield _rectangle("lost", x, top, _RIGHT - x, bottom - top)


# Pieces.


def _x(time: float, whole: Scale) -> float:
    return _LEFT + time / whole.whole * (_RIGHT - _LEFT)


def _length(stage: Stage) -> str:
    if math.isinf(stage.longest) or stage.known == stage.longest:
        return exact(stage.longest)
    return f"≤ {exact(stage.longest)}"


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{_number(x)}" y="{_number(y)}">{escape(text, quote=False)}</text>'


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> str:
    size = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<rect class="{kind}" {size} rx="3"/>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"/>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
