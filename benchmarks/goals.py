"""What the figures ought to be: the goals that stand beside them, and the wide gate that a regression cannot pass."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.figures import Figures

Value = Callable[[str, str], float | None]  # of a row and a contender

PASS = "python -c pass"

# The hooks of the hook file that run one after the other around an app that exits at once: the first and the last.
# The post_start hook runs beside the app; without a stop request no pre_stop hook runs.
HOOKS_IN_A_ROW = 2


@dataclass(frozen=True)
class Goal:
    """A measured number and its limit; None where a part of it was not measured.

    `least` is the same of the least values, where it is a matter of time.
    """

    what: str
    measured: float | None
    limit: float
    unit: str
    at_least: bool = False
    least: float | None = None

    @property
    def met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        if self.measured is None:
            return f"{'':6} {self.what}: not measured (goal {sign} {self.limit:g} {self.unit})"
        verdict = "met" if self.met else "MISSED"
        least = "" if self.least is None else f", {self.least:.2f} by the least values"
        return f"{verdict:6} {self.what}: {self.measured:.2f} {self.unit}{least} (goal {sign} {self.limit:g})"


def goals(figures: Figures) -> list[Goal]:
    """Every goal, in the order of the rows."""
    f = figures
    return [
        _timed("start without a hook file", f, partial(_ratio, "life", "lifeinit", PASS), 1.3),
        _timed("start of the bundle", f, partial(_ratio, "life", "bundle", PASS), 1),
        _timed("start with a hook in each phase, compiled", f, partial(_hooked, "lifeinit, hooks, compiled"), 1.8),
        _timed("start with a hook in each phase", f, partial(_hooked, "lifeinit, hooks"), 3),
        _timed(
            "one option more", f, partial(_beyond, "life", "lifeinit, hooks, one option", "lifeinit, hooks"), 1, "ms"
        ),
        _timed("start with all features", f, partial(_ratio, "life", "lifeinit, all features", PASS), 4),
        _timed("`lifeinit health`", f, partial(_ratio, "health", "lifeinit", PASS), 1.5),
        Goal("private memory", f.median("private", "lifeinit"), 3400, "KiB"),
        Goal("private memory, all features", f.median("private", "lifeinit, all features"), 3700, "KiB"),
        Goal("private memory beyond a Python that only waits", _beyond_waiting(f, "lifeinit"), 512, "KiB"),
        Goal("the same, all features", _beyond_waiting(f, "lifeinit, all features"), 512, "KiB"),
        Goal("a forwarded signal against tini's", _ratio("forward", "lifeinit", "tini", f.median), 1.3, "times"),
        Goal("the same, least values", _ratio("forward", "lifeinit", "tini", f.least), 1.2, "times"),
        _timed("CPU time of an orphan against tini's", f, partial(_ratio, "reap CPU", "lifeinit", "tini"), 1.05),
        _timed("stop, beyond tini's", f, partial(_beyond, "stop", "lifeinit", "tini"), 2, "ms"),
        _timed("deaf, beyond the interpreter's own", f, partial(_beyond, "deaf", "lifeinit", PASS), 1, "ms"),
        Goal("wake-ups while idle", _most(f, "wakeups", "lifeinit"), 0, "in a second"),
        Goal("wake-ups while idle, all features", _most(f, "wakeups", "lifeinit, all features"), 0, "in a second"),
        Goal("each of 100,000 signals: the last against the first", _drift(f, "signals"), 1.25, "times"),
        Goal("each of 100,000 orphans: the last against the first", _drift(f, "orphans"), 1.25, "times"),
        Goal("each of 1,000 hooks against each of 100", _drift(f, "hooks"), 1.25, "times"),
        Goal("stopping each of 100 processes against each of 10", _drift(f, "processes"), 1.25, "times"),
        Goal("PID 1 grown by 100,000 signals", f.median("grown", "signals"), 16, "KiB"),
        Goal("PID 1 grown by 100,000 orphans", f.median("grown", "orphans"), 16, "KiB"),
    ]


def gate(figures: Figures) -> list[Goal]:
    """What a regression of the kind that matters breaks, on the noisiest machine too."""
    f = figures
    return [
        Goal("start, plain, against python -c pass", _kindest(f, "life", "lifeinit", PASS), 3, "times"),
        Goal("wake-ups while idle", _median_most(f, "wakeups"), 0, "in a second"),
        Goal("private memory", _median_most(f, "private"), 5000, "KiB"),
        Goal("reaping, against tini", _kindest(f, "reap", "lifeinit", "tini"), 0.5, "times", at_least=True),
    ]


def broken(figures: Figures) -> list[str]:
    """A sentence for each part of the gate that the figures do not pass, also for one that was not measured."""
    found = []
    for goal in gate(figures):
        limit = f"{'below' if goal.at_least else 'above'} {goal.limit:g} {goal.unit}"
        if goal.measured is None:
            found.append(f"{goal.what} was not measured: install what is missing")
        elif not goal.met:
            found.append(f"{goal.what} is {goal.measured:.2f} {goal.unit}, and must not be {limit}")
    return found


def _timed(what: str, f: Figures, of: Callable[[Value], float | None], limit: float, unit: str = "times") -> Goal:
    """By the medians and by the least values."""
    return Goal(what, of(f.median), limit, unit, least=of(f.least))


def _ratio(row: str, ours: str, others: str, value: Value) -> float | None:
    a, b = value(row, ours), value(row, others)
    return None if a is None or not b else a / b


def _beyond(row: str, ours: str, others: str, value: Value) -> float | None:
    a, b = value(row, ours), value(row, others)
    return None if a is None or b is None else a - b


def _hooked(ours: str, value: Value) -> float | None:
    """Against an interpreter: the life with hooks, without what the hooks' own program takes by itself."""
    life, true, interpreter = (value("life", name) for name in (ours, "true alone", PASS))
    if life is None or true is None or not interpreter:
        return None
    return (life - HOOKS_IN_A_ROW * true) / interpreter


def _beyond_waiting(f: Figures, ours: str) -> float | None:
    return _beyond("private", ours, "python that waits", f.median)


def _kindest(f: Figures, row: str, ours: str, others: str) -> float | None:
    """The better of two ratios, of the medians and of the best values: noise spoils one, a regression both."""
    median, found = _ratio(row, ours, others, f.median), f.rows.get(row)
    if median is None or found is None:
        return None
    a, b = found.values[ours], found.values[others]
    return max(median, a.p99 / b.p99) if found.better == "more" else min(median, a.least / b.least)


def _most(f: Figures, row: str, contender: str) -> float | None:
    found = f.rows.get(row)
    spread = None if found is None else found.values.get(contender)
    return None if spread is None else spread.p99


def _median_most(f: Figures, row: str) -> float | None:
    """The greater median of lifeinit's own, plain and with all features."""
    found = [f.median(row, name) for name in ("lifeinit", "lifeinit, all features")]
    return None if None in found else max(value for value in found if value is not None)


def _drift(f: Figures, what: str) -> float | None:
    return _ratio(f"scale {what}", "many", "few", f.median)
