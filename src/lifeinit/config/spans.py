"""Where in a TOML text each key and value stands, which tomllib does not tell.

The text is known to be valid, so this reads only what it needs to find the borders. toml.io, version 1.0
"""

import re

from lifeinit.config.diagnostic import Place, Span
from lifeinit.config.toml_library import import_tomllib
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.string_offsets import StringOffsets

Path = tuple[str | int, ...]

# Atomic, so that no text makes them go back. Why not a possessive group, `(...)*+`: it does not always match what it
# should before Python 3.11.5, which Debian bookworm's is.
STRING = (
    r'"""(?>(?:[^"\\]++|\\.|"{1,2}+(?!"))*)"{3,5}+'
    r"|'''(?>(?:[^']++|'{1,2}+(?!'))*)'{3,5}+"
    r'|"(?!"")(?>(?:[^"\\\n]++|\\.)*)"'
    r"|'(?!'')[^'\n]*+'"
)
_SPACE = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?>(?:[ \t\r\n]++|#[^\n]*+)*)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_SCALAR = re.compile(r"[^,\]}#\r\n]*+")


class Offsets(Record):
    """Offsets into the text: where a key (or list item) begins and ends, and where its value does.

    The value of a table that a header makes is the header; of one that a dotted key makes, the key up to its name.
    `start` is where the statement begins that it stands in.
    """

    key: int
    key_end: int
    value: int
    end: int
    start: int


Part = tuple[str, int, int]  # one name of a dotted key, and its offsets


class Lines:
    """The lines of any text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> Place:
        line, after = 0, len(self._starts)  # why not `bisect`: it is a library to be loaded
        while after - line > 1:
            middle = (line + after) // 2
            line, after = (middle, after) if self._starts[middle] <= offset else (line, middle)
        return Place(line + 1, offset - self._starts[line] + 1)

    def offset(self, place: Place) -> int:
        """The opposite of `at`; the end of the text for a line behind it."""
        return self._starts[place.line - 1] + place.column - 1 if place.line <= len(self._starts) else len(self.text)

    def between(self, start: int, end: int) -> Span:
        return Span(self.at(start), self.at(end))


class Places(Lines):
    """The places of one valid TOML text. A path is keys, and numbers for the items of arrays.

    `drop_ins` are names of files, each with the number of lines before it, where the texts of several stand in a row.
    """

    drop_ins: tuple[tuple[str, int], ...] = ()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._strings: dict[Offsets, StringOffsets] = {}  # of those that a place inside was asked of
        self.spans: dict[Path, Offsets] = {(): Offsets(0, 0, 0, 0, 0)}
        _Scanner(text, self.spans).document()

    def span(self, path: Path, *, of_key: bool = False) -> Span:
        """The span of the value or the key, or of the nearest above it that the text holds."""
        found = self._nearest(path)
        return self.between(*((found.key, found.key_end) if of_key else (found.value, found.end)))

    def within(self, path: Path, start: int, end: int) -> Span:
        """The span of the characters from `start` to `end` of the string at the path.

        That of the whole value where it is no string.
        """
        literal = self.literal(path)
        if not literal:
            return self.span(path)
        found = self._nearest(path)
        if found not in self._strings:
            from lifeinit.config.string_offsets import string_offsets  # noqa: PLC0415  # only a mistake pays for it

            self._strings[found] = string_offsets(literal)
        first, last = self._strings[found].range(start, end)
        return self.between(found.value + first, found.value + last)

    def literal(self, path: Path) -> str:
        """The string at the path with its quotes; empty where it is no string."""
        found = self._nearest(path)
        text = self.text[found.value : found.end]
        return text if len(text) > 1 and text[0] in "\"'" else ""

    def _nearest(self, path: Path) -> Offsets:
        while path not in self.spans:
            path = path[:-1]
        return self.spans[path]


class _Scanner:
    def __init__(self, text: str, spans: dict[Path, Offsets]) -> None:
        self.text = text
        self.position = 0
        self.spans = spans
        self.array_lengths: dict[Path, int] = {}

    def document(self) -> None:
        """Read it all."""
        table: Path = ()
        self.skip(_BLANK)
        while self.position < len(self.text):
            if self.text[self.position] == "[":
                table = self.header()
            else:
                self.pair(table)
            if "\n" not in self.skip(_BLANK) and self.position < len(self.text):
                raise ValueError(f"two statements on one line at {self.position}")

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise ValueError(f"no {pattern.pattern} at {self.position}")
        self.position = match.end()
        return match.group()

    def header(self) -> Path:
        """`[table]` or `[[array of tables]]`: the path of the table that it opens."""
        start = self.position
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.position += brackets
        keys = self.dotted_key()
        self.position += brackets
        path: Path = ()
        for name, key, key_end in keys[:-1]:
            path = (*path, name)
            self.spans.setdefault(path, Offsets(key, key_end, start, self.position, start))
            path = self.last_item(path)
        name, key, key_end = keys[-1]
        span = Offsets(key, key_end, start, self.position, start)
        path = (*path, name)
        if brackets == 2:
            self.spans.setdefault(path, span)
            number = self.array_lengths.get(path, 0)
            self.array_lengths[path] = number + 1
            path = (*path, number)
        self.spans[path] = span
        return path

    def last_item(self, path: Path) -> Path:
        """A header below an array of tables speaks of its last item."""
        length = self.array_lengths.get(path)
        return path if length is None else (*path, length - 1)

    def pair(self, table: Path) -> None:
        """`key = value` or `a.b = value`."""
        keys = self.dotted_key()
        self.position += 1  # the equals sign
        self.skip(_SPACE)
        start = self.position
        path = table
        for name, key, key_end in keys[:-1]:
            path = (*path, name)
            self.spans.setdefault(path, Offsets(key, key_end, keys[0][1], key_end, keys[0][1]))
        name, key, key_end = keys[-1]
        path = (*path, name)
        self.value(path)
        self.spans[path] = Offsets(key, key_end, start, self.position, keys[0][1])

    def dotted_key(self) -> list[Part]:
        keys: list[Part] = []
        while True:
            self.skip(_SPACE)
            start = self.position
            raw = self.string() if self.text[start] in "\"'" else self.skip(_BARE_KEY)
            keys.append((_name(raw), start, self.position))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.position):
                return keys
            self.position += 1

    def value(self, path: Path) -> None:
        match self.text[self.position]:
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                self.string()
            case _:
                start = self.position
                self.position = start + len(self.skip(_SCALAR).rstrip())
                if self.position == start:
                    raise ValueError(f"no value at {start}")

    def string(self) -> str:
        """A string with its quotes. The next quote ends nearly every one; the pattern takes longer to compile."""
        start, quote = self.position, self.text[self.position]
        end = self.text.find(quote, start + 1)
        if self.text.startswith(quote * 3, start) or "\\" in self.text[start:end]:
            return self.skip(re.compile(STRING, re.DOTALL))
        self.position = end + 1
        return self.text[start : self.position]

    def array(self, path: Path) -> None:
        self.position += 1
        number = 0
        self.skip(_BLANK)
        while self.text[self.position] != "]":
            start = self.position
            item = (*path, number)
            self.value(item)
            self.spans[item] = Offsets(start, self.position, start, self.position, start)
            number += 1
            self.skip(_BLANK)
            self.comma()
        self.position += 1

    def inline_table(self, path: Path) -> None:
        self.position += 1
        self.skip(_BLANK)
        while self.text[self.position] != "}":
            self.pair(path)
            self.skip(_BLANK)
            self.comma()
        self.position += 1

    def comma(self) -> None:
        if self.text[self.position] == ",":
            self.position += 1
            self.skip(_BLANK)


def _name(raw: str) -> str:
    """What a key of the text is called."""
    if raw[0] not in "\"'":
        return raw
    return next(iter(import_tomllib().loads(f"{raw}=0"))) if "\\" in raw else raw[1:-1]
