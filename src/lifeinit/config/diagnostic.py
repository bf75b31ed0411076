"""A user's mistake as data: a rule's code, the span that it is about, a message and the fix."""

from lifeinit.engine.printable import escaped, shortened
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Self

    Severity = Literal["error", "warning", "note"]

_LONGEST = 60  # characters of a value that a sentence shows
_MOST_ITEMS = 20


class Place(tuple[int, int]):
    """Line and column, both counted from 1; a column is a character. Why no NamedTuple: `typing` takes 8 ms."""

    __slots__ = ()

    def __new__(cls, line: int, column: int) -> "Self":
        return super().__new__(cls, (line, column))

    @property
    def line(self) -> int:
        return self[0]

    @property
    def column(self) -> int:
        return self[1]


class Span(tuple[Place, Place]):
    """A part of the text; `end` is behind its last character."""

    __slots__ = ()

    def __new__(cls, start: Place, end: Place) -> "Self":
        return super().__new__(cls, (start, end))

    @property
    def start(self) -> Place:
        return self[0]

    @property
    def end(self) -> Place:
        return self[1]


class Edit(tuple[Span, str]):
    """A part of the text, and what takes its place."""

    __slots__ = ()

    def __new__(cls, span: Span, text: str) -> "Self":
        return super().__new__(cls, (span, text))

    @property
    def span(self) -> Span:
        return self[0]

    @property
    def text(self) -> str:
        return self[1]


Edits = tuple[Edit, ...]


class Diagnostic(Record):
    """One mistake in a hook file. The message holds the value in quotes; `help` is the fix.

    `edits` make the fix, where a program can make it. `safe`: they make what was meant, or change nothing that happens.
    `of_command`: it is about the app's command on the command line, and has no place in the file. `file` is the path of
    the drop-in that it is about; empty for the hook file itself.
    """

    code: str
    span: Span
    message: str
    help: str = ""
    edits: Edits = ()
    safe: bool = False
    of_command: bool = False
    file: str = ""

    def __lt__(self, other: "Diagnostic") -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, Span, str, str, str]:
        return (self.file, self.span, self.message, self.help, self.code)

    @property
    def severity(self) -> "Severity":
        return severity(self.code)

    @property
    def sentence(self) -> str:
        """The message with its fix."""
        return f"{self.message}: {self.help}" if self.help else self.message

    def text(self, path: str) -> str:
        """One line, as compilers write it. `path` is that of the hook file."""
        (line, column), _ = self.span
        return f"{escaped(self.file or path)}:{line}:{column}: {self.severity}: {self.sentence}"


def severity(code: str) -> "Severity":
    """A code begins with the letter of its severity; what has none is an error."""
    return "warning" if code.startswith("W") else "note" if code.startswith("N") else "error"


class HookFileError(Exception):
    """The hook file is wrong; holds every problem, in the order of their places."""

    def __init__(self, problems: list[Diagnostic]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(problems)

    def files(self, path: str, by: str = "") -> str:
        """The files that are wrong, as the beginning of a sentence. `path` is the hook file's, which was named `by`."""
        (first, *others) = dict.fromkeys(problem.file for problem in self.problems)
        what = f"the drop-in {quoted(first)}" if first else f"the hook file {quoted(path)}{by}"
        return f"{what} and {len(others)} more are" if others else f"{what} is"


class UnreadableError(Exception):
    """The hook file cannot be read at all; the text is one sentence."""


def quoted(value: object) -> str:
    """A value of the file in double quotes, on one line and not too long for one."""
    text = _shown(value)
    return f'"{shortened(text, _LONGEST)}"'


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
