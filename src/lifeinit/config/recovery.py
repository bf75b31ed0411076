"""What can be said of a text that is no TOML: each statement that is broken, and the tables of all the others."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from lifeinit.config.diagnostic import Diagnostic, Edit, quoted
from lifeinit.config.spans import STRING, Lines
from lifeinit.config.toml_errors import Explained, explain, explain_twice
from lifeinit.config.toml_library import import_tomllib
from lifeinit.engine.record import Record

# What may only seem to be missing, or to be the default, where a statement could not be read.
UNSURE = frozenset({"E106", "E219", "W201", "W204", "W205"})

_LONGEST = 1 << 18  # characters of a text whose other statements are read
_MOST_PARSED = 1 << 20  # characters, to find what stands twice
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NAMES, _NAME = re.compile(r"\('.*',?\)"), re.compile(r"'([^']*)'")  # a tuple of keys, as Python shows it
_SIMPLE = re.compile(r"[^\n\"'\[\]{}#]*(?:#[^\n]*)?(?:\n|$)")  # a statement of one line, or none
_PART = re.compile(
    rf"(?s){STRING}|\#[^\n]*|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<line>\n)|(?P<stray>[\"'])|(?>[^\"'\#\[\]{{}}\n]+)"
)
# A line that begins a statement, though the one before it has not ended; in an inline table a pair does not.
_NEXT_HEADER = re.compile(r"[ \t]*\[{1,2}[A-Za-z_][\w.-]*\]{1,2}[ \t]*(?:#[^\n]*)?(?:\r?\n|$)")
_NEXT_PAIR = re.compile(r"[ \t]*[\w.-]+[ \t]*=")
_VISIBLE = re.compile(r"[^\r\n]")


class Recovered(Record):
    """The mistakes, and the tables of the text with blanks for what is broken; None if that is too much to read."""

    problems: list[Diagnostic]
    table: dict[str, object] | None
    text: str


class Error(Exception):
    """What tomllib says of a text."""

    def __init__(self, text: str, message: str) -> None:
        match = _TOML_PLACE.search(message)
        reason = message[: match.start()] if match else message
        self.reason = _NAMES.sub(lambda names: quoted(".".join(_NAME.findall(names[0]))), reason)
        self.offset = len(text)
        if match and match[1]:
            line = 0
            for _ in range(int(match[1]) - 1):
                line = text.index("\n", line) + 1
            self.offset = line + int(match[2]) - 1

    @property
    def is_about_names(self) -> bool:
        """Whether it is about two statements, each of which is right."""
        return self.reason.startswith("Cannot")


def error_of(text: str) -> Error | None:
    """The first mistake, or None."""
    tomllib = import_tomllib()
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Error(text, str(error))
    except ValueError:
        pass  # a number that CPython does not convert, of which `load` speaks
    return None


def first(text: str, error: Error) -> Diagnostic:
    """The diagnostic about one mistake."""
    recovery = _Recovery(text, 1)
    return recovery.diagnostic(*recovery.explained(error))


def recover(text: str, error: Error, most: int) -> Recovered:
    """Everything, from the first mistake on, up to a limit."""
    recovery = _Recovery(text, most)
    found: Error | None = error
    while found is not None and len(recovery.problems) < most:
        found = recovery.next(found)
    if not recovery.problems and len(text) > _LONGEST:
        recovery.problems.append(first(text, error))
    table = recovery.table() if len(text) <= _LONGEST and found is None else None
    return Recovered(recovery.problems, table, recovery.masked())


class _Recovery:
    """Goes through the text once; what is broken is masked, so that all offsets stay."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self._most = most
        self.lines = Lines(text)
        self.problems: list[Diagnostic] = []
        self.masks: list[tuple[int, int]] = []
        self._statements = _statements(text)
        self._known: list[tuple[int, int]] = []  # of the statements as far as they were asked for
        self._headers: list[tuple[int, int]] = []  # those of them that are headers
        self._rounds = 0

    def next(self, error: Error) -> Error | None:
        """Take one mistake; returns the next."""
        start, end = self._broken(error)[0]
        if not error.is_about_names:
            self.problems.append(self.diagnostic(*self.explained(error)))
            end = self._mask(start, end)
        self._rounds += 1
        return self._error_after(end) if self._rounds < 2 * self._most else None

    def explained(self, error: Error) -> tuple[int, Explained]:
        """Where the broken statement begins, and what is wrong in it."""
        (start, end), own = self._broken(error)
        text = self.text[start:end]
        if error.is_about_names:
            return start, explain_twice(self.text, start, text, error.reason)
        return start, explain(text, own.offset, own.reason)

    def diagnostic(self, start: int, found: Explained) -> Diagnostic:
        span = self.lines.between(start + found.start, start + found.end)
        edits = tuple(
            Edit(self.lines.between(start + begin, start + end), text) for begin, end, text in sorted(found.edits)
        )
        return Diagnostic("E101", span, found.message, found.fix, edits, safe=found.safe)

    def table(self) -> dict[str, object] | None:
        """The tables of what is left, once every name stands there once."""
        tomllib, parsed = import_tomllib(), 0
        while parsed <= _MOST_PARSED and len(self.problems) < self._most:
            masked = self.masked()
            parsed += len(masked)
            try:
                table: dict[str, object] = tomllib.loads(masked)
            except tomllib.TOMLDecodeError as refused:
                error = Error(masked, str(refused))
            except ValueError:
                return None
            else:
                return table
            if not error.is_about_names:
                return None
            (start, end), _ = self._broken(error)
            self.problems.append(self.diagnostic(*self.explained(error)))
            self._mask(start, end)
        return None

    def masked(self) -> str:
        """The text with blanks for what is broken."""
        parts, at = list[str](), 0
        for start, end in sorted(self.masks):
            parts += [self.text[at:start], _VISIBLE.sub(" ", self.text[max(at, start) : end])]
            at = max(at, end)
        return "".join((*parts, self.text[at:]))

    def _broken(self, error: Error) -> tuple[tuple[int, int], Error]:
        """The statement that an error is about, and the error as it is alone."""
        around = self._until(error.offset)
        if error.is_about_names:
            return around[-1], error
        # A list that is not closed is found at the statement behind it.
        for start, end in around[-2:]:
            own = error_of(self.text[start:end])
            if own is not None and not own.is_about_names and not self._is_masked(start):
                return (start, end), own
        alone = Error("", error.reason)
        alone.offset = error.offset - around[-1][0]
        return around[-1], alone

    def _until(self, offset: int) -> list[tuple[int, int]]:
        """The statement that holds the offset, behind the one before it."""
        while not self._known or self._known[-1][1] <= offset:
            if self._further() is None:
                break
        last = max(1, _up_to(self._known, offset))
        return self._known[max(0, last - 2) : last] or [(0, len(self.text))]

    def _further(self) -> tuple[int, int] | None:
        """The next statement that nobody has asked for yet."""
        statement = next(self._statements, None)
        if statement is not None:
            self._known.append(statement)
            if _is_header(self.text[slice(*statement)]):
                self._headers.append(statement)
        return statement

    def _mask(self, start: int, end: int) -> int:
        """Mask a statement, of a header with all that is below it; returns the end."""
        if self.text[start:end].lstrip().startswith("["):
            end = self._header_from(end)
        self.masks.append((start, end))
        return end

    def _header_from(self, at: int) -> int:
        """Where the first header from here on begins, or the end."""
        for start, _ in self._headers[_up_to(self._headers, at - 1) :]:
            return start
        while (statement := self._further()) is not None:
            if statement[0] >= at and self._headers[-1:] == [statement]:
                return statement[0]
        return len(self.text)

    def _error_after(self, at: int) -> Error | None:
        """The next mistake, in the table that the text is in there."""
        self._until(at)
        above = reversed(self._headers[: _up_to(self._headers, at)])
        header = next((self.text[i:end] for i, end in above if end <= at and not self._is_masked(i)), "")
        error = error_of(header + self.text[at:]) if at < len(self.text) else None
        if error is not None:
            error.offset += at - len(header)
        return error

    def _is_masked(self, at: int) -> bool:
        """In the order of the text, as long as there are mistakes of syntax."""
        before = _up_to(self.masks, at)
        return before > 0 and at < self.masks[before - 1][1]


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Where each statement begins and ends, an empty line or a comment too."""
    at = 0
    while at < len(text):
        simple = _SIMPLE.match(text, at)
        end = simple.end() if simple and simple.end() > at else _end_of(text, at)
        yield at, end
        at = end


def _end_of(text: str, at: int) -> int:
    """Behind the line with which the statement ends, whether or not its brackets and quotes are closed."""
    brackets = list[str]()
    while at < len(text) and (part := _PART.match(text, at)):
        at = part.end()
        match part.lastgroup:
            case "open":
                brackets.append(part.group())
            case "close" if brackets:
                brackets.pop()
            case "line" if not brackets or _NEXT_HEADER.match(text, at):
                return at
            case "line" if brackets[-1] == "[" and _NEXT_PAIR.match(text, at):
                return at
            case "stray" if text[at - 1 : at + 2] in {'"""', "'''"}:
                return len(text)
            case "stray":
                line_end = text.find("\n", at)
                at = len(text) if line_end < 0 else line_end
    return len(text)


def _up_to(statements: list[tuple[int, int]], offset: int) -> int:
    """How many of these begin at the offset or before it."""
    return bisect_right(statements, offset, key=lambda one: one[0])


def _is_header(statement: str) -> bool:
    return statement.lstrip().startswith("[")
