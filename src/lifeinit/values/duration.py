"""Durations: a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"."""

LONGEST = 365 * 86400.0

_ENDLESS = float("inf")
_LONGEST_NUMBER = 20  # characters that a sentence repeats
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DIGITS = "0123456789"


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
    return parse(float(text) if _is_number(text) else text)


def _number(value: float) -> float:
    try:
        seconds = float(value)
    except OverflowError:
        return _ENDLESS
    return _ENDLESS if seconds != seconds else seconds  # noqa: PLR0124  # NaN; `math` is a library to be loaded


def _parse_text(text: str) -> float:
    parts = _parts(text)
    units = [unit for _, unit in parts]
    if parts and units == [unit for unit in _UNITS if unit in units]:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    if len(text) <= _LONGEST_NUMBER and _is_number(text):
        fix = f'write "{text}s" for seconds or "{text}m" for minutes; without quotes it is seconds'
        raise ValueError(f"a quoted number without a unit: {fix}")
    raise ValueError('not a duration: write a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"')


def _parts(text: str) -> list[tuple[str, str]]:
    """Numbers and units; none where there is anything else. Why not `re`: it takes 8 ms, half of a health check."""
    parts: list[tuple[str, str]] = []
    while text:
        number, text = _cut(text, f"{_DIGITS}.")
        unit, text = _cut(text, "hms")
        if not _is_number(number) or unit not in _UNITS or len(parts) == len(_UNITS):
            return []  # each unit comes once: a text of a megabyte is not cut a million times
        parts.append((number, unit))
    return parts


def _cut(text: str, characters: str) -> tuple[str, str]:
    """What a text begins with of these characters, and the rest."""
    rest = text.lstrip(characters)
    return text[: len(text) - len(rest)], rest


def _is_number(text: str) -> bool:
    whole, dot, fraction = text.partition(".")
    return bool(whole) and bool(fraction or not dot) and not f"{whole}{fraction}".strip(_DIGITS)
