"""What click does not know: values that a function of lifeinit's own makes from the text."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from lifeinit.config.diagnostic import quoted

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


class Lines(Parsed[object]):
    """A command for the shell. In a variable each line is one: commands hold spaces."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return [line for line in rv.splitlines() if line.strip()]
