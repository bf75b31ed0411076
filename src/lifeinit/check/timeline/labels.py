"""Durations and hooks as a person reads them, and durations as a hook file has them."""

import math
import shlex

from lifeinit.config.model import Command, Hook, Ready
from lifeinit.engine.printable import escaped
from lifeinit.probes.targets import hidden

_UNITS = ((3600.0, "h", "h"), (60.0, "min", "m"), (1.0, "s", "s"))
_NO_LIMIT = "no limit"
_LONG = 100 * 3600.0


def spoken(seconds: float) -> str:
    """`10 s`, `2.5 s`, `1 min 30 s`, `500 ms`, `no limit`: three digits below a minute, whole hours from 100 on."""
    if math.isinf(seconds):
        return _NO_LIMIT
    rounded = float(f"{seconds:.3g}") if seconds < 60 else seconds
    if seconds >= _LONG:
        rounded = math.ceil(seconds / 3600) * 3600.0
    return " ".join(f"{number} {unit}" for number, unit, _ in _parts(rounded))


def written(seconds: float) -> str:
    """`10s`, `2.5s`, `1m30s`, `500ms`: what the hook file's durations look like."""
    return "".join(f"{number}{unit}" for number, _, unit in _parts(seconds))


def less_than(seconds: float) -> str | None:
    """The longest round duration below, as a hook file has it; None where there is none."""
    step = _step(seconds)
    steps = math.ceil(round(seconds / step, 6)) - 1
    return written(steps * step) if steps > 0 else None


def at_most(seconds: float) -> str | None:
    """The longest round duration that is not above; None where there is none."""
    step = _step(seconds)
    steps = math.floor(round(seconds / step, 6))
    return written(steps * step) if steps > 0 else None


def _step(seconds: float) -> float:
    return 1.0 if seconds > 1 else 0.1 if seconds > 0.1 else 0.01


def more_than(seconds: float) -> float:
    """The next whole second above."""
    return float(math.floor(round(seconds, 6)) + 1)


def at_least(seconds: float) -> float:
    """The same in whole seconds, rounded up."""
    return float(math.ceil(round(seconds, 6)))


def of_hook(hook: Hook) -> str:
    """What a hook does, on one line. A target's password is left out."""
    if hook.sleep is not None:
        return f"sleep {spoken(hook.sleep)}"
    targets = ", ".join(map(_target, hook.wait_for))
    what = f"wait for {targets}" if hook.command is None else of_command(hook.command)
    return what if not hook.retries else f"{hook.retries + 1} tries: {what}"


def of_ready(ready: Ready | None) -> str:
    """When a process counts as ready."""
    if ready is None:
        return "ready as soon as it runs"
    if ready.after is not None:
        return f"ready after {spoken(ready.after)}"
    if ready.notify:
        return "ready when it says so"
    if ready.command is not None:
        return f"ready by {of_command(ready.command)}"
    return f"ready by {_target(ready.target or '')}"


def of_command(command: Command) -> str:
    text = command if isinstance(command, str) else shlex.join(command)
    return escaped(" ".join(text.split()))


def _target(text: str) -> str:
    return escaped(hidden(text))


def _parts(seconds: float) -> list[tuple[str, str, str]]:
    """Number, spoken unit and written unit of each part that is not 0."""
    if seconds and seconds < 1 and round(seconds * 1000, 3) < 1000:
        return [(f"{round(seconds * 1000, 3):g}", "ms", "ms")]
    rest = round(seconds, 3 if seconds < 60 else 0)
    found = []
    for size, unit, short in _UNITS:
        number = rest if size == 1.0 else rest // size
        rest -= number * size
        if number:
            found.append((f"{number:.10g}", unit, short))
    return found or [("0", "s", "s")]
