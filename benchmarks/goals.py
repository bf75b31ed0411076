"""What the figures ought to be: the goals that stand beside them, and the wide gate that a regression cannot pass."""

from dataclasses import dataclass

from benchmarks.figures import Figures

# The hooks of the hook file that run one after the other around an app that exits at once: the first and the last.
# The post_start hook runs beside the app; without a stop request no pre_stop hook runs.
HOOKS_IN_A_ROW = 2


@dataclass(frozen=True)
class Goal:
    """A measured number and its limit; None where a part of it was not measured."""

    what: str
    measured: float | None
    limit: float
    unit: str
    at_least: bool = False

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
        return f"{verdict:6} {self.what}: {self.measured:.2f} {self.unit} (goal {sign} {self.limit:g})"


def goals(figures: Figures) -> list[Goal]:
    """Every goal, in the order of the rows."""
    f = figures
    return [
        Goal("start, plain, against python -c pass", _ratio(f, "life", "lifeinit", "python -c pass"), 1.5, "times"),
        Goal("start, a hook in each phase, less the hooks' own time, against the same", _hooked(f), 4, "times"),
        Goal("window without signals, beyond the interpreter's own", _beyond(f, "deaf", "python -c pass"), 1, "ms"),
        Goal("private memory, plain", f.median("private", "lifeinit"), 3500, "kB"),
        Goal("private memory, all features", f.median("private", "lifeinit, all features"), 3800, "kB"),
        Goal("PSS beside a Python app", f.median("pss", "lifeinit"), 5600, "kB"),
        Goal("wake-ups while idle", _most(f, "wakeups", "lifeinit"), 0, "in a second"),
        Goal("wake-ups while idle, all features", _most(f, "wakeups", "lifeinit, all features"), 0, "in a second"),
        Goal("forwarding, median, against tini", _ratio(f, "forward", "lifeinit", "tini"), 1.3, "times"),
        Goal("forwarding, p99, against tini", _ratio_p99(f, "forward", "lifeinit", "tini"), 1.3, "times"),
        Goal("reaping, against tini", _ratio(f, "reap", "lifeinit", "tini"), 1.0, "times", at_least=True),
        Goal("stop, beyond tini's", _beyond(f, "stop", "tini"), 2, "ms"),
        Goal("each of 100,000 signals: the last against the first", _drift(f, "signals"), 1.25, "times"),
        Goal("each of 100,000 orphans: the last against the first", _drift(f, "orphans"), 1.25, "times"),
        Goal("each of 1,000 hooks against each of 100", _drift(f, "hooks"), 1.25, "times"),
        Goal("stopping each of 100 processes against each of 10", _drift(f, "processes"), 1.25, "times"),
        Goal("PID 1 grown by 100,000 signals", f.median("grown", "signals"), 16, "kB"),
        Goal("PID 1 grown by 100,000 orphans", f.median("grown", "orphans"), 16, "kB"),
    ]


def gate(figures: Figures) -> list[Goal]:
    """What a regression of the kind that matters breaks, on the noisiest machine too."""
    f = figures
    return [
        Goal("start, plain, against python -c pass", _kindest(f, "life", "lifeinit", "python -c pass"), 3, "times"),
        Goal("wake-ups while idle", _median_most(f, "wakeups"), 0, "in a second"),
        Goal("private memory", _median_most(f, "private"), 5000, "kB"),
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


def _ratio(f: Figures, row: str, ours: str, others: str) -> float | None:
    a, b = f.median(row, ours), f.median(row, others)
    return None if a is None or not b else a / b


def _kindest(f: Figures, row: str, ours: str, others: str) -> float | None:
    """The better of two ratios, of the medians and of the best values: noise spoils one, a regression both."""
    median, found = _ratio(f, row, ours, others), f.rows.get(row)
    if median is None or found is None:
        return None
    a, b = found.values[ours], found.values[others]
    return max(median, a.p99 / b.p99) if found.better == "more" else min(median, a.least / b.least)


def _ratio_p99(f: Figures, row: str, ours: str, others: str) -> float | None:
    found = f.rows.get(row)
    if found is None or ours not in found.values or others not in found.values:
        return None
    return found.values[ours].p99 / found.values[others].p99


def _beyond(f: Figures, row: str, others: str) -> float | None:
    a, b = f.median(row, "lifeinit"), f.median(row, others)
    return None if a is None or b is None else a - b


def _hooked(f: Figures) -> float | None:
    """Against an interpreter: the life with hooks, without what the hooks' own program takes by itself."""
    life, true = f.median("life", "lifeinit, hooks"), f.median("life", "true alone")
    interpreter = f.median("life", "python -c pass")
    if life is None or true is None or not interpreter:
        return None
    return (life - HOOKS_IN_A_ROW * true) / interpreter


def _most(f: Figures, row: str, contender: str) -> float | None:
    found = f.rows.get(row)
    spread = None if found is None else found.values.get(contender)
    return None if spread is None else spread.p99


def _median_most(f: Figures, row: str) -> float | None:
    """The greater median of lifeinit's own, plain and with all features."""
    found = [f.median(row, name) for name in ("lifeinit", "lifeinit, all features")]
    return None if None in found else max(value for value in found if value is not None)


def _drift(f: Figures, what: str) -> float | None:
    return _ratio(f, f"scale {what}", "many", "few")
