"""Settings of a container in Python code: the environment goes before what the code says, as an image is adjusted."""

import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

from lifeinit.config.diagnostic import quoted
from lifeinit.engine import exit_status, log, syscalls

Value = TypeVar("Value")

_TRUTHS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def setting(name: str, parse: Callable[[str], Value], default: Value) -> Value:
    """What LIFEINIT_NAME says, or the default where it is unset or empty. A wrong one ends the program with 78."""
    variable = f"LIFEINIT_{name}"
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        refuse(f"{variable} is {quoted(text)}, {error}")


def refuse(sentence: str) -> NoReturn:
    """Nothing can be started like this: say so, and end."""
    log.say(f"{sentence}; nothing was started", "refused", "error")
    syscalls.leave(exit_status.CONFIG)


def truth(text: str) -> bool:
    value = _TRUTHS.get(text.lower())
    if value is None:
        raise ValueError("neither true nor false: write 1 or 0")
    return value


def count(text: str) -> int:
    """A number from 1."""
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 0 < int(text) <= 1000:
        raise ValueError("no number from 1 to 1000")
    return int(text)


def words(text: str) -> tuple[str, ...]:
    """Separated by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
