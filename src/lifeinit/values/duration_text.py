"""Durations as people read them, and as a hook file has them."""

_UNITS = ((3600.0, "h", "h"), (60.0, "min", "m"), (1.0, "s", "s"))
_LONG = 100 * 3600.0


def exact(seconds: float) -> str:
    """`10 s`, `2.5 s`, `1 min 30 s`, `500 ms`, `no limit`: three digits below a minute, whole hours from 100 on."""
    if seconds == float("inf"):
        return "no limit"
    rounded = float(f"{seconds:.3g}") if seconds < 60 else seconds
    if seconds >= _LONG:
        rounded = _ceiling(seconds / 3600) * 3600.0
    return " ".join(f"{number} {unit}" for number, unit, _ in _parts(rounded))


def rough(seconds: float) -> str:
    """`12 s`, `2 min 3 s`, `2 h 3 min`, `4 d 2 h`: whole seconds, and never more than two units."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole, 60, "min", 1, "s")
    if whole < 86400:
        return _two(whole, 3600, "h", 60, "min")
    return _two(whole, 86400, "d", 3600, "h")


def written(seconds: float) -> str:
    """`10s`, `2.5s`, `1m30s`, `500ms`: a duration of a hook file."""
    return "".join(f"{number}{unit}" for number, _, unit in _parts(seconds))


def below(seconds: float) -> str | None:
    """The longest round duration below this one, as a hook file has it; None where there is none."""
    step = _step(seconds)
    steps = _ceiling(round(seconds / step, 6)) - 1
    return written(steps * step) if steps > 0 else None


def at_most(seconds: float) -> str | None:
    """The longest round duration that is not above this one; None where there is none."""
    step = _step(seconds)
    steps = int(round(seconds / step, 6))
    return written(steps * step) if steps > 0 else None


def _ceiling(number: float) -> int:
    """Why not `math`: it is a library to be loaded, which every health check would pay for."""
    return -int(-number // 1)


def _step(seconds: float) -> float:
    return 1.0 if seconds > 1 else 0.1 if seconds > 0.1 else 0.01


def _two(whole: int, big: int, big_unit: str, small: int, small_unit: str) -> str:
    rest = whole % big // small
    return f"{whole // big} {big_unit}" + (f" {rest} {small_unit}" if rest else "")


def _parts(seconds: float) -> list[tuple[str, str, str]]:
    """Number, unit for people and unit for a hook file of each part that is not 0."""
    if seconds and seconds < 1 and round(seconds * 1000, 3) < 1000:
        return [(f"{round(seconds * 1000, 3):g}", "ms", "ms")]
    rest = round(seconds, 3 if seconds < 60 else 0)
    parts = []
    for size, unit, short in _UNITS:
        number = rest if size == 1.0 else rest // size
        rest -= number * size
        if number:
            parts.append((f"{number:.10g}", unit, short))
    return parts or [("0", "s", "s")]
