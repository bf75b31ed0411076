"""Options of a container: keys of the hook file, and what the environment overrides where an image is deployed."""

import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

from lifeinit.config.diagnostic import quoted
from lifeinit.values import duration

Value = TypeVar("Value")

_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def setting(name: str, parse: Callable[[str], Value], default: Value) -> Value:
    """The value of LIFEINIT_NAME, or the default if it is unset or empty. An invalid one ends the program with 78."""
    variable = f"LIFEINIT_{name}"
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        refuse(f"{variable} is {quoted(text)}: {error}")


def refuse(sentence: str, status: int | None = None) -> NoReturn:
    """End the program, with 78 where no other status is given: the configuration is invalid."""
    from lifeinit.engine import exit_status, log, syscalls  # noqa: PLC0415  # they need Linux

    log.say(f"{sentence}; nothing was started", "refused", "error")
    syscalls.leave(exit_status.CONFIG if status is None else status)


def boolean(text: str) -> bool:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise ValueError("write 1 or 0")
    return value


def count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 0 < int(text) <= 1000:
        raise ValueError("write a whole number from 1 to 1000")
    return int(text)


def duration_or_off(text: str) -> float | None:
    """Seconds; None for a word that means off."""
    if _BOOLEANS.get(text.lower()) is False:
        return None
    try:
        return duration.parse_variable(text) or None
    except ValueError:
        raise ValueError('write a duration such as "2m", or 0 for none') from None


def comma_separated(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
