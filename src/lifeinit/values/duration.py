"""Durations: a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"."""

import re

LONGEST = 365 * 86400.0

_ENDLESS = float("inf")
_LONGEST_NUMBER = 20  # characters that a sentence repeats
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"(?a)\d+(?:\.\d+)?"
_PART = r"(?a)(\d+(?:\.\d+)?)(ms|[hms])"


def parse(value: object) -> float:
    """The duration in seconds. Raises ValueError with the end of a sentence that begins with the key's name."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(  # noqa: TRY004  # one kind of error: a user's mistake
            'not a duration: write a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"'
        )
    seconds = _parse_text(value) if isinstance(value, str) else _number(value)
    if seconds < 0:
        raise ValueError("which is negative: write 0 or more")
    if not seconds <= LONGEST:
        raise ValueError('longer than a year: write at most "8760h"')
    return seconds


def parse_variable(text: str) -> float:
    """The same from an environment variable, where a bare number can only be seconds."""
    return parse(float(text) if re.fullmatch(_NUMBER, text) else text)


def _number(value: float) -> float:
    try:
        seconds = float(value)
    except OverflowError:
        return _ENDLESS
    return _ENDLESS if seconds != seconds else seconds  # noqa: PLR0124  # NaN; `math` is a library to be loaded


def _parse_text(text: str) -> float:
    parts = re.findall(_PART, text)
    units = [unit for _, unit in parts]
    if parts and "".join(map("".join, parts)) == text and units == [unit for unit in _UNITS if unit in units]:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    if len(text) <= _LONGEST_NUMBER and re.fullmatch(_NUMBER, text):
        fix = f'write "{text}s" for seconds or "{text}m" for minutes; without quotes it is seconds'
        raise ValueError(f"a quoted number without a unit: {fix}")
    raise ValueError('not a duration: write a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"')
