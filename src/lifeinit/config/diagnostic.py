"""A user's mistake as data: a rule's code, a place, a sentence and the way out."""

from typing import NamedTuple

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Severity = Literal["error", "warning"]

_LONGEST = 60  # characters of a value that a sentence shows
_MOST_ITEMS = 20


class Place(NamedTuple):
    """Line and column, both counted from 1; a column is a character."""

    line: int
    column: int


class Problem(Record):
    """One mistake in a hook file, from its place up to `end`, which is behind its last character.

    The sentence holds the value in quotes. Where `help` is empty the sentence holds the way out too. `of_command`: it
    is about the app's command on the command line, and has no place in the file.
    """

    place: Place
    sentence: str
    help: str = ""
    code: str = ""
    end: Place | None = None
    of_command: bool = False

    def compared(self) -> tuple[Place, str, str, str]:
        return (self.place, self.sentence, self.help, self.code)

    def __lt__(self, other: "Problem") -> bool:
        return self.compared() < other.compared()

    @property
    def severity(self) -> "Severity":
        return "warning" if self.code.startswith("W") else "error"

    @property
    def message(self) -> str:
        """The sentence with its way out."""
        return f"{self.sentence}: {self.help}" if self.help else self.sentence

    def text(self, path: str) -> str:
        """One line, as compilers write it."""
        return f"{escaped(path)}:{self.place.line}:{self.place.column}: {self.severity}: {self.message}"


class HookFileError(Exception):
    """The hook file is wrong; holds every problem, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(problems)


class UnreadableError(Exception):
    """The hook file cannot be read at all; the text is one sentence."""


def quoted(value: object) -> str:
    """A value of the file in double quotes, on one line and not too long for one."""
    text = _shown(value)
    shown = escaped(text[: _LONGEST + 1])
    return f'"{shown if len(shown) <= _LONGEST else shown[: _LONGEST - 3] + "..."}"'


def escaped(text: str) -> str:
    """The text fit for a terminal and for any encoding: what cannot be printed is escaped."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 1 << 256:
            return f"{value:#x}"  # Python refuses to write more than 4,300 decimal digits
        case list():
            items = value[:_MOST_ITEMS]  # more than a sentence shows
            return "[" + ", ".join(quoted(item) if isinstance(item, str) else _shown(item) for item in items) + "]"
        case dict():
            pairs = list(value.items())[:_MOST_ITEMS]
            return "{" + ", ".join(f"{key[:_LONGEST]} = {_shown(item)}" for key, item in pairs) + "}"
        case str():
            return value[: _LONGEST + 1]
        case _:
            return str(value)
