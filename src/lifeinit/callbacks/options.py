"""The options of a callback and how each is checked. An invalid value is one sentence, raised where it was passed."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from lifeinit.callbacks.errors import UsageError, described, quoted
from lifeinit.values import duration

Duration = float | str | timedelta
OnFailure = Literal["abort", "warn"]

NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
MAX_RETRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOptions:
    """The options of one callback, checked. Times are in seconds; a timeout of None is no limit.

    `default_timeout`: the timeout is the phase's.
    """

    name: str | None = None
    timeout: float | None
    default_timeout: bool = False
    retries: int = 0
    retry_delay: float = 1.0
    on_failure: OnFailure
    once: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for what a type checker would refuse. The durations were checked when they were parsed."""
        if self.name is not None and not _is_name(self.name):
            raise UsageError(f"name is {quoted(self.name)}: use only letters, digits and the characters _ . -")
        if not _is_count(self.retries):
            raise UsageError(f"retries is {described(self.retries)}: write an int from 0 to {MAX_RETRIES}")
        if self.on_failure not in ("abort", "warn"):
            raise UsageError(f'on_failure is {quoted(self.on_failure)}: write "abort" or "warn"')
        check_flag("once", self.once)


def seconds(key: str, value: Duration) -> float:
    """The duration in seconds. Raises UsageError."""
    try:
        return duration.parse(value.total_seconds() if isinstance(value, timedelta) else value)
    except ValueError as error:
        raise UsageError(f"{key} is {quoted(value)}, {error}") from None


def limit(key: str, value: Duration | None) -> float | None:
    """The same for a time limit, which cannot be 0; None is no limit."""
    if value is None:
        return None
    parsed = seconds(key, value)
    if parsed == 0:
        raise UsageError(f'{key} is {quoted(value)}, which leaves no time: write at least "1s", or None for no limit')
    return parsed


def check_flag(key: str, value: object) -> None:
    """Raises UsageError for anything but True and False: 1 is a number, and "no" would be true."""
    if not isinstance(value, bool):
        raise UsageError(f"{key} is {described(value)}: write True or False")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_RETRIES
