"""What click does not know: signals, rewrites, exit statuses, durations and users as values on the command line."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from lifeinit.config import users
from lifeinit.config.diagnostic import quoted
from lifeinit.config.planner import stop_timeout_of
from lifeinit.engine.signals import VALID, number_of
from lifeinit.values import exit_codes

Value = TypeVar("Value")

if TYPE_CHECKING:
    ParamType = click.ParamType
else:

    class ParamType(click.ParamType):
        """Older ones cannot be subscripted."""

        def __class_getitem__(cls, _value):
            return cls


class Parsed(ParamType[Value]):
    """A value that a function makes from the text, or refuses with the end of a sentence."""

    def __init__(self, name: str, parse: Callable[[str], Value]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        text = str(value)
        try:
            return self._parse(text)
        except ValueError as error:
            self.fail(f"{quoted(text)}, {error}" if text else f'"", {error}', param, ctx)


class Lines(ParamType[str]):
    """A command for the shell. In a variable each line is one: commands hold spaces."""

    name = "COMMAND"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.strip():
            self.fail('"", an empty string: write a line for the shell', param, ctx)
        return text

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return [line for line in rv.splitlines() if line.strip()]


def signal_number(text: str) -> int:
    """`TERM`, `SIGTERM`, `RTMIN+1` or `15`."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else number_of(text)
    if number is None or number not in VALID:
        raise ValueError('not a signal: write a name as "TERM" or a number as "15"')
    return number


def rewrite(text: str) -> tuple[int, int | None]:
    """`15:3` or `TERM:QUIT`; `TERM:` and `15:0` drop it."""
    came, colon, goes = text.partition(":")
    if not colon:
        raise ValueError('not a rewrite: write two signals as "TERM:QUIT", or "TERM:" to drop one')
    return signal_number(came), None if goes in {"", "0"} else signal_number(goes)


LINES = Lines()
SIGNAL = Parsed("SIGNAL", signal_number)
REWRITE = Parsed("REWRITE", rewrite)
CODES = Parsed("CODE", exit_codes.parse)
USER = Parsed("USER", users.account)


def stop_timeout() -> float | None:
    """LIFEINIT_STOP_TIMEOUT, in seconds. Raises UsageError."""
    try:
        return stop_timeout_of(os.environ)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def tinis_group() -> bool | None:
    """TINI_KILL_PROCESS_GROUP counts by being there, whatever its value. tini(1)"""
    return True if "TINI_KILL_PROCESS_GROUP" in os.environ else None


def tinis_verbosity() -> int:
    """TINI_VERBOSITY: 1 is tini's default, at which lifeinit says nothing more either. tini(1)"""
    text = os.environ.get("TINI_VERBOSITY", "")
    return max(0, int(text[:9]) - 1) if text.isascii() and text.isdecimal() else 0
