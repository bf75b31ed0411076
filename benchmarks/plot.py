"""A picture of the figures: `python -m benchmarks.plot FILE -o PICTURE.svg`.

It brings a background of its own, light or dark as the reader has it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks.figures import Figures, FiguresError, Row, Spread, merged, read
from benchmarks.table import machine

WIDTH, LEFT, RIGHT = 880, 210, 90  # of the picture, its names, its numbers
BAR, GAP, TITLE, MARGIN = 13, 5, 34, 20
# Three panels fit one screen; the rest stands in the tables of the README.
PANELS = {
    "hooks": "Start with hooks, until the app's first word",
    "private": "Memory that is PID 1's alone, idle",
    "forward": "A forwarded signal, there and back",
}
NAMES = {
    "no init": "the app without an init",
    "python that waits": "a Python that only waits",
    "lifeinit, all features": "lifeinit, all its features",
}
CUT = 9  # half the width of the gap in a bar that is cut

STYLE = """
.back { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-weight: 600 }
.fine { fill: #59636e } .other { fill: #a8b1bb } .ours { fill: #0969da } .spread { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  .back { fill: #0d1117 } text { fill: #f0f6fc } .fine { fill: #9198a1 }
  .other { fill: #57606a } .ours { fill: #4493f8 } .spread { stroke: #f0f6fc }
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot", description="A picture of the figures.")
    parser.add_argument("file", type=Path, metavar="FILE", help="what `python -m benchmarks --json FILE` wrote")
    parser.add_argument("-o", "--output", type=Path, metavar="PICTURE", required=True)
    options = parser.parse_args()
    try:
        picture = svg(read(options.file))
        options.output.write_text(picture)
    except FiguresError as error:
        sys.exit(f"benchmarks.plot: {error}")
    except OSError as error:
        sys.exit(f"benchmarks.plot: cannot write {str(options.output)!r}: {error.strerror}")


def svg(runs: Sequence[Figures]) -> str:
    """The whole picture: a panel of bars for each row, the medians, with a line from quartile to quartile."""
    figures = merged(runs)
    body: list[str] = []
    y = float(MARGIN)
    for name, title in PANELS.items():
        if (row := figures.rows.get(name)) is not None and row.values:
            body += _panel(row, title, y)
            y += TITLE + len(row.values) * (BAR + GAP)
    y += MARGIN
    how = f"Medians of {len(runs)} whole run{'s'[: len(runs) > 1]}, lines from quartile to quartile."
    body.append(_text(MARGIN, y, f"{how} A bar with a gap is longer than drawn.", "fine"))
    body.append(_text(MARGIN, y + MARGIN, machine(figures), "fine"))
    height = round(y + 2 * MARGIN)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-label="lifeinit measured against other inits">\n<style>{STYLE}</style>\n'
        f'<rect class="back" width="{WIDTH}" height="{height}" rx="6"/>\n'
    )
    return head + "\n".join(body) + "\n</svg>\n"


def _panel(row: Row, title: str, top: float) -> Iterator[str]:
    """One scale for all its bars; a bar that would leave the others no room is cut, and its number tells."""
    better = "more is better" if row.better == "more" else "less is better"
    yield _text(MARGIN, top + 14, f"{title}, {row.unit}", "title", f' <tspan class="fine">({better})</tspan>')
    full = _full_scale(row)
    for i, (name, spread) in enumerate(row.values.items()):
        yield from _bar(name, spread, top + TITLE - 10 + i * (BAR + GAP), (WIDTH - LEFT - RIGHT) / full)


def _full_scale(row: Row) -> float:
    ours = max((it.high for name, it in row.values.items() if name.startswith("lifeinit")), default=0.0)
    most = max(it.high for it in row.values.values())
    return (min(most, 4 * ours) if ours else most) or 1.0


def _bar(name: str, it: Spread, y: float, scale: float) -> Iterator[str]:
    whole = WIDTH - LEFT - RIGHT
    length = min(it.median * scale, whole)
    kind = "ours" if name.startswith("lifeinit") else "other"
    middle = y + BAR / 2
    yield f'<text x="{LEFT - 8}" y="{y + 11:g}" text-anchor="end">{escape(NAMES.get(name, name))}</text>'
    yield f'<rect class="{kind}" x="{LEFT}" y="{y:g}" width="{max(length, 1):.1f}" height="{BAR}" rx="2"/>'
    is_cut = it.median * scale > whole
    low, high = (min(value * scale, whole) for value in (it.low, it.high))
    if is_cut:
        yield _gap(LEFT + whole * 0.8, y)
    elif high - low >= 1:
        yield f'<path class="spread" d="M{LEFT + low:.1f} {middle:g}H{LEFT + high:.1f}"/>'
    yield _text(LEFT + max(length, high) + 8, y + 11, _number(it.median))


def _gap(x: float, y: float) -> str:
    """Across a bar that is cut."""
    left, right, bottom = x - CUT, x + CUT, y + BAR + 1
    return f'<path class="back" d="M{left:g} {bottom:g}L{x:g} {y - 1:g}H{right:g}L{x:g} {bottom:g}Z"/>'


def _text(x: float, y: float, text: str, kind: str = "", more: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{of_kind}>{escape(text)}{more}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
