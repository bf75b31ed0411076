"""Options of FlaskCeleryContainer: how each is checked, and what the environment overrides where it is deployed."""

import os
import shlex
from collections.abc import Callable
from typing import NoReturn, TypeVar

from lifeinit.callbacks.errors import UsageError, described, quoted
from lifeinit.values import duration

Value = TypeVar("Value")

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
_MOST = 1000
_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def option(name: str, value: Value, check: Callable[[object], object], parse: Callable[[str], Value]) -> Value:
    """The value of LIFEINIT_NAME, read by `parse`, or that of the code if the variable is unset or empty.

    Both readers raise ValueError with the fix. An invalid variable ends the program with 78, an invalid value of the
    code raises UsageError.
    """
    try:
        check(value)
    except ValueError as error:
        raise UsageError(f"{name} is {described(value)}: {error}") from None
    variable = f"LIFEINIT_{name.upper()}"
    text = os.environ.get(variable)
    if not text:
        return value
    try:
        return parse(text)
    except ValueError as error:
        refuse(f"{variable} is {quoted(text)}: {error}")


def reject(name: str, sentence: str) -> NoReturn:
    """Refuse the value of an option: that of LIFEINIT_NAME ends the program with 78, another raises UsageError."""
    variable = f"LIFEINIT_{name.upper()}"
    text = os.environ.get(variable)
    if text:
        refuse(f"{variable} is {quoted(text)}: {sentence}")
    raise UsageError(f"{name} is invalid: {sentence}") from None


def refuse(sentence: str, status: int | None = None) -> NoReturn:
    """End the program, with 78 where no other status is given: the configuration is invalid."""
    from lifeinit.engine import exit_status, log, syscalls  # noqa: PLC0415  # they need Linux

    log.say(f"{sentence}; nothing was started", "refused", "error")
    syscalls.leave(exit_status.CONFIG if status is None else status)


# What the code may say.


def is_text(value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError("write a string")


def is_flag(value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError("write True or False")  # noqa: TRY004  # one kind of error: a user's mistake


def is_count(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST:
        raise ValueError(f"write an int from 1 to {_MOST}")


def is_words(value: object) -> None:
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError("write a list of strings")


def is_names(value: object) -> None:
    is_words(value)
    if isinstance(value, list | tuple) and not all(name.strip() and "," not in name for name in value):
        raise ValueError('write names, for example ["mail", "video"]')


def is_path(value: object) -> None:
    if value is not None and not (isinstance(value, str) and value.startswith("/")):
        raise ValueError('write a path that begins with "/"')


def is_log_level(value: object) -> None:
    if not isinstance(value, str) or value.lower() not in LOG_LEVELS:
        raise ValueError(f"write {', '.join(LOG_LEVELS[:-1])} or {LOG_LEVELS[-1]}")


# What a variable may say.


def boolean(text: str) -> bool:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise ValueError("write 1 or 0")
    return value


def count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 0 < int(text) <= _MOST:
        raise ValueError(f"write a whole number from 1 to {_MOST}")
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
    names = tuple(name for name in map(str.strip, text.split(",")) if name)
    if not names:
        raise ValueError('write names with commas between them, for example "mail,video"')
    return names


def path(text: str) -> str:
    is_path(text)
    return text


def log_level(text: str) -> str:
    is_log_level(text)
    return text.lower()


def words(text: str) -> tuple[str, ...]:
    """The words of a command line, as a shell splits them."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise ValueError("close the quotation mark") from None
