"""The figures as text: a table for each row, and the goals beside what was reached."""

from collections.abc import Iterator

from benchmarks.figures import Figures, Row
from benchmarks.goals import goals

COLUMNS = ("median", "least", "25 %", "75 %", "p99")


def machine(figures: Figures) -> str:
    """The machine in one line."""
    it = figures.machine
    return f"{it['Python']}, {it['kernel']}, {it['CPU']}, {it['cores']} cores"


def table(figures: Figures) -> str:
    """The whole of it."""
    return "\n".join(_lines(figures))


def _lines(figures: Figures) -> Iterator[str]:
    yield machine(figures)
    yield ", ".join(f"{name} {version.removeprefix(f'{name} ')}" for name, version in figures.versions.items())
    for row in figures.rows.values():
        yield ""
        yield from _of_row(row)
    yield ""
    yield from map(str, goals(figures))


def _of_row(row: Row) -> Iterator[str]:
    yield f"{f'{row.title}, {row.unit}':46}" + "".join(f"{column:>9}" for column in COLUMNS) + f"{'values':>8}"
    for name, it in row.values.items():
        numbers = (it.median, it.least, it.low, it.high, it.p99)
        yield f"  {name:44}" + "".join(f"{number:9.{_digits(number)}f}" for number in numbers) + f"{it.count:8}"


def _digits(number: float) -> int:
    return 0 if abs(number) >= 1000 else 1 if abs(number) >= 100 else 2
