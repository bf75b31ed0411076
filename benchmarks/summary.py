"""The figures as Markdown: `python -m benchmarks.summary FILE...`; the goals of each file, the tables of the first."""

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figures, FiguresError, Spread, merged, read
from benchmarks.goals import Goal, goals
from benchmarks.table import machine

NOT_MEASURED = "not measured"  # a goal that is that in every file is left out
# Each table: its rows of the figures as columns, with their heads.
TABLES = (
    ("start", {"life": "whole life of `true`", "life CPU": "CPU time of that", "app": "first word", "deaf": "deaf"}),
    ("start with hooks", {"hooks": "first word", "life": "whole life of `true`", "life CPU": "CPU time of that"}),
    ("health", {"health": "life", "health CPU": "CPU time"}),
    ("idle", {"private": "private memory", "pss": "PSS beside a Python app", "wakeups": "wake-ups"}),
    ("signals", {"forward": "there and back", "stop": "from TERM to the exit"}),
    ("orphans", {"reap": "rate", "reap CPU": "CPU time for each", "reap memory": "memory grown"}),
    (
        "prober",
        {
            "prober private": "private memory",
            "prober pss": "PSS beside PID 1",
            "prober wakeups": "wake-ups",
            "prober cpu": "CPU time of a try",
        },
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summary", description="The figures as Markdown.")
    what = "what `python -m benchmarks --json FILE` wrote; of the second and later ones only the goals are shown"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=what)
    try:
        print(markdown([read(file) for file in parser.parse_args().files]))
    except FiguresError as error:
        sys.exit(f"benchmarks.summary: {error}")


def markdown(files: Sequence[Sequence[Figures]]) -> str:
    """The goals, a column for the runs of each file; then a table for each part of those of the first."""
    first = merged(files[0])
    versions = ", ".join(f"{name} {version.split()[-1]}" for name, version in first.versions.items())
    head = f"{machine(first)}. {versions}. Medians of {len(files[0])} whole runs, with the least values in small."
    return "\n".join((head, "", *_goals(files), *_tables(first)))


def _tables(figures: Figures) -> Iterator[str]:
    for title, columns in TABLES:
        rows = {name: figures.rows[name] for name in columns if name in figures.rows}
        # The first column says who stands in the table; only `start with hooks` has those that have some.
        who = next(iter(rows.values())).values if rows else {}
        hooked = figures.rows["hooks"].values if title == "start" and "hooks" in figures.rows else {}
        if who:
            yield ""
            yield f"| {title} | {' | '.join(f'{columns[name]}, {row.unit}' for name, row in rows.items())} |"
            yield "|---" * (len(rows) + 1) + "|"
            for name in (name for name in who if name not in hooked):
                yield f"| {name} | {' | '.join(_cell(row.values.get(name)) for row in rows.values())} |"


def _cell(it: Spread | None) -> str:
    if it is None:
        return ""
    middle, least = _number(it.median), _number(it.least)
    return middle if middle == least else f"{middle} <sub>{least}</sub>"


def _goals(files: Sequence[Sequence[Figures]]) -> Iterator[str]:
    """The median of what each run has reached, and what the least values of all have."""
    yield f"| goal | limit | {' | '.join(runs[0].machine.get('Python', '') for runs in files)} |"
    yield "|---" * (len(files) + 2) + "|"
    for i, goal in enumerate(goals(files[0][0])):
        sign = "≥" if goal.at_least else "≤"
        reached = [_reached([goals(run)[i] for run in runs], goals(merged(runs))[i]) for runs in files]
        if set(reached) != {NOT_MEASURED}:
            yield f"| {goal.what} | {sign} {goal.limit:,g} {goal.unit} | {' | '.join(reached)} |"


def _reached(each: Sequence[Goal], of_all: Goal) -> str:
    measured = [goal.measured for goal in each if goal.measured is not None]
    if not measured:
        return NOT_MEASURED
    median = statistics.median(measured)
    missed = median < of_all.limit if of_all.at_least else median > of_all.limit
    least = "" if of_all.least is None else f" <sub>{_number(of_all.least)}</sub>"
    return f"{_number(median)}{least}{' **missed**' if missed else ''}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
