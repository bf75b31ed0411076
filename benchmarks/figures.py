"""What runs have measured: samples, their spreads, and the JSON that holds them."""

import dataclasses
import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class FiguresError(ValueError):
    """A file that holds no figures; the text is a sentence."""


@dataclass(frozen=True)
class Spread:
    """A sample in one unit: least value, quartiles with the median, 99th percentile, and how many values there were."""

    median: float
    least: float
    low: float
    high: float
    p99: float
    count: int


@dataclass
class Row:
    """One property of all contenders. `better` says which way: "less" or "more"."""

    title: str
    unit: str
    better: str = "less"
    values: dict[str, Spread] = field(default_factory=dict)


@dataclass
class Figures:
    """All of one run. `machine` and `versions` are facts by name."""

    machine: dict[str, str]
    versions: dict[str, str]
    rows: dict[str, Row] = field(default_factory=dict)

    def median(self, row: str, contender: str) -> float | None:
        """None where this was not measured."""
        found = self.rows.get(row)
        spread = None if found is None else found.values.get(contender)
        return None if spread is None else spread.median

    def least(self, row: str, contender: str) -> float | None:
        """The least value; None where this was not measured."""
        found = self.rows.get(row)
        spread = None if found is None else found.values.get(contender)
        return None if spread is None else spread.least


def write(path: Path, runs: Sequence[Figures]) -> None:
    """Of one interpreter on one machine."""
    path.write_text(json.dumps({"runs": [asdict(run) for run in runs]}, indent=1) + "\n")


def spread(sample: Sequence[float]) -> Spread:
    """The spread of a sample that is not empty."""
    if len(sample) == 1:
        sample = [sample[0], sample[0]]
        return dataclasses.replace(spread(sample), count=1)
    quarters = statistics.quantiles(sample, n=4, method="inclusive")
    p99 = statistics.quantiles(sample, n=100, method="inclusive")[98]
    median = statistics.median(sample)
    rounded = [round(value, 4) for value in (median, min(sample), quarters[0], quarters[2], p99)]
    return Spread(rounded[0], rounded[1], rounded[2], rounded[3], rounded[4], len(sample))


def spreads(samples: Mapping[str, Iterable[float]]) -> dict[str, Spread]:
    """Of each contender; one without a single value is left out."""
    taken = {name: list(sample) for name, sample in samples.items()}
    return {name: spread(sample) for name, sample in taken.items() if sample}


def merged(runs: Sequence[Figures]) -> Figures:
    """One of several runs: of each number the median of the runs, but the least of all least values."""
    rows: dict[str, Row] = {}
    for name, row in runs[-1].rows.items():
        values = {}
        for who in row.values:
            found = [run.rows[name].values[who] for run in runs if name in run.rows and who in run.rows[name].values]
            middle = {
                key: statistics.median(getattr(it, key) for it in found) for key in ("median", "low", "high", "p99")
            }
            least, count = min(it.least for it in found), sum(it.count for it in found)
            values[who] = Spread(least=least, count=count, **middle)
        rows[name] = dataclasses.replace(row, values=values)
    return dataclasses.replace(runs[-1], rows=rows)


def read(path: Path) -> list[Figures]:
    """The runs that `write` wrote. Raises FiguresError."""
    try:
        return [_restored(run) for run in json.loads(path.read_text())["runs"]]
    except OSError as error:
        raise FiguresError(f"cannot read {str(path)!r}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reason = "make it with `python -m benchmarks --json FILE`"
        raise FiguresError(f"{str(path)!r} holds no figures of a run: {reason}") from error


def _restored(data: dict[str, Any]) -> Figures:
    rows = {
        name: Row(
            row["title"], row["unit"], row["better"], {who: Spread(**value) for who, value in row["values"].items()}
        )
        for name, row in data["rows"].items()
    }
    return Figures(dict(data["machine"]), dict(data["versions"]), rows)
