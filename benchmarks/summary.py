"""The figures as Markdown: `python -m benchmarks.summary FILE`; medians with quartiles, and the goals."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figures, FiguresError, Spread, read
from benchmarks.goals import Goal, goals
from benchmarks.table import machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summary", description="The figures as Markdown.")
    parser.add_argument("file", type=Path, metavar="FILE", help="what `python -m benchmarks --json FILE` wrote")
    try:
        print(markdown(read(parser.parse_args().file)))
    except FiguresError as error:
        sys.exit(f"benchmarks.summary: {error}")


def markdown(figures: Figures) -> str:
    """A column for each contender, a row for each property, and a second table for the goals."""
    return "\n".join((*_properties(figures), "", *_goals(goals(figures))))


def _properties(figures: Figures) -> Iterator[str]:
    rows = {name: row for name, row in figures.rows.items() if not name.startswith(("scale", "grown", "kept"))}
    columns = list(dict.fromkeys(who for row in rows.values() for who in row.values))
    versions = ", ".join(f"{name} {version.split()[-1]}" for name, version in figures.versions.items())
    yield f"{machine(figures)}. {versions}. Medians, with the quartiles in small."
    yield ""
    yield f"| | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in rows.values():
        cells = (_cell(row.values.get(who)) for who in columns)
        yield f"| {row.title}, {row.unit} | {' | '.join(cells)} |"


def _cell(it: Spread | None) -> str:
    if it is None:
        return ""
    low, middle, high = map(_number, (it.low, it.median, it.high))
    return middle if low == high else f"{middle} <sub>{low}-{high}</sub>"


def _goals(found: list[Goal]) -> Iterator[str]:
    yield "| goal | limit | reached | |"
    yield "|---|---|---|---|"
    for goal in found:
        sign = "≥" if goal.at_least else "≤"
        verdict = {True: "met", False: "**missed**", None: "not measured"}[goal.met]
        reached = "" if goal.measured is None else _number(goal.measured)
        yield f"| {goal.what} | {sign} {goal.limit:,g} {goal.unit} | {reached} | {verdict} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
