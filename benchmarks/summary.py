"""The figures as Markdown: `python -m benchmarks.summary FILE...`; medians with quartiles, and the goals of each."""

import argparse
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figures, FiguresError, Row, Spread, read
from benchmarks.goals import Goal, goals
from benchmarks.table import machine

_OTHERS = ("scale", "grown", "kept", "prober")  # rows that have no contenders as columns


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summary", description="The figures as Markdown.")
    what = "what `python -m benchmarks --json FILE` wrote; of the second and later ones only the goals are shown"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=what)
    try:
        print(markdown([read(file) for file in parser.parse_args().files]))
    except FiguresError as error:
        sys.exit(f"benchmarks.summary: {error}")


def markdown(runs: Sequence[Figures]) -> str:
    """Of the first run a column for each contender, a row for each property; then the goals, a column for each run."""
    return "\n".join((*_properties(runs[0]), "", *_probers(runs[0]), *_goals(runs)))


def _properties(figures: Figures) -> Iterator[str]:
    rows = {name: row for name, row in figures.rows.items() if not name.startswith(_OTHERS)}
    versions = ", ".join(f"{name} {version.split()[-1]}" for name, version in figures.versions.items())
    yield f"{machine(figures)}. {versions}. Medians, with the quartiles in small."
    yield ""
    yield from _table("", rows.values())


def _probers(figures: Figures) -> Iterator[str]:
    rows = [row for name, row in figures.rows.items() if name.startswith("prober")]
    if rows:
        yield from _table("prober", rows)
        yield ""


def _table(head: str, rows: Collection[Row]) -> Iterator[str]:
    columns = list(dict.fromkeys(who for row in rows for who in row.values))
    yield f"| {head}{' ' if head else ''}| {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in rows:
        cells = (_cell(row.values.get(who)) for who in columns)
        yield f"| {row.title}, {row.unit} | {' | '.join(cells)} |"


def _cell(it: Spread | None) -> str:
    if it is None:
        return ""
    low, middle, high = map(_number, (it.low, it.median, it.high))
    return middle if low == high else f"{middle} <sub>{low}-{high}</sub>"


def _goals(runs: Sequence[Figures]) -> Iterator[str]:
    yield f"| goal | limit | {' | '.join(run.machine.get('Python', '') for run in runs)} |"
    yield "|---" * (len(runs) + 2) + "|"
    for same in zip(*map(goals, runs), strict=True):
        goal = same[0]
        sign = "≥" if goal.at_least else "≤"
        yield f"| {goal.what} | {sign} {goal.limit:,g} {goal.unit} | {' | '.join(map(_reached, same))} |"


def _reached(goal: Goal) -> str:
    if goal.measured is None:
        return "not measured"
    return f"{_number(goal.measured)}{'' if goal.met else ' **missed**'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
