"""A user's mistake as data: a place and a sentence."""

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Line and column, both counted from 1; a column is a character."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a hook file. The sentence holds the value in quotes and the way out."""

    place: Place
    sentence: str

    def text(self, path: str) -> str:
        """One line, as compilers write it."""
        return f"{escaped(path)}:{self.place.line}:{self.place.column}: error: {self.sentence}"


class HookFileError(Exception):
    """The hook file is wrong; holds every problem, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(problems)


class UnreadableError(Exception):
    """The hook file cannot be read at all; the text is one sentence."""


def quoted(value: object) -> str:
    """A value of the file in double quotes, on one line and not too long for one."""
    text = escaped(_shown(value))
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'


def escaped(text: str) -> str:
    """The text fit for a terminal and for any encoding: what cannot be printed is escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 1 << 256:
            return f"{value:#x}"  # Python refuses to write more than 4,300 decimal digits
        case list():
            return "[" + ", ".join(quoted(item) if isinstance(item, str) else _shown(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {_shown(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)
